"""Work: what `philos serve` was asked to do in the background."""

import os
from pathlib import Path

import click

from webapp.commands.options import folder_argument
from webapp.jobs import Jobs

_NICE = 10  # residents who answer go before


@click.command(hidden=True, epilog="Example: philos work leipzig-east")
@folder_argument
def work(folder: Path) -> None:
    """Run the jobs that wait for a campaign, one after the other; `philos serve` starts it."""
    os.nice(_NICE)
    Jobs(folder).work()
