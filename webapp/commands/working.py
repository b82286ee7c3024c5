"""Work: what `philos serve` was asked to do in the background."""

import os
from contextlib import closing
from datetime import datetime
from pathlib import Path

import click

from materials.campaign import load
from webapp.audit import ending
from webapp.commands.keeping import ready
from webapp.commands.options import folder_argument
from webapp.jobs import Job, Jobs

_NICE = 10  # residents who answer go before


@click.command(hidden=True, epilog="Example: philos work leipzig-east")
@folder_argument
@click.option("--turn", type=int, help="The lock, as whoever started this hands it over.")
def work(folder: Path, turn: int | None) -> None:
    """Run the jobs that wait for a campaign, one after the other; `philos serve` starts it."""
    os.nice(_NICE)
    jobs = Jobs(folder)

    def log(job: Job) -> None:
        minute = datetime.fromtimestamp(jobs.ended(job), load(folder).zone)
        with closing(ready(folder)) as storage:
            storage.log(ending(job, minute))

    jobs.work(log, turn)
