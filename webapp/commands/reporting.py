"""Report: the results of a wave for the alliance, as one PDF."""

from collections.abc import Sequence
from pathlib import Path

import click

from materials.campaign import Campaign, load
from materials.report import report as report_of
from surveys.storage import Storage
from translations.languages import Language, language
from webapp.commands.options import echo_json, folder_argument, json_option, listed
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
@json_option
def report(
    folder: Path,
    *,
    wave: str | None,
    tag: str | None,
    survey: str | None,
    out: Path | None,
    as_demo: bool,
    as_json: bool,
) -> None:
    """Set the report of a released wave: words, pictures, tables, what was printed, the method."""
    campaign = load(folder)
    row = _row(campaign, tag)
    chosen = settings(folder, demo=as_demo)
    storage = Storage(chosen.database_url, chosen.secret)
    storage.require_current()
    told = content(Results(campaign, storage), wave=wave, survey=survey)
    storage.close()
    made = report_of(campaign, folder, told, row)
    path = out or folder / "out" / "report" / f"{told.release.wave}-{row.tag}.pdf"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(made.pdf)
    if as_json:
        echo_json(
            {
                "file": f"{path}",
                "wave": told.release.wave,
                "survey": told.asked.id,
                "language": row.tag,
                "pages": made.pages,
                "states": dict(made.states),
            }
        )
        return
    click.echo(f"{path}: {made.pages} pages.")
    if not made.reviewed:
        click.echo("Marked as a draft, since nobody has reviewed the translation.")


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
