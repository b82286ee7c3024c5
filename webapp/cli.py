"""The command `philos`: exit code 0 for success, 1 for a finding, 2 for wrong use."""

import json
import os
import socket
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from materials.build import BuildError, build, preview
from materials.campaign import Campaign, blanks, load
from materials.example import ExampleError, write_example
from materials.sheets import Sheet, sheets, targets
from surveys.comparison import ComparisonError, core
from surveys.comparison import load as load_comparison
from surveys.documents import DocumentError
from surveys.links import LinkError
from surveys.storage import Dimension, Storage, StorageError
from translations.catalogs import CatalogError, catalog, read_po, usable
from translations.catalogs import home as translations_home
from translations.languages import languages
from translations.review import State
from translations.upkeep import DOMAINS, refreshed
from webapp import auth, demo
from webapp.config import DEMO, FOLDER, Settings, settings
from webapp.service import headings, latest_wave, now

ERRORS = (
    BuildError,
    CatalogError,
    ComparisonError,
    DocumentError,
    ExampleError,
    LinkError,
    StorageError,
    OSError,
)
LOOPBACK = "127.0.0.1"


class _Philos(click.Group):
    """A command whose errors are sentences."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ERRORS as error:
            click.echo(_sentence(error), err=True)
            ctx.exit(1)


def _sentence(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{error.filename or 'The system'}: {error.strerror or error}."
    return str(error)


_folder = click.argument(
    "folder", metavar="[DIR]", default=".", type=click.Path(file_okay=False, path_type=Path)
)
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


def _echo_json(document: object) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=1))


@click.group(cls=_Philos, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="philos")
def main() -> None:
    """Printed matter, a survey behind its QR code, and honest comparison.

    DIR is the campaign's folder, the current one if left out.
    """


@main.command(epilog="Example: philos init leipzig-east")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def init(folder: Path) -> None:
    """Write an example campaign that prints at once."""
    write_example(folder, date.today())  # noqa: DTZ011  the day on the coordinator's own desk
    click.echo(f"{folder}/campaign.toml is written. Next: philos print {folder}")


@main.command(epilog="Example: philos check leipzig-east")
@_folder
@_json
def check(folder: Path, *, as_json: bool) -> None:
    """Say everything that is wrong or still blank, before a sheet is printed."""
    campaign = load(folder)
    preview(campaign, folder, sheets(campaign))
    found = blanks(campaign, now(campaign.zone).date())
    if as_json:
        _echo_json({"findings": [vars(finding) for finding in found]})
    else:
        for finding in found:
            click.echo(finding)
        click.echo(
            f"{_many(len(found), 'thing')} to see to." if found else "Nothing is wrong or blank."
        )
    sys.exit(1 if found else 0)


@main.command("print", epilog="Example: philos print leipzig-east --language ar --format flyer-a6")
@_folder
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Default: DIR/out.")
@click.option("--language", "tags", multiple=True, help="Only this language; can be repeated.")
@click.option("--topic", multiple=True, help="Only this topic.")
@click.option("--format", "form", multiple=True, help="Only this format.")
@click.option("--place", multiple=True, help="Only this place.")
@click.option("--final", is_flag=True, help="Refuse sheets with text that nobody has reviewed.")
@_json
def print_sheets(
    folder: Path, *, out: Path | None, final: bool, as_json: bool, **wishes: tuple[str, ...]
) -> None:
    """Print the sheets as PDF; each QR code is read back from its page."""
    campaign = load(folder)
    out = out or folder / "out"
    wanted = _wanted(sheets(campaign), **wishes)
    with click.progressbar(
        length=len(wanted), label="Printing", file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:
        run = build(campaign, folder, out, wanted, final=final, progress=bar.update)
    if as_json:
        _echo_json(run.to_json())
        return
    click.echo(f"In {out}: {_many(len(run.entries), 'sheet')}, {run.printed} printed anew.")
    drafts = {entry.language for entry in run.entries if not entry.reviewed}
    if drafts:
        click.echo(f"With draft mark, since nobody has reviewed the text: {_listed(drafts)}.")
    if found := blanks(campaign, now(campaign.zone).date()):
        click.echo(f"{_many(len(found), 'thing')} to see to before you hand it out: philos check")


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names))


def _wanted(
    found: Sequence[Sheet],
    *,
    tags: tuple[str, ...],
    topic: tuple[str, ...],
    form: tuple[str, ...],
    place: tuple[str, ...],
) -> list[Sheet]:
    """Return the sheets that the options let through; refuse a name that no sheet has."""
    for option, names, known in (
        ("--language", tags, {sheet.tag for sheet in found}),
        ("--topic", topic, {sheet.topic.id for sheet in found}),
        ("--format", form, {sheet.format.id for sheet in found}),
        ("--place", place, {sheet.place for sheet in found}),
    ):
        if lacking := set(names) - known:
            raise click.BadParameter(
                f"{_listed(lacking)} is not in the campaign; choose from {_listed(known)}.",
                param_hint=option,
            )
    wanted = [
        sheet
        for sheet in found
        if (not tags or sheet.tag in tags)
        and (not topic or sheet.topic.id in topic)
        and (not form or sheet.format.id in form)
        and (not place or sheet.place in place)
    ]
    if not wanted:
        raise click.UsageError("The campaign has no sheet that is all of this; ask for less.")
    return wanted


def _storage(chosen: Settings) -> Storage:
    """Return the storage with its schema brought up to date."""
    storage = Storage(chosen.database_url, chosen.secret)
    storage.upgrade()
    return storage


@main.command(epilog="Example: philos serve leipzig-east --port 8080")
@_folder
@click.option("--host", default=LOOPBACK, show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option(
    "--demo", "as_demo", is_flag=True, help="With made-up answers, in a base of their own."
)
def serve(folder: Path, *, host: str, port: int, as_demo: bool) -> None:
    """Publish the campaign's surveys and links, and serve them."""
    campaign = load(folder)
    _check_port(host, port)
    chosen = settings(folder, demo=as_demo)
    storage = _storage(chosen)
    found = sheets(campaign)
    today = now(campaign.zone).date()
    storage.publish(targets(found).values(), campaign.instruments.values(), today)
    for line in _addresses(campaign, found, f"http://{host}:{port}"):
        click.echo(line)
    if as_demo:
        click.echo(
            f"Made-up answers: {demo.fill(storage, campaign, targets(found).values(), today)}."
        )
        click.echo(f"Sign in as demo with {auth.renew_demo(storage)}")
    storage.close()
    os.environ[FOLDER] = str(folder.resolve())
    if as_demo:
        os.environ[DEMO] = "1"
    Granian(
        "webapp:create_app",
        host,
        port,
        interface=Interfaces.WSGI,
        factory=True,
        blocking_threads=4,
        websockets=False,
        log_level=LogLevels.warning,
    ).serve()


