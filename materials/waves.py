"""Waves, the times of asking, and what they are called for a reader."""

from collections.abc import Iterable, Mapping
from datetime import date

from pydantic.dataclasses import dataclass

from surveys.documents import STRICT, Day, Filled, Id
from translations.catalogs import Texts
from translations.markup import N_

PERIOD = N_("%(opens)s bis %(closes)s")  # two days, such as 01.04.2026


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Wave:
    """A time of asking, from the day it opens to the day it closes, both included."""

    id: Id
    name: Filled
    opens: Day
    closes: Day


def wave_names(waves: Iterable[Wave], texts: Texts) -> Mapping[str, str]:
    """Return what waves are called in a reader's language, by their ids.

    A name is the campaign's own: where it has no translation, its days stand for it.
    """
    return {
        wave.id: _days(wave, texts) if texts.lacks([wave.name]) else texts.find(wave.name).text
        for wave in waves
    }


def _days(wave: Wave, texts: Texts) -> str:
    return texts.find(PERIOD).text % {"opens": _day(wave.opens), "closes": _day(wave.closes)}


def _day(day: date) -> str:
    return f"{day:%d.%m.%Y}"
