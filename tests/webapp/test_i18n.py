"""The language of a page: the one chosen, else the sheet's, else the browser's, else German."""

import re
from collections.abc import Callable
from datetime import datetime, tzinfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from surveys.links import Target
from surveys.storage import Storage, StorageError
from tests.webapp.conftest import code, token
from webapp.app import create_app
from webapp.config import Settings

TURKISH = code("tr")
TAPPED = Target("leipziger-osten", "rabet", "how-safe", "sticker", "tr", "here-now", 1).code
SLIP = TURKISH[1] + TURKISH[0] + TURKISH[2:]
NOWHERE = code(place="nowhere")
BROWSER = {"Accept-Language": "ru"}


def language(page: TestResponse) -> str:
    return page.text.split('<html lang="')[1].split('"')[0]


def varies(page: TestResponse) -> bool:
    return "Accept-Language" in page.vary


CHOSEN = [
    "/?language=ar",
    f"/?language=ar&code={SLIP}",
    f"/?language=ar&code={NOWHERE}",
    f"/{SLIP}/ar",
    f"/{TURKISH}/ar",
    f"/{TURKISH}/ar/{token(TURKISH)}/rel",
    f"/{TURKISH}/ar/{token(TURKISH)}/answers",
    f"/{TURKISH}/ar/{token(TURKISH)}/done",
    f"/{TAPPED}/ar/{token(TAPPED)}/now",
    f"/{TURKISH}/ar/{token(TURKISH)}/nothing",  # not found
    f"/{TURKISH}/ar/{token(TURKISH)}/undo",
    f"/{NOWHERE}/ar/{token(NOWHERE)}/rel",
    "/nothing/at/all/there?language=ar",
]


@pytest.mark.parametrize("path", CHOSEN)
@pytest.mark.usefixtures("storage")
def test_a_chosen_language_goes_before_the_sheets_and_the_browsers(
    client: FlaskClient, path: str
) -> None:
    page = client.get(path, headers=BROWSER)
    assert (language(page), varies(page)) == ("ar", False)


def test_a_chosen_language_stays_when_an_answer_is_sent(client: FlaskClient) -> None:
    refused = client.post(f"/{TURKISH}/ar/{token(TURKISH)}/rel", headers=BROWSER)
    assert (refused.status_code, language(refused)) == (422, "ar")
    large = client.post(
        f"/{TURKISH}/ar/{token(TURKISH)}/rel", data={"x": "y" * 99_999}, headers=BROWSER
    )
    assert (large.status_code, language(large)) == (413, "ar")
    path = f"/{TAPPED}/ar/{token(TAPPED)}"
    done = client.post(f"{path}/now", data={"answer": "1"}, headers=BROWSER)
    tapped = done.location.partition("tapped=")[2]
    undone = client.post(f"{path}/undo", data={"tapped": tapped}, headers=BROWSER)
    assert (undone.status_code, language(undone), varies(undone)) == (200, "ar", False)


@pytest.mark.parametrize(
    "path",
    [
        f"/{TURKISH}",
        f"/{TURKISH.lower()}",
        f"/{TAPPED}",
        f"/{TURKISH}/xx",
        f"/{TURKISH}/xx/{token(TURKISH)}/rel",
        f"/{TURKISH}/ja/{token(TURKISH)}/done",
    ],
)
@pytest.mark.usefixtures("storage")
def test_the_sheets_language_goes_before_the_browsers(client: FlaskClient, path: str) -> None:
    page = client.get(path, headers=BROWSER)
    assert (language(page), varies(page)) == ("tr", False)


UNCHOSEN = [
    "/",
    "/?language=xx",
    f"/?code={SLIP}",
    f"/?code={NOWHERE}",
    f"/{SLIP}",
    f"/{SLIP}/xx",
    f"/{NOWHERE}",
    "/nothing/at/all/there",
    f"/{NOWHERE}/xx/{token(TURKISH)}/rel",
    "/audio/xx/one.0.opus",
]


