"""The waves of a campaign as coordinators see them: how far each is, and its release being made."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from materials.campaign import Campaign
from materials.waves import Wave
from surveys.release import Release
from webapp.jobs import RELEASE, Job, Jobs

_WAVE = "--wave="


class Stage(StrEnum):
    """How far a wave is."""

    COMING = "coming"
    RUNNING = "running"
    CLOSED = "closed"  # and not released
    RELEASED = "released"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A wave, how far it is, and its release where there is one."""

    wave: Wave
    stage: Stage
    release: Release | None
    today: date

    @property
    def days_left(self) -> int:
        """Return on how many days it can still be answered, today included."""
        return (self.wave.closes - self.today).days + 1

    @property
    def last(self) -> date:
        """Return the last day on which anything can have come so far."""
        return min(self.wave.closes, self.today)


def standings(campaign: Campaign, releases: Iterable[Release], today: date) -> list[Standing]:
    """Return how far each wave is, in their order of time."""
    known = {release.wave: release for release in releases}
    return [
        Standing(
            wave=wave, stage=_stage(wave, known, today), release=known.get(wave.id), today=today
        )
        for wave in sorted(campaign.waves, key=lambda wave: wave.opens)
    ]


def _stage(wave: Wave, released: Iterable[str], today: date) -> Stage:
    if wave.id in released:
        return Stage.RELEASED
    if today < wave.opens:
        return Stage.COMING
    return Stage.CLOSED if today > wave.closes else Stage.RUNNING


def making(jobs: Jobs, wave: str) -> Job | None:
    """Return the job that released a wave last, or is about to."""
    wanted = f"{_WAVE}{wave}"
    found = (job for job in jobs.all() if job.asked.command == RELEASE)
    return next((job for job in found if wanted in job.asked.arguments), None)


def being_made(jobs: Jobs) -> set[str]:
    """Return the waves that are being released right now, or are about to."""
    return {
        argument.removeprefix(_WAVE)
        for job in jobs.all()
        if job.asked.command == RELEASE and job.status.open
        for argument in job.asked.arguments
        if argument.startswith(_WAVE)
    }


def ask(jobs: Jobs, wave: str, *, by: str, reason: str, demo: bool) -> None:
    """Let a wave be released in the background; nothing happens where it is being so already.

    ``reason`` is why it is released once more, empty for the first time. Raise QueueFullError
    where too much is waiting.
    """
    job = making(jobs, wave)
    if job is None or not job.status.open:
        again = [f"--again={reason}"] if reason else []
        arguments = [f"{_WAVE}{wave}", f"--by={by}", *again, *(["--demo"] if demo else [])]
        jobs.ask(RELEASE, arguments, by=by)
