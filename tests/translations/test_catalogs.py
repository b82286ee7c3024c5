from datetime import date
from pathlib import Path

import polib
import pytest
from markupsafe import Markup

from tests.translations.conftest import entry
from translations.catalogs import (
    CatalogError,
    Texts,
    catalog,
    gaps,
    home,
    parse,
    po_path,
    read_po,
    usable,
)
from translations.languages import languages
from translations.review import State, mark_draft, mark_reviewed

DAY = date(2026, 11, 22)
DE, EN, RU = (languages()[tag] for tag in ("de", "en", "ru"))
SIX = pytest.mark.parametrize("tag", ["de", "en", "ar", "rom", "tr", "ru"])


def write(folder: Path, tag: str, *entries: polib.POEntry) -> Path:
    """Write a catalogue of the public domain below ``folder``; return the folder."""
    path = po_path(folder, languages()[tag], "public")
    path.parent.mkdir(parents=True)
    file = polib.POFile()
    file.extend(entries)
    file.save(str(path))
    return folder


def reviewed(source: str, *texts: str, **fields: str) -> polib.POEntry:
    made = entry(source, *texts, **fields)
    mark_reviewed(made, "MK", "interpreter", DAY)
    return made


@SIX
def test_nothing_that_residents_read_is_missing(tag: str) -> None:
    assert gaps(languages()[tag], "public", "materials/", "surveys/", "webapp/") == []


def test_nothing_that_coordinators_read_is_missing() -> None:
    assert gaps(EN, "staff", "webapp/", "surveys/") == []


@SIX
def test_each_language_of_this_campaign_is_usable(tag: str) -> None:
    assert languages()[tag] in usable("public")


def test_a_language_without_a_catalogue_is_not_usable_and_lacks_everything() -> None:
    simple = languages()["de-simple"]
    assert simple not in usable("public")
    assert len(gaps(simple, "public", "materials/", "surveys/", "webapp/")) == len(
        read_po(home() / "public.pot")
    )


@pytest.mark.parametrize(
    ("domain", "tag"),
    [(domain, row.tag) for domain in ("public", "staff") for row in usable(domain)[1:]],
)
def test_every_text_in_the_catalogues_is_sound_and_none_is_shown_as_reviewed(
    domain: str, tag: str
) -> None:
    entries = list(read_po(po_path(home(), languages()[tag], domain)))
    known = catalog(tag, domain)
    assert len(known) == len([one for one in entries if not one.obsolete]) > 10
    assert {message.state for message in known.values()} == {State.DRAFT}


def test_catalogues_that_lack_a_file_are_empty(tmp_path: Path) -> None:
    assert catalog("en", "public", tmp_path) == {}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'msgid "a"\nmsgstr "b" c"\n', "line 2"),
        (b'msgid "a"\nnonsense\n', "line 2"),
        (b'msgid "\xff"\n', "not UTF-8 text; save the catalogue as UTF-8."),
        (b"\x00\x01\x02", "not UTF-8|yntax|expected"),
        (b'msgstr[x] "a"\n', "line 1"),
    ],
)
def test_a_broken_file_is_one_sentence_with_file_and_line(
    tmp_path: Path, data: bytes, said: str
) -> None:
    path = tmp_path / "public.po"
    path.write_bytes(data)
    with pytest.raises(CatalogError, match=said) as caught:
        read_po(path)
    told = str(caught.value)
    assert told.startswith(f"{path}: ")
    assert told.count(str(path)) == 1
    assert told.endswith(".")


def test_obsolete_and_unfinished_entries_are_not_shown() -> None:
    gone = entry("a", "b", obsolete=True)
    half = entry("%(n)s Tag", "%(n)s day", "", plural="%(n)s Tage")
    assert parse([gone, half, entry("c")], EN) == {}


