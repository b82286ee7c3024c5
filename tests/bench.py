"""What things cost, as ratios to a floor that is measured in the same run: `make bench`."""

import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import weasyprint
from click import echo

from materials.build import preview
from materials.campaign import load
from materials.example import write_example
from materials.library import home
from materials.pdf import typesetter
from materials.sheets import sheets, targets
from surveys.storage import Context, Storage
from tests.conftest import NOON, clock
from webapp import create_app
from webapp.config import settings


def cpu(work: Callable[[], object], rounds: int) -> float:
    """Return the CPU seconds of one round, in the best of three runs."""
    best = float("inf")
    for _ in range(3):
        begin = time.process_time()
        for _ in range(rounds):
            work()
        best = min(best, (time.process_time() - begin) / rounds)
    return best


def elapsed(work: Callable[[], object], rounds: int) -> float:
    """Return the seconds of one round on the clock, in the best of three runs."""
    best = float("inf")
    for _ in range(3):
        begin = time.perf_counter()
        for _ in range(rounds):
            work()
        best = min(best, (time.perf_counter() - begin) / rounds)
    return best


def hello(_environ: object, start: Callable[..., object]) -> Iterable[bytes]:
    """Answer as the barest WSGI application does."""
    start("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]


def report(what: str, ours: float, floor: float, floor_is: str) -> None:
    factor = f"{ours / floor:7.2f} x {floor_is} ({1000 * floor:.2f} ms)"
    echo(f"{what:<34} {1000 * ours:9.2f} ms   {factor}")


def flyers(folder: Path) -> None:
    """Compare a flyer, fitted and checked, with WeasyPrint alone on the same HTML."""
    campaign = load(folder)
    wanted = [each for each in sheets(campaign) if each.format.id == "flyer-a6"][:6]
    pages = preview(campaign, folder, wanted)

    def ours() -> None:
        for sheet in wanted:
            page = pages[sheet.file]
            typesetter(page.styles, home()).set(page.html, sheet.pages, sheet.format.steps)

    def plain() -> None:
        for sheet in wanted:
            page = pages[sheet.file]
            weasyprint.HTML(string=page.html).write_pdf(
                stylesheets=[weasyprint.CSS(string=page.styles)]
            )

    report("six flyers, six languages", cpu(ours, 1), cpu(plain, 1), "plain WeasyPrint")


def survey(folder: Path) -> None:
    """Compare a page with a bare WSGI answer, and a stored answer with a durable commit."""
    chosen = settings(folder, environ={})
    storage = Storage(chosen.database_url, chosen.secret)
    storage.upgrade()
    campaign = load(folder)
    links = list(targets(sheets(campaign)).values())
    storage.publish(links, campaign.instruments.values(), NOON.date())
    app = create_app(chosen, clock)
    client = app.test_client()
    path = f"/{links[0].code}"
    view = cpu(lambda: client.get(path), 100)
    app.wsgi_app = hello  # type: ignore[assignment, method-assign]
    report("first page of the survey", view, cpu(lambda: client.get(path), 1000), "hello WSGI")

    context = Context(
        target=links[0],
        version=campaign.instruments[campaign.survey].version,
        wave=campaign.waves[0].id,
        language="de",
        moment=NOON,
    )
    raw = sqlite3.connect(folder / "raw.sqlite", isolation_level=None)
    raw.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (a);")
    numbers = iter(range(1_000_000))
    answer = elapsed(lambda: storage.save(f"t{next(numbers)}", context, {"dark": 2}), 200)
    commit = elapsed(lambda: raw.execute("INSERT INTO t VALUES (1)"), 1000)
    report("one answer, durably stored", answer, commit, "SQLite commit")
    stored = len([key for key, n in storage.recount().items() if n])
    echo(f"stored and counted: {sum(storage.recount().values())} answers in {stored} cell")
    raw.close()
    storage.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        example = Path(scratch) / "campaign"
        write_example(example, NOON.date())
        flyers(example)
        survey(example)
