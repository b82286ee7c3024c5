"""Jobs in the background: commands of philos, one after the other for each campaign.

A job is a folder of files, which every worker process of the server sees and which outlives them
all. Whoever asks for a job starts `philos work`, a process of its own that takes the turn (a lock
that ends with its holder) and runs what is queued, each as a child process. See
docs/decisions/0018-printing-in-the-background.md.
"""

import fcntl
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from translations.errors import Fault, UserError
from webapp.config import DATABASE, DEMO
from webapp.locks import lock
from webapp.running import Outcome, environment, run

PRINTING = ("print", "paper", "report")  # the commands of jobs that make files
MADE = ("sheets", "questionnaires", "reports")  # the lists in which they tell of them
RELEASE = "release"
READING = (RELEASE, "print", "report", "gallery")  # those that read the database
WHERE = (DATABASE, DEMO)  # the settings that tell where it is
HOME = "instance/jobs"  # below the campaign's folder
DAY = 86_400  # seconds
KEPT = 14 * DAY  # after the end of a job
LARGEST = 2_000_000_000  # bytes of all jobs together; the oldest go first
MOST_QUEUED = 20
_LOCK = "turn"
_ASKED, _STATE, _RESULT = "asked.json", "state.json", "result.json"
_CANCEL, _TOLD, _FILES = "cancel", "told", "files"
_STAGING = ".printing-*"
_TRIES = 20  # for the turn: somebody may just be looking whether it is taken


