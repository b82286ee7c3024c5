"""The comparison builder: released results, compared as its address says.

Every choice stands in the address, so that a page can be shared and kept; nothing is read but
releases. What cannot be compared is said in a sentence, with a way on.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, jsonify, make_response, request, url_for
from werkzeug.wrappers import Response

from materials.pictures import Drawn, Words, number_formats, words
from materials.pictures.files import Picture, png, svg
from materials.worded import worded
from surveys.comparison import Comparison, ComparisonError, questions
from surveys.release import ReleaseError
from translations import numbers
from translations.catalogs import Texts
from translations.markup import N_, figures
from webapp import waves
from webapp.comparing import BY, Wish, offers
from webapp.drawing import PAIR, Drawing
from webapp.roles import Role, allowed
from webapp.service import service
from webapp.staff import reader, show

pages = Blueprint("results", __name__, url_prefix="/staff/results")
COUNTED = N_("Antwort, die gezählt wird")  # of all questions together
FILES: dict[str, tuple[str, Callable[[Picture, Texts], str | bytes]]] = {
    "svg": ("image/svg+xml", svg),
    "png": ("image/png", png),
}


@dataclass(frozen=True)
class Asked:
    """What an address asks for: a comparison, or that of ``every`` question."""

    wish: Wish
    every: bool = False

    def but(self, **changes: Any) -> "Asked":
        """Return this with some choices changed."""
        every = changes.pop("every", self.every)
        return Asked(replace(self.wish, **changes), every)

    def query(self, **changes: Any) -> dict[str, list[str]]:
        """Return the parameters of the address of this, or of something else."""
        if changes:
            return self.but(**changes).query()
        wish = self.wish
        named = {
            "survey": wish.survey,
            "question": None if self.every else wish.question,
            "questions": "all" if self.every else None,
            "by": wish.by,
            "wave": wish.wave,
            "place": wish.place,
        }
        return {name: [value] for name, value in named.items() if value} | (
            {"group": list(wish.groups)} if wish.groups else {}
        )

    def to(self, endpoint: str = "results.results", /, **changes: Any) -> str:
        """Return an address like this one, with some choices changed."""
        parts = {name: changes.pop(name) for name in ("kind", "suffix") if name in changes}
        return f"{url_for(endpoint, **parts)}?{urlencode(self.query(**changes), doseq=True)}"


def _asked() -> Asked:
    said = request.args
    wish = Wish(
        survey=said.get("survey") or None,
        question=said.get("question") or None,
        by=said.get("by") or Wish.by,
        wave=said.get("wave") or None,
        place=said.get("place") or None,
        groups=tuple(filter(None, said.getlist("group"))),
    )
    return Asked(wish, every=said.get("questions") == "all")


def _drawing() -> Drawing:
    texts = service().texts(reader())
    names = {wave.id: wave.name for wave in service().campaign.waves}
    return Drawing(service().results, texts, worded(texts, names))


@pages.get("")
@allowed(Role.VIEWER)
def results() -> Response:
    """Show a comparison of one question, or of all."""
    asked = _asked()
    try:
        return make_response(_all(asked) if asked.every else _one(asked))
    except (ComparisonError, ReleaseError) as error:
        return _refused(asked, error)


def _one(asked: Asked) -> str:
    drawing = _drawing()
    results = drawing.results
    comparison = results.compare(asked.wish)
    asked = _resolved(asked, comparison)
    whole = results.compare(replace(asked.wish, groups=())) if asked.wish.groups else comparison
    return _page(
        "results",
        asked,
        drawing,
        comparison=comparison,
        offered=whole.groups,
        drawn=drawing.pictures(asked.wish, comparison),
        items=results.survey_of(comparison.survey).items,
        population=service().campaign.population,
        probability=lambda value: figures(numbers.probability(value, reader())),
        effect=lambda value: figures(numbers.decimal(value, 2, reader(), signed=True)),
    )


def _all(asked: Asked) -> str:
    drawing = _drawing()
    comparisons = drawing.results.compare_all(asked.wish)
    asked = _resolved(asked, comparisons[0])
    return _page(
        "results-all",
        asked,
        drawing,
        comparisons=comparisons,
        drawn=drawing.across(comparisons),
        neutral=_neutral(),
    )


def _resolved(asked: Asked, found: Comparison) -> Asked:
    """Return what was asked for with what was chosen for it where nothing was."""
    wave = None if found.by == "wave" else found.waves[0]
    wish = replace(
        asked.wish, survey=found.survey, question=found.item.id, wave=wave, place=found.place
    )
    return replace(asked, wish=wish)


def _page(name: str, asked: Asked, drawing: Drawing, **context: object) -> str:
    campaign, releases = service().campaign, drawing.results.releases

    def answerable(**changes: Any) -> bool:
        other = asked.but(**changes)
        return offers(releases, other.wish, every=other.every)

    return show(
        name,
        chosen=asked,
        say=drawing.say,
        surveys={
            each.id: [
                item
                for item in questions(each)
                if answerable(survey=each.id, question=item.id, every=False)
            ]
            for each in campaign.instruments.values()
        },
        several={each.id for each in campaign.instruments.values() if len(questions(each)) > 1},
        titles={each.id: each.title for each in campaign.instruments.values()},
        dimensions=BY,
        answerable=answerable,
        releases={each.wave: each for each in releases},
        wave_names={each.id: each.name for each in campaign.waves},
        places=campaign.places,
        **number_formats(drawing.texts.language, figures),
        **context,
    )


def _refused(asked: Asked, error: ComparisonError | ReleaseError) -> Response:
    """Say why there is no comparison; what does not exist at all is not found."""
    found = waves.standings(service().campaign, service().results.releases, service().today)
    standing = next((each for each in found if each.wave.id == asked.wish.wave), None)
    if isinstance(error, ComparisonError):
        why, status = str(error.why), 404 if error.why.unknown else 422
    elif not any(each.release for each in found):
        why, status = "none", 200 if asked == Asked(Wish()) else 404
    else:
        why, status = ("unreleased", 422) if standing else ("wave", 404)
    page = _page("results-refused", asked, _drawing(), why=why, standing=standing)
    return make_response(page, status)


@pages.get("/<kind>.<any(svg, png):suffix>")
@allowed(Role.VIEWER)
def picture(kind: str, suffix: str) -> Response:
    """Send one of the pictures of a comparison as a file; the name says of what it is."""
    asked, drawing = _asked(), _drawing()
    try:
        called, pictures = (_pictures_of_all if asked.every else _pictures)(asked, drawing)
    except (ComparisonError, ReleaseError) as error:
        return _refused(asked, error)
    mimetype, made = FILES[suffix]
    sent = make_response(made(pictures.get(kind) or abort(404), drawing.texts))
    sent.mimetype = mimetype
    name = "-".join([*called, kind.replace(PAIR, "-")])
    sent.headers.set("Content-Disposition", "attachment", filename=f"{name}.{suffix}")
    return sent


def _pictures(asked: Asked, drawing: Drawing) -> tuple[list[str], dict[str, Picture]]:
    """Return what a comparison is called in the name of a file, and its pictures by their kind."""
    comparison = drawing.results.compare(asked.wish)
    title = drawing.say.question(comparison.item).striptags()
    named = words(comparison.item, drawing.texts)
    drawn = drawing.pictures(asked.wish, comparison)
    return _called(asked, comparison), {
        kind: _picture(drawing, comparison, each, named, title) for kind, each in drawn.items()
    }


def _pictures_of_all(asked: Asked, drawing: Drawing) -> tuple[list[str], dict[str, Picture]]:
    """Return the same of every question: a picture for each two groups."""
    comparisons = drawing.results.compare_all(asked.wish)
    first = comparisons[0]
    survey = drawing.texts.text(service().campaign.instruments[first.survey].title)
    return _called(asked, first), {
        pair: _picture(drawing, first, drawn, _neutral(), f"{survey} {name}")
        for pair, (name, drawn) in drawing.across(comparisons).items()
    }


def _called(asked: Asked, comparison: Comparison) -> list[str]:
    question = "all" if asked.every else comparison.item.id
    groups = asked.wish.groups if comparison.by != "wave" else ()
    parts = [comparison.survey, question, comparison.by, comparison.place]
    return [part for part in (*parts, *comparison.waves, *groups) if part]


def _neutral() -> Words:
    """Return what answers are called where each question counts others."""
    return Words(adverse=Texts(reader(), domain="staff").text(COUNTED), answers={})


def _picture(
    drawing: Drawing, comparison: Comparison, drawn: Drawn, named: Words, title: str
) -> Picture:
    names = {wave.id: wave.name for wave in service().campaign.waves}
    waves_ = ", ".join(names.get(wave, wave) for wave in comparison.waves)
    return Picture(
        drawn=drawn,
        words=named,
        title=f"{title} ({waves_})",
        note=str(drawing.say.caveat().striptags()),
        mark=str(drawing.say.made_up().striptags()) if comparison.made_up else "",
    )


@pages.get("/comparison.json")
@allowed(Role.VIEWER)
def document() -> Response:
    """Send a comparison as a document for programs."""
    asked = _asked()
    try:
        if asked.every:
            return jsonify([each.to_json() for each in service().results.compare_all(asked.wish)])
        return jsonify(service().results.compare(asked.wish).to_json())
    except (ComparisonError, ReleaseError) as error:
        return _refused(asked, error)
