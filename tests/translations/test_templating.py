from pathlib import Path

import pytest
from jinja2 import Environment
from polib import POEntry

from tests.translations.conftest import entry
from tests.translations.test_catalogs import reviewed, write
from translations.catalogs import Texts
from translations.languages import languages
from translations.markup import N_, foreign, ltr
from translations.templating import install


@pytest.fixture
def environment() -> Environment:
    made = Environment(autoescape=True)
    install(made)
    return made


def render(environment: Environment, template: str, texts: Texts, **values: object) -> str:
    return environment.from_string(template).render(texts=texts, **values)


def english(folder: Path, *entries: POEntry) -> Texts:
    return Texts(languages()["en"], folders=[write(folder, "en", *entries)])


def test_values_put_into_a_translated_sentence_are_escaped(
    environment: Environment, tmp_path: Path
) -> None:
    texts = english(tmp_path, reviewed("<b>Bis</b> %(day)s", "<b>Until</b> %(day)s"))
    shown = render(environment, "{% trans %}<b>Bis</b> {{ day }}{% endtrans %}", texts, day="<i>")
    assert shown == "<b>Until</b> &lt;i&gt;"


def test_a_sentence_over_several_lines_is_found_trimmed(
    environment: Environment, tmp_path: Path
) -> None:
    texts = english(tmp_path, reviewed("Ruhig bleiben. Hilfe rufen.", "Stay calm. Call for help."))
    template = "{% trans %}\n   Ruhig bleiben.\n   Hilfe rufen.\n{% endtrans %}"
    assert render(environment, template, texts) == "Stay calm. Call for help."


def test_each_rendering_of_a_template_speaks_its_own_language(
    environment: Environment, tmp_path: Path
) -> None:
    texts = english(tmp_path, reviewed("Notruf", "Emergency"))
    template = environment.from_string("{% trans %}Notruf{% endtrans %}")
    assert template.render(texts=texts) == "Emergency"
    assert template.render(texts=Texts(languages()["de"])) == "Notruf"


def test_plurals_and_contexts_reach_the_catalogue(environment: Environment, tmp_path: Path) -> None:
    texts = english(
        tmp_path,
        reviewed("%(n)s Tag", "%(n)s day", "%(n)s days", plural="%(n)s Tage"),
        reviewed("Stand", "as of", msgctxt="date"),
        reviewed("%(n)s Stand", "%(n)s stall", "%(n)s stalls", plural="%(n)s Stände", msgctxt="m"),
    )
    counted = "{% trans n=n %}{{ n }} Tag{% pluralize %}{{ n }} Tage{% endtrans %}"
    assert [render(environment, counted, texts, n=n) for n in (1, 3)] == ["1 day", "3 days"]
    assert render(environment, '{{ pgettext("date", "Stand") }}', texts) == "as of"
    called = '{{ npgettext("m", "%(n)s Stand", "%(n)s Stände", 2, n=2) }}'
    assert render(environment, called, texts) == "2 stalls"


def test_a_faulty_translation_falls_back_to_german_instead_of_bringing_the_page_down(
    environment: Environment, tmp_path: Path
) -> None:
    texts = english(tmp_path, entry("Bis %(day)s", "Until %(date)s"))
    shown = render(environment, "{% trans %}Bis {{ day }}{% endtrans %}", texts, day="heute")
    assert shown == '<span lang="de" dir="ltr">Bis heute</span>'


def test_numbers_keep_their_order_and_are_read_as_on_the_sign(environment: Environment) -> None:
    shown = render(environment, '{{ ltr("0341 <1>") }}', Texts(languages()["de"]))
    assert shown == '<span class="ltr" dir="ltr" lang="de">0341 &lt;1&gt;</span>' == ltr("0341 <1>")


def test_a_foreign_text_says_its_language_and_direction() -> None:
    assert foreign("<مرحبا>", "ar", "rtl") == '<span lang="ar" dir="rtl">&lt;مرحبا&gt;</span>'


def test_a_marked_source_is_the_text_itself() -> None:
    assert N_("Notruf") == "Notruf"
