"""A picture of each kind, with what is hidden in some rows."""

from collections.abc import Callable

import pytest

from materials.pictures import Drawn, Words, sketch_map, words
from materials.pictures.files import Picture
from surveys.definition import instrument
from surveys.pictures.bars import Answered, bars
from surveys.pictures.multiples import Moment, Series, multiples
from surveys.pictures.sketch import Spot
from surveys.pictures.whiskers import Contrast, whiskers
from translations.catalogs import Texts
from translations.languages import language

KINDS = ("bars", "whiskers", "multiples", "map")
ITEM = instrument("how-safe").items["dark"]
SCALE, ADVERSE, BESIDE = (1, 2, 3, 4), frozenset({3, 4}), (97,)

Make = Callable[..., Picture]


def texts(tag: str) -> Texts:
    return Texts(language(tag))


def named(tag: str) -> Words:
    return words(ITEM, texts(tag))


def groups(name: str = "Rabet") -> list[Answered]:
    known = {1: 5, 2: 11, 3: 24, 4: 18}
    part = {1: 8, 2: 16, 3: None, 4: None}
    return [
        Answered(
            name=name, n=58, adverse=42, low=0.6, high=0.82, counts=known, beside={97: 9}, unsaid=5
        ),
        Answered(name="Schulhof (Nord)", n=36, adverse=12, counts=part, beside={97: None}),
        Answered(name="Köhlerplatz"),
        Answered(name="Platz", n=0, adverse=0, unsaid=0, beside={97: 0}),
    ]


def of_kind(kind: str, tag: str = "de", name: str = "Rabet") -> Drawn:
    """Return a picture whose first row has a name."""
    if kind == "bars":
        return bars(groups(name), scale=SCALE, adverse=ADVERSE, beside=BESIDE)
    if kind == "whiskers":
        known = Contrast(name=name, estimate=-0.17, low=-0.3, high=-0.03, clear=True)
        return whiskers([known, Contrast(name="Köhlerplatz")])
    if kind == "multiples":
        known_ = Moment(share=0.72, low=0.6, high=0.82, n=58)
        row = Series(name=name, moments=(known_, Moment(), known_))
        none = Series(name="Köhlerplatz", moments=(Moment(), Moment(), Moment()))
        return multiples([row, none], ["Herbst 2025", "Frühling 2026", "Herbst 2026"])
    places = [
        Spot(name=name, latitude=51.3447, longitude=12.3990, share=0.72, n=58),
        Spot(name="Köhlerplatz", latitude=51.3463, longitude=12.4155),
    ]
    return sketch_map(places, texts(tag))


def empty(kind: str, tag: str = "de") -> Drawn:
    if kind == "bars":
        return bars([], scale=SCALE, adverse=ADVERSE)
    if kind == "whiskers":
        return whiskers([])
    return multiples([], []) if kind == "multiples" else sketch_map([], texts(tag))


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Each kind of picture in turn."""
    return str(request.param)


@pytest.fixture(params=["de", "ar", "tr", "ru", "rom", "en"])
def tag(request: pytest.FixtureRequest) -> str:
    """Each language that the example is printed in."""
    return str(request.param)


def picture(drawn: Drawn, tag: str = "de", title: str = "Wie sicher?") -> Picture:
    return Picture(drawn=drawn, words=named(tag), title=title, note="Freiwillige Antworten.")
