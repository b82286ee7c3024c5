import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.translations.conftest import entry
from translations.catalogs import Texts, parse
from translations.languages import languages
from translations.lint import faults

EN, RU = languages()["en"], languages()["ru"]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Notruf", "Emergency"),
        ("Bis %(day)s", "Until %(day)s"),
        ("%(low)s bis %(high)s", "between %(high)s and %(low)s"),
        ("<b>Gestochen?</b> Waschen.", "<b>Pricked?</b> Wash."),
        ("Zeile<br>Zeile", "line<br>line"),
        ("100 %", "100%"),  # no placeholder: never formatted
        ("Alter < 18", "age < 18"),
    ],
)
def test_a_sound_translation_has_no_fault(source: str, text: str) -> None:
    assert faults(entry(source, text), EN) == []


@pytest.mark.parametrize(
    ("source", "text", "fault"),
    [
        ("Bis %(day)s", "Until then", "has the placeholders [] instead of ['day']"),
        ("Bis %(day)s", "Until %(date)s", "has the placeholders ['date'] instead of ['day']"),
        ("Notruf", "%(number)s", "has the placeholders ['number'] instead of []"),
        ("Bis %(day)s", "Until %(day)s: 50 % off", "has a stray % sign"),
        ("Bis %(day)s", "Until %(day)s %(day)", "has a stray % sign"),
        ("Notruf", "<script>x</script>", "has the tags ['</script>', '<script>']"),
        ("<b>Halt</b>", '<b onclick="x">Halt</b>', "has the tags"),
        ("<b>Halt</b>", "<b>Halt", "has a tag open or closed too often"),
        ("<b>Halt</b>", "</b>Halt<b>", "has a tag open or closed too often"),
        ("<b>Halt</b>", "Halt</b>", "has a tag open or closed too often"),
        ("Notruf", "a < b", "has a stray < sign"),
        ("Notruf", "<img src=x onerror=y", "has a stray < sign"),
    ],
)
def test_a_broken_translation_is_told_and_never_shown(source: str, text: str, fault: str) -> None:
    broken = entry(source, text)
    assert [said for said in faults(broken, EN) if said.startswith(fault)]
    assert parse([broken], EN) == {}


def test_a_plural_needs_as_many_forms_as_the_language_has() -> None:
    two = entry("%(n)s Tag", "%(n)s день", "%(n)s дня", plural="%(n)s Tage")
    assert faults(two, RU) == ["has 2 plural forms instead of 3"]
    assert parse([two], RU) == {}


def test_a_form_for_one_number_alone_may_leave_the_number_out() -> None:
    assert faults(entry("Ein Tag", "one day", "%(n)s days", plural="%(n)s Tage"), EN) == []


def test_a_form_that_stands_for_many_numbers_may_not() -> None:
    broken = entry("Ein Tag", "один день", "%(n)s дня", "%(n)s дней", plural="%(n)s Tage")
    assert faults(broken, RU) == [
        "drops the number in plural form 0, which stands for many numbers"
    ]


def test_a_plural_without_any_number_needs_none() -> None:
    assert faults(entry("Tag", "день", "дня", "дней", plural="Tage"), RU) == []


def test_a_fault_of_several_forms_is_told_once() -> None:
    broken = entry("a", "<i>", "<i>", plural="b")
    assert faults(broken, EN) == ["has the tags ['<i>'], which the source has not"]


PIECES = ["%(day)s", "%(x)s", "%", "%s", "<b>", "</b>", "<script>", "<", "&", "Tag ", "{{ x }}"]


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
def test_what_passes_the_lint_can_be_formatted_and_opens_no_new_tag(text: str) -> None:
    source = "<b>Bis</b> %(day)s"
    known = parse([entry(source, text)], EN)
    if known:
        shown = known[None, source].forms[0] % {"day": "1. Mai"}
        assert shown.count("<b>") == shown.count("</b>")
        assert "<script>" not in shown


def test_the_reader_gets_the_source_where_the_translation_is_broken() -> None:
    assert Texts(EN).find("Diesen Satz kennt kein Katalog").text == "Diesen Satz kennt kein Katalog"
