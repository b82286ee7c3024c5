"""The service under load: pages and answers over HTTP, beside a bare server and bare commits.

The load comes from wrk over 32 connections, on the same machine: what it needs is missing to us
and to the floors alike. For answers the floor is one connection that does nothing but commit. Ours
and the floors take turns, since a shared machine is faster in one minute than in the next, and the
medians are told.
"""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from http.client import HTTPConnection
from pathlib import Path
from statistics import median

from click import echo

from materials.campaign import load
from materials.example import write_example
from materials.sheets import sheets, targets
from surveys.links import Target
from tests.bench import bare
from tests.bench.measure import elapsed
from tests.browser import serving, wait_for
from webapp.config import PER_LINK, settings
from webapp.tokens import Tokens

CONNECTIONS = 32
ROUNDS = 5
SECONDS = 2  # of each load in each round
PEOPLE = 15_000  # in a round, more than can answer in that time
COMPLETIONS = 60  # in a round, one after the other
ITEMS = ("rel", "day", "dark", "change", "syringe", "avoid", "age", "gender", "worry.theft")
Load = tuple[float, float]
TEN = (*ITEMS, "trust.police")
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}

# Each request takes the next address of a file and posts one answer there.
POSTS = """
local file = io.open("{file}")
local form = {{{form}}}
request = function() return wrk.format("POST", file:read("l"), form, "answer=2") end
"""


def service(folder: Path) -> None:
    """Compare pages with a bare WSGI server, and answers with durable commits."""
    if not shutil.which("wrk"):
        echo("  wrk is not installed (Debian: wrk); the service under load is left out")
        return
    own = folder.with_name("service")
    write_example(own, date.today())  # noqa: DTZ011  a wave is open
    with (
        _bare() as floor,
        serving(own, **{PER_LINK: str(ROUNDS * (PEOPLE + COMPLETIONS))}) as (base, server),
    ):
        target = _target(own)
        page = f"{base}/{target.code}"
        _load(page)  # until every worker has rendered it
        before = _stored(own)
        rounds = [
            (_load(floor), _load(page), _commits(own), _load(base, "-s", str(_posts(own, target))))
            for _ in range(ROUNDS)
        ]
        hellos, views, commits, answers = zip(*rounds, strict=True)
        _say("page views a second", views, (rate for rate, _ in hellos), "hello WSGI")
        _say("answers a second, each durable", answers, commits, "SQLite commits")
        echo(f"  {_stored(own) - before:,} stored and counted in {ROUNDS * SECONDS} s")
        _completions(base, own, target, server.pid)


def _say(what: str, loads: Iterable[Load], floors: Iterable[float], floor_is: str) -> None:
    rates, slowest = zip(*loads, strict=True)
    ours, floor = median(rates), median(floors)
    echo(f"{what:<44} {ours:11,.0f}      {ours / floor:7.2f} x {floor_is} ({floor:,.0f})")
    echo(f"  99 of 100 within {median(slowest):.0f} ms")


@contextmanager
def _bare() -> Iterator[str]:
    """Serve the barest application as philos serves its pages; yield its address."""
    with subprocess.Popen([sys.executable, "-m", "tests.bench.bare"]) as server:
        base = f"http://127.0.0.1:{bare.PORT}"
        wait_for(server, base)
        yield base
        server.terminate()


def _load(address: str, *options: str) -> Load:
    """Return how many requests a second were answered, and in how many ms 99 of 100."""
    load = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency"]
    gzip = ["-H", "Accept-Encoding: gzip"]
    done = subprocess.run(
        [*load, *gzip, *options, address], check=True, capture_output=True, text=True
    )
    assert "Non-2xx" not in done.stdout, done.stdout
    (rate,) = re.findall(r"Requests/sec: +([\d.]+)", done.stdout)
    ((slowest, unit),) = re.findall(r"99% +([\d.]+)(us|ms|s)", done.stdout)
    return float(rate), float(slowest) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def _target(folder: Path) -> Target:
    """Return what the German flyer's code stands for."""
    known = targets(sheets(load(folder))).values()
    return next(each for each in known if (each.survey, each.language) == ("how-safe", "de"))


def _tokens(folder: Path) -> Tokens:
    return Tokens(settings(folder, environ={}).secret)


def _posts(folder: Path, target: Target) -> Path:
    """Return a script of wrk with which each request is the first answer of somebody new."""
    tokens, addresses = _tokens(folder), folder.with_name("addresses")
    drawn = (tokens.draw(target) for _ in range(PEOPLE))
    addresses.write_text("".join(f"/{target.code}/de/{token}/rel\n" for token in drawn))
    script = folder.with_name("posts.lua")
    form = ", ".join(f'["{name}"] = "{value}"' for name, value in FORM.items())
    script.write_text(POSTS.format(file=addresses, form=form))
    return script


def _commits(folder: Path) -> float:
    """Return how many durable commits a second one connection makes."""
    with closing(sqlite3.connect(folder / "raw.sqlite", isolation_level=None)) as raw:
        raw.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")
        raw.execute("CREATE TABLE IF NOT EXISTS t (a)")
        return 1 / elapsed(lambda: raw.execute("INSERT INTO t VALUES (1)"), 2000)


def _stored(folder: Path) -> int:
    """Return how many responses are stored; the counts must say the same."""
    path = settings(folder, environ={}).database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as database:
        rows, counted = database.execute(
            "SELECT (SELECT count(*) FROM responses), (SELECT sum(n) FROM counts)"
        ).fetchone()
    assert (counted or 0) == rows
    return int(rows)


def _completions(base: str, folder: Path, target: Target, server: int) -> None:
    """Print what a completion of ten answers costs, each saved and followed by its next page."""
    tokens = _tokens(folder)
    with closing(HTTPConnection(base.removeprefix("http://"))) as connection:

        def ask(method: str, path: str, body: str | None = None) -> None:
            connection.request(method, path, body, FORM if body else {"Accept-Encoding": "gzip"})
            answer = connection.getresponse()
            answer.read()
            assert answer.status in {200, 303}, path

        def complete() -> None:
            start = f"/{target.code}/de/{tokens.draw(target)}"
            for item in TEN:
                ask("GET", f"{start}/{item}")
                ask("POST", f"{start}/{item}", "answer=1")

        spent = []
        for _ in range(ROUNDS):
            begun = _cpu(server)
            for _ in range(COMPLETIONS):
                complete()
            spent.append(1000 * (_cpu(server) - begun) / COMPLETIONS)
    what = "a completion of ten answers, CPU"
    echo(f"{what:<44} {median(spent):11,.2f} ms   LimeSurvey 6.14: 600 ms")


def _cpu(server: int) -> float:
    """Return the CPU seconds of a server's workers, from the kernel's own accounts."""
    children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    ticks = 0
    for child in children:
        fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")
