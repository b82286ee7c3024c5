import unicodedata
from importlib import resources

import pytest
from babel import UnknownLocaleError
from hypothesis import given
from hypothesis import strategies as st

from translations.languages import Language, language, languages, negotiate, source

EVERY = pytest.mark.parametrize("row", languages().values(), ids=languages())
OFFERED = [languages()[tag] for tag in ("de", "en", "ar", "rom", "tr", "ru")]
SLURS = ("gyp", "zigeun", "tsigan", "çingen", "цыган", "غجر", "cigan", "tigan", "țigan")


@EVERY
def test_each_row_has_what_babel_needs(row: Language) -> None:
    assert row.locale.language == row.cldr.partition("_")[0].partition("-")[0]


@EVERY
def test_the_plural_rule_names_every_form_and_no_other(row: Language) -> None:
    assert {row.plural_index(number) for number in range(1001)} == set(range(row.forms))


@EVERY
def test_the_direction_is_that_of_the_letters_of_its_own_name(row: Language) -> None:
    kinds = {unicodedata.bidirectional(letter) for letter in row.endonym if letter.isalpha()}
    assert kinds == ({"AL"} if row.direction == "rtl" else {"L"})


@EVERY
def test_every_chain_of_fallbacks_ends_at_the_source(row: Language) -> None:
    seen = [row]
    while seen[-1].fallback:
        seen.append(language(seen[-1].fallback))
        assert len(set(seen)) == len(seen)
    assert seen[-1] is source()


@EVERY
def test_a_language_is_found_by_its_tag_its_folder_and_its_aliases_in_any_case(
    row: Language,
) -> None:
    for name in (row.tag, row.folder, *row.aliases):
        assert language(name) is language(name.upper()) is row


@EVERY
def test_no_name_of_a_language_is_a_slur(row: Language) -> None:
    names = " ".join((row.endonym, *row.exonyms.values())).casefold()
    assert not [slur for slur in SLURS if slur in names]


def test_no_two_languages_share_a_name_or_an_alias() -> None:
    names = [name.casefold() for row in languages().values() for name in (row.tag, *row.aliases)]
    assert len(set(names)) == len(names)
    assert len({row.endonym for row in languages().values()}) == len(languages())


def test_romanes_is_called_by_its_speakers_name_and_never_drawn_from_cldr() -> None:
    romanes = languages()["rom"]
    assert romanes.endonym == "Romani čhib"
    assert romanes.exonym(languages()["de"]) == "Romanes"
    assert romanes.exonym(languages()["ar"]) == "Romani čhib"  # where no name is given: its own
    with pytest.raises(UnknownLocaleError):
        type(romanes.locale).parse("rom")  # why the table names another locale for Babel


@pytest.mark.parametrize(
    ("tag", "counts"),
    [
        ("de", {1: 0, 0: 1, 2: 1}),
        ("en", {1: 0, 0: 1, 2: 1}),
        ("tr", {1: 0, 0: 1, 2: 1}),
        ("rom", {1: 0, 0: 1, 2: 1}),
        ("ru", {1: 0, 21: 0, 2: 1, 24: 1, 0: 2, 5: 2, 11: 2, 12: 2, 111: 2}),
        ("ar", {0: 0, 1: 1, 2: 2, 3: 3, 10: 3, 103: 3, 11: 4, 99: 4, 100: 5, 102: 5}),
    ],
)
def test_the_plural_form_of_a_number_is_that_of_its_language(
    tag: str, counts: dict[int, int]
) -> None:
    assert {number: languages()[tag].plural_index(number) for number in counts} == counts


@pytest.mark.parametrize("tag", ["de", "en", "ar", "rom", "tr", "ru"])
def test_the_languages_of_this_campaign_are_in_the_table_with_fonts_on_disk(tag: str) -> None:
    fonts = resources.files("materials") / "fonts"
    for family in language(tag).fonts:
        assert (fonts / f"Noto{family.replace(' ', '')}-Regular.ttf").is_file()


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (["ar"], "ar"),
        (["ar-SY"], "ar"),
        (["arb"], "ar"),
        (["rmn"], "rom"),
        (["rmy-RO"], "rom"),
        (["rmc"], "rom"),
        (["RU_ru"], "ru"),
        (["en-GB-oed"], "en"),
        (["xx", "tr"], "tr"),
        (["tr", "ar"], "tr"),
        (["kmr", "de"], "de"),  # Kurdish is in the table but not offered here
        (["xx"], None),
        ([""], None),
        (["-", "_", "*", "en--"], "en"),
        ([], None),
    ],
)
def test_the_first_wish_that_is_offered_is_met(wanted: list[str], expected: str | None) -> None:
    met = negotiate(wanted, OFFERED)
    assert (met and met.tag) == expected


def test_kurmanji_is_met_by_kurdish_where_it_is_offered() -> None:
    met = negotiate(["kmr-TR"], languages().values())
    assert met
    assert met.tag == "ku"


@given(st.lists(st.text(max_size=20), max_size=5))
def test_whatever_a_browser_asks_for_is_answered_with_an_offered_language_or_none(
    wanted: list[str],
) -> None:
    assert negotiate(wanted, OFFERED) in [None, *OFFERED]


def test_an_unknown_language_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        language("tlh")
