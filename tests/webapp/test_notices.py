"""What a resident is told about privacy and access, and how she deletes her answers."""

import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from materials.blanks import require_controller
from materials.campaign import FILE, load
from surveys.documents import DocumentError
from surveys.links import Target
from surveys.storage import Storage
from tests.conftest import NOON, clock
from tests.kept import kept, recounted
from tests.webapp.conftest import CAMPAIGN, LANGUAGES, code, token
from tests.webapp.test_respond import TAPPED, at
from webapp.app import create_app
from webapp.config import Settings

TOKEN = token(code("de"))
PATH = f"/{code('de')}/de/{TOKEN}"


def words(page: str) -> str:
    """Return what a reader sees of a page."""
    return " ".join(re.sub("<[^>]*>", " ", page.partition("<main>")[2]).split())


@pytest.fixture
def edit(folder: Path) -> Callable[[str, str], None]:
    """Replace a part of the campaign file."""

    def edited(old: str, new: str) -> None:
        text = (folder / FILE).read_text("utf-8")
        assert old in text
        (folder / FILE).write_text(text.replace(old, new), "utf-8")

    return edited


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_leads_to_both_notices_in_its_language(
    client: FlaskClient, language: str
) -> None:
    own = token(code())
    client.post(f"/{code()}/{language}/{own}/rel", data={"answer": "1"})
    paths = ["", *(f"/{own}/{name}" for name in ("day", "answers", "done", "delete"))]
    for path in (*(f"/{code()}/{language}{path}" for path in paths), f"/?language={language}"):
        page = client.get(path).text
        for name in ("privacy", "accessibility"):
            assert page.count(f' href="/{name}/{language}">') == 1
            notice = client.get(f"/{name}/{language}")
            assert notice.status_code == 200
            assert f'<html lang="{language}"' in notice.text


