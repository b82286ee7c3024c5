"""Print: from a campaign's folder to sheets, and from a sheet back to where it comes from."""

import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

import click

from materials import questionnaire
from materials.blanks import blanks
from materials.build import build, made_for, plan
from materials.campaign import MOST_COPIES, load
from materials.example import write_example
from materials.formats import PAPERS
from materials.gallery import HOME
from materials.previews import artworks, look
from materials.production import Options
from materials.sheets import (
    Output,
    Questionnaire,
    Sheet,
    matching,
    published,
    questionnaires,
    ready,
    sheets,
)
from surveys import recordings
from webapp.clock import now
from webapp.commands.options import (
    MM,
    echo_json,
    folder_argument,
    json_option,
    listed,
    many,
    progress,
    steps_option,
)
from webapp.giving import with_results

COPIES = click.IntRange(1, MOST_COPIES)


@click.command(epilog="Example: philos init leipzig-east")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def init(folder: Path) -> None:
    """Write an example campaign that prints at once."""
    write_example(folder, date.today())  # noqa: DTZ011  the day on the coordinator's own desk
    click.echo(f"{folder}/campaign.toml is written. Next: philos print {folder}")


@click.command(epilog="Example: philos check leipzig-east")
@folder_argument
@json_option
def check(folder: Path, *, as_json: bool) -> None:
    """Say everything that is wrong or still blank, before a sheet is printed."""
    campaign = with_results(load(folder), folder)
    published(campaign)
    plan(campaign, folder, ready(campaign, sheets(campaign)))
    questionnaire.plan(campaign, folder, questionnaires(campaign))
    found = [
        *blanks(campaign, now(campaign.zone).date()),
        *recordings.findings(folder, campaign.instruments.values(), campaign.languages),
    ]
    if as_json:
        echo_json({"findings": [vars(finding) for finding in found]})
    else:
        for finding in found:
            click.echo(finding)
        click.echo(
            f"{many(len(found), 'thing')} to see to." if found else "Nothing is wrong or blank."
        )
    sys.exit(1 if found else 0)


@click.command("print", epilog="Example: philos print leipzig-east --language ar --format flyer-a6")
@folder_argument
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Default: DIR/out.")
@click.option("--language", "tags", multiple=True, help="Only this language; can be repeated.")
@click.option("--topic", multiple=True, help="Only this topic.")
@click.option("--format", "form", multiple=True, help="Only this format.")
@click.option("--place", multiple=True, help="Only this place.")
@click.option(
    "--for",
    "outputs",
    multiple=True,
    type=click.Choice([output.value for output in Output]),
    help="For the screen, an office printer or a printing press; can be repeated.",
)
@click.option("--copies", type=COPIES, help="So many of each sheet; default: the campaign's.")
@click.option("--sheet", "labels", help="Stickers: the number of the sheet of labels, L7160.")
@click.option("--start-at", default=1, help="Stickers: the first label that is still there.")
@click.option("--shift", type=(MM, MM), default=(0, 0), help="Stickers: mm right and down.")
@click.option(
    "--paper", type=click.Choice(list(PAPERS)), help="Press: several copies, with crop marks."
)
@click.option("--gutter", type=MM, default=0, help="Press: mm between the copies.")
@click.option("--flip", type=click.Choice(["long", "short"]), default="long", help="Turned at.")
@click.option("--marks", is_flag=True, help="Press: crop marks outside the bleed.")
@click.option("--final", is_flag=True, help="Refuse sheets with text that nobody has reviewed.")
@json_option
@steps_option
def print_sheets(
    folder: Path,
    *,
    out: Path | None,
    outputs: tuple[str, ...],
    copies: int | None,
    final: bool,
    as_json: bool,
    steps: bool,
    **others: Any,
) -> None:
    """Print the sheets as PDF; each QR code is read back from its page."""
    campaign = with_results(load(folder), folder)
    out = out or folder / "out"
    wishes = {name: others.pop(name) for name in ("tags", "topic", "form", "place")}
    every = sheets(campaign)
    can_be_made = ready(campaign, every)
    wanted = _wanted(every if wishes["topic"] else can_be_made, **wishes)
    if copies:
        wanted = [_in_copies(sheet, copies) for sheet in wanted]
    asked = [Output(output) for output in outputs]
    files = sum(len(made_for(sheet, asked)) for sheet in wanted)
    with progress(files, "Printing", steps=steps) as tell:
        run = build(
            campaign,
            folder,
            out,
            wanted,
            outputs=asked,
            options=Options(**others),
            final=final,
            progress=tell,
        )
    if as_json:
        echo_json(run.to_json())
        return
    click.echo(f"In {out}: {many(len(run.entries), 'file')}, {run.printed} printed anew.")
    drafts = {entry.language for entry in run.entries if not entry.reviewed}
    if drafts:
        click.echo(f"With draft mark, since nobody has reviewed the text: {listed(drafts)}.")
    if waiting := len(every) - len(can_be_made):
        click.echo(f"Waiting until a wave is released: {many(waiting, 'sheet')} of results.")
    if found := blanks(campaign, now(campaign.zone).date()):
        click.echo(f"{many(len(found), 'thing')} to see to before you hand it out: philos check")


