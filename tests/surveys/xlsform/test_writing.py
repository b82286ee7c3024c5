"""The workbooks that philos writes, as pyxform understands them."""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from openpyxl import load_workbook
from pyxform.xls2xform import convert

from surveys.conditions import Answer, codes_of
from surveys.definition import ANSWERED, SKIPPED, Instrument, Item
from surveys.documents import DocumentError, parse
from surveys.xlsform.names import spoken, to_name
from surveys.xlsform.writing import complete, workbook
from tests.surveys.conftest import KINDS, LONG, SHORT
from tests.surveys.test_definition import SMALL, last, small
from translations.catalogs import Texts, usable
from translations.languages import language

READERS = [Texts(row) for row in usable("public")]
GERMAN = READERS[:1]
XFORM = "{http://www.w3.org/2002/xforms}"
ASKED = {asked.id: asked for asked in (LONG, SHORT, KINDS)}
SKIP = small(*last('show_if = "a in -2, 2"'))  # depends on what was skipped
Answers = Mapping[str, Answer]


class Form:
    """An XForm that pyxform made of a workbook."""

    def __init__(self, asked: Instrument, readers: Sequence[Texts]) -> None:
        made = convert(workbook(asked, readers), file_type=".xlsx")
        self.warnings = made.warnings
        self.root = etree.fromstring(made.xform.encode())
        self.texts = {
            translation.get("lang"): {
                text.get("id"): text.findtext(f"{XFORM}value")
                for text in translation.iter(f"{XFORM}text")
            }
            for translation in self.root.iter(f"{XFORM}translation")
        }

    def bind(self, path: str) -> Any:
        (found,) = self.root.iterfind(f".//{XFORM}bind[@nodeset='{path}']")
        return found

    def control(self, item: Item) -> Any:
        (found,) = [
            control
            for control in self.root.iter(*(f"{XFORM}{kind}" for kind in KIND.values()))
            if control.get("ref") == path(item)
        ]
        return found

    def choices(self, item: Item) -> tuple[str, list[tuple[str, str]]]:
        """Return where the choices of a question come from, and each with the id of its text."""
        source = self.control(item).find(f"{XFORM}itemset").get("nodeset")
        name = re.findall(r"instance\('(\w+)'\)", source)[0]
        (instance,) = self.root.iterfind(f".//{XFORM}instance[@id='{name}']")
        return source, [
            (choice.findtext(f"{XFORM}name"), choice.findtext(f"{XFORM}itextId"))
            for choice in instance.iter(f"{XFORM}item")
        ]

    def text(self, texts: Texts, name: str) -> str | None:
        found = self.texts[spoken(texts.language)].get(name)
        return found and str(found)


KIND = {"one": "select1", "several": "select", "text": "input"}


def path(item: Item) -> str:
    group = f"{to_name(item.question.id)}/" if item.row else ""
    return f"/data/{group}{to_name(item.id)}"


@pytest.fixture(scope="module", params=ASKED)
def form(request: pytest.FixtureRequest) -> tuple[Instrument, Form]:
    asked = ASKED[request.param]
    return asked, Form(asked, READERS)


def plain(text: str) -> str:
    """Return a text with straight quotation marks, as pyxform writes some of them."""
    return re.sub("[“”]", '"', re.sub("[‘’]", "'", text))


def test_pyxform_takes_it_without_a_warning(form: tuple[Instrument, Form]) -> None:
    asked, made = form
    assert made.warnings == []
    (root,) = made.root.iterfind(f".//{XFORM}data", None)
    assert (root.get("id"), root.get("version")) == (asked.id, asked.version)


def test_every_item_is_asked_in_order_as_what_it_is(form: tuple[Instrument, Form]) -> None:
    asked, made = form
    refs = [
        control.get("ref") for control in made.root.iter(*(f"{XFORM}{k}" for k in KIND.values()))
    ]
    assert refs == [path(item) for item in asked.items.values()]
    for item in asked.items.values():
        several = "several" if item.question.form.several else "one"
        kind = "text" if item.question.scale is None else several
        assert made.control(item).tag == f"{XFORM}{KIND[kind]}"
        assert made.bind(path(item)).get("required") is None


def test_labels_and_hints_are_those_of_each_language(form: tuple[Instrument, Form]) -> None:
    asked, made = form
    assert set(made.texts) == {spoken(texts.language) for texts in READERS}
    for texts in READERS:
        for item in asked.items.values():
            source = item.row.text if item.row else item.question.text
            shown = source if item.row and item.row.name else texts.find(source).text
            assert made.text(texts, f"{path(item)}:label") == plain(shown)
            hint = made.text(texts, f"{path(item)}:hint")
            assert (hint or "") == plain(item.question.hint and texts.find(item.question.hint).text)
            if item.row:
                group = made.text(texts, f"/data/{to_name(item.question.id)}:label")
                assert group == plain(texts.find(item.question.text).text)