@pytest.mark.parametrize(
    ("wish", "expected"), [("ru", "ru"), ("ja, tr;q=0.5", "tr"), ("ja", "de"), (None, "de")]
)
@pytest.mark.usefixtures("storage")
def test_without_either_the_browser_is_asked_and_then_it_is_german(
    client: FlaskClient, wish: str | None, expected: str
) -> None:
    headers = {"Accept-Language": wish} if wish else {}
    for path in UNCHOSEN:
        page = client.get(path, headers=headers)
        assert (path, language(page), varies(page)) == (path, expected, True)


def test_closed_and_broken_pages_keep_the_order(
    chosen: Settings, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def later(zone: tzinfo) -> datetime:
        return datetime(2030, 1, 1, tzinfo=zone)

    client = create_app(chosen, later).test_client()
    assert language(client.get(f"/{TURKISH}/ar", headers=BROWSER)) == "ar"
    assert language(client.get(f"/{TURKISH}", headers=BROWSER)) == "tr"

    def fail(*_: object) -> None:
        raise StorageError("disk full")

    monkeypatch.setattr(Storage, "target", fail)
    for path, expected in ((f"/{TURKISH}/ar/{token(TURKISH)}/rel", "ar"), (f"/{TURKISH}", "ru")):
        page = client.get(path, headers=BROWSER)
        assert (page.status_code, language(page)) == (503, expected)


def links(page: TestResponse) -> dict[str, str]:
    found = re.findall(r'<a href="([^"]+)" lang="[^"]+" hreflang="([^"]+)"', page.text)
    return {tag: path.replace("&amp;", "&") for path, tag in found}


@pytest.mark.parametrize("path", [path for path in CHOSEN if path.startswith(f"/{TURKISH}/ar/")])
@pytest.mark.usefixtures("storage")
def test_another_language_leads_to_the_same_address(client: FlaskClient, path: str) -> None:
    found = links(client.get(path))
    assert set(found) == {"de", "en", "rom", "tr", "ru"}
    assert all(way == path.replace("/ar", f"/{tag}", 1) for tag, way in found.items())


@pytest.mark.usefixtures("storage")
def test_another_language_keeps_what_was_typed(client: FlaskClient) -> None:
    for path in (f"/?code={SLIP}", f"/{SLIP}"):
        page = client.get(links(client.get(path))["ru"])
        assert language(page) == "ru"
        assert f'value="{SLIP}"' in page.text
        assert f'href="/{TURKISH}/ru"' in page.text  # chosen, so it goes along


def _typed(client: FlaskClient, query: str, **headers: str) -> str | None:
    page = client.get(f"/?{query}", headers=headers)
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="(\w+)"', page.text))
    return client.get("/", query_string={**form, "code": TURKISH}, headers=headers).location


@pytest.mark.parametrize(
    ("query", "expected"), [("", "tr"), ("language=xx", "tr"), ("language=ru", "ru")]
)
@pytest.mark.usefixtures("storage")
def test_a_typed_code_opens_in_the_sheets_language_unless_another_was_chosen(
    client: FlaskClient, query: str, expected: str
) -> None:
    location = _typed(client, query, **{"Accept-Language": "en"})
    assert location == f"/{TURKISH}/{expected}"


def test_a_suggested_code_opens_in_its_own_language_unless_another_was_chosen(
    client: FlaskClient, storage: Storage
) -> None:
    assert f'href="/{TURKISH}"' in client.get(f"/?code={SLIP}", headers=BROWSER).text


@pytest.mark.parametrize("wish", ["gzip", "identity"])
def test_every_page_tells_caches_that_it_may_be_packed(app: Flask, wish: str) -> None:
    get: Callable[..., TestResponse] = app.test_client().get
    for path in [*CHOSEN, *UNCHOSEN]:
        assert "Accept-Encoding" in get(path, headers={"Accept-Encoding": wish}).vary
