"""Export: results, the codebook and single answers as files."""

import sys
from collections.abc import Callable
from pathlib import Path

import click

from materials.campaign import Campaign, load
from surveys.storage import Storage
from translations.languages import Language, language
from webapp.clock import now
from webapp.commands.options import folder_argument
from webapp.comparing import Results
from webapp.config import settings
from webapp.downloads import FORMS, Downloads, File, Order, Taker

_forms = click.Choice(list(dict.fromkeys(form for forms in FORMS.values() for form in forms)))


@click.command(epilog="Example: philos export leipzig-east --what results --as xlsx --language de")
@folder_argument
@click.option("--what", type=click.Choice(list(FORMS)), default="results", show_default=True)
@click.option("--as", "form", type=_forms, default="csv", show_default=True)
@click.option("--wave", "waves", multiple=True, help="Default: every one that there is.")
@click.option("--survey", help="Default: all; of single answers the campaign's own.")
@click.option("--language", "tag", help="Answers and groups in words of this language.")
@click.option("--codes", is_flag=True, help="Answers and groups as codes and ids. The default.")
@click.option("--out", type=click.Path(path_type=Path), help="A file or a folder; - for output.")
@click.option("--reason", default="", help="What single answers are for; it is logged.")
@click.option("--demo", "as_demo", is_flag=True, help="The made-up answers of a trial.")
def export(
    folder: Path,
    *,
    what: str,
    form: str,
    waves: tuple[str, ...],
    survey: str | None,
    tag: str | None,
    codes: bool,
    out: Path | None,
    reason: str,
    as_demo: bool,
) -> None:
    """Write released results, the codebook, or single answers to a file.

    Results have nothing in them that could tell of single persons. Single answers, `--what
    microdata`, are of closed waves, need a reason, and are logged.
    """
    if tag and codes:
        raise click.UsageError("Choose --language or --codes.")
    campaign = load(folder)
    chosen = settings(folder, demo=as_demo)
    storage = Storage(chosen.database_url, chosen.secret)
    storage.require_current()
    downloads = Downloads(Results(campaign, storage, made_up=as_demo), folder)
    row = _language(campaign, tag) if tag else None
    order = Order(form=form, waves=waves, survey=survey, language=row)
    taker = Taker(name="", moment=now(campaign.zone), reason=reason)
    make: dict[str, Callable[[], File]] = {
        "results": lambda: downloads.results(order),
        "codebook": lambda: downloads.codebook(order),
        "microdata": lambda: downloads.microdata(order, taker),
    }
    _write(make[what](), out)
    storage.close()


def _language(campaign: Campaign, tag: str) -> Language:
    try:
        row = language(tag)
    except KeyError:
        row = None
    if row not in campaign.rows:
        listed = ", ".join(campaign.languages)
        raise click.BadParameter(f"{tag!r} is none of {listed}.", param_hint="--language")
    assert row
    return row


def _write(file: File, out: Path | None) -> None:
    """Write a file; one that holds single answers is for its owner alone."""
    if out == Path("-"):
        for part in file.parts:
            sys.stdout.buffer.write(part)
        return
    path = out / file.name if out and out.is_dir() else out or Path(file.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    with path.open("wb") as target:
        target.writelines(file.parts)
    click.echo(f"{path}: {path.stat().st_size:,} bytes.")
