"""A command in a child process: its steps as they come, its end, whatever ends it."""

import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

GRACE = 5.0  # seconds for a command to clear away what it began
_LOOK = 0.1  # seconds between two looks at it
_STEP = re.compile(r"(\d{1,9})/(\d{1,9})", re.ASCII)
_TRACEBACK = "Traceback (most recent call last)"
_LONGEST = 20_000  # characters of what it says


@dataclass(frozen=True)
class Outcome:
    """How a command ended: its exit code, negative for a signal, and what it said of errors."""

    code: int
    said: str

    @property
    def crashed(self) -> bool:
        """Return whether it ended otherwise than by a sentence of its own."""
        return self.code < 0 or not self.said or _TRACEBACK in self.said

    @property
    def sentences(self) -> str:
        """Return what it said, without how the command is used."""
        return self.said.rpartition("Error: ")[2]


def environment(*kept: str) -> dict[str, str]:
    """Return our environment without what only the server is to know, but for what is ``kept``."""
    return {
        name: value
        for name, value in os.environ.items()
        if name in kept or not name.startswith("PHILOS_")
    }


def run(
    arguments: Sequence[str],
    result: Path,
    *,
    begun: Callable[[int], None],
    step: Callable[[int, int], None],
    unwanted: Callable[[], bool],
    kept: Sequence[str] = (),
) -> Outcome:
    """Run a command to its end, its standard output into a file.

    ``begun`` is told the number of the process, ``step`` how many steps of how many are done, each
    a line such as 3/20 on standard error. It is asked to stop as soon as it is ``unwanted``, and
    made to a little later. No process that it started outlives it. ``kept`` names the settings of
    the server that it is told.
    """
    with result.open("wb") as file:
        process = subprocess.Popen(  # noqa: S603  our own program
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.PIPE,
            env=environment(*kept),
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,  # a group of its own, to be ended as a whole
        )
    begun(process.pid)
    said: list[str] = []
    assert process.stderr
    reader = threading.Thread(target=_read, args=(process.stderr, step, said))
    reader.start()
    _wait(process.pid, unwanted)
    _signal(process.pid, signal.SIGKILL)  # its helpers, where it could not end them itself
    code = process.wait()
    reader.join()
    process.stderr.close()
    return Outcome(code, "".join(said)[-_LONGEST:].strip())


def _read(lines: IO[str], step: Callable[[int, int], None], said: list[str]) -> None:
    for line in lines:
        if found := _STEP.fullmatch(line.strip()):
            step(int(found[1]), int(found[2]))
        else:
            said.append(line)


def _wait(pid: int, unwanted: Callable[[], bool]) -> None:
    """Wait until a process has ended. It is yet to be asked how: so long its number is its own."""
    asked_at: float | None = None
    while os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        if asked_at is None and unwanted():
            asked_at = time.monotonic()
            _signal(pid, signal.SIGINT)
        elif asked_at is not None and time.monotonic() - asked_at > GRACE:
            _signal(pid, signal.SIGKILL)
        time.sleep(_LOOK)


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pid, number)