def test_the_source_language_says_what_is_written() -> None:
    texts = Texts(DE)
    assert texts.text("Notruf") == "Notruf"
    assert texts.ngettext("%(n)s Tag", "%(n)s Tage", 1) == "%(n)s Tag"
    assert texts.ngettext("%(n)s Tag", "%(n)s Tage", 2) == "%(n)s Tage"
    assert set(texts.used.values()) == {State.SOURCE}
    assert texts.final


def test_a_text_that_is_missing_is_shown_in_german_and_says_so() -> None:
    texts = Texts(languages()["ar"])
    shown = texts.gettext("Diesen Satz kennt kein Katalog.")
    assert shown == '<span lang="de" dir="ltr">Diesen Satz kennt kein Katalog.</span>'
    assert texts.states() == {State.MISSING: 1}
    assert not texts.final


def test_a_missing_plural_takes_the_form_of_german() -> None:
    texts = Texts(RU)
    assert "Äpfel" in texts.ngettext("Ein Apfel", "%(n)s Äpfel", 21)  # one form in Russian: 21
    assert "Ein Apfel" in texts.ngettext("Ein Apfel", "%(n)s Äpfel", 1)


def test_a_campaigns_own_catalogue_goes_before_those_of_philos(tmp_path: Path) -> None:
    source = next(iter(catalog("en", "public")))[1]
    folder = write(tmp_path, "en", reviewed(source, "Our own words"))
    assert Texts(EN, folders=[folder]).text(source) == "Our own words"
    assert Texts(EN).text(source) != "Our own words"


def test_a_text_of_a_chain_is_marked_with_its_language(tmp_path: Path) -> None:
    write(tmp_path, "de-simple", reviewed("Notruf", "Hilfe"))
    texts = Texts(languages()["de-simple"], folders=[tmp_path])
    assert texts.text("Notruf") == "Hilfe"
    assert 'lang="de"' in texts.text("Polizei")


def test_plural_forms_follow_the_language(tmp_path: Path) -> None:
    forms = ("%(n)s день", "%(n)s дня", "%(n)s дней")
    folder = write(tmp_path, "ru", reviewed("%(n)s Tag", *forms, plural="%(n)s Tage"))
    texts = Texts(RU, folders=[folder])
    shown = [texts.ngettext("%(n)s Tag", "%(n)s Tage", n) for n in (1, 2, 5, 21)]
    assert shown == [forms[0], forms[1], forms[2], forms[0]]


def test_the_same_source_is_told_apart_by_its_context(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        "en",
        reviewed("Stand", "as of", msgctxt="date"),
        reviewed("Stand", "stall", msgctxt="market"),
    )
    texts = Texts(EN, folders=[folder])
    assert texts.pgettext("date", "Stand") == "as of"
    assert texts.npgettext("market", "Stand", "Stände", 1) == "stall"


@pytest.mark.parametrize("source", ["<b>Halt</b>", "A & B", "<script>"])
def test_data_is_escaped_and_templates_keep_the_tags_of_their_source(source: str) -> None:
    texts = Texts(DE)
    assert texts.text(source) == str(Markup.escape(source))
    assert texts.gettext(source) == source


def test_marks_wrap_what_nobody_has_reviewed_and_nothing_else(tmp_path: Path) -> None:
    draft = entry("Polizei", "Police")
    mark_draft(draft, "some-engine", DAY)
    folder = write(tmp_path, "en", reviewed("Notruf", "Emergency"), draft, entry("Amt", "Office"))
    texts = Texts(EN, folders=[folder], marks=True)
    assert texts.text("Notruf") == "Emergency"
    assert texts.text("Polizei") == '<span class="draft">Police</span>'
    assert texts.text("Amt") == '<span class="draft">Office</span>'
    assert texts.states() == {State.REVIEWED: 1, State.DRAFT: 1, State.UNREVIEWED: 1}
    assert not texts.final


def test_a_sheet_with_reviewed_texts_alone_is_final(tmp_path: Path) -> None:
    texts = Texts(EN, folders=[write(tmp_path, "en", reviewed("Notruf", "Emergency"))])
    texts.text("Notruf")
    assert texts.final