def _check_port(host: str, port: int) -> None:
    """Raise OSError in our words where somebody else listens already."""
    try:
        socket.create_server((host, port)).close()
    except OSError as error:
        raise OSError(
            error.errno,
            f"cannot be listened on ({error.strerror}); try another --port",
            f"{host}:{port}",
        ) from error


def _addresses(campaign: Campaign, found: Sequence[Sheet], base: str) -> list[str]:
    """Return what to open, the first sheet of each language as an example."""
    first = {sheet.tag: sheet for sheet in reversed(found)}
    lines = [
        f"  {languages()[tag].endonym:<16} {base}/{first[tag].codes[0]}"
        for tag in campaign.languages
        if tag in first
    ]
    return [
        f"{campaign.title}: {base}/",
        "A survey as each sheet opens it:",
        *lines,
        f"Results: {base}/staff/results, with an account of `philos user add NAME`",
        "Stop with Ctrl-C.",
    ]


@main.command(epilog="Example: philos results leipzig-east --by wave --question dark --json")
@_folder
@click.option("--by", type=click.Choice(["place", "wave"]), default="place", show_default=True)
@click.option("--survey", help="Default: the survey of the campaign.")
@click.option("--question", help="Default: the survey's core question.")
@click.option("--wave", help="Default: the wave that is open or was the last to be.")
@click.option(
    "--demo", "as_demo", is_flag=True, help="The made-up answers of `philos serve --demo`."
)
@_json
def results(
    folder: Path,
    *,
    by: Dimension,
    survey: str | None,
    question: str | None,
    wave: str | None,
    as_demo: bool,
    as_json: bool,
) -> None:
    """Compare the answers to a question, by place within a wave or by wave."""
    campaign = load(folder)
    chosen = settings(folder, demo=as_demo)
    storage = Storage(chosen.database_url, chosen.secret)
    storage.require_current()
    today = now(campaign.zone).date()
    instrument = campaign.instruments[
        _one_of("--survey", survey, campaign.survey, campaign.instruments)
    ]
    waves = [each.id for each in campaign.waves]
    within = (
        _one_of("--wave", wave, latest_wave(campaign, today).id, waves) if by == "place" else None
    )
    comparison = load_comparison(
        storage,
        campaign=campaign.id,
        instrument=instrument,
        question=question or core(instrument).id,
        by=by,
        headings=headings(campaign, by, within, today),
        wave=within,
    )
    document = comparison.to_json()
    if as_json:
        _echo_json(document | {"demo": as_demo})
        return
    click.echo(f"{document['text']} {document['row'] or ''}".strip())
    for group in comparison.groups:
        if group.n is None:
            said = "too few answers to show"
        elif not group.interval:
            said = "no answers yet"
        else:
            low, high = (f"{100 * end:.0f}" for end in group.interval)
            said = f"{group.adverse} of {group.n} {document['counted']}, {low} to {high} %"
        click.echo(f"  {group.name:<28} {said}{' (provisional)' if group.open else ''}")
    click.echo(document["caveat"])


