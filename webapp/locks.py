"""Locks on files, which end with their holder at the latest."""

import fcntl
import time
from contextlib import suppress


def locked(file: int, *, tries: int) -> bool:
    """Lock an open file, if nobody else holds it; return whether it is locked."""
    for left in reversed(range(tries)):
        with suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        if left:
            time.sleep(0.05)
    return False
