"""Serve: the survey and its results."""

import os
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

from materials.blanks import require_controller
from materials.campaign import Campaign, load
from materials.sheets import Sheet, published, sheets, targets
from surveys.comparison import Comparison, core
from surveys.comparison import load as load_comparison
from surveys.storage import Dimension, Storage
from translations.languages import languages
from webapp import auth, demo
from webapp.clock import now
from webapp.commands.keeping import upgraded
from webapp.commands.options import echo_json, folder_argument, json_option
from webapp.config import DEMO, FOLDER, WORKERS, settings
from webapp.service import headings, latest_wave

LOOPBACK = "127.0.0.1"
THREADS = 16  # of a worker: so many answers can share a commit


@click.command(epilog="Example: philos serve leipzig-east --port 8080")
@folder_argument
@click.option("--host", default=LOOPBACK, show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option(
    "--workers",
    default=os.cpu_count() or 1,
    show_default="one for each core",
    type=click.IntRange(1, 64),
    help="Processes that answer.",
)
@click.option(
    "--demo", "as_demo", is_flag=True, help="With made-up answers, in a base of their own."
)
def serve(folder: Path, *, host: str, port: int, workers: int, as_demo: bool) -> None:
    """Publish the campaign's surveys and links, and serve them."""
    campaign = load(folder)
    require_controller(campaign)
    _check_port(host, port)
    chosen = settings(folder, demo=as_demo)
    storage = upgraded(chosen)
    found = sheets(campaign)
    today = now(campaign.zone).date()
    storage.publish(published(campaign).values(), campaign.instruments.values(), today)
    for line in _addresses(campaign, found, f"http://{host}:{port}"):
        click.echo(line)
    if as_demo:
        click.echo(
            f"Made-up answers: {demo.fill(storage, campaign, targets(found).values(), today)}."
        )
        click.echo(f"Sign in as demo with {auth.renew_demo(storage)}")
    storage.close()
    os.environ[FOLDER] = str(folder.resolve())
    os.environ[WORKERS] = str(workers)
    if as_demo:
        os.environ[DEMO] = "1"
    Granian(
        "webapp.app:worker",
        host,
        port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=workers,
        blocking_threads=THREADS,
        respawn_failed_workers=True,
        websockets=False,
        http=HTTPModes.http1,
        log_level=LogLevels.error,
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


@click.command(epilog="Example: philos results leipzig-east --by wave --question dark --json")
@folder_argument
@click.option("--by", type=click.Choice(["place", "wave"]), default="place", show_default=True)
@click.option("--survey", help="Default: the survey of the campaign.")
@click.option("--question", help="Default: the survey's core question.")
@click.option("--wave", help="Default: the wave that is open or was the last to be.")
@click.option(
    "--demo", "as_demo", is_flag=True, help="The made-up answers of `philos serve --demo`."
)
@json_option
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
        echo_json(document | {"demo": as_demo})
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
    for line in _bursts(comparison):
        click.echo(line)
    click.echo(document["caveat"])


def _bursts(comparison: Comparison) -> Iterator[str]:
    """Yield what answers that came conspicuously close together change."""
    for group in comparison.groups:
        if group.without_bursts and group.share is not None:
            yield (
                f"{group.name}: without {group.without_bursts.left_out} answers that came "
                f"conspicuously close together it would be {group.without_bursts.share:.0%} "
                f"instead of {group.share:.0%}."
            )
    if comparison.bursts_hidden:
        yield (
            "Some answers came conspicuously close together; what they change is hidden, since "
            "single persons could be told from it."
        )
    if comparison.bursts_unsaid:
        yield "Of some links it cannot be said yet whether their answers came close together."


def _one_of(option: str, wish: str | None, default: str, known: Sequence[str] | Any) -> str:
    if wish and wish not in known:
        raise click.BadParameter(
            f"{wish} is not known; choose from {', '.join(known)}.", param_hint=option
        )
    return wish or default
