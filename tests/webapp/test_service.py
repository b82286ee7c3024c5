from contextlib import closing
from dataclasses import replace
from datetime import UTC, date
from pathlib import Path

import pytest

from materials.campaign import load
from surveys.storage import Storage
from tests.conftest import clock
from webapp.clock import now
from webapp.config import settings
from webapp.service import Service, latest_wave


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2025, 1, 1), "summer-2025"),  # none has begun: the first to come
        (date(2026, 9, 30), "summer-2026"),
        (date(2026, 10, 1), "winter-2026"),
        (date(2030, 1, 1), "winter-2026"),
    ],
)
def test_the_latest_wave_is_the_open_one_or_the_last_that_was(
    folder: Path, day: date, expected: str
) -> None:
    assert latest_wave(load(folder), day).id == expected


@pytest.mark.parametrize(
    ("position", "expected"), [(None, ""), ((51.3, 12.4), "light"), ((51.3, -167.6), "dark")]
)
def test_the_light_is_known_where_a_place_is(
    folder: Path, position: tuple[float, float] | None, expected: str
) -> None:
    campaign = load(folder)
    places = (replace(campaign.places[0], position=position), *campaign.places[1:])
    with closing(Storage("sqlite:///:memory:", b"s")) as storage:
        serving = Service(
            settings(folder, environ={}), replace(campaign, places=places), storage, clock
        )
        assert serving.daylight(serving.moment) == expected


def test_the_clock_tells_the_time_of_the_zone() -> None:
    assert now(UTC).tzinfo is UTC
