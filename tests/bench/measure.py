"""Clocks, and how a figure is told."""

import resource
import subprocess
import time
from collections.abc import Callable, Sequence

from click import echo


def cpu(work: Callable[[], object], rounds: int = 1, runs: int = 3) -> float:
    """Return the CPU seconds of one round, in the best of some runs."""
    best = float("inf")
    for _ in range(runs):
        begin = time.process_time()
        for _ in range(rounds):
            work()
        best = min(best, (time.process_time() - begin) / rounds)
    return best


def elapsed(work: Callable[[], object], rounds: int = 1, runs: int = 3) -> float:
    """Return the seconds of one round on the clock, in the best of some runs."""
    best = float("inf")
    for _ in range(runs):
        begin = time.perf_counter()
        for _ in range(rounds):
            work()
        best = min(best, (time.perf_counter() - begin) / rounds)
    return best


def command(arguments: Sequence[object]) -> tuple[float, str]:
    """Run a program; return its CPU seconds, those of its children included, and its output."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(list(map(str, arguments)), check=True, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout


def report(what: str, ours: float, other: float, other_is: str) -> None:
    """Print a figure in milliseconds, and how it stands to another."""
    factor = f"{ours / other:7.2f} x {other_is} ({1000 * other:,.2f} ms)"
    echo(f"{what:<44} {1000 * ours:11,.2f} ms   {factor}")
