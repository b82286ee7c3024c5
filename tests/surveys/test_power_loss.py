"""Power is lost while answers are stored: what was acknowledged must be there.

strace records each write to the disk and each moment at which the disk said that it is safe. From
that, the disk is rebuilt as it may look after a loss at any point: what was made safe is there,
and of what was written since, any part.
"""

import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from surveys.storage import Storage
from tests.surveys.conftest import DAY, LONG, PLATZ, RABET, SECRET

Step = tuple[str, str, int, bytes]  # the call, the file, the place in it, the data
POINTS = 500
ANSWERS = 240
CALLS = "pwrite64,write,fdatasync,fsync,ftruncate,unlink"
_CALL = re.compile(r'^(\d+) +(\w+)\((?:\d+<([^>]*)>|"([^"]*)")(?:, ("[^"]*"|\d+))?(.*)$')
_RESUMED = re.compile(r"^(\d+) +<\.\.\. (\w+) resumed>")

# What is traced: four threads store answers, and tell of each that was acknowledged.
WRITER = """
import os, sys
from concurrent.futures import ThreadPoolExecutor
import sqlalchemy as sa
from surveys.storage import Storage
from tests.surveys.conftest import SECRET, context
url, acknowledged, synchronous = sys.argv[1:]
storage = Storage(url, SECRET)
def prepare(connection, record):
    connection.execute(f"PRAGMA synchronous = {synchronous}")
sa.event.listen(storage._engine, "connect", prepare)
file = os.open(acknowledged, os.O_WRONLY | os.O_CREAT)
def save(number):
    storage.save(f"token-{number}", context(), {"dark": 1 + number % 4, "day": 2})
    os.write(file, b"%d " % number)
with ThreadPoolExecutor(4) as threads:
    list(threads.map(save, range(int(os.environ["ANSWERS"]))))
storage.close()
"""


@dataclass
class Disk:
    """Files: what is safe on them, and what was written since."""

    safe: dict[str, bytearray]
    since: dict[str, list[tuple[int, bytes | None]]] = field(default_factory=dict)

    def write(self, name: str, at: int, data: bytes | None) -> None:
        self.since.setdefault(name, []).append((at, data))

    def sync(self, name: str) -> None:
        for at, data in self.since.pop(name, []):
            _apply(self.safe.setdefault(name, bytearray()), at, data)

    def unlink(self, name: str) -> None:
        self.safe.pop(name, None)
        self.since.pop(name, None)

    def lose(self, folder: Path, draw: Random) -> None:
        """Write into a folder what may be left after the power was lost."""
        for name in {*self.safe, *self.since}:
            left = bytearray(self.safe.get(name, b""))
            for at, data in self.since.get(name, []):
                if draw.random() < 0.5:
                    _apply(left, at, data and data[: draw.choice([512, 4096, len(data)])])
            (folder / name).write_bytes(left)


def _apply(content: bytearray, at: int, data: bytes | None) -> None:
    if data is None:
        del content[at:]
    content.extend(bytes(max(0, at - len(content))))
    content[at : at + len(data or b"")] = data or b""


def _steps(trace: Path) -> Iterator[Step]:
    """Yield what the program did, in the order in which it was done."""
    begun: dict[str, Step] = {}
    for line in trace.read_text("ascii").splitlines():
        if resumed := _RESUMED.match(line):
            if resumed[1] in begun:
                yield begun.pop(resumed[1])
        elif call := _CALL.match(line):
            thread, name, opened, named, data, rest = call.groups()
            step = _step(name, Path(_text(opened or named).decode()).name, data, rest)
            if "unfinished" in rest and "sync" in name:
                begun[thread] = step  # it is safe when the disk says so
            else:
                yield step


def _step(name: str, file: str, data: str | None, rest: str) -> Step:
    numbers = re.findall(r"\d+", rest.split("=", maxsplit=1)[0])
    if name == "ftruncate":
        return name, file, int(data or 0), b""
    at = int(numbers[1]) if name == "pwrite64" else 0
    return name, file, at, _text(data.strip('"')) if data else b""


def _text(escaped: str) -> bytes:
    return bytes.fromhex(escaped.replace(r"\x", ""))


def record(folder: Path, synchronous: str) -> list[Step]:
    """Return the steps of storing answers in a published database, which lies in ``before``."""
    database = folder / "philos.sqlite"
    storage = Storage(f"sqlite:///{database}", SECRET)
    storage.upgrade()
    storage.publish([RABET, PLATZ], [LONG], DAY)
    storage.close()
    (folder / "before").mkdir()
    shutil.copy(database, folder / "before")
    trace = folder / "trace"
    strace = ["strace", "-f", "-y", "-xx", "-s", "5000", "-e", f"trace={CALLS}", "-o", str(trace)]
    arguments = [f"sqlite:///{database}", str(folder / "acknowledged"), synchronous]
    subprocess.run(
        [*strace, sys.executable, "-c", WRITER, *arguments],
        check=True,
        env={"ANSWERS": str(ANSWERS), "PYTHONPATH": str(Path.cwd())},
    )
    return list(_steps(trace))


def losses(folder: Path, steps: list[Step]) -> tuple[int, int]:
    """Return at how many points power was lost, and how many acknowledged answers went with it."""
    before = (folder / "before" / "philos.sqlite").read_bytes()
    disk = Disk({"philos.sqlite": bytearray(before)})
    acknowledged: list[int] = []
    draw = Random(2026)
    points = set(draw.sample(range(len(steps)), min(POINTS, len(steps))))
    lost = 0
    for number, (call, name, at, data) in enumerate(steps):
        if name == "acknowledged":
            acknowledged.append(int(data))
        elif name in {"philos.sqlite", "philos.sqlite-wal"}:
            if call == "pwrite64":
                disk.write(name, at, data)
            elif call == "ftruncate":
                disk.write(name, at, None)
            elif call == "unlink":
                disk.unlink(name)
            else:
                disk.sync(name)
        if number in points:
            lost += _lost(folder / "after", disk, acknowledged, draw)
    return len(points), lost


def _lost(folder: Path, disk: Disk, acknowledged: list[int], draw: Random) -> int:
    """Return how many acknowledged answers are not in the database after a loss of power."""
    folder.mkdir()
    disk.lose(folder, draw)
    storage = Storage(f"sqlite:///{folder / 'philos.sqlite'}", SECRET)
    with sqlite3.connect(folder / "philos.sqlite") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        stored = {token for (token,) in connection.execute("SELECT token FROM responses")}
        counted = connection.execute("SELECT sum(n) FROM counts WHERE item = 'dark'").fetchone()
    connection.close()
    assert (counted[0] or 0) == len(stored)
    expected = {storage._hash(f"token-{number}") for number in acknowledged}
    storage.close()
    shutil.rmtree(folder)
    return len(expected - stored)


def test_no_acknowledged_answer_is_lost_when_the_power_is(tmp_path: Path) -> None:
    steps = record(tmp_path, "FULL")
    assert sum(name == "acknowledged" for _, name, _, _ in steps) == ANSWERS
    assert losses(tmp_path, steps) == (POINTS, 0)


def test_the_simulation_finds_the_losses_of_a_lazier_setting(tmp_path: Path) -> None:
    points, lost = losses(tmp_path, record(tmp_path, "NORMAL"))
    assert points
    assert lost > 0
