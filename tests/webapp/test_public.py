"""The results that residents read: plain, small, and with nothing that is hidden."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser

from materials.example import write_example
from tests.conftest import NOON, clock
from tests.released import hide, put
from tests.webapp.accessibility import faults
from tests.webapp.site import Site, site
from webapp.app import create_app
from webapp.config import settings

LANGUAGES = ["de", "en", "ar", "rom", "tr", "ru"]


def app_of(folder: Path) -> Flask:
    return create_app(settings(folder, environ={}), clock)


@pytest.fixture
def client(folder: Path) -> Iterator[FlaskClient]:
    """A browser of the example campaign with three released waves."""
    put(folder)
    app = app_of(folder)
    yield app.test_client()
    app.extensions["philos"].storage.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_one_small_page_without_script_and_cookie(client: FlaskClient, language: str) -> None:
    answer = client.get(f"/results/{language}", headers={"Accept-Encoding": "gzip"})
    html = gzip.decompress(answer.data).decode()
    headers = sum(len(key) + len(value) + 4 for key, value in answer.headers)
    assert answer.status_code == 200
    assert len(answer.data) + headers < 14_000
    assert "Set-Cookie" not in answer.headers
    assert not re.search(r"<script|<img|<link rel=\"style|url\(|<iframe", html)
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in html
    assert client.get(f"/results/{language}").text == html


def test_it_says_what_the_release_says(client: FlaskClient) -> None:
    html = client.get("/results/de").text
    text = " ".join(re.sub(r"<[^>]+>", "", html.partition("<main>")[2]).split())
    assert "34 von 100 fühlen sich im Dunkeln unsicher" in text
    assert "150 Antworten auf diese Frage." in text
    assert "Über 3 Wellen hinweg wird der Anteil „unsicher“ kleiner" in text
    assert "„unsicher“: 45 % von 149 (37 % bis 53 %)" in text.replace("\u00a0", " ")
    assert "Rabet: Verborgen" in html.replace("\u2068", "").replace("\u2069", "")
    assert text.count("keine Aussage über alle Bewohner*innen") >= 3


def test_a_hidden_share_is_nowhere(folder: Path) -> None:
    put(folder, hide("dark"))
    app = app_of(folder)
    html = app.test_client().get("/results/de").text
    app.extensions["philos"].storage.close()
    assert "von 100" not in html
    said = re.sub(r"<style>.*?</style>|<[^>]*>", "", html, flags=re.DOTALL)
    assert not re.search(r"(?<!\d)51(?!\d)|34 % von", said)
    assert "Der Anteil bleibt verborgen" in html


def test_before_a_release_there_is_nothing_and_nothing_leads_there(folder: Path) -> None:
    put(folder)
    app = app_of(folder)
    serving = app.extensions["philos"]
    app.extensions["philos"].storage.releases = lambda _: {}
    serving.storage.released_waves = lambda _: set()
    page = app.test_client().get("/results")
    assert page.status_code == 404
    assert "Noch ist nichts ausgezählt" in page.text
    assert "/results/" not in app.test_client().get("/").text
    serving.storage.close()


def test_home_leads_to_it_once_there_is_something(client: FlaskClient) -> None:
    assert 'href="/results/ar"' in client.get("/?language=ar").text


def test_it_is_rendered_once_until_there_is_a_new_release(folder: Path) -> None:
    put(folder)
    app = app_of(folder)
    first = app.test_client().get("/results/de").text
    kept = dict(app.extensions["philos"].pages)
    assert app.test_client().get("/results/de").text == first
    assert app.extensions["philos"].pages == kept
    put(folder, hide("dark"))
    assert app.test_client().get("/results/de").text != first
    app.extensions["philos"].storage.close()


def test_a_language_without_all_texts_is_not_offered(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder)
    monkeypatch.setattr(
        "webapp.service.gaps", lambda row, *_: ["Welle"] if row.tag == "rom" else []
    )
    app = app_of(folder)
    html = app.test_client().get("/results/rom").text
    app.extensions["philos"].storage.close()
    assert '<html lang="de"' in html
    assert "/results/rom" not in html
    assert "/results/ar" in html


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("public") / "campaign"
    write_example(folder, NOON.date())
    put(folder)
    with site(folder) as made:
        yield made


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1000])
@pytest.mark.parametrize("language", ["de", "ar"])
def test_axe_finds_nothing_and_nothing_is_cut_off(
    served: Site, browser: Browser, language: str, width: int, scheme: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 700},
        bypass_csp=True,
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    page = context.new_page()
    page.goto(f"{served.base}/results/{language}")
    found = faults(page)
    wide = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert found == []
    assert wide <= width
