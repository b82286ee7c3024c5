"""The example campaign with released results, put into its database without making them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from materials.campaign import Campaign
from surveys.comparison import questions
from surveys.disclosure import Row
from surveys.release import Release, Result, SurveyResult
from surveys.storage import Storage
from tests.surveys.releasing import HIDDEN, result, row, sheet

PLACES = {
    "rabet": row(20, 40),
    "eisenbahnstrasse": row(45, 15),
    "torgauer-platz": row(17, 17),
    "koehlerplatz": HIDDEN,
    "wurzner-schule": HIDDEN,
}
WHOLE = row(90, 85, 30)
TABLES: Mapping[str, Mapping[str, Row]] = {
    "place": PLACES,
    "language": {"de": row(60, 40), "ar": row(30, 45)},
    "topic": {"how-safe": row(50, 45), "emergency": row(40, 40)},
}


def put(storage: Storage, campaign: Campaign, wave: str, **parts: Any) -> Release:
    """Release made-up results of a wave; ``dark`` is the result of the core question."""
    asked = campaign.instruments["how-safe"]
    dark: Result = parts.pop("dark", result(TABLES, whole=WHOLE))
    items = {item.id: _same(dark, item.question.extra) for item in questions(asked)} | {
        "dark": dark
    }
    found = next(each for each in campaign.waves if each.id == wave)
    pairs = parts.pop("pairs", {})
    survey = SurveyResult(version=asked.version, responses=175, items=items, pairs=pairs)
    made = Release(
        campaign=campaign.id,
        wave=wave,
        opens=found.opens,
        closes=found.closes,
        released=found.closes.replace(day=28),
        responses=175,
        surveys={"how-safe": survey},
        **{
            "sheets": (sheet("flyer-a6", 90), sheet("poster-a3", 85)),
            "audiences": {"how-safe": "everyone"},
        }
        | parts,
    )
    storage.put_release(campaign.id, wave, made.to_json())
    return made


def _same(dark: Result, extra: object) -> Result:
    """Return the result of another question, which has its answers beside the scale or none."""
    if extra:
        return dark
    tables = {
        name: {group: replace(each, beside={}) for group, each in rows.items()}
        for name, rows in dark.tables.items()
    }
    return replace(dark, tables=tables)
