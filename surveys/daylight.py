"""Daylight: whether a four-hour band of a day was light or dark where a campaign is.

It says no more than the day and the band, which are stored anyway, and so nothing about the hour.
"""

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from math import cos, pi
from typing import Literal
from zoneinfo import ZoneInfo

from astral import Observer
from astral.sun import elevation

Daylight = Literal["light", "dark", "mixed", ""]
Position = tuple[float, float]  # latitude and longitude, in degrees

BAND = 4  # hours
STEP = timedelta(minutes=20)
HORIZON = 0.0  # degrees; above it the sun shines
CIVIL_DUSK = -6.0  # and below this, one needs a lamp to read


@lru_cache(maxsize=4096)
def daylight(position: Position, zone: ZoneInfo, day: date, band: int) -> Daylight:
    """Return whether a band of a day is light or dark from end to end, or neither.

    ``band`` counts from 0 at midnight; of a negative one, which paper has, nothing is known.
    """
    if band < 0:
        return ""
    begin = datetime.combine(day, time(BAND * band), zone)
    steps = range(timedelta(hours=BAND) // STEP + 1)
    heights = [elevation(Observer(*position), begin + step * STEP) for step in steps]
    if min(heights) > HORIZON:
        return "light"
    return "dark" if max(heights) < CIVIL_DUSK else "mixed"


def declination(day: date) -> float:
    """Return the declination of the sun on a day, in degrees: what makes a season.

    P. I. Cooper (1969), Solar Energy 12:333-346, as a cosine from the winter solstice; good to a
    degree.
    """
    return -23.45 * cos(2 * pi * (day.timetuple().tm_yday + 10) / 365.25)
