"""A campaign with a survey of its own that has every kind of question."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape

from materials.campaign import FILE, load
from surveys.definition import ANSWERED, SKIPPED
from surveys.storage import Storage
from tests.kept import kept, recounted
from tests.webapp.conftest import LANGUAGES, token
from tests.webapp.site import CODE, write_kinds

TOKEN = token(CODE)
ANSWERS = [
    ("one", ["1"], 1),
    ("several", ["3", "1"], (1, 3)),
    ("points", ["7"], 7),
    ("rows.police", ["0"], 0),
    ("rows.order", ["98"], 98),
    ("band", ["3"], 3),
    ("words", ["Mehr <b>Licht</b>"], ANSWERED),
]


@pytest.fixture
def folder(folder: Path) -> Path:
    """The example campaign, asking with its own survey."""
    write_kinds(folder, recorded=False)
    return folder


def path(name: str, language: str = "de") -> str:
    return f"/{CODE}/{language}/{TOKEN}/{name}"


def answer_all(client: FlaskClient, language: str = "de") -> None:
    for name, values, _ in ANSWERS:
        assert client.post(path(name, language), data={"answer": values}).status_code == 303


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_answer_is_stored_as_its_codes(
    client: FlaskClient, storage: Storage, language: str
) -> None:
    answer_all(client, language)
    given = storage.response("leipziger-osten", TOKEN)
    assert given is not None
    assert given.answers == {name: stored for name, _, stored in ANSWERS}
    assert given.written == {"words": "Mehr <b>Licht</b>"}
    assert kept(storage) == recounted(storage)


@pytest.mark.parametrize(("name", "values"), [(name, values) for name, values, _ in ANSWERS[:-1]])
def test_back_shows_what_was_chosen(client: FlaskClient, name: str, values: list[str]) -> None:
    answer_all(client)
    page = client.get(path(name)).text
    assert sorted(re.findall(r'value="(\d+)" checked', page)) == sorted(values)


def test_back_shows_a_text_to_its_writer_alone(client: FlaskClient) -> None:
    answer_all(client)
    assert ">Mehr &lt;b&gt;Licht&lt;/b&gt;</textarea>" in client.get(path("words")).text
    assert "Licht" not in client.get(path("words").replace(TOKEN, token(CODE, "B"))).text


def test_the_summary_says_each_kind_in_words(client: FlaskClient) -> None:
    answer_all(client)
    page = client.get(path("answers")).text
    said = [" ".join(re.sub("<[^>]*>", "", text).split()) for text in page.split("<dd>")[1::2]]
    assert said == [
        "Ja",
        "Müll Schlechte Beleuchtung",
        "7",
        "0",
        "Weiß nicht",
        "65 oder mehr",
        "„Mehr &lt;b&gt;Licht&lt;/b&gt;“",
    ]


def test_a_resident_sees_what_was_left_out_of_her_text(client: FlaskClient) -> None:
    answer_all(client)
    assert "[…]" not in client.get(path("answers")).text
    client.post(path("words"), data={"answer": "0341 1234567, mehr Licht"})
    page = client.get(path("answers")).text
    assert "„<bdi>[…], mehr Licht</bdi>“" in page
    assert "Wo […] steht, haben wir etwas weggelassen" in page
    assert "1234567" not in page
    assert ">[…], mehr Licht</textarea>" in client.get(path("words")).text


def test_a_text_that_is_kept_no_more_is_told_and_can_be_written_again(
    client: FlaskClient, storage: Storage
) -> None:
    answer_all(client)
    storage.reject_text("leipziger-osten", storage.held_texts("leipziger-osten")[0].number)
    page = client.get(path("answers"))
    assert page.status_code == 200
    assert "Ihr Text ist nicht mehr gespeichert" in page.text
    assert client.get(path("words")).status_code == 200
    client.post(path("words"), data={"answer": "Noch einmal"})
    assert "„<bdi>Noch einmal</bdi>“" in client.get(path("answers")).text


@pytest.fixture
def without_texts(folder: Path) -> None:
    """Let the campaign ask for no text."""
    file = folder / FILE
    file.write_text(file.read_text("utf-8").replace("free_text = true", "free_text = false"))


@pytest.mark.usefixtures("without_texts")
def test_without_the_switch_no_text_is_asked_or_taken(
    client: FlaskClient, storage: Storage
) -> None:
    for name, values, _ in ANSWERS[:-1]:
        last = client.post(path(name), data={"answer": values})
    assert last.location.endswith("/answers")
    assert client.get(path("words")).status_code == 404
    assert client.post(path("words"), data={"answer": "Licht"}).status_code == 404
    assert storage.held_texts("leipziger-osten") == []


def test_a_skipped_text_takes_its_words_back(client: FlaskClient, storage: Storage) -> None:
    answer_all(client)
    client.post(path("words"), data={"skip": "1"})
    given = storage.response("leipziger-osten", TOKEN)
    assert given is not None
    assert (given.answers["words"], given.written) == (SKIPPED, {})


def test_numbers_keep_their_place_in_every_language(client: FlaskClient) -> None:
    page = client.get(path("band", "ar")).text
    assert 'من <span dir="ltr">18</span> إلى <span dir="ltr">29</span>' in page
    page = client.get(path("points", "ar")).text
    assert re.findall(r'value="(\d+)"> <span><span dir="ltr">(\d+)', page)[:11] == [
        (str(number), str(number)) for number in range(11)
    ]


def test_shuffled_options_are_the_same_for_one_respondent_and_differ_between_them(
    client: FlaskClient,
) -> None:
    def options(letter: str) -> list[str]:
        page = client.get(path("several").replace(TOKEN, token(CODE, letter))).text
        return re.findall(r'type="checkbox" name="answer" value="(\d+)"', page)

    seen = {letter: options(letter) for letter in "abcde"}
    assert all(options(letter) == order for letter, order in seen.items())
    assert len({tuple(order) for order in seen.values()}) > 1
    assert all(order[3:] == ["97", "98", "99"] for order in seen.values())  # apart, and last


@pytest.mark.parametrize(
    ("name", "values", "sentence"),
    [
        ("one", [], "Geben Sie eine Antwort, oder überspringen Sie die Frage."),
        ("several", ["1", "97"], "Eine Ihrer Antworten passt nicht zu den anderen."),
        ("points", ["11"], "Diese Antwort konnten wir nicht lesen."),
        ("words", ["x" * 301], "Der Text ist zu lang."),
    ],
)
def test_a_wrong_answer_is_said_above_the_question_beside_it_and_in_the_title(
    client: FlaskClient, storage: Storage, name: str, values: list[str], sentence: str
) -> None:
    page = client.post(path(name), data={"answer": values})
    assert page.status_code == 422
    assert page.text.count(sentence) == 2
    assert "<title>Fehler:" in page.text
    assert storage.response("leipziger-osten", TOKEN) is None


@pytest.mark.parametrize(
    ("values", "shown"), [(["1", "97"], ["1", "97"]), (["3", "3"], ["3"]), (["7", "2"], ["2"])]
)
def test_a_wrong_choice_is_shown_again_to_be_put_right(
    client: FlaskClient, values: list[str], shown: list[str]
) -> None:
    client.post(path("several"), data={"answer": "3"})
    page = client.post(path("several"), data={"answer": values})
    assert page.status_code == 422
    assert sorted(re.findall(r'value="(\d+)" checked', page.text)) == shown
    other = client.post(path("several").replace(TOKEN, token(CODE, "B")))  # not out of what is kept
    assert not re.findall(r'value="\d+" checked', other.text)


def test_a_text_that_is_too_long_is_not_lost(client: FlaskClient) -> None:
    words = "<i>Licht</i> \u202e& " * 40
    page = client.post(path("words", "ar"), data={"answer": words})
    assert page.status_code == 422
    assert f">{escape(words)}</textarea>" in page.text
    assert 'aria-invalid="true"' in page.text


@pytest.mark.parametrize(
    ("language", "quoted"), [("de", "„{}“"), ("en", "“{}”"), ("ru", "«{}»"), ("ar", "”{}“")]
)
def test_own_words_stand_in_the_quotation_marks_of_the_page(
    client: FlaskClient, language: str, quoted: str
) -> None:
    client.post(path("words"), data={"answer": "Licht!"})
    page = client.get(path("answers", language)).text
    assert quoted.format("<bdi>Licht!</bdi>") in page


def test_a_language_without_a_text_of_the_survey_is_not_offered(app: Flask, folder: Path) -> None:
    file = folder / "surveys" / "kinds.toml"
    file.write_text(file.read_text("utf-8").replace('"Müll"', '"Müllberge"'), "utf-8")
    serving = app.extensions["philos"]
    catalogue = folder / "translations" / "tr" / "LC_MESSAGES" / "public.po"
    catalogue.parent.mkdir(parents=True)
    catalogue.write_text('msgid ""\nmsgstr ""\n\nmsgid "Müllberge"\nmsgstr "Çöp yığınları"\n')
    again = type(serving)(serving.settings, load(folder), serving.storage, serving.clock)
    assert [row.tag for row in again.offered] == ["de", "tr"]


def test_a_text_that_was_rejected_leaves_a_page_that_nobody_else_is_shown(
    client: FlaskClient, storage: Storage
) -> None:
    other = path("words").replace(TOKEN, token(CODE, "B"))
    client.post(path("words"), data={"answer": "Mehr Licht"})
    (text,) = storage.held_texts("leipziger-osten")
    storage.reject_text("leipziger-osten", text.number)
    client.post(other, data={"answer": "Mehr Busse"})
    for _ in range(2):
        assert "Mehr Licht" not in client.get(path("words")).text
        assert "Mehr Busse" in client.get(other).text
