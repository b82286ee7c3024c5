"""What commands refuse, in the words of the page that shows it."""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.numbers import format_decimal
from flask import Flask

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
    return isinstance(called, ast.Name) and called.id.endswith(("Error", "Fault", "QRTooSmall"))


KINDS = sorted(set(_kinds()))


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
