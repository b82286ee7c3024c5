"""Keep: the database, and what residents wrote."""

import sys
from pathlib import Path

import click

from materials.campaign import load
from surveys.storage import Storage
from webapp.clock import now
from webapp.commands.options import echo_json, folder_argument, json_option, many
from webapp.config import Settings, settings


def upgraded(chosen: Settings) -> Storage:
    """Return the storage with its schema brought up to date."""
    storage = Storage(chosen.database_url, chosen.secret)
    storage.upgrade()
    return storage


def ready(folder: Path) -> Storage:
    """Return the storage of a campaign; raise StorageError where its schema is not up to date."""
    chosen = settings(folder)
    storage = Storage(chosen.database_url, chosen.secret)
    storage.require_current()
    return storage


@click.group()
def db() -> None:
    """Keep the database."""


@db.command(epilog="Example: philos db upgrade leipzig-east")
@folder_argument
def upgrade(folder: Path) -> None:
    """Bring the database to this version's schema."""
    load(folder)
    upgraded(settings(folder)).close()
    click.echo("The database is up to date.")


@db.command(epilog="Example: philos db retention leipzig-east --dry-run")
@folder_argument
@click.option("--dry-run", is_flag=True, help="Only say what would be deleted.")
@json_option
def retention(folder: Path, *, dry_run: bool, as_json: bool) -> None:
    """Delete answers, texts and lines of the log that are too old; the counts stay.

    What is left is written anew, so that no file tells what was written when. Run it every night.
    """
    campaign = load(folder)
    storage = ready(folder)
    today = now(campaign.zone).date()
    kept = campaign.retention
    days = kept.responses_before(today), kept.texts_before(today)
    found = (storage.outdated if dry_run else storage.retain)(campaign.id, *days)
    log_before = kept.log_before(today)
    entries = (storage.outdated_entries if dry_run else storage.forget_entries)(log_before)
    storage.close()
    if as_json:
        before = {"responses_before": f"{days[0]}", "texts_before": f"{days[1]}"}
        log = {"log_before": f"{log_before}", "log_entries": entries}
        echo_json({"dry_run": dry_run, **before, **log, **vars(found)})
        return
    click.echo(
        f"{'Would be deleted' if dry_run else 'Deleted'}: "
        f"{many(found.responses, 'response')} from before {days[0]}, "
        f"{many(found.texts, 'text')} from before {days[1]}, "
        f"{many(entries, 'line')} of the log from before {log_before}."
    )


@db.command(epilog="Example: philos db recount leipzig-east --repair")
@folder_argument
@click.option("--repair", is_flag=True, help="Set right what is wrong, while nobody writes.")
@json_option
def recount(folder: Path, *, repair: bool, as_json: bool) -> None:
    """Count all responses anew, and say whether the counts that are kept beside them are right.

    It looks at every response, and may be run while answers come in.
    """
    load(folder)
    storage = ready(folder)
    wrong = storage.repair() if repair else storage.recount()
    storage.close()
    found = sum(map(len, wrong.values()))
    if as_json:
        echo_json({"repaired": repair, **{table: len(cells) for table, cells in wrong.items()}})
    elif not found:
        click.echo("Every count is right.")
    else:
        said = ", ".join(f"{len(cells)} of {table}" for table, cells in wrong.items() if cells)
        click.echo(f"{'Set right' if repair else 'Wrong'}: {said}.")
    sys.exit(1 if found and not repair else 0)


@click.command(epilog="Example: philos texts leipzig-east --release 1a2b3c4d")
@folder_argument
@click.option("--release", metavar="NUMBER", multiple=True, help="Let others see this text.")
@click.option("--reject", metavar="NUMBER", multiple=True, help="Delete this text.")
@json_option
def texts(
    folder: Path, *, release: tuple[str, ...], reject: tuple[str, ...], as_json: bool
) -> None:
    """List what residents wrote and nobody has read yet; let others see it, or delete it."""
    campaign = load(folder)
    storage = ready(folder)
    decisions = [(storage.release_text, number) for number in release]
    decisions += [(storage.reject_text, number) for number in reject]
    missed = [number for decide, number in decisions if not decide(campaign.id, number)]
    held = storage.held_texts(campaign.id)
    released = len(storage.released_texts(campaign.id))
    storage.close()
    if missed:
        raise click.BadParameter(
            f"No text with the number {', '.join(missed)} is held; it was decided on, or its "
            "writer has changed it. Read it again.",
            param_hint="--release, --reject",
        )
    if as_json:
        echo_json({"held": [vars(text) for text in held], "released": released})
        return
    for text in held:
        click.echo(f"{text.number}  {text.survey} {text.item}: {text.body}")
    click.echo(f"{many(len(held), 'text')} to read, {released} released.")
