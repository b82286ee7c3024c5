"""Clocks, and how a figure is told."""

import os
import subprocess
import tempfile
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


def command(arguments: Sequence[object]) -> tuple[float, float, str]:
    """Run a program; return its CPU seconds, its peak of MB, both with children, and its output."""
    with tempfile.TemporaryFile("w+") as said:
        program = subprocess.Popen(list(map(str, arguments)), stdout=said, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(program.pid, 0)
        program.returncode = os.waitstatus_to_exitcode(status)
        if program.returncode:
            raise subprocess.CalledProcessError(program.returncode, program.args)
        said.seek(0)
        return used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e6, said.read()


def report(what: str, ours: float, other: float, other_is: str) -> None:
    """Print a figure in milliseconds, and how it stands to another."""
    factor = f"{ours / other:7.2f} x {other_is} ({1000 * other:,.2f} ms)"
    echo(f"{what:<44} {1000 * ours:11,.2f} ms   {factor}")