def _wanted(
    found: Sequence[Sheet],
    *,
    tags: tuple[str, ...],
    topic: tuple[str, ...],
    form: tuple[str, ...],
    place: tuple[str, ...],
) -> list[Sheet]:
    """Return the sheets that the options let through; refuse a name that no sheet has."""
    _check_wishes(
        ("--language", tags, {sheet.tag for sheet in found}),
        ("--topic", topic, {sheet.topic.id for sheet in found}),
        ("--format", form, {sheet.format.id for sheet in found}),
        ("--place", place, {sheet.place for sheet in found}),
    )
    wanted = matching(found, topics=topic, formats=form, languages=tags, places=place)
    if not wanted:
        raise click.UsageError("The campaign has no sheet that is all of this; ask for less.")
    return wanted


def _in_copies(sheet: Sheet, copies: int) -> Sheet:
    """Return a sheet in so many copies; refuse more than it has codes for."""
    if sheet.material.serials and copies > len(sheet.targets):
        raise click.UsageError(
            f"The campaign has {len(sheet.targets)} codes for {sheet}; for more, raise copies in "
            "campaign.toml, and start `philos serve` anew."
        )
    return sheet.of(copies)


def _check_wishes(*wishes: tuple[str, tuple[str, ...], set[str]]) -> None:
    """Refuse an option that names what no sheet of the campaign has."""
    for option, names, known in wishes:
        if lacking := set(names) - known:
            raise click.BadParameter(
                f"{listed(lacking)} is not in the campaign; choose from {listed(known)}.",
                param_hint=option,
            )


@click.command(epilog="Example: philos paper leipzig-east --language ar --place rabet")
@folder_argument
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Default: DIR/out.")
@click.option("--survey", multiple=True, help="Only this survey; can be repeated.")
@click.option("--language", "tags", multiple=True, help="Only this language.")
@click.option("--place", multiple=True, help="Only this place.")
@click.option("--copies", type=COPIES, help="So many; default: all of the campaign.")
@click.option("--first", default=1, type=click.IntRange(1), help="The first serial number.")
@click.option("--final", is_flag=True, help="Refuse sheets with text that nobody has reviewed.")
@json_option
@steps_option
def paper(
    folder: Path,
    *,
    out: Path | None,
    copies: int | None,
    first: int,
    final: bool,
    as_json: bool,
    steps: bool,
    **wishes: tuple[str, ...],
) -> None:
    """Print the survey on paper, a sheet for each copy; its code is read back from each.

    What comes back is typed in at /staff/entry of `philos serve`.
    """
    campaign = load(folder)
    out = out or folder / "out"
    wanted = _on_paper(questionnaires(campaign), **wishes)
    wanted = [_some_copies(sheet, first, copies) for sheet in wanted]
    with progress(len(wanted), "Printing", steps=steps) as tell:
        entries = questionnaire.build(campaign, folder, out, wanted, final=final, progress=tell)
    if as_json:
        echo_json({"questionnaires": [entry.to_json() for entry in entries]})
        return
    sheets_in_all = sum(entry.copies for entry in entries)
    click.echo(f"In {out}/paper: {many(len(entries), 'file')}, {many(sheets_in_all, 'sheet')}.")
    if drafts := {entry.language for entry in entries if not entry.reviewed}:
        click.echo(f"With draft mark, since nobody has reviewed the text: {listed(drafts)}.")
    click.echo("Print on both sides, at 100 %, turned at the long edge.")


def _on_paper(
    found: Sequence[Questionnaire],
    *,
    survey: tuple[str, ...],
    tags: tuple[str, ...],
    place: tuple[str, ...],
) -> list[Questionnaire]:
    """Return the questionnaires that the options let through."""
    if not found:
        raise click.UsageError(
            "The campaign asks nothing on paper; write a table [paper] with copies = 50 into "
            "campaign.toml."
        )
    _check_wishes(
        ("--survey", survey, {sheet.survey for sheet in found}),
        ("--language", tags, {sheet.tag for sheet in found}),
        ("--place", place, {sheet.place for sheet in found}),
    )
    return [
        sheet
        for sheet in found
        if (not survey or sheet.survey in survey)
        and (not tags or sheet.tag in tags)
        and (not place or sheet.place in place)
    ]


def _some_copies(sheet: Questionnaire, first: int, copies: int | None) -> Questionnaire:
    """Return a questionnaire with those of its copies that are asked for."""
    last = first + copies - 1 if copies else len(sheet.targets)
    if not first <= last <= len(sheet.targets):
        raise click.UsageError(
            f"The campaign has the sheets 1 to {len(sheet.targets)} of each questionnaire; for "
            "more, raise copies in [paper] of campaign.toml, and start `philos serve` anew."
        )
    return replace(sheet, targets=sheet.targets[first - 1 : last])


@click.command(hidden=True, epilog="Example: philos gallery leipzig-east")
@folder_argument
@json_option
@steps_option
def gallery(folder: Path, *, as_json: bool, steps: bool) -> None:
    """Draw a preview of every sheet for /staff/materials of `philos serve`, which asks for it."""
    campaign = with_results(load(folder), folder)
    with progress(len(artworks(campaign)), "Drawing", steps=steps) as tell:
        found = look(campaign, folder, folder / "out", progress=tell)
    if as_json:
        echo_json({"artworks": [asdict(artwork) for artwork in found]})
    else:
        click.echo(f"{many(len(found.artworks), 'preview')} in {folder / HOME}.")
