"""Serve: the survey and its results."""

import os
import socket
from collections.abc import Sequence
from pathlib import Path

import click
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

from materials.blanks import require_controller
from materials.campaign import Campaign, load
from materials.gallery import forget_gallery
from materials.sheets import Sheet, published, sheets, targets
from translations.languages import languages
from webapp import auth, demo
from webapp.clock import now
from webapp.commands.keeping import upgraded
from webapp.commands.options import folder_argument
from webapp.config import DATABASE, DEMO, FOLDER, WORKERS, settings

LOOPBACK = "127.0.0.1"
THREADS = 16  # of a worker: so many answers can share a commit

PATIENCE = 5  # seconds; a worker that is still starting does not hear that it is to end


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
    account = "as below" if as_demo else "with an account of `philos user add NAME`"
    for line in _addresses(campaign, found, f"http://{host}:{port}", account):
        click.echo(line)
    if as_demo:
        click.echo(
            f"Made-up answers: {demo.fill(storage, campaign, targets(found).values(), today)}."
        )
        click.echo(f"Sign in as demo with {auth.renew_demo(storage)}")
    storage.close()
    forget_gallery(folder)  # it may show the results of another base, such as a trial's
    os.environ[FOLDER] = str(folder.resolve())
    os.environ[WORKERS] = str(workers)
    if as_demo:
        os.environ[DEMO] = "1"
        os.environ[DATABASE] = chosen.database_url  # for what is printed in the background
    Granian(
        "webapp.app:worker",
        host,
        port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=workers,
        blocking_threads=THREADS,
        respawn_failed_workers=True,
        workers_kill_timeout=PATIENCE,
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


def _addresses(campaign: Campaign, found: Sequence[Sheet], base: str, account: str) -> list[str]:
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
        f"Results: {base}/staff/results, {account}",
        "Stop with Ctrl-C.",
    ]