def _one_of(option: str, wish: str | None, default: str, known: Sequence[str] | Any) -> str:
    if wish and wish not in known:
        raise click.BadParameter(
            f"{wish} is not known; choose from {', '.join(known)}.", param_hint=option
        )
    return wish or default


@main.group()
def user() -> None:
    """Keep the accounts of coordinators."""


@user.command("add", epilog="Example: philos user add anna leipzig-east")
@click.argument("name")
@_folder
@click.password_option(help="Asked for if left out, which keeps it out of the shell's history.")
def user_add(name: str, folder: Path, *, password: str) -> None:
    """Add an account, or give the one of this name a new password."""
    campaign = load(folder)
    if len(password) < auth.SHORTEST_PASSWORD:
        raise click.BadParameter(
            f"The password needs {auth.SHORTEST_PASSWORD} characters or more.",
            param_hint="--password",
        )
    _storage(settings(folder)).set_password_hash(name, auth.hashed(password))
    click.echo(f"{name} can sign in to {campaign.title}.")


@main.group()
def db() -> None:
    """Keep the database."""


@db.command(epilog="Example: philos db upgrade leipzig-east")
@_folder
def upgrade(folder: Path) -> None:
    """Bring the database to this version's schema."""
    load(folder)
    _storage(settings(folder)).close()
    click.echo("The database is up to date.")


@main.group()
def translate() -> None:
    """Keep the catalogues of translations; extract, update and check run in the source folder."""


@translate.command(epilog="Example: philos translate status")
@_json
def status(*, as_json: bool) -> None:
    """Count the texts of each language by how far they can be trusted."""
    document: dict[str, dict[str, dict[str, int]]] = {}
    for domain in DOMAINS:
        total = len(read_po(translations_home() / f"{domain}.pot"))
        for row in usable(domain):
            known = Counter(message.state for message in catalog(row.tag, domain).values())
            known[State.SOURCE if row.fallback is None else State.MISSING] += total - known.total()
            document.setdefault(domain, {})[row.tag] = {
                state.value: known[state] for state in State if known[state]
            }
    if as_json:
        _echo_json(document)
        return
    for domain, rows in document.items():
        for tag, counts in rows.items():
            said = ", ".join(f"{n} {state}" for state, n in counts.items())
            click.echo(f"{domain:<8} {tag:<8} {said}")


@translate.command(epilog="Example: philos translate update")
def update() -> None:
    """Write every template and catalogue anew after the sources; texts that are there stay."""
    for path, text in refreshed(Path(), list(languages().values())).items():
        path.write_text(text, "utf-8")
        click.echo(path)


@translate.command("check", epilog="Example: philos translate check")
def check_catalogs() -> None:
    """Exit 1 where a template or a catalogue is not as the sources are."""
    stale = [
        path
        for path, text in refreshed(Path(), list(languages().values())).items()
        if not path.is_file() or path.read_text("utf-8") != text
    ]
    for path in stale:
        click.echo(f"{path} is not as its sources are; run `philos translate update`.", err=True)
    sys.exit(1 if stale else 0)
