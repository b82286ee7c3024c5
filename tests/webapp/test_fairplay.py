"""Where a post comes from, and how many may begin."""

import re
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from surveys.links import Target
from surveys.storage import Storage
from tests.conftest import clock
from tests.kept import recounted
from tests.webapp.conftest import CAMPAIGN, LANGUAGES, code, token
from webapp.app import create_app
from webapp.config import Settings
from webapp.ratelimits import BEGUN, STARTS

TAPPED = Target(CAMPAIGN, "rabet", "how-safe", "sticker", "de", "here-now", 1).code
HERE, ELSEWHERE = "5.6.7.8", "9.9.9.9"
HELP = "Gehen Sie eine Seite zurück, oder scannen Sie den Code auf dem Blatt noch einmal."


def path(language: str = "de", letter: str = "A") -> str:
    return f"/{code('de')}/{language}/{token(code('de'), letter)}"


ACCEPTED = [
    {},  # an old phone
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "null"},  # trusted first
    {"Sec-Fetch-Site": "none"},  # repeated from a tab that is restored
    {"Origin": "http://localhost"},
    {"Origin": "https://localhost"},  # behind a web server with TLS
    {"Origin": "https://localhost:443"},
    {"Origin": "https://PHILOS.example"},  # behind one that does not pass Host on
    {"Referer": "http://localhost/anything"},
    {"Referer": "https://localhost/"},
]
REFUSED = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": ""},
    {"Sec-Fetch-Site": "same-origin, cross-site"},
    {"Sec-Fetch-Site": "Same-Origin"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "null", "Referer": "http://localhost/"},
    {"Origin": "http://evil.example"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "http://localhost:8000"},
    {"Origin": "http://localhost@evil.example"},
    {"Origin": "http://[::1"},
    {"Origin": "http://localhost:99999"},
    {"Origin": "localhost"},
    {"Origin": "http://localhost http://evil.example"},
    {"Origin": "http://evil.example", "Referer": "http://localhost/"},
    {"Referer": "http://evil.example/http://localhost/"},
    {"Referer": "about:blank"},
]


@pytest.mark.parametrize("headers", ACCEPTED)
def test_a_post_from_a_page_of_ours_is_taken(
    client: FlaskClient, storage: Storage, headers: dict[str, str]
) -> None:
    answer = client.post(f"{path()}/rel", data={"answer": "2"}, headers=headers)
    assert answer.status_code == 303
    assert len(recounted(storage)) == 1


@pytest.mark.parametrize("headers", REFUSED)
def test_a_post_from_elsewhere_is_refused_with_what_to_do_and_not_stored(
    client: FlaskClient, storage: Storage, headers: dict[str, str]
) -> None:
    page = client.post(f"{path()}/rel", data={"answer": "2"}, headers=headers)
    assert page.status_code == 403
    assert HELP in page.text
    assert recounted(storage) == {}


def test_no_other_page_takes_a_tap_back(client: FlaskClient, storage: Storage) -> None:
    mine = f"/{TAPPED}/de/{token(TAPPED)}"
    thanks = client.post(f"{mine}/now", data={"answer": "4"}, follow_redirects=True)
    (tapped,) = re.findall(r'name="tapped" value="([^"]+)"', thanks.text)
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert client.post(f"{mine}/undo", data={"tapped": tapped}, headers=headers).status_code == 403
    assert len(recounted(storage)) == 1


def test_a_link_from_another_page_still_leads_here(client: FlaskClient) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "null"}
    assert client.get(f"/{code('de')}", headers=headers).status_code == 200
    assert client.get(f"{path()}/rel", headers=headers).status_code == 200


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_refused_is_said_in_the_language_of_the_address(
    client: FlaskClient, language: str
) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Accept-Language": "en"}
    page = client.post(f"{path(language)}/rel", data={"answer": "2"}, headers=headers)
    assert f'<html lang="{language}"' in page.text


FORGED = [
    "A" * 22,
    "A" * 11 + token(code("de"), "B")[11:],
    token(code("tr")),  # of another sheet
    token(code("de", "torgauer-platz")),
    token(TAPPED),  # of another survey
    token(code("de"))[::-1],
    token(code("de")).swapcase(),
    token(code("de"))[:-1],
    token(code("de")) + "A",
    token(code("de"))[:-1] + "%00",
]


@pytest.mark.parametrize("forged", FORGED)
def test_a_forged_token_and_one_of_another_code_lead_nowhere(
    client: FlaskClient, storage: Storage, forged: str
) -> None:
    for name in ("rel", "answers", "done"):
        page = client.get(f"/{code('de')}/tr/{forged}/{name}")
        assert page.status_code == 404
    for name in ("rel", "undo"):
        page = client.post(f"/{code('de')}/tr/{forged}/{name}", data={"answer": "2"})
        assert page.status_code == 404
        assert '<html lang="tr"' in page.text
        assert page.text.count("<p>") >= 1
    assert recounted(storage) == {}


