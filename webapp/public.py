"""What residents have said, for residents to read: the newest wave that is released."""

import hashlib
from typing import Any

from flask import Blueprint, url_for
from werkzeug.wrappers import Response

from materials.pictures import component, words
from materials.waves import wave_names
from materials.worded import plain, plain_name, worded
from surveys.comparison import Comparison, ComparisonError, core
from surveys.pictures.comparing import of_groups, of_waves
from surveys.release import Dimension, Release
from translations.languages import Language
from webapp import fairplay
from webapp.comparing import Results, Wish
from webapp.i18n import chosen
from webapp.respond import show, show_kept
from webapp.security import picture_styles
from webapp.service import service

pages = Blueprint("public", __name__)
pages.before_request(fairplay.guard)


@pages.get("/results")
@pages.get("/results/<language>")
def results(language: str | None = None) -> Response:
    """Show the results of the newest wave, in the language chosen."""
    serving = service()
    row = chosen(serving.results_offered, language)
    found = serving.results
    releases = found.releases
    if not releases:
        return show("results", row, None, _address, status=404, release=None)
    return show_kept(
        "results",
        row,
        _address,
        languages=serving.results_offered,
        key=(hashlib.sha256(repr(found.documents).encode()).digest(),),
        context=lambda: _shown(found, releases, row),
    )


def _address(row: Language) -> str:
    return url_for("public.results", language=row.tag)


def _shown(results: Results, releases: list[Release], row: Language) -> dict[str, Any]:
    """Return what the page tells, and the words for it."""
    asked = results.survey_of(None)
    texts = service().texts(row)
    waves = wave_names(results.waves_of(releases), texts)
    say, item = worded(texts, waves), core(asked)
    place, over_time = _compared(results, "place"), _compared(results, "wave")
    overall = {each.item.id: each for each in results.compare_all(Wish(by="all"))}
    named = [
        (plain_name(say, comparison, group), group)
        for comparison in filter(None, (overall.get(item.id), place))
        for group in comparison.groups
    ]
    return {
        "release": releases[-1],
        "picture_stylesheet": picture_styles(),
        "say": say,
        "picture": component(texts),
        "words": words(item, texts),
        "overall": overall.get(item.id),
        "places": place,
        "answers": of_groups(item, named),
        "over_time": over_time,
        "waves": over_time and of_waves([(plain(say.everybody()), over_time)], waves),
        "others": [
            each for each in overall.values() if each.item.row is None and each.item.id != item.id
        ],
    }


def _compared(results: Results, by: Dimension) -> Comparison | None:
    """Return the core question by a dimension, None where there is nothing to compare."""
    try:
        found = results.compare(Wish(by=by))
    except ComparisonError:
        return None
    return found if len(found.groups) > 1 else None