def test_a_notice_is_there_without_language_and_leads_to_all(client: FlaskClient) -> None:
    for name in ("privacy", "accessibility"):
        page = client.get(f"/{name}", headers={"Accept-Language": "tr"}).text
        assert '<html lang="tr"' in page
        assert set(re.findall(rf'href="/{name}/(\w+)" lang="\1"', page)) == {*LANGUAGES} - {"tr"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_notice_names_what_article_13_asks_for(client: FlaskClient, language: str) -> None:
    page = words(client.get(f"/privacy/{language}").text)
    for told in (
        "Aktionsbündnis Sicherheit im Leipziger Osten (Beispiel)",
        "Musterstraße 1, 04315 Leipzig",
        "datenschutz@philos.example",
        "Musterbehörde für Datenschutz (Beispiel)",
        "Musterrechenzentrum in Deutschland (Beispiel)",
        " 12 ",
        "15",
        "21",
    ):
        assert told in page
    assert ("Buchstabe f" in page) is (language == "de")
    assert " 90 " not in page  # no text is asked for


def test_the_notice_follows_the_settings(
    storage: Storage, chosen: Settings, edit: Callable[[str, str], None]
) -> None:
    edit("microdata_months = 12", "microdata_months = 1")
    edit("free_text = false", "free_text = true")
    edit("free_text_days = 90", "free_text_days = 30")
    edit('data_protection_officer = ""', 'data_protection_officer = "Frau <Muster>, 0341 1"')
    page = words(create_app(chosen, clock).test_client().get("/privacy/de").text)
    assert "Einzelne Antworten löschen wir nach 1 Monat." in page
    assert "Nach 30 Tagen löschen wir den Text." in page
    assert "Für den Datenschutz zuständig: Frau &lt;Muster&gt;, 0341 1" in page


BASES = {
    '"consent"': "Weil Sie einwilligen",
    '"public-task"\nlaw = "§ 1 Muster"': "Sie steht in: § 1 Muster",
    '"legitimate-interest"': "Weil wir ein berechtigtes Interesse",
}


@pytest.mark.usefixtures("storage")
@pytest.mark.parametrize("basis", BASES)
def test_the_notice_gives_the_reason_that_was_chosen_and_no_other(
    chosen: Settings, edit: Callable[[str, str], None], basis: str
) -> None:
    edit('legal_basis = "legitimate-interest"', f"legal_basis = {basis}")
    page = words(create_app(chosen, clock).test_client().get("/privacy/de").text)
    assert [told for told in BASES.values() if told in page] == [BASES[basis]]


def test_without_a_controller_nothing_is_published(
    storage: Storage, chosen: Settings, folder: Path
) -> None:
    text = (folder / FILE).read_text("utf-8")
    (folder / FILE).write_text(re.sub(r"\[controller\]\n(?:.+\n)+", "", text), "utf-8")
    with pytest.raises(DocumentError, match="controller: is missing"):
        create_app(chosen, clock)
    with pytest.raises(DocumentError, match=r"add a table \[controller\]"):
        require_controller(load(folder))


def test_a_notice_is_no_code(client: FlaskClient) -> None:
    assert client.get("/privacys").status_code == 404
    assert client.post("/privacy/de").status_code == 405


@pytest.mark.parametrize("page", ["answers", "done"])
def test_a_resident_deletes_her_answers(client: FlaskClient, storage: Storage, page: str) -> None:
    client.post(f"{PATH}/rel", data={"answer": "2"})
    client.post(f"/{code('de')}/de/{token(code('de'), 'B')}/rel", data={"answer": "2"})
    assert f'href="{PATH}/delete"' in client.get(f"{PATH}/{page}").text
    asked = client.get(f"{PATH}/delete")
    assert "Möchten Sie Ihre Antworten löschen?" in asked.text
    assert storage.response(CAMPAIGN, TOKEN) is not None  # a GET deletes nothing
    assert f'<form method="post" action="{PATH}/delete">' in asked.text
    deleted = client.post(f"{PATH}/delete")
    assert "Ihre Antworten sind gelöscht" in deleted.text
    assert storage.response(CAMPAIGN, TOKEN) is None
    assert sum(kept(storage).values()) == 1
    assert kept(storage) == recounted(storage)
    assert client.post(f"{PATH}/delete").status_code == 200  # twice is once


def test_answers_are_deleted_although_no_wave_is_open(chosen: Settings, storage: Storage) -> None:
    create_app(chosen, clock).test_client().post(f"{PATH}/rel", data={"answer": "2"})
    later = create_app(chosen, at(NOON.replace(year=2030))).test_client()
    assert "Ja, alles löschen" in later.get(f"{PATH}/delete").text
    later.post(f"{PATH}/delete")
    assert storage.response(CAMPAIGN, TOKEN) is None


def test_where_nothing_is_stored_nothing_is_offered_to_delete(client: FlaskClient) -> None:
    for page in ("answers", "done"):
        assert "/delete" not in client.get(f"{PATH}/{page}").text
    assert client.get(f"{PATH}/delete").location == f"{PATH}/done"


def test_a_tap_is_deleted_when_it_can_no_more_be_taken_back(
    client: FlaskClient, storage: Storage
) -> None:
    path = f"/{TAPPED.code}/de/{token(TAPPED.code)}"
    fresh = client.post(f"{path}/now", data={"answer": "4"}, follow_redirects=True)
    assert "/delete" not in fresh.text
    # as a minute later, when the address of the tap says nothing any more
    assert f'href="{path}/delete"' in client.get(f"{path}/done").text
    assert f'href="{path}/done"' in client.get(f"{path}/delete").text
    client.post(f"{path}/delete")
    assert kept(storage) == recounted(storage) == {}


@pytest.mark.parametrize("path", ["/short/delete", f"/{TOKEN}x/delete"])
def test_an_address_that_is_not_ours_deletes_nothing(client: FlaskClient, path: str) -> None:
    assert client.post(f"/{code('de')}/de{path}").status_code == 404


def test_no_code_of_a_serial_sticker_tells_its_number() -> None:
    codes = [
        Target(CAMPAIGN, "rabet", "how-safe", "sticker", "de", "here-now", serial).code
        for serial in range(1, 201)
    ]
    ranks = [sorted(codes).index(code) for code in codes]
    rising = sum(one < other for one, other in pairwise(ranks))
    assert len(set(codes)) == 200
    assert 70 < rising < 130  # half of them, as in a shuffled deck
