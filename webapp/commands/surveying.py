"""Survey: a survey of the campaign as an XLSForm workbook, and back."""

from pathlib import Path

import click

from materials.campaign import SURVEYS, TRANSLATIONS, load
from surveys import recordings
from surveys.documents import DocumentError, Finding
from surveys.xlsform.adopting import Folders, adopted
from surveys.xlsform.opening import LARGEST_FILE
from surveys.xlsform.reading import read
from surveys.xlsform.writing import complete, workbook
from translations.catalogs import Texts
from translations.languages import source
from webapp.commands.options import echo_json, folder_argument, json_option, listed, many


@click.group()
def survey() -> None:
    """Exchange surveys with other tools as XLSForm."""


@survey.command(epilog="Example: philos survey export how-safe leipzig-east")
@click.argument("name")
@folder_argument
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Default: NAME.xlsx.")
@json_option
def export(name: str, folder: Path, *, out: Path | None, as_json: bool) -> None:
    """Write a survey as an XLSForm workbook, with a column for each language that has all texts."""
    campaign = load(folder)
    if name not in campaign.known_surveys:
        known = listed(campaign.known_surveys)
        raise click.BadParameter(f"{name} is not a survey here; choose from {known}.")
    asked = campaign.with_places(name)
    rows = dict.fromkeys([source(), *campaign.rows])
    readers = complete(asked, [Texts(row, folders=[folder / TRANSLATIONS]) for row in rows])
    out = out or Path(f"{name}.xlsx")
    out.write_bytes(workbook(asked, readers))
    tags = [reader.language.tag for reader in readers]
    if as_json:
        echo_json({"file": str(out), "questions": list(asked.items), "languages": tags})
    else:
        click.echo(f"{out}: {many(len(asked.items), 'question')} in {listed(tags)}.")


@survey.command("import", epilog="Example: philos survey import how-lit.xlsx leipzig-east")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@folder_argument
@click.option(
    "--media",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder with the recordings that the workbook names.",
)
@click.option("--replace", is_flag=True, help="Write over a survey and over other translations.")
@json_option
def import_form(
    file: Path, folder: Path, *, media: Path | None, replace: bool, as_json: bool
) -> None:
    """Read an XLSForm workbook into surveys/ and translations/ of the campaign.

    What philos cannot ask is refused, with each cell; then nothing is written.
    """
    load(folder)
    if file.stat().st_size > LARGEST_FILE:
        raise DocumentError([Finding(file.name, f"is larger than {LARGEST_FILE:,} bytes.")])
    found = read(file.read_bytes(), file.name)
    folders = Folders(folder / SURVEYS, folder / TRANSLATIONS, folder / recordings.FOLDER)
    files = adopted(found, folders, media, replace=replace)
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    left = [] if media else [each.file for each in found.recordings]
    if as_json:
        echo_json({"files": list(map(str, files)), "recordings_not_copied": left})
        return
    for path in files:
        click.echo(path)
    if left:
        click.echo(f"{many(len(left), 'recording')} not copied; say with --media where they are.")