def test_choices_are_those_of_the_instrument_in_every_language(
    form: tuple[Instrument, Form],
) -> None:
    asked, made = form
    for item in asked.items.values():
        if item.question.scale is None:
            continue
        source, choices = made.choices(item)
        assert [int(code) for code, _ in choices] == list(item.offered)
        assert source.startswith("randomize(") == item.question.shuffled
        for texts in READERS:
            for (_, name), option in zip(choices, item.offered.values(), strict=True):
                shown = made.text(texts, name)
                if option.form == "text":
                    assert shown == plain(texts.find(option.text).text)
                elif option.form == "point":
                    assert (shown or "").split(" = ")[0] == option.text
                else:
                    assert re.findall(r"\d+", shown or "") == re.findall(r"\d+", option.text)


def test_the_ends_of_a_numeric_scale_and_open_bands_are_worded() -> None:
    made = Form(KINDS, READERS)
    arabic = next(texts for texts in READERS if texts.language.tag == "ar")
    _, points = made.choices(KINDS.items["points"])
    assert made.text(arabic, points[0][1]) == "0 = لا، إطلاقًا"
    assert made.text(READERS[0], points[10][1]) == "10 = Voll und ganz"
    _, bands = made.choices(KINDS.items["band"])
    assert made.text(READERS[0], bands[2][1]) == "65 oder mehr"


def _answers(asked: Instrument) -> st.SearchStrategy[Answers]:
    """Return answers of who has gone through the whole survey, closed-off questions included."""
    return st.fixed_dictionaries({item.id: _answer(item) for item in asked.items.values()})


def _answer(item: Item) -> st.SearchStrategy[Answer]:
    if item.question.form.several:
        several = st.lists(st.sampled_from([*item.offered]), min_size=1, unique=True)
        return st.just(SKIPPED) | several.map(tuple)
    return st.sampled_from([*item.offered, SKIPPED] if item.offered else [ANSWERED, SKIPPED])


def _selected(_context: object, nodes: Sequence[Any], code: str) -> bool:
    return code in (nodes[0].text or "").split()


@pytest.mark.parametrize("asked", [LONG, KINDS, SKIP], ids=["how-safe", "kinds", "skip"])
def test_a_question_is_relevant_to_exactly_those_who_are_asked(asked: Instrument) -> None:
    made = Form(asked, GERMAN)

    @given(_answers(asked))
    @settings(max_examples=60, deadline=None)
    def holds(answers: Answers) -> None:
        reached = {item.id for item in asked.asked(answers)}
        assert _relevant(made, asked, answers) == reached

    holds()


def _relevant(form: Form, asked: Instrument, answers: Answers) -> set[str]:
    """Return what a client of XForms asks: what is not relevant is empty, and all come in order."""
    data = next(form.root.iter(f"{XFORM}data"))
    document = etree.fromstring(re.sub(rb' xmlns="[^"]*"', b"", etree.tostring(data)))
    found = set()
    for item in asked.items.values():
        group = f"/data/{to_name(item.question.id)}" if item.row else path(item)
        relevant = form.bind(group).get("relevant") if item.question.show_if else "true()"
        (node,) = document.xpath(path(item))
        node.text = ""
        if document.xpath(relevant, extensions={(None, "selected"): _selected}):
            found.add(item.id)
            node.text = " ".join(
                str(code) for code in codes_of(answers.get(item.id)) if code != SKIPPED
            )
    return found


def test_a_language_that_lacks_a_text_has_no_column() -> None:
    own = replace(KINDS, questions=(replace(KINDS.questions[0], text="Neu?"),))
    assert [texts.language.tag for texts in complete(own, READERS)] == ["de"]
    assert [texts.language.tag for texts in complete(KINDS, READERS)] == [
        texts.language.tag for texts in READERS
    ]


def test_a_band_is_not_offered_in_a_language_that_cannot_word_it() -> None:
    persian = Texts(language("fa"))
    bands = replace(KINDS, missing=(), questions=(replace(KINDS.questions[4], missing=()),))
    assert complete(bands, [persian]) == []


def test_a_matrix_of_places_has_no_group_before_it_has_places() -> None:
    lines = 'kind = "matrix"\nrows_from = "places"'
    made = Form(small(*last(lines)), GERMAN)
    assert made.bind("/data/a") is not None
    assert b"/data/b" not in etree.tostring(made.root)


def test_nothing_is_written_as_a_formula() -> None:
    text = '=HYPERLINK("x")'
    data = workbook(small("A?", text.replace('"', "'")), GERMAN)
    cells = [cell for row in load_workbook(io.BytesIO(data))["survey"] for cell in row]
    (cell,) = [cell for cell in cells if str(cell.value).startswith("=")]
    assert cell.data_type == "s"


def test_a_text_that_xlsform_would_fill_in_is_refused() -> None:
    with pytest.raises(DocumentError, match=r"question a: has '\$\{'"):
        workbook(small("A?", "Wer ist ${a}?"), GERMAN)


def test_a_condition_that_outgrows_a_cell_is_refused() -> None:
    chain = SMALL
    for number in range(30):
        said = f"q{number - 1} in -2 or q{number - 1} in -2" if number else "a in -2"
        chain += (
            f'[[questions]]\nid = "q{number}"\ntext = "?"\nscale = "yes-no"\nmissing = [99]\n'
            f'source = "own"\nlicence = "own"\nshow_if = "{said}"\n'
        )
    with pytest.raises(DocumentError, match=r"q\d+: has a show_if that is too long for a cell"):
        workbook(parse(chain.encode(), "small.toml", Instrument), GERMAN)
