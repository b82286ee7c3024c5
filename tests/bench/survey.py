"""The survey: a page beside a bare WSGI answer, a stored answer beside a durable commit."""

import sqlite3
from pathlib import Path

from click import echo

from materials.campaign import load
from materials.sheets import sheets, targets
from surveys.storage import Context, Storage
from tests.bench.bare import hello
from tests.bench.measure import cpu, elapsed, report
from tests.conftest import NOON, clock
from tests.kept import kept
from webapp.app import create_app
from webapp.config import settings


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
    echo(f"stored and counted: {sum(kept(storage).values())} answers in {len(kept(storage))} cell")
    assert not any(storage.recount().values())
    raw.close()
    storage.close()
