from pathlib import Path

import polib
import pytest

from surveys.definition import instrument, instruments, messages
from translations.catalogs import po_path
from translations.languages import languages
from translations.upkeep import extract, refreshed, update

ROOT = Path(__file__).parents[2]
RU = languages()["ru"]
CONFIG = "[jinja2: **.jinja]\nsilent = false\ntrimmed = true\nnewstyle_gettext = true\n"
PLURAL = "{% trans n=1 %}{{ n }} Tag{% pluralize %}{{ n }} Tage{% endtrans %}"


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    (tmp_path / "babel.cfg").write_text(CONFIG, "utf-8")
    (tmp_path / "translations").mkdir()
    return tmp_path


def template(sources: Path, *texts: str) -> polib.POFile:
    for number, text in enumerate(texts):
        (sources / f"{number}.jinja").write_text(text, "utf-8")
    return extract(sources, "public")


def trans(text: str) -> str:
    return f"{{% trans %}}{text}{{% endtrans %}}"


def catalogue(*entries: polib.POEntry) -> polib.POFile:
    file = polib.POFile()
    file.extend(entries)
    return file


def test_templates_and_catalogues_are_as_their_sources_are() -> None:
    for path, text in refreshed(ROOT, list(languages().values())).items():
        assert path.read_text("utf-8") == text, f"{path} is stale: philos translate update"


def test_every_text_of_an_instrument_is_in_the_template() -> None:
    known = {entry.msgid for entry in extract(ROOT, "public")}
    for name in instruments():
        assert {text for text, _ in messages(instrument(name))} <= known


def test_a_text_used_in_two_places_stands_once_and_names_both(sources: Path) -> None:
    entries = list(template(sources, trans("Notruf"), trans("Notruf") + trans("Polizei")))
    assert [entry.msgid for entry in entries] == ["Notruf", "Polizei"]
    assert entries[0].occurrences == [("0.jinja", ""), ("1.jinja", "")]


def test_a_text_that_moves_changes_nothing(sources: Path) -> None:
    before = str(template(sources, trans("Notruf")))
    assert str(template(sources, "\n\n" + trans("Notruf"))) == before


def test_comments_for_translators_are_kept_once(sources: Path) -> None:
    said = "{# translators: on a button #}\n" + trans("Weiter")
    entry = template(sources, said, said)[0]
    assert entry.comment == "on a button"


def test_plurals_and_contexts_are_told_apart(sources: Path) -> None:
    found = template(
        sources,
        PLURAL,
        '{{ pgettext("date", "Stand") }}{{ pgettext("market", "Stand") }}',
    )
    assert [(entry.msgctxt, entry.msgid, entry.msgid_plural) for entry in found] == [
        (None, "%(n)s Tag", "%(n)s Tage"),
        ("date", "Stand", ""),
        ("market", "Stand", ""),
    ]
    assert found[0].msgstr_plural == {0: "", 1: ""}


def test_old_texts_stay_with_their_seals_and_new_ones_are_empty(sources: Path) -> None:
    old = polib.POEntry(msgid="Notruf", msgstr="Вызов", tcomment="review: x", flags=["fuzzy"])
    new = update(catalogue(old), template(sources, trans("Notruf"), trans("Neu")), RU)
    assert [(entry.msgid, entry.msgstr) for entry in new] == [("Notruf", "Вызов"), ("Neu", "")]
    assert (new[0].tcomment, new[0].flags) == ("review: x", ["fuzzy"])


def test_what_is_no_longer_used_is_kept_as_obsolete_and_comes_back(sources: Path) -> None:
    file = catalogue(polib.POEntry(msgid="Notruf", msgstr="Вызов"), polib.POEntry(msgid="Leer"))
    gone = update(file, template(sources, trans("Neu")), RU)
    assert [(entry.msgid, entry.obsolete) for entry in gone] == [("Neu", False), ("Notruf", True)]
    back = update(gone, template(sources, trans("Notruf")), RU)
    assert [(entry.msgstr, entry.obsolete) for entry in back] == [("Вызов", False)]


def test_nothing_is_guessed_from_a_similar_text(sources: Path) -> None:
    file = catalogue(polib.POEntry(msgid="Notruf 112", msgstr="Вызов 112"))
    assert update(file, template(sources, trans("Notruf 110")), RU)[0].msgstr == ""


def test_a_plural_gets_all_the_forms_of_its_language(sources: Path) -> None:
    source = template(
        sources, "{% trans n=1 %}{{ n }} Tag{% pluralize %}{{ n }} Tage{% endtrans %}"
    )
    new = update(catalogue(), source, RU)
    assert new[0].msgstr_plural == {0: "", 1: "", 2: ""}
    assert new.metadata["Plural-Forms"] == f"nplurals=3; plural=({RU.plural});"
    assert new.metadata["Language"] == "ru"


def test_updating_twice_is_updating_once(sources: Path) -> None:
    source = template(sources, trans("Notruf"), trans("Neu"))
    once = update(catalogue(polib.POEntry(msgid="Alt", msgstr="Старый")), source, RU)
    assert str(update(polib.pofile(str(once)), source, RU)) == str(once)


def test_only_catalogues_that_exist_are_refreshed(sources: Path) -> None:
    template(sources, trans("Notruf"))
    path = po_path(sources / "translations", RU, "public")
    path.parent.mkdir(parents=True)
    path.write_text('msgid "Notruf"\nmsgstr "Вызов"\n', "utf-8")
    fresh = refreshed(sources, list(languages().values()))
    assert {one.name for one in fresh} == {"public.pot", "staff.pot", "public.po"}
    assert 'msgstr "Вызов"' in fresh[path]
    assert "nplurals=3" in fresh[path]
