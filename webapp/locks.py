"""Locks on files, which end with their holder at the latest."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def lock(path: Path, *, tries: int, given: int | None = None) -> Iterator[int | None]:
    """Lock a file; yield its descriptor, None where somebody else holds it.

    Whoever starts a process can hand the descriptor over: then the lock lasts until both have
    ended it. ``given`` is one that was handed over.
    """
    with path.open("wb") if given is None else os.fdopen(given, "wb") as file:
        yield file.fileno() if _locked(file.fileno(), tries) else None


def _locked(file: int, tries: int) -> bool:
    for left in reversed(range(tries)):
        with suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        if left:
            time.sleep(0.05)
    return False
