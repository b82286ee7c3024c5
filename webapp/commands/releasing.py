"""Release: the results of a closed wave, and how they compare."""

from collections.abc import Iterator
from pathlib import Path

import click

from materials.campaign import load
from materials.gallery import forget_gallery
from materials.worded import worded
from surveys.comparison import Comparison, Difference, Group
from surveys.releasing import steps as steps_of
from surveys.storage import Entry, Storage
from translations.catalogs import Texts
from translations.languages import language
from webapp.audit import Kind
from webapp.clock import now
from webapp.commands.options import (
    echo_json,
    folder_argument,
    json_option,
    many,
    progress,
    steps_option,
)
from webapp.comparing import BY, Results, Wish, release_wave
from webapp.config import settings

VERDICTS = {
    "more": "more than chance alone would make",
    "fewer": "fewer than chance alone would make",
    "unclear": "no more than chance could make",
    "unsaid": "cannot be tested",
}


demo_option = click.option(
    "--demo", "as_demo", is_flag=True, help="The made-up answers of `philos serve --demo`."
)


@click.command(epilog="Example: philos release leipzig-east --wave summer-2026")
@folder_argument
@click.option("--wave", required=True, help="A wave that is closed.")
@click.option("--again", metavar="REASON", help="Release once more; the log keeps why.")
@click.option("--by", default="", help="Whose name the log keeps.")
@demo_option
@steps_option
@json_option
def release(
    folder: Path,
    *,
    wave: str,
    again: str | None,
    by: str,
    as_demo: bool,
    steps: bool,
    as_json: bool,
) -> None:
    """Release the results of a closed wave, when every sheet of paper is typed in.

    From then on they are what pages, pictures, reports and exports show; later answers and
    deletions change nothing of them, so that nobody's answer can be told from a difference.
    """
    campaign = load(folder)
    storage = _opened(folder, demo=as_demo)
    moment = now(campaign.zone)
    with progress(steps_of(campaign.instruments), "Release", steps=steps) as step:
        made = release_wave(
            storage, campaign, wave, moment.date(), again=again is not None, step=step
        )
    storage.log(Entry(minute=moment, name=by, kind=Kind.RELEASED, subject=wave, reason=again or ""))
    storage.close()
    forget_gallery(folder)
    if as_json:
        echo_json({"wave": made.wave, "released": f"{made.released}", "responses": made.responses})
    else:
        click.echo(f"{wave}: {many(made.responses, 'response')}, released on {made.released}.")


@click.command(epilog="Example: philos results leipzig-east --by wave --question dark --json")
@folder_argument
@click.option("--by", type=click.Choice(BY), default="place", show_default=True)
@click.option("--survey", help="Default: the survey of the campaign.")
@click.option("--question", help="Default: the survey's core question.")
@click.option("--wave", help="Default: the newest that is released.")
@click.option("--place", help="By wave: of this place alone.")
@click.option("--group", "groups", multiple=True, help="Compare these with each other.")
@demo_option
@json_option
def results(
    folder: Path,
    *,
    by: str,
    survey: str | None,
    question: str | None,
    wave: str | None,
    place: str | None,
    groups: tuple[str, ...],
    as_demo: bool,
    as_json: bool,
) -> None:
    """Compare the answers to a question, within a released wave or over waves."""
    campaign = load(folder)
    storage = _opened(folder, demo=as_demo)
    wish = Wish(survey=survey, question=question, by=by, wave=wave, place=place, groups=groups)
    comparison = Results(campaign, storage, made_up=as_demo).compare(wish)
    storage.close()
    document = comparison.to_json()
    if as_json:
        echo_json(document | {"demo": as_demo})
        return
    click.echo(f"{document['text']} {document['row'] or ''}".strip())
    for group in comparison.groups:
        click.echo(f"  {group.name:<28} {_said(group, document['counted'])}")
    for difference in comparison.differences:
        click.echo(f"  {_compared(comparison, difference)}")
    for sentence in _cautions(comparison, {each.id: each.name for each in campaign.waves}):
        click.echo(f"  {sentence}")
    click.echo(document["caveat"])


def _cautions(comparison: Comparison, waves: dict[str, str]) -> Iterator[str]:
    """Yield what must be said beside the figures, as the pages say it."""
    words = worded(Texts(language("en")), waves)
    said = [words.without(group) for group in comparison.groups]
    said += [words.note(each) for group in comparison.groups for each in group.notes]
    said += [words.note(each) for each in comparison.notes]
    yield from dict.fromkeys(filter(None, (each.striptags() for each in said)))


def _opened(folder: Path, *, demo: bool) -> Storage:
    """Return the storage of a campaign; raise StorageError where its schema is not up to date."""
    chosen = settings(folder, demo=demo)
    storage = Storage(chosen.database_url, chosen.secret)
    storage.require_current()
    return storage


def _said(group: Group, counted: str) -> str:
    if group.row.n == 0:
        return "no answers"
    if group.interval is None:
        return "too few answers to show"
    low, high = (f"{100 * end:.0f}" for end in group.interval)
    return f"{group.row.adverse} of {group.row.n} {counted}, {low} to {high} %"


def _compared(comparison: Comparison, difference: Difference) -> str:
    names = {group.id: group.name for group in comparison.groups} | {"rest": "all the others"}
    pair = f"{names[difference.one]} and {names[difference.other]}"
    if difference.estimate is None or difference.interval is None:
        return f"{pair}: {VERDICTS[difference.verdict]}"
    low, high = (f"{100 * end:+.0f}" for end in difference.interval)
    return (
        f"{pair}: {100 * difference.estimate:+.0f} points ({low} to {high}), "
        f"{VERDICTS[difference.verdict]}"
    )
