import html
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from materials.example import write_example
from surveys.definition import ANSWERED
from surveys.links import Target
from surveys.storage import Context, Storage
from tests.conftest import NOON
from tests.webapp.conftest import CAMPAIGN, send, sign_in
from tests.webapp.site import write_kinds
from tests.webapp.test_results import text
from webapp.texts import PAGE

TEXTS = "/staff/texts"
TARGET = Target(CAMPAIGN, "rabet", "how-safe", "flyer-a6", "ar", "kinds")
WORDS = "Mehr Licht am Rabet, 0341 1234567"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a campaign that asks for texts."""
    made = tmp_path / "campaign"
    write_example(made, NOON.date())
    write_kinds(made, recorded=False)
    return made


@pytest.fixture
def staff(client: FlaskClient) -> FlaskClient:
    """A browser in which a coordinator is signed in and asks for German."""
    assert sign_in(client, "kim") == 303
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de"
    return client


def write(storage: Storage, words: str, token: str = "token") -> None:
    (asked,) = storage.versions("kinds")
    context = Context(
        target=TARGET, version=asked.version, wave="winter-2026", language="ar", moment=NOON
    )
    storage.save(token, context, {"words": ANSWERED}, {"words": words})


def shown(page: str) -> str:
    """Return the number of the text that a page asks about."""
    return str(re.findall(r'name="text" value="(\w+)"', page)[0])


def test_a_text_is_shown_with_its_question_its_gaps_and_what_to_look_for(
    staff: FlaskClient, storage: Storage
) -> None:
    write(storage, WORDS)
    page = staff.get(TEXTS).text
    assert 'Mehr Licht am Rabet, <mark class="gap">[…]</mark>' in page
    plain = text(page)
    assert "Was trifft am ehesten auf Sie zu?" in plain
    assert "1 Text wartet." in plain
    for look in ("Namen", "Adressen", "Krankheit"):
        assert look in plain
    assert "Später entscheiden" not in plain
    assert 'tabindex="-1" autofocus' in page


def test_what_residents_write_is_text_and_nothing_else(
    staff: FlaskClient, storage: Storage
) -> None:
    write(storage, "<b onclick=x>أكثر</b>")
    page = staff.get(TEXTS).text
    assert '<bdi dir="auto">&lt;b onclick=x&gt;أكثر&lt;/b&gt;</bdi>' in page


def test_a_text_is_released_and_the_next_comes(staff: FlaskClient, storage: Storage) -> None:
    write(storage, "Eins", "a")
    write(storage, "Zwei", "b")
    assert "2 Texte warten." in text(staff.get(TEXTS).text)
    first = shown(staff.get(TEXTS).text)
    sent = send(staff, f"{TEXTS}/release", text=first)
    assert (sent.status_code, sent.headers["Location"]) == (303, f"{TEXTS}?done=released")
    (released,) = storage.released_texts(CAMPAIGN)
    assert released.number == first
    page = staff.get(sent.headers["Location"]).text
    assert "Der Text ist freigegeben." in text(page)
    assert shown(page) != first
    (entry,) = storage.entries(["released"], most=9)
    assert (entry.name, entry.subject) == ("kim", f"text {first}")


def test_a_text_can_be_left_for_later_one_after_the_other(
    staff: FlaskClient, storage: Storage
) -> None:
    for token in "abc":
        write(storage, f"Text {token}", token)
    seen, path = [], TEXTS
    for _ in range(4):
        page = staff.get(path).text
        seen.append(shown(page))
        (path,) = re.findall(rf'href="({TEXTS}\?text=\w+)"', page)
    assert len(set(seen[:3])) == 3
    assert seen[3] == seen[0]
    assert len(storage.held_texts(CAMPAIGN)) == 3


def test_to_delete_a_text_takes_a_second_page_since_it_cannot_be_undone(
    staff: FlaskClient, storage: Storage
) -> None:
    write(storage, WORDS)
    page = staff.get(TEXTS).text
    (path,) = re.findall(rf'href="({TEXTS}/reject\?text=\w+)"', page)
    asked = staff.get(path).text
    assert "Das lässt sich nicht zurücknehmen." in text(asked)
    assert "Mehr Licht" in asked
    assert len(storage.held_texts(CAMPAIGN)) == 1
    number = shown(asked)
    sent = send(staff, f"{TEXTS}/reject", text=number)
    assert sent.status_code == 303
    assert storage.held_texts(CAMPAIGN) == storage.released_texts(CAMPAIGN) == []
    assert "Der Text ist gelöscht." in text(staff.get(sent.headers["Location"]).text)
    (entry,) = storage.entries(["rejected"], most=9)
    assert (entry.name, entry.subject) == ("kim", f"text {number}")


@pytest.mark.parametrize("deed", ["release", "reject"])
def test_a_text_that_was_changed_meanwhile_is_not_decided_on(
    staff: FlaskClient, storage: Storage, deed: str
) -> None:
    write(storage, WORDS)
    number = shown(staff.get(TEXTS).text)
    write(storage, "Frau Meier war es")
    sent = send(staff, f"{TEXTS}/{deed}", text=number)
    assert sent.status_code == 409
    assert "Nichts ist geschehen" in text(sent.text)
    (held,) = storage.held_texts(CAMPAIGN)
    assert held.body == "Frau Meier war es"
    assert storage.released_texts(CAMPAIGN) == []
    assert storage.entries(["released", "rejected"], most=9) == []
    assert staff.get(f"{TEXTS}/reject?text={number}").status_code == 409
    missed = staff.get(f"{TEXTS}?text={number}")
    assert missed.status_code == 404
    assert "Dieser Text ist nicht mehr da" in text(missed.text)
    assert shown(missed.text) == held.number


def test_released_texts_are_listed_by_question_for_everybody_who_is_signed_in(
    client: FlaskClient, storage: Storage
) -> None:
    for number in range(PAGE + 1):
        write(storage, f"Text Nummer {number}", str(number))
    write(storage, "Noch nicht gelesen", "held")
    for text_ in storage.held_texts(CAMPAIGN):
        if text_.body != "Noch nicht gelesen":
            storage.release_text(CAMPAIGN, text_.number)
    assert sign_in(client, "vera") == 303
    first = client.get(f"{TEXTS}/released").text
    second = client.get(f"{TEXTS}/released?page=2").text
    assert first.count("Text Nummer") == PAGE
    assert second.count("Text Nummer") == 1
    assert client.get(f"{TEXTS}/released?page=99").text.count("Text Nummer") == 1
    assert client.get(f"{TEXTS}/released?page=-1").text.count("Text Nummer") == PAGE
    assert "Noch nicht gelesen" not in first + second
    assert client.get(TEXTS).status_code == 403
    assert send(client, f"{TEXTS}/release", text="x").status_code == 403


def test_where_nothing_waits_it_is_said_why(staff: FlaskClient, app: Flask) -> None:
    assert "Kein Text wartet." in text(staff.get(TEXTS).text)
    assert "Noch ist keiner freigegeben." in text(staff.get(f"{TEXTS}/released").text)
    english = text(html.unescape(staff.get(f"{TEXTS}?language=en").text))
    assert "No text is waiting." in english
