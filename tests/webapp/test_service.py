from datetime import UTC, date
from pathlib import Path

import pytest

from materials.campaign import load
from webapp.clock import now
from webapp.service import headings, latest_wave


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2025, 1, 1), "summer-2026"),  # none has begun: the first to come
        (date(2026, 9, 30), "summer-2026"),
        (date(2026, 10, 1), "winter-2026"),
        (date(2030, 1, 1), "winter-2026"),
    ],
)
def test_the_latest_wave_is_the_open_one_or_the_last_that_was(
    folder: Path, day: date, expected: str
) -> None:
    assert latest_wave(load(folder), day).id == expected


def test_places_are_provisional_while_their_wave_is_open(folder: Path) -> None:
    campaign = load(folder)
    day = date(2026, 11, 22)
    assert all(row.open for row in headings(campaign, "place", "winter-2026", day))
    assert not any(row.open for row in headings(campaign, "place", "summer-2026", day))
    assert not any(row.open for row in headings(campaign, "place", None, date(2030, 1, 1)))
    assert [row.open for row in headings(campaign, "wave", None, day)] == [False, True]


def test_the_clock_tells_the_time_of_the_zone() -> None:
    assert now(UTC).tzinfo is UTC
