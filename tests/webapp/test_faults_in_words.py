"""What commands refuse, in the words of the page that shows it."""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.numbers import format_decimal
from flask import Flask

from materials.campaign import FILE, load
from surveys.documents import _SENTENCES, DocumentError
from tests.webapp.test_results import text as text_of
from translations.catalogs import Texts
from translations.errors import Fault, UserError
from translations.languages import language

VALUES: dict[str, str | float] = {
    "topic": "results",
    "format": "flyer-a6",
    "language": "ar",
    "place": "rabet",
    "text": "zu lang",
    "characters": "'学'",
    "labels": "L7160",
    "paper": "A4",
    "file": "campaign.toml",
    "key": "host",
    "millimetres": 3.5,
    "needed": 3,
    "pages": 2,
    "last": 24,
    "type": "int_type",
    "name": "rabett",
    "known": "rabet, koehlerplatz",
    "line": 12,
}


def _kinds() -> Iterator[str]:
    """Yield the kinds of all faults that some code of philos raises."""
    for package in ("surveys", "materials", "webapp"):
        home = Path(str(importlib.import_module(package).__file__)).parent
        for path in home.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and _is_fault(node.func):
                    given = (each.value for each in node.keywords if each.arg == "kind")
                    yield from (str(each.value) for each in given if isinstance(each, ast.Constant))


def _is_fault(called: ast.expr) -> bool:
    raised = ("Error", "Fault", "QRTooSmall", "Finding", "_finding")
    return isinstance(called, ast.Name) and called.id.endswith(raised)


KINDS = sorted({*_kinds(), *(kind for kind, _ in _SENTENCES.values())})


def words(app: Flask, tag: str) -> Any:
    known = {
        "campaign": app.extensions["philos"].campaign,
        "texts": Texts(language(tag), domain="staff"),
        "decimal": format_decimal,
    }
    return app.jinja_env.get_template("staff/faults.jinja").make_module(known)


@pytest.mark.parametrize("kind", KINDS)
def test_every_fault_is_worded_in_the_language_of_the_page_and_names_no_command(
    app: Flask, kind: str
) -> None:
    fault = Fault(sentence="Run `philos x`.", kind=kind, values=VALUES)
    with app.test_request_context("/staff/"):
        german, english = (str(words(app, tag).listed([fault])) for tag in ("de", "en"))
        unknown = str(words(app, "de").wording(Fault(sentence="x")))
    assert unknown not in german
    assert ("philos x" in german) is (kind == "file")  # what is wrong in a file is told, folded
    assert german != english


def test_the_kinds_are_found() -> None:
    assert {"no-result", "too-long", "file", "storage", "small-code"} <= set(KINDS)
    assert {"missing-key", "unknown-name", "no-controller", "overlap", "syntax"} <= set(KINDS)


@pytest.mark.parametrize(
    ("said", "instead", "told"),
    [
        (
            'format = "card"',
            'format = "kard"',
            "materials[15].format: „kard“ gibt es nicht. Zur Wa",
        ),
        ('places = ["rabet"', 'places = ["rabett"', ".places: „rabett“ gibt es nicht. Zur Wahl st"),
        (
            '"rom"',
            '"xx"',
            "languages[4]: „xx“ steht nicht in der Tabelle der Sprachen. Nehmen Sie ei",
        ),
        ("outdoors = true", "outdoor = true", "places[1].outdoors: Das fehlt. Schreiben Sie es da"),
        ("outdoors = true", "outdoor = true", "places[1].outdoor: Das kennt philos nicht."),
        ("outdoors = true", 'outdoors = "x"', "places[1].outdoors: Hier muss true oder false ste"),
        ("copies = 20\n", 'copies = "20"\n', "copies: Hier muss eine ganze Zahl stehen."),
        (
            "opens = 2026-10-01",
            'opens = "1. 10."',
            "Hier muss ein Tag wie 2026-11-22, ohne Anführung",
        ),
        (
            "closes = 2027-03-31",
            "closes = 2026-01-01",
            "Die Welle endet vor dem Tag, an dem sie be",
        ),
        ("opens = 2026-10-01", "opens = 2026-09-01", "läuft zur selben Zeit wie „"),
        ("opens = 2026-10-01", "opens = 2026-10-41", "ist so kein gültiges TOML. Oft fehlt ein An"),
    ],
)
def test_what_is_wrong_in_a_campaign_is_said_with_its_place(
    app: Flask, folder: Path, said: str, instead: str, told: str
) -> None:
    file = folder / FILE
    text = file.read_text("utf-8")
    assert said in text
    file.write_text(text.replace(said, instead, 1), "utf-8")
    with pytest.raises(DocumentError) as caught:
        load(folder)
    with app.test_request_context("/staff/"):
        page = text_of(str(words(app, "de").listed(caught.value.faults)))
    assert told in page
    assert "campaign.toml" in page
    assert "(englisch)" not in page


def test_what_has_no_words_is_told_as_the_program_said_it_and_folded(app: Flask) -> None:
    with app.test_request_context("/staff/"):
        page = str(words(app, "de").listed([Fault(sentence="A <font> draws.")]))
    assert "Das hat nicht geklappt." in page
    assert page.index("<details>") < page.index('lang="en" dir="ltr">A &lt;font&gt; draws.')


def test_a_fault_of_a_sheet_names_it() -> None:
    (fault,) = UserError("It is too long.", kind="too-long", text="x").faults
    of_sheet = fault.of("flyer, ar", topic="traders", language="ar")
    assert of_sheet.sentence == "flyer, ar: It is too long."
    assert of_sheet.values == {"topic": "traders", "language": "ar", "text": "x"}
