"""Report: the results of a wave for the alliance, as one PDF."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import click

from materials.campaign import Campaign, load
from materials.report import report as report_of
from materials.sheets import Output
from surveys.storage import Storage
from translations.languages import Language, language
from webapp.commands.options import (
    echo_json,
    folder_argument,
    json_option,
    listed,
    progress,
    steps_option,
)
from webapp.comparing import Results
from webapp.config import settings
from webapp.giving import content


@click.command(epilog="Example: philos report leipzig-east --wave summer-2026 --language de")
@folder_argument
@click.option("--wave", help="Default: the newest that is released.")
@click.option("--language", "tag", help="Default: the first language of the campaign.")
@click.option("--survey", help="Default: the survey of the campaign.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Default: DIR/out/report/WAVE-LANGUAGE.pdf.",
)
@click.option(
    "--demo", "as_demo", is_flag=True, help="The made-up answers of `philos serve --demo`."
)
@steps_option
@json_option
def report(
    folder: Path,
    *,
    wave: str | None,
    tag: str | None,
    survey: str | None,
    out: Path | None,
    as_demo: bool,
    steps: bool,
    as_json: bool,
) -> None:
    """Set the report of a released wave: words, pictures, tables, what was printed, the method."""
    campaign = load(folder)
    row = _row(campaign, tag)
    chosen = settings(folder, demo=as_demo)
    storage = Storage(chosen.database_url, chosen.secret)
    storage.require_current()
    results = Results(campaign, storage, made_up=chosen.demo)
    told = content(results, wave=wave, survey=survey)
    storage.close()
    path = out or folder / "out" / "report" / f"{told.release.wave}-{row.tag}.pdf"
    with progress(1, "Report", steps=steps) as tell:
        made = report_of(campaign, folder, told, row)
        _put(path, made.pdf)
        tell(1)
    if as_json:
        entry = {
            "file": f"{path}",
            "wave": told.release.wave,
            "survey": told.asked.id,
            "language": row.tag,
            "output": Output.SCREEN,
            "pages": made.pages,
            "copies": 1,
            "states": dict(made.states),
            "sha256": hashlib.sha256(made.pdf).hexdigest(),
        }
        echo_json({"reports": [entry]})
        return
    click.echo(f"{path}: {made.pages} pages.")
    if not made.reviewed:
        click.echo("Marked as a draft, since nobody has reviewed the translation.")


def _put(path: Path, data: bytes) -> None:
    """Write a file in the place of an older one, which is left as it is to who still reads it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.part")
    draft.write_bytes(data)
    draft.replace(path)


def _row(campaign: Campaign, tag: str | None) -> Language:
    """Return the language that is asked for; refuse one that the campaign does not have."""
    rows: Sequence[Language] = campaign.rows
    if tag is None:
        return rows[0]
    try:
        return next(row for row in rows if row is language(tag))
    except (KeyError, StopIteration):
        raise click.BadParameter(
            f"{tag} is not in the campaign; choose from {listed(row.tag for row in rows)}.",
            param_hint="--language",
        ) from None
