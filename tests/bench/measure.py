"""Clocks, and how a figure is told."""

import subprocess
import sys
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


# A small parent: what a process has used at its peak begins with what its parent has.
_RUN = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stderr=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e6, file=sys.stderr)
"""


def command(arguments: Sequence[object]) -> tuple[float, float, str]:
    """Run a program; return its CPU seconds, its peak of MB, both with children, and its output."""
    whole = [sys.executable, "-I", "-S", "-c", _RUN, *map(str, arguments)]
    done = subprocess.run(whole, check=True, capture_output=True, text=True)
    seconds, peak = map(float, done.stderr.split())
    return seconds, peak, done.stdout


def report(what: str, ours: float, other: float, other_is: str) -> None:
    """Print a figure in milliseconds, and how it stands to another."""
    factor = f"{ours / other:7.2f} x {other_is} ({1000 * other:,.2f} ms)"
    echo(f"{what:<44} {1000 * ours:11,.2f} ms   {factor}")