def test_a_token_that_is_planted_on_many_gives_one_response(
    client: FlaskClient, storage: Storage
) -> None:
    for number in range(30):
        client.post(
            f"{path(LANGUAGES[number % 6])}/rel",
            data={"answer": str(1 + number % 3)},
            environ_base={"REMOTE_ADDR": f"5.6.{number}.8"},
        )
    assert sum(recounted(storage).values()) == 1


def begin(client: FlaskClient, link: str, number: int, address: str = HERE) -> int:
    """Begin a response with a token of its own; return the status."""
    tokens = client.application.extensions["philos"].tokens
    drawn = f"{number:011d}"
    mine = drawn + tokens.signature(drawn, CAMPAIGN, link)
    answer = client.post(
        f"/{link}/de/{mine}/rel", data={"answer": "1"}, environ_base={"REMOTE_ADDR": address}
    )
    return answer.status_code


@pytest.fixture
def few(app: Flask, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """An application that lets five begin from a network, and eight for a code."""
    monkeypatch.setattr("webapp.ratelimits.BEGUN", 5)
    monkeypatch.setattr("webapp.ratelimits.STARTS", 5)
    app.extensions["philos"].limits._per_link = 8
    return app.test_client()


def test_a_network_that_begins_too_many_is_asked_to_come_back(
    few: FlaskClient, storage: Storage
) -> None:
    found = [begin(few, code("de"), number) for number in range(9)]
    assert found == [303] * 5 + [429] * 4
    assert sum(recounted(storage).values()) == 5
    page = few.post(f"{path()}/rel", data={"answer": "1"}, environ_base={"REMOTE_ADDR": HERE})
    assert page.status_code == 429
    assert "Ihre Antwort ist noch nicht gespeichert." in page.text
    assert [begin(few, code("de"), number, ELSEWHERE) for number in range(10, 15)] == [
        *([303] * 3),
        *([429] * 2),
    ]
    assert sum(recounted(storage).values()) == 8


def test_who_has_begun_is_never_stopped(few: FlaskClient, storage: Storage) -> None:
    assert begin(few, code("de"), 0) == 303
    while begin(few, code("de"), sum(recounted(storage).values())) != 429:
        pass
    for name, answer in (("rel", "2"), ("day", "1"), ("dark", "3"), ("rel", "3")):
        mine = f"{0:011d}"
        mine += few.application.extensions["philos"].tokens.signature(mine, CAMPAIGN, code("de"))
        page = few.post(
            f"/{code('de')}/de/{mine}/{name}",
            data={"answer": answer},
            environ_base={"REMOTE_ADDR": HERE},
        )
        assert page.status_code == 303
    given = storage.response(CAMPAIGN, mine)
    assert given is not None
    assert given.answers == {"rel": 3, "day": 1, "dark": 3}


def test_what_is_no_answer_is_not_counted(few: FlaskClient) -> None:
    for _ in range(20):
        wrong = few.post(f"{path()}/rel", data={"answer": "x"}, environ_base={"REMOTE_ADDR": HERE})
        assert wrong.status_code == 422
    assert begin(few, code("de"), 1) == 303


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_must_wait_is_told_for_how_long_in_her_language(
    few: FlaskClient, language: str
) -> None:
    for _ in range(6):
        page = few.get(f"/{code(language)}", environ_base={"REMOTE_ADDR": HERE})
    assert page.status_code == 429
    assert 3_500 < int(page.headers["Retry-After"]) <= 3_600
    assert f'<html lang="{language}"' in page.text
    assert "<form" not in page.text
    assert few.get(f"/{code(language)}", environ_base={"REMOTE_ADDR": ELSEWHERE}).status_code == 200


def test_the_figures_are_those_of_the_manual() -> None:
    assert (STARTS, BEGUN, Settings.per_link) == (1_200, 240, 300)


@pytest.mark.parametrize(("proxies", "refused"), [(0, False), (1, True)])
def test_only_a_declared_web_server_is_believed_who_asks(
    chosen: Settings,
    storage: Storage,
    monkeypatch: pytest.MonkeyPatch,
    proxies: int,
    refused: bool,
) -> None:
    monkeypatch.setattr("webapp.ratelimits.STARTS", 3)
    client = create_app(replace(chosen, proxies=proxies), clock).test_client()
    for _ in range(4):
        page = client.get(f"/{code()}", headers={"X-Forwarded-For": f"1.1.1.1, {HERE}"})
    assert (page.status_code == 429) is refused
    # what the browser itself puts there is nobody's word
    page = client.get(f"/{code()}", headers={"X-Forwarded-For": f"{HERE}, {ELSEWHERE}"})
    assert page.status_code == 200


def test_a_forged_forwarding_header_does_not_get_around_the_limit(few: FlaskClient) -> None:
    for number in range(6):
        page = few.get(
            f"/{code()}",
            headers={"X-Forwarded-For": f"7.7.{number}.7"},
            environ_base={"REMOTE_ADDR": HERE},
        )
    assert page.status_code == 429
