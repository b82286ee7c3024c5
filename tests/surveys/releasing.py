"""Releases for tests, built of what is shown: disclosure control takes its time elsewhere."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from surveys.definition import Instrument
from surveys.disclosure import Row
from surveys.release import ALL, Release, Result, Sheet, SurveyResult
from tests.surveys.conftest import LONG

DARK = LONG.items["dark"]
DAYS = {
    "spring": date(2025, 4, 1),
    "autumn": date(2025, 9, 1),
    "spring-2": date(2026, 4, 1),
    "winter": date(2025, 12, 1),
}
HIDDEN = Row(n=None, adverse=None, counts={1: None, 2: None, 3: None, 4: None}, beside={97: None})

Groups = Mapping[str, Row]


def row(safe: int, unsafe: int, away: int | None = 0, **hidden: Any) -> Row:
    """Return a row in which everybody is very safe or very unsafe."""
    counts = {1: safe, 2: 0, 3: 0, 4: unsafe}
    whole = Row(n=safe + unsafe, adverse=unsafe, counts=counts, beside={97: away}, unsaid=0)
    return replace(whole, **hidden)


def summed(rows: Groups) -> Row:
    """Return all answers of some groups together."""
    return row(
        sum(each.counts[1] or 0 for each in rows.values()),
        sum(each.counts[4] or 0 for each in rows.values()),
    )


def result(
    tables: Mapping[str, Groups] | None = None, whole: Row | None = None, **parts: Any
) -> Result:
    """Return a result; all answers together are those of the first table unless given."""
    tables = tables or {}
    first = next(iter(tables.values()), {})
    return Result(tables={**tables, ALL: {ALL: whole or summed(first)}}, **parts)


def release(
    *results: Result,
    wave: str = "spring",
    items: tuple[str, ...] = ("dark",),
    asked: Instrument = LONG,
    pairs: Mapping[str, Any] | None = None,
    **parts: Any,
) -> Release:
    """Return a release of a wave of thirty days with a result for each item."""
    known: dict[str, Any] = {
        "sheets": (sheet("flyer-a6", 40), sheet("poster-a3", 40)),
        "audiences": {"how-safe": "everyone"},
    }
    sheets = {**known, **parts}["sheets"]
    survey = SurveyResult(
        version=asked.version,
        responses=sum(each.responses or 0 for each in sheets if each.survey == asked.id),
        items=dict(zip(items, results, strict=True)),
        pairs=pairs or {},
    )
    opens = DAYS[wave]
    return Release(
        campaign="east",
        wave=wave,
        opens=opens,
        closes=opens + timedelta(29),
        released=opens + timedelta(40),
        surveys={asked.id: survey},
        responses=sum(each.responses or 0 for each in sheets),
        **known | parts,
    )


def sheet(form: str, responses: int, survey: str = "how-safe") -> Sheet:
    """Return how many responses the flyers, or other sheets, of a place brought."""
    return Sheet(
        survey=survey,
        topic="how-safe",
        format=form,
        place="rabet",
        language="de",
        responses=responses,
    )
