"""A storage with a published survey, for the tests that store answers."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command

from surveys.definition import Instrument, instrument
from surveys.documents import read
from surveys.links import Target
from surveys.questions import Row
from surveys.storage import Context, Storage
from surveys.storage.database import _alembic

SECRET = b"k" * 32
DAY = date(2026, 11, 22)
PLACES = [Row(id="rabet", text="Rabet", name=True), Row(id="platz", text="Platz", name=True)]
LONG = instrument("how-safe").with_places(PLACES)
SHORT = instrument("here-now")
KINDS = read(Path(__file__).with_name("kinds.toml"), Instrument)  # every kind of question
RABET = Target("east", "rabet", "how-safe", "flyer-a6", "ar", "how-safe")
PLATZ = replace(RABET, place="platz")


def context(target: Target = RABET, asked: Instrument = LONG, wave: str = "autumn") -> Context:
    """Return what is stored with a first answer, at 17:22."""
    return Context(
        target=target,
        version=asked.version,
        wave=wave,
        language="ar",
        moment=datetime(2026, 11, 22, 17, 22),  # noqa: DTZ001  the campaign's own time
    )


@contextmanager
def older(storage: Storage) -> Iterator[tuple[sa.Connection, sa.MetaData]]:
    """Make the tables of a program that kept no more than counts; yield a way to fill them."""
    config = _alembic()
    with storage._write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        old = sa.MetaData()
        old.reflect(connection)
        yield connection, old


@pytest.fixture
def storage(database_url: str) -> Iterator[Storage]:
    """A storage in which the long form and two links are published."""
    made = Storage(database_url, SECRET)
    made.upgrade()
    made.publish([RABET, PLATZ], [LONG], DAY)
    yield made
    made.close()
