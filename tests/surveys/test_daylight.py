from datetime import date
from zoneinfo import ZoneInfo

import pytest

from surveys.daylight import daylight, declination

LEIPZIG = (51.34, 12.4)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("day", "band", "said"),
    [
        (date(2026, 6, 21), 3, "light"),  # noon to 16 in midsummer
        (date(2026, 6, 21), 4, "light"),  # 16 to 20: the sun sets at half past nine
        (date(2026, 6, 21), 5, "mixed"),
        (date(2026, 12, 21), 3, "light"),  # the sun sets at four
        (date(2026, 12, 21), 2, "mixed"),  # and rises at eight
        (date(2026, 12, 21), 4, "mixed"),  # dusk goes on after four
        (date(2026, 12, 21), 5, "dark"),
        (date(2026, 12, 21), 0, "dark"),
        (date(2026, 12, 21), -1, ""),  # paper
    ],
)
def test_a_band_is_light_or_dark_only_from_end_to_end(day: date, band: int, said: str) -> None:
    assert daylight(LEIPZIG, BERLIN, day, band) == said


def test_beyond_the_polar_circle_a_midsummer_night_is_light() -> None:
    tromso = (69.65, 18.96)
    assert {daylight(tromso, BERLIN, date(2026, 6, 21), band) for band in range(6)} == {"light"}


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_a_day_on_which_clocks_change_has_an_answer_for_each_band(day: date) -> None:
    assert {daylight(LEIPZIG, BERLIN, day, band) for band in range(6)} <= {"light", "mixed", "dark"}


@pytest.mark.parametrize(
    ("day", "degrees"),
    [
        (date(2026, 6, 21), 23.4),
        (date(2026, 12, 21), -23.4),
        (date(2026, 3, 20), 0),
        (date(2026, 9, 23), 0),
    ],
)
def test_the_declination_of_the_sun_is_that_of_the_season(day: date, degrees: float) -> None:
    assert declination(day) == pytest.approx(degrees, abs=1.2)