class Status(StrEnum):
    """Where a job stands; a crashed one was ended by something else than itself."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CRASHED = "crashed"
    CANCELLED = "cancelled"

    @property
    def open(self) -> bool:
        """Return whether a job is still to come to its end."""
        return self in {Status.QUEUED, Status.RUNNING}


class QueueFullError(Exception):
    """So many jobs are waiting that no other is taken."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What was asked for: a command and its options as they would be typed, by whom.

    ``at`` is in ns since 1970. ``wishes`` tells the same as the form had it; ``left_out`` are the
    combinations of them that no sheet has, ``waiting`` the topics that wait for results. A job with
    a ``key`` that failed is not tried again. ``trial`` says in whose log its end belongs: a trial
    has a base of its own; older jobs do not say it, and are told nowhere.
    """

    command: str
    arguments: Sequence[str]
    by: str
    at: int
    wishes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    left_out: Sequence[Mapping[str, str]] = ()
    waiting: Sequence[str] = ()
    key: str = ""
    trial: bool | None = None


@dataclass(frozen=True, kw_only=True)
class State:
    """How far a job is: ``done`` of ``total`` steps; ``faults`` are what it ended with."""

    status: Status
    done: int = 0
    total: int = 0
    faults: tuple[Fault, ...] = ()
    pid: int | None = None
    files: tuple[Mapping[str, Any], ...] = ()  # entries of the manifest, in order


@dataclass(frozen=True, kw_only=True)
class Job:
    """A job by its id, which nobody can guess."""

    id: str
    asked: Asked
    state: State

    @property
    def status(self) -> Status:
        """Return where the job stands."""
        return self.state.status


@dataclass(frozen=True)
class Jobs:
    """The jobs of a campaign's folder."""

    campaign: Path

    @property
    def _home(self) -> Path:
        return self.campaign / HOME

    def ask(
        self,
        command: str,
        arguments: Sequence[str],
        *,
        by: str,
        wishes: Mapping[str, Sequence[str]] | None = None,
        left_out: Sequence[Mapping[str, str]] = (),
        waiting: Sequence[str] = (),
        key: str = "",
    ) -> str:
        """Queue a job and see to it that somebody works; return its id.

        Where the same is queued or running already, it is that one. Raise QueueFullError where
        too much is waiting.
        """
        asked = Asked(
            command=command,
            arguments=list(arguments),
            by=by,
            at=time.time_ns(),
            wishes=wishes or {},
            left_out=list(left_out),
            waiting=list(waiting),
            key=key,
            trial=_in_trial(),
        )
        with self._asking():
            known = self.all()
            if same := next((job for job in known if _is_same(job, asked)), None):
                return same.id
            if sum(job.status.open for job in known) >= MOST_QUEUED:
                raise QueueFullError
            name = secrets.token_hex(16)
            folder = self._home / name
            folder.mkdir(mode=0o700)
            self._write(name, State(status=Status.QUEUED))
            _write(folder / _ASKED, asdict(asked))  # last: with it the job is there
        self.see_to_it()
        return name

    def all(self) -> list[Job]:
        """Return every job, the latest first."""
        names = self._home.iterdir() if self._home.is_dir() else ()
        found = [job for path in names if (job := self.find(path.name))]
        return sorted(found, key=lambda job: -job.asked.at)

    def find(self, name: str) -> Job | None:
        """Return a job by its id, None for what is no job."""
        job = self._read(name)
        if job and job.status is Status.QUEUED and (self._home / name / _CANCEL).exists():
            return replace(job, state=State(status=Status.CANCELLED))
        if job and job.status is Status.RUNNING and not self._is_somebody_at_work():
            job = self._read(name)  # it may have ended just now
            if job and job.status is Status.RUNNING:
                return replace(job, state=replace(job.state, status=Status.CRASHED))
        return job

    def cancel(self, name: str) -> None:
        """Let a job end as soon as can be; nothing happens to one that has ended."""
        if (job := self.find(name)) and job.status.open:
            (self._home / name / _CANCEL).touch()

    def file(self, job: Job, number: int) -> Path | None:
        """Return where a file that a job made lies, None where it made none of this number."""
        path = self._home / job.id / _FILES / f"{number}.pdf"
        return path if 0 <= number < len(job.state.files) and path.is_file() else None

    def ended(self, job: Job) -> float:
        """Return when a job came to its end, in seconds since 1970."""
        paths = (self._home / job.id / name for name in (_STATE, _CANCEL))
        return max(path.stat().st_mtime for path in paths if path.exists())

    def see_to_it(self) -> None:
        """Start a process that works, where something is left to do or to tell and nobody works.

        The turn is handed over to it, so that nobody starts another while it is still starting.
        """
        if not (next(self._queued(), None) or next(self._untold(), None)):
            return
        with lock(self._home / _LOCK, tries=2) as turn:
            if turn is None:
                return
            worker = subprocess.Popen(  # noqa: S603  our own program
                [*PHILOS, "work", str(self.campaign.resolve()), f"--turn={turn}"],
                pass_fds=(turn,),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=environment(*WHERE),
                start_new_session=True,  # it outlives the process that serves pages
            )
        threading.Thread(target=worker.wait, daemon=True).start()

    def work(
        self, tell: Callable[[Job], object] = lambda _: None, given: int | None = None
    ) -> None:
        """Run what is queued, if it is our turn, until nothing is; ``tell`` what came of prints.

        ``given`` is the turn, where it was handed over to us.
        """
        self._home.mkdir(parents=True, exist_ok=True)
        left = True
        while left:
            with lock(self._home / _LOCK, tries=_TRIES, given=given) as turn:
                if turn is None:
                    return
                self._close_crashed()
                self._tell(tell)
                self.clean()
                while job := next(self._queued(), None):
                    self._run(job)
                    self._tell(tell)
            given, left = None, next(self._queued(), None) is not None

    def clean(self, now: float | None = None) -> None:
        """Delete what ended long ago, and the oldest jobs where all are too large."""
        now = time.time() if now is None else now
        room = LARGEST
        for job in self.all():
            folder = self._home / job.id
            room -= sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
            if not job.status.open and (room < 0 or self.ended(job) < now - KEPT):
                (folder / _ASKED).unlink()  # first: without it there is no job
                shutil.rmtree(folder, ignore_errors=True)
        for staging in (self.campaign / "out").glob(_STAGING):  # of a run that was ended by force
            if staging.stat().st_mtime < now - DAY:
                shutil.rmtree(staging, ignore_errors=True)

    def _queued(self) -> Iterator[Job]:
        """Yield the jobs that wait, the first to come first."""
        for job in reversed(self.all()):
            if job.status is Status.QUEUED:
                yield job

    def _untold(self) -> Iterator[Job]:
        """Yield the print jobs that have ended and of which nobody was told, the first first."""
        for job in reversed(self.all()):
            ours = job.asked.command in PRINTING and job.asked.trial is _in_trial()
            if ours and not job.status.open and not (self._home / job.id / _TOLD).exists():
                yield job

    def _tell(self, tell: Callable[[Job], object]) -> None:
        """Tell what came of jobs; what cannot be told now is told before the next one.

        The mark comes last: who is ended in between tells it twice rather than never.
        """
        for job in self._untold():
            with suppress(UserError, OSError):
                tell(job)
                (self._home / job.id / _TOLD).touch()

    def _run(self, job: Job) -> None:
        folder = self._home / job.id
        state = State(status=Status.RUNNING)

        def begun(pid: int) -> None:
            nonlocal state
            state = replace(state, pid=pid)
            self._write(job.id, state)

        def step(done: int, total: int) -> None:
            nonlocal state
            state = replace(state, done=done, total=total)
            self._write(job.id, state)

        arguments = [job.asked.command, str(self.campaign), "--json", "--steps"]
        outcome = run(
            [*PHILOS, *arguments, *job.asked.arguments],
            folder / _RESULT,
            begun=begun,
            step=step,
            unwanted=(folder / _CANCEL).exists,
            kept=WHERE if job.asked.command in READING else (),
        )
        self._write(job.id, self._ended(job, outcome, replace(state, pid=None)))

    def _ended(self, job: Job, outcome: Outcome, state: State) -> State:
        """Return the state of a job whose process has ended, its files kept."""
        folder = self._home / job.id
        if outcome.code == 0:
            return replace(state, status=Status.DONE, files=tuple(self._keep(folder)))
        if (folder / _CANCEL).exists():
            return replace(state, status=Status.CANCELLED)
        if outcome.crashed:
            return replace(state, status=Status.CRASHED)
        return replace(state, status=Status.FAILED, faults=_faults(folder, outcome))

    def _keep(self, folder: Path) -> Iterator[Mapping[str, Any]]:
        """Keep the files that a run made under their numbers; yield what it says of each.

        A later run puts a new file in the place of an old one and never writes into it, so that
        a second name for the old one keeps it as it is.
        """
        document = json.loads((folder / _RESULT).read_bytes())
        (folder / _FILES).mkdir(exist_ok=True)
        entries = [entry for part in MADE for entry in document.get(part, ())]
        for number, entry in enumerate(entries):
            made, kept = self.campaign / "out" / entry["file"], folder / _FILES / f"{number}.pdf"
            try:
                os.link(made, kept)
            except OSError:  # another disk, or one that knows no second names
                shutil.copyfile(made, kept)
            yield entry

    def _close_crashed(self) -> None:
        """Say of what somebody left behind that it has crashed, at the time of its last step."""
        for job in self.all():
            if job.status is Status.RUNNING:
                ended = self.ended(job)
                self._write(job.id, replace(job.state, status=Status.CRASHED, pid=None))
                os.utime(self._home / job.id / _STATE, (ended, ended))

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Let nobody else ask at the same time, so that what two ask for is one job."""
        self._home.mkdir(parents=True, exist_ok=True)
        with (self._home / "asking").open("wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _is_somebody_at_work(self) -> bool:
        with lock(self._home / _LOCK, tries=1) as turn:
            return turn is None

    def _read(self, name: str) -> Job | None:
        if not re.fullmatch(r"[0-9a-f]{32}", name, re.ASCII):
            return None
        try:
            asked = Asked(**json.loads((self._home / name / _ASKED).read_bytes()))
            said = json.loads((self._home / name / _STATE).read_bytes())
            state = State(
                **{
                    **said,
                    "status": Status(said["status"]),
                    "files": tuple(said["files"]),
                    "faults": tuple(Fault(**each) for each in said["faults"]),
                }
            )
        except (OSError, ValueError, TypeError, KeyError):  # none, or of another version of philos
            return None
        return Job(id=name, asked=asked, state=state)

    def _write(self, name: str, state: State) -> None:
        _write(self._home / name / _STATE, asdict(state))


PHILOS = (sys.executable, "-P", "-m", "webapp.cli")


def _faults(folder: Path, outcome: Outcome) -> tuple[Fault, ...]:
    """Return what a command printed of its faults, else its sentences alone."""
    try:
        document = json.loads((folder / _RESULT).read_bytes())
        return tuple(Fault(**each) for each in document["faults"])
    except (ValueError, TypeError, KeyError):
        return (Fault(sentence=outcome.sentences),)


def _is_same(job: Job, asked: Asked) -> bool:
    """Return whether a job is what is asked for once more."""
    before = replace(job.asked, by=asked.by, at=asked.at, wishes=asked.wishes)
    return before == asked and (
        job.status.open or (bool(asked.key) and job.status is Status.FAILED)
    )


def _in_trial() -> bool:
    return bool(os.environ.get(DEMO))


def _write(path: Path, document: object) -> None:
    draft = path.with_suffix(".part")
    draft.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    draft.replace(path)
