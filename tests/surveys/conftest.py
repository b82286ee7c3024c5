"""A storage with a published survey, for the tests that store answers."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from surveys.definition import Instrument, Row, instrument
from surveys.documents import read
from surveys.links import Target
from surveys.storage import Context, Storage

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


@pytest.fixture
def storage(database_url: str) -> Iterator[Storage]:
    """A storage in which the long form and two links are published."""
    made = Storage(database_url, SECRET)
    made.upgrade()
    made.publish([RABET, PLATZ], [LONG], DAY)
    yield made
    made.close()
