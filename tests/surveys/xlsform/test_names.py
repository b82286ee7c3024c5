import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyxform.parsing.expression import is_xml_tag

from surveys.xlsform.names import header, language_of, to_id, to_name
from translations.languages import language, languages

IDS = st.from_regex(r"[a-z][a-z0-9]{0,5}(-[a-z0-9]{1,5}){0,3}", fullmatch=True)


@given(IDS)
def test_a_name_leads_back_to_its_id_and_xlsform_takes_it(item: str) -> None:
    assert to_id(to_name(item)) == item
    assert is_xml_tag(to_name(item))
    assert not {"-", "."} & set(to_name(item))


@given(IDS, IDS, IDS, IDS)
def test_two_items_never_have_the_same_name(one: str, row: str, other: str, cell: str) -> None:
    items = {one, f"{one}.{row}", other, f"{other}.{cell}"}
    assert len(set(map(to_name, items))) == len(items)


@pytest.mark.parametrize(
    "name", ["", "Q1", "1a", "a__b", "_a", "a_", "a-b", "a.b", "ä", "a b", "a\n", "x" * 41]
)
def test_another_name_is_refused_with_what_to_do(name: str) -> None:
    with pytest.raises(ValueError, match="rename it"):
        to_id(name)


@pytest.mark.parametrize("tag", languages())
def test_a_header_leads_back_to_its_language(tag: str) -> None:
    assert language_of(header("label", language(tag)).partition("::")[2]).tag == tag


@pytest.mark.parametrize("name", ["German (de)", "deutsch(DE)", "  x (de) "])
def test_the_tag_alone_tells_the_language(name: str) -> None:
    assert language_of(name).tag == "de"


@pytest.mark.parametrize("name", ["", "de", "Deutsch", "Klingon (tlh)", "(de) x", "x (de", "()"])
def test_a_header_without_a_known_tag_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no language that philos knows"):
        language_of(name)
