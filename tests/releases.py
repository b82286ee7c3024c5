"""Releases for tests: made of small tables through the real disclosure control."""

from collections.abc import Mapping
from datetime import date

from surveys.definition import Instrument
from surveys.disclosure import Columns, control
from surveys.release import Release, Result, Sheet, SurveyResult

Table = Mapping[str, Mapping[int, int]]  # group, code, count
SUMMER = (date(2026, 4, 1), date(2026, 9, 30))
LARGE: Table = {
    "rabet": {1: 12, 2: 11, 3: 20, 4: 9, 97: 6, 98: 5, -2: 1},
    "eisenbahnstrasse": {1: 14, 2: 15, 3: 9, 4: 7, 97: 5, 98: 6},
    "koehlerplatz": {1: 1, 2: 2, 3: 1},
    "torgauer-platz": {1: 30, 2: 20, 3: 10, 4: 12, 97: 2, 99: 3},
}


def released(
    asked: Instrument,
    items: Mapping[str, Table],
    *,
    campaign: str = "leipziger-osten",
    wave: str = "summer-2026",
    days: tuple[date, date] = SUMMER,
) -> Release:
    """Return the release of a wave from what was answered to items, by place."""
    first = next(iter(items.values()))
    responses = sum(sum(row.values()) for row in first.values())
    return Release(
        campaign=campaign,
        wave=wave,
        opens=days[0],
        closes=days[1],
        released=date(2026, 10, 5),
        responses=responses,
        surveys={
            asked.id: SurveyResult(
                version=asked.version,
                responses=responses,
                items={name: result(asked, name, table) for name, table in items.items()},
            )
        },
        sheets=(
            Sheet(
                survey=asked.id,
                topic="how-safe",
                format="flyer-a6",
                place="rabet",
                language="rom",
                responses=30,
            ),
        ),
        audiences={"how-safe": "everyone"},
    )


def result(asked: Instrument, name: str, table: Table) -> Result:
    """Return what may be shown of the answers to an item."""
    item = asked.items[name]
    whole: dict[int, int] = {}
    for row in table.values():
        for code, n in row.items():
            whole[code] = whole.get(code, 0) + n
    columns = Columns(
        scale=tuple(option.code for option in item.scale.choices),
        adverse=frozenset(item.scale.adverse),
        beside=tuple(option.code for option in item.question.extra),
    )
    return Result(tables=control({"place": table, "all": {"all": whole}}, columns))
