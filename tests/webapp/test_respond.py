import base64
import gzip
import hashlib
import re
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import TimestampSigner
from werkzeug.test import TestResponse

from surveys.definition import SKIPPED
from surveys.links import Target
from surveys.questions import Option
from surveys.storage import Context, Storage, StorageError
from tests.conftest import NOON, clock
from tests.kept import kept, recounted
from tests.webapp.conftest import CAMPAIGN, LANGUAGES, code, token
from webapp.app import create_app
from webapp.config import Settings, settings


def responses(storage: Storage) -> int:
    return sum(n for key, n in recounted(storage).items() if key[-2] == "rel")


def action(page: TestResponse) -> str:
    return page.text.split('<form method="post" action="')[1].split('"')[0]


def at(moment: datetime) -> Callable[[tzinfo], datetime]:
    return lambda zone: moment.replace(tzinfo=zone)


def test_every_public_address_is_what_it_was_when_it_was_printed(app: Flask) -> None:
    others = ("/staff/", "/api/")
    rules = [rule for rule in app.url_map.iter_rules() if not rule.rule.startswith(others)]
    assert {(rule.rule, *sorted(rule.methods or ())) for rule in rules} == {
        ("/", "GET", "HEAD", "OPTIONS"),
        ("/accessibility", "GET", "HEAD", "OPTIONS"),
        ("/accessibility/<language>", "GET", "HEAD", "OPTIONS"),
        ("/privacy", "GET", "HEAD", "OPTIONS"),
        ("/privacy/<language>", "GET", "HEAD", "OPTIONS"),
        ("/<code>", "GET", "HEAD", "OPTIONS"),
        ("/<code>/<language>", "GET", "HEAD", "OPTIONS"),
        ("/<code>/<language>/<token>/<name>", "GET", "HEAD", "OPTIONS"),
        ("/<code>/<language>/<token>/<name>", "OPTIONS", "POST"),
        ("/<code>/<language>/<token>/answers", "GET", "HEAD", "OPTIONS"),
        ("/<code>/<language>/<token>/delete", "GET", "HEAD", "OPTIONS"),
        ("/<code>/<language>/<token>/delete", "OPTIONS", "POST"),
        ("/<code>/<language>/<token>/done", "GET", "HEAD", "OPTIONS"),
        ("/<code>/<language>/<token>/undo", "OPTIONS", "POST"),
        ("/audio/<language>/<name>.<digest>.opus", "GET", "HEAD", "OPTIONS"),
        ("/results", "GET", "HEAD", "OPTIONS"),
        ("/results/<language>", "GET", "HEAD", "OPTIONS"),
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_cold_first_page_is_one_small_request(client: FlaskClient, language: str) -> None:
    page = client.get(f"/{code(language)}")
    headers = str(page.headers)
    assert len(page.data) + len(headers) <= 14_000
    assert "Set-Cookie" not in headers
    assert "<script" not in page.text
    assert not re.findall(r"(?:src|srcset|@import|url\()", page.text)
    assert re.findall(r'<link[^>]*href="([^"]*)"', page.text) == ["data:,"]


def test_the_policy_allows_the_page_its_own_style_and_nothing_else(client: FlaskClient) -> None:
    page = client.get(f"/{code()}")
    style = page.text.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = page.headers["Content-Security-Policy"]
    assert f"'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert not re.findall(r'\sstyle="|\son[a-z]+="', page.text)
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert page.headers["Cache-Control"] == "private, no-cache"


def test_a_thousand_gets_write_nothing(
    client: FlaskClient, storage: Storage, chosen: Settings
) -> None:
    path = chosen.database_url.removeprefix("sqlite:///")
    reader = sqlite3.connect(path)
    before = "\n".join(reader.iterdump())
    for _ in range(250):
        client.get(f"/{code()}")
        client.get(f"/{code()}/tr")
        client.get(f"/{code()}/ru/{token(code())}/dark")
        client.get(f"/{code()}/ru/{token(code())}/done")
    assert "\n".join(reader.iterdump()) == before
    reader.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_resident_answers_every_question_in_her_language(
    client: FlaskClient, storage: Storage, language: str
) -> None:
    page = client.get(f"/{code(language)}")
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in page.text
    asked = 0
    while "<form" in page.text:
        page = client.post(action(page), data={"answer": "1"}, follow_redirects=True)
        asked += 1
    assert asked == 26  # nobody who found no syringe is asked whom to call
    assert page.request.path.endswith("/answers")
    assert client.get(re.findall(r'class="next" href="([^"]+)"', page.text)[0]).status_code == 200
    counted = {key for key, n in recounted(storage).items() if n}
    assert len(counted) == asked
    assert {key[2:5] for key in counted} == {("winter-2026", "rabet", language)}


def test_the_end_of_the_long_form_shows_every_answer_with_a_way_to_change_it(
    client: FlaskClient,
) -> None:
    path = f"/{code('de')}/de/{token(code('de'))}"
    client.post(f"{path}/rel", data={"answer": "2"})
    client.post(f"{path}/day", data={"skip": "1"})
    client.post(f"{path}/dark", data={"answer": "97"})
    page = client.get(f"{path}/answers").text
    said = [" ".join(re.sub("<[^>]*>", " ", text).split()) for text in page.split("<dd>")[1::2]]
    assert said[:3] == ["Ich arbeite hier", "übersprungen", "Ich gehe im Dunkeln nie allein"]
    ways = re.findall(r'<dd>.*?href="([^"]+)"', page, re.DOTALL)
    assert len(ways) == len(said) == 26
    assert all(client.get(way).status_code == 200 for way in ways)


def test_who_changes_an_answer_comes_back_to_the_first_that_is_open(client: FlaskClient) -> None:
    path = f"/{code('de')}/de/{token(code('de'))}"
    for name in ("rel", "day", "dark"):
        client.post(f"{path}/{name}", data={"answer": "1"})
    page = client.post(f"{path}/rel", data={"answer": "2"})
    assert page.location.endswith("/places.rabet")


def test_who_changes_an_answer_at_the_end_comes_back_to_the_end(client: FlaskClient) -> None:
    page = client.get(f"/{code('de')}")
    while "<form" in page.text:
        page = client.post(action(page), data={"answer": "1"}, follow_redirects=True)
    start = page.request.path.removesuffix("/answers")
    assert client.post(f"{start}/dark", data={"answer": "2"}).location == f"{start}/answers"
    # a changed filter opens a question: that one comes next
    assert client.post(f"{start}/syringe", data={"answer": "2"}).location == f"{start}/syringe-call"


def test_one_tap_needs_no_summary(client: FlaskClient) -> None:
    target = Target(CAMPAIGN, "rabet", "how-safe", "sticker", "de", "here-now", 1)
    answered = client.post(f"/{target.code}/de/{token(target.code)}/now", data={"answer": "1"})
    assert urlsplit(answered.location).path.endswith("/done")


@pytest.mark.parametrize("slip", ["wrong symbol", "swapped", "one too few", "one too many"])
def test_a_mistyped_code_is_answered_with_the_codes_that_may_be_meant(
    client: FlaskClient, slip: str
) -> None:
    right = code("de")
    typed = {
        "wrong symbol": ("0" if right[0] != "0" else "1") + right[1:],
        "swapped": right[1] + right[0] + right[2:],
        "one too few": right[:2] + right[3:],
        "one too many": right[:3] + "Z" + right[3:],
    }[slip]
    page = client.get("/", query_string={"code": typed, "language": "de"})
    assert page.status_code == 404
    assert "Meinten Sie einen von diesen?" in page.text
    assert f'href="/{right}/de"' in page.text
    assert "Rabet" in page.text


def test_a_code_that_is_like_none_has_no_suggestion(client: FlaskClient) -> None:
    page = client.get("/", query_string={"code": "what is this?", "language": "de"})
    assert page.status_code == 404
    assert "Meinten Sie" not in page.text


def test_each_page_has_a_token_of_its_own_that_nobody_can_guess(client: FlaskClient) -> None:
    tokens = {action(client.get(f"/{code()}")).split("/")[3] for _ in range(50)}
    assert len(tokens) == 50
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{22}", token) for token in tokens)


def test_back_shows_the_answer_and_another_one_replaces_it(
    client: FlaskClient, storage: Storage
) -> None:
    path = f"/{code()}/ar/{token(code())}"
    client.post(f"{path}/rel", data={"answer": "2"})
    page = client.get(f"{path}/rel")
    assert re.findall(r'value="(\d+)" checked', page.text) == ["2"]
    client.post(f"{path}/rel", data={"answer": "3"})
    given = storage.response(CAMPAIGN, token(code()))
    assert given is not None
    assert given.answers == {"rel": 3}


def test_posting_twice_makes_one_response(client: FlaskClient, storage: Storage) -> None:
    for _ in range(3):
        answer = client.post(f"/{code()}/ar/{token(code())}/rel", data={"answer": "2"})
        assert (answer.status_code, answer.location) == (303, f"/{code()}/ar/{token(code())}/day")
    assert responses(storage) == 1


def test_skipping_and_not_wanting_to_say_are_stored_apart(
    client: FlaskClient, storage: Storage
) -> None:
    path = f"/{code()}/ar/{token(code())}"
    client.post(f"{path}/rel", data={"skip": "1"})
    client.post(f"{path}/day", data={"answer": "99"})
    client.post(f"{path}/dark", data={"answer": "2", "skip": "1"})
    given = storage.response(CAMPAIGN, token(code()))
    assert given is not None
    assert given.answers == {"rel": SKIPPED, "day": 99, "dark": SKIPPED}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"answer": ""},
        {"answer": "0"},
        {"answer": "7"},
        {"answer": "-1"},
        {"answer": "-2"},
        {"answer": "97"},
        {"answer": "３"},
        {"answer": "3\x00"},
        {"answer": " 3"},
        {"answer": "+3"},
        {"answer": "3.0"},
        {"answer": "9" * 400},
        {"answer": "\ud800".encode("utf-8", "surrogatepass")},
        {"answer": "<script>alert(1)</script>"},
        {"other": "3"},
    ],
)
def test_what_is_no_answer_is_said_and_not_stored(
    client: FlaskClient, storage: Storage, body: dict[str, str]
) -> None:
    page = client.post(f"/{code('en')}/en/{token(code('en'))}/rel", data=body)
    assert page.status_code == 422
    assert re.search(r'<title>Error: .*role="alert".*id="error"', page.text, re.DOTALL)
    assert "<script" not in page.text
    assert storage.response(CAMPAIGN, token(code("en"))) is None


def test_a_body_that_is_far_too_large_is_refused(client: FlaskClient, storage: Storage) -> None:
    page = client.post(
        f"/{code()}/ar/{token(code())}/rel", data={"answer": "1", "x": "y" * 100_000}
    )
    assert page.status_code == 413
    assert '<html lang="ar"' in page.text
    assert storage.response(CAMPAIGN, token(code())) is None


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "multipart/form-data"])
def test_a_body_of_another_kind_is_no_answer(
    client: FlaskClient, storage: Storage, content_type: str
) -> None:
    path = f"/{code()}/ar/{token(code())}/rel"
    page = client.post(path, data=b'{"answer": 1}', content_type=content_type)
    assert page.status_code == 415
    assert storage.response(CAMPAIGN, token(code())) is None


@pytest.mark.parametrize(
    "path",
    [
        "/{code}/xx/{token}/rel",
        "/{code}/uk/{token}/rel",
        "/{code}/ar/short/rel",
        "/{code}/ar/{token}x/rel",
        "/{code}/ar/{token}/nothing",
        "/{code}/ar/{token}/places",
        "/{code}/ar/..%2f..%2f..%2fetc/rel",
        "/000001/ar/{token}/rel",
        "/favicon.ico",
        "/robots.txt/x/y/z/a",
    ],
)
def test_an_address_that_is_not_ours_says_so(
    client: FlaskClient, storage: Storage, path: str
) -> None:
    page = client.get(path.format(code=code(), token=token(code())))
    assert page.status_code == 404
    assert "<h1>" in page.text
    client.post(path.format(code=code(), token=token(code())), data={"answer": "1"})
    assert recounted(storage) == {}


@pytest.mark.parametrize("write", [str.lower, lambda text: f" {text[:3]}-{text[3:]} ", str])
def test_a_code_can_be_typed_as_people_type(
    client: FlaskClient, write: Callable[[str], str]
) -> None:
    page = client.get("/", query_string={"code": write(code("tr"))})
    assert (page.status_code, page.location) == (303, f"/{code('tr')}/tr")
    assert client.get(f"/{write(code('tr')).strip()}").status_code == 200


def test_a_language_chosen_where_the_code_is_typed_goes_before_the_sheet(
    client: FlaskClient,
) -> None:
    page = client.get("/", query_string={"code": code("tr"), "language": "ru"})
    assert page.location == f"/{code('tr')}/ru"


@pytest.mark.parametrize(
    "typed", ["K7Q2M", "000001", "<script>", "ß" * 6, "\u0661" * 6, "a" * 5000, "", "%00"]
)
def test_a_mistyped_code_is_helped(client: FlaskClient, typed: str) -> None:
    page = client.get("/", query_string={"code": typed, "language": "en"})
    assert page.status_code == 404
    assert "There is no such code" in page.text or "code" in page.text.lower()
    assert 'role="alert"' in page.text
    assert "<script" not in page.text


def test_a_right_code_that_is_not_published_is_told_from_a_mistyped_one(
    client: FlaskClient,
) -> None:
    unknown = client.get(f"/{code(place='nowhere')}", headers={"Accept-Language": "de"})
    mistyped = client.get("/000001", headers={"Accept-Language": "de"})
    assert "richtig geschrieben" in unknown.text
    assert "vertippt" in mistyped.text
    assert unknown.status_code == mistyped.status_code == 404


@pytest.mark.parametrize(
    ("path", "accepts", "expected"),
    [
        (f"/{code('tr')}", "ru", "tr"),  # the sheet's language before the browser's
        (f"/{code('tr')}/ar", "ru", "ar"),  # the chosen one before both
        (f"/{code('tr')}/xx", "ru", "tr"),
        ("/", "ru;q=0.3, ar-SY;q=0.9", "ar"),
        ("/", "rmy", "rom"),
        ("/", "zh-Hans, ja", "de"),
        ("/", "*", "de"),
        ("/", ";;;q=banana, \u00e4", "de"),
    ],
)
def test_the_language_is_the_chosen_then_the_sheets_then_the_browsers(
    client: FlaskClient, path: str, accepts: str, expected: str
) -> None:
    page = client.get(path, headers={"Accept-Language": accepts})
    assert f'<html lang="{expected}"' in page.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_leads_to_every_language_at_the_same_place(
    client: FlaskClient, language: str
) -> None:
    client.post(f"/{code()}/{language}/{token(code())}/rel", data={"answer": "2"})
    page = client.get(f"/{code()}/{language}/{token(code())}/day")
    links = dict(re.findall(r'<a href="([^"]+)" lang="[^"]+" hreflang="([^"]+)"', page.text))
    assert {tag: path for path, tag in links.items()} == {
        tag: f"/{code()}/{tag}/{token(code())}/day" for tag in LANGUAGES if tag != language
    }
    assert 'aria-current="true"' in page.text


class _Texts(HTMLParser):
    """Collects the texts of a page with the language that is declared for each."""

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[str] = ["ar"]
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"meta", "link", "input", "br"}:
            self.stack.append(dict(attrs).get("lang") or self.stack[-1])

    def handle_endtag(self, tag: str) -> None:
        self.stack.pop()

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.found.append((self.stack[-1], data.strip()))


def test_an_arabic_page_has_no_latin_word_that_is_not_marked(client: FlaskClient) -> None:
    page = client.get(f"/{code()}")
    texts = _Texts()
    texts.feed(page.text.partition("<body>")[2].partition("</body>")[0])
    arabic = [text for language, text in texts.found if language == "ar"]
    assert len(arabic) > 10
    assert not [text for text in arabic if re.search("[A-Za-z]", text)]
    assert ("de", "Rabet") in texts.found


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (datetime(2025, 3, 31, 23, 59), "01.04.2025"),  # noqa: DTZ001
        (datetime(2027, 4, 1, 0, 0), "Vielen Dank an alle"),  # noqa: DTZ001
    ],
)
def test_outside_a_wave_the_survey_is_closed_and_stores_nothing(
    chosen: Settings, storage: Storage, moment: datetime, said: str
) -> None:
    client = create_app(chosen, at(moment)).test_client()
    path = f"/{code('de')}/de/{token(code('de'))}/rel"
    for page in (client.get(f"/{code('de')}"), client.get(path)):
        assert said in page.text
        assert "<form" not in page.text
    answer = client.post(path, data={"answer": "1"})
    assert (answer.status_code, said in answer.text) == (403, True)
    assert recounted(storage) == {}


def test_the_last_evening_of_a_wave_still_counts(chosen: Settings, storage: Storage) -> None:
    late = datetime(2027, 3, 31, 23, 59)  # noqa: DTZ001
    client = create_app(chosen, at(late)).test_client()
    client.post(f"/{code()}/ar/{token(code())}/rel", data={"answer": "1"})
    assert responses(storage) == 1


def test_nothing_that_tells_who_or_when_is_stored(
    client: FlaskClient, storage: Storage, chosen: Settings, folder: Path
) -> None:
    client.post(
        f"/{code()}/ar/{token(code())}/rel",
        data={"answer": "1"},
        headers={
            "User-Agent": "Telltale/9.9",
            "Referer": "http://localhost/tell",
            "X-Tell": "tell",
        },
        environ_base={"REMOTE_ADDR": "203.0.113.77"},
    )
    storage.close()
    kept = b"".join(path.read_bytes() for path in (folder / "instance").glob("philos.sqlite*"))
    assert code().encode() in kept
    for trace in (b"203.0.113.77", b"Telltale", b"tell", token(code()).encode(), b"12:30"):
        assert trace not in kept


def test_when_the_database_fails_nothing_is_acknowledged(
    client: FlaskClient, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StorageError("disk full")

    monkeypatch.setattr(Storage, "save", fail)
    page = client.post(f"/{code()}/en/{token(code())}/rel", data={"answer": "1"})
    assert page.status_code == 503
    assert '<html lang="en"' in page.text
    assert "disk" not in page.text


def test_a_fault_of_ours_is_a_page_and_no_traceback(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.respond.arranged", lambda *_: 1 / 0)
    page = client.get(f"/{code('de')}")
    assert page.status_code == 500
    assert "Gerade geht es nicht" in page.text


def test_a_printed_code_outlives_its_place_in_the_campaign(
    chosen: Settings, storage: Storage, folder: Path
) -> None:
    path = folder / "campaign.toml"
    rabet = '[[places]]\nid = "rabet"\nname = "Rabet"\noutdoors = true\n'
    text = path.read_text("utf-8")
    assert rabet in text
    elsewhere = (
        text.replace(rabet, "").replace('"rabet", ', "").replace('"rabet"', '"koehlerplatz"')
    )
    path.write_text(elsewhere, "utf-8")
    client = create_app(chosen, clock).test_client()
    assert client.get(f"/{code()}").status_code == 200


def test_who_began_with_a_version_ends_with_it(
    client: FlaskClient, chosen: Settings, storage: Storage, folder: Path
) -> None:
    client.post(f"/{code()}/ar/{token(code())}/rel", data={"answer": "1"})
    path = folder / "campaign.toml"
    path.write_text(path.read_text("utf-8").replace('name = "Rabet"', 'name = "Park"'), "utf-8")
    later = create_app(chosen, clock).test_client()
    assert (
        "Rabet"
        in later.get(f"/{code()}/ar/{token(code())}/places.rabet").text.partition("<main>")[2]
    )


def test_one_tap_is_one_button_for_each_answer(client: FlaskClient, storage: Storage) -> None:
    link = next(
        key
        for key in _links(storage)
        if key["survey"] == "here-now" and key["language"] == "ar" and key["serial"] == 7
    )
    page = client.get(f"/{link['code']}")
    buttons = re.findall(r'<button class="choice" name="answer" value="(\d+)"', page.text)
    assert buttons == ["1", "2", "3", "4", "99"]
    done = client.post(action(page), data={"answer": "4"})
    assert urlsplit(done.location).path.endswith("/done")
    assert [key[-2:] for key in recounted(storage)] == [("now", "4")]


def _links(storage: Storage) -> list[dict[str, object]]:
    with storage._engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM links").mappings()
        return [dict(row) for row in rows]


def test_a_trial_says_that_its_answers_do_not_count(folder: Path, chosen: Settings) -> None:
    trial = settings(folder, demo=True, environ={})
    made = Storage(trial.database_url, trial.secret)
    made.upgrade()
    page = create_app(trial, clock).test_client().get("/?language=de")
    assert "Antworten zählen hier nicht" in page.text
    made.close()


def test_an_application_without_its_database_does_not_start(chosen: Settings) -> None:
    with pytest.raises(StorageError, match="philos db upgrade"):
        create_app(chosen, clock)


def test_the_band_is_of_the_campaigns_own_time(chosen: Settings, storage: Storage) -> None:
    moments: list[tzinfo] = []

    def watch(zone: tzinfo) -> datetime:
        moments.append(zone)
        return NOON.replace(tzinfo=zone) + timedelta(hours=10)

    client = create_app(chosen, watch).test_client()
    client.post(f"/{code()}/ar/{token(code())}/rel", data={"answer": "1"})
    with storage._engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT day, band FROM responses").all()
    assert {str(zone) for zone in moments} == {"Europe/Berlin"}
    assert [tuple(row) for row in rows] == [("2026-11-22", 5)]


TAPPED = Target(CAMPAIGN, "rabet", "how-safe", "sticker", "de", "here-now", 1)


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A clock for the taps: its last number is now."""
    ticking = [1_800_000_000]
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: ticking[-1])
    return ticking


def undo(thanks: TestResponse) -> dict[str, str]:
    """Return what the form that takes a tap back posts."""
    return dict(re.findall(r'<input type="hidden" name="(tapped)" value="([^"]+)"', thanks.text))


def test_a_tap_can_be_taken_back_and_then_counts_no_more(
    client: FlaskClient, storage: Storage
) -> None:
    path = f"/{TAPPED.code}/de/{token(TAPPED.code)}"
    thanks = client.post(f"{path}/now", data={"answer": "4"}, follow_redirects=True)
    assert f'action="{path}/undo"' in thanks.text
    assert sum(kept(storage).values()) == 1
    undone = client.post(f"{path}/undo", data=undo(thanks))
    assert "Ihre Antwort ist gelöscht" in undone.text
    assert storage.response(CAMPAIGN, token(TAPPED.code)) is None
    assert kept(storage) == recounted(storage) == {}
    again = client.get(re.findall(r'class="next" href="([^"]+)"', undone.text)[0])
    assert "Wie sicher fühlen Sie sich gerade hier?" in again.text


@pytest.mark.parametrize(("later", "kept"), [(0, False), (60, False), (61, True), (3600, True)])
def test_after_a_minute_a_tap_stays(
    client: FlaskClient, storage: Storage, seconds: list[int], later: int, kept: bool
) -> None:
    path = f"/{TAPPED.code}/de/{token(TAPPED.code)}"
    way = client.post(f"{path}/now", data={"answer": "4"}).location
    posted = undo(client.get(way))
    seconds.append(seconds[0] + later)
    assert ("/undo" not in client.get(way).text) is kept
    answer = client.post(f"{path}/undo", data=posted)
    assert (answer.location == f"{path}/done") is kept
    assert (storage.response(CAMPAIGN, token(TAPPED.code)) is not None) is kept


def test_another_worker_takes_a_tap_back_as_well(
    client: FlaskClient, storage: Storage, chosen: Settings
) -> None:
    path = f"/{TAPPED.code}/de/{token(TAPPED.code)}"
    way = client.post(f"{path}/now", data={"answer": "4"}).location
    other = create_app(chosen, clock).test_client()
    assert "Ihre Antwort ist gelöscht" in other.post(f"{path}/undo", data=undo(other.get(way))).text
    assert recounted(storage) == {}


def test_the_time_of_a_tap_is_in_the_address_alone(
    client: FlaskClient, storage: Storage, folder: Path, seconds: list[int]
) -> None:
    path = f"/{TAPPED.code}/de/{token(TAPPED.code)}"
    way = client.post(f"{path}/now", data={"answer": "4"}).location
    (tapped,) = undo(client.get(way)).values()
    storage.close()
    kept = b"".join(file.read_bytes() for file in (folder / "instance").glob("philos.sqlite*"))
    assert b'{"now":4}' in kept
    for trace in (tapped, tapped.split(".")[0], str(seconds[0])):
        assert trace.encode() not in kept


def test_the_way_to_another_language_keeps_the_way_back(client: FlaskClient) -> None:
    path = f"/{TAPPED.code}/de/{token(TAPPED.code)}"
    thanks = client.post(f"{path}/now", data={"answer": "4"}, follow_redirects=True)
    (turkish,) = re.findall(r'href="([^"]+)" lang="tr"', thanks.text)
    assert undo(client.get(turkish)) == undo(thanks)


@pytest.mark.parametrize(
    "tapped", ["", "x", "{other}", "{own}x", "\x00", "\ud800".encode("utf-8", "surrogatepass")]
)
def test_the_moment_of_another_tap_takes_nothing_back(
    client: FlaskClient, storage: Storage, app: Flask, tapped: str | bytes
) -> None:
    path = f"/{TAPPED.code}/de/{token(TAPPED.code)}"
    client.post(f"{path}/now", data={"answer": "4"})
    tokens = app.extensions["philos"].tokens
    own, other = (tokens.tapped(token(TAPPED.code, letter)) for letter in "AB")
    said = tapped.format(own=own, other=other) if isinstance(tapped, str) else tapped
    assert client.post(f"{path}/undo", data={"tapped": said}).location == f"{path}/done"
    assert client.get(f"{path}/done", query_string={"tapped": said}).status_code == 200
    assert storage.response(CAMPAIGN, token(TAPPED.code)) is not None


def test_an_answer_of_the_long_form_is_changed_and_never_taken_back(
    client: FlaskClient, storage: Storage
) -> None:
    path = f"/{code('de')}/de/{token(code('de'))}"
    assert "tapped" not in client.post(f"{path}/rel", data={"answer": "1"}).location
    assert client.post(f"{path}/undo", data={}).location == f"{path}/done"
    assert storage.response(CAMPAIGN, token(code("de"))) is not None


def test_who_has_not_tapped_takes_nothing_back(client: FlaskClient) -> None:
    path = f"/{TAPPED.code}/de/{token(TAPPED.code)}"
    assert client.post(f"{path}/undo", data={}).location == f"{path}/done"
    assert client.get(f"{path}/undo").status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_has_tapped_is_invited_to_the_long_form_of_the_same_place(
    client: FlaskClient, language: str
) -> None:
    path = f"/{TAPPED.code}/{language}/{token(TAPPED.code)}"
    thanks = client.post(f"{path}/now", data={"answer": "1"}, follow_redirects=True)
    (way,) = re.findall(r'class="next" href="([^"]+)"', thanks.text)
    assert way.endswith(f"/{language}")
    page = client.get(way).text
    assert f'lang="{language}"' in page
    assert "Rabet" in page
    assert "/rel" in page


def test_who_has_answered_the_long_form_is_not_invited_to_it(client: FlaskClient) -> None:
    path = f"/{code('de')}/de/{token(code('de'))}"
    client.post(f"{path}/rel", data={"answer": "1"})
    assert "längere Befragung" not in client.get(f"{path}/done").text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_cold_first_page_is_under_4500_bytes_on_the_wire(
    client: FlaskClient, language: str
) -> None:
    page = client.get(f"/{code(language)}", headers={"Accept-Encoding": "gzip, br"})
    assert page.headers["Content-Encoding"] == "gzip"
    assert len(page.data) + len(str(page.headers)) < 4_500
    assert "Accept-Encoding" in page.vary


@pytest.mark.parametrize("wish", ["", "identity", "br", "gzip;q=0"])
def test_a_browser_that_does_not_unpack_gets_the_same_page_plain(
    client: FlaskClient, wish: str
) -> None:
    path = f"/{code('ar')}/ar/{token(code('ar'))}/rel"
    plain = client.get(path, headers={"Accept-Encoding": wish})
    assert "Content-Encoding" not in plain.headers
    packed = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data) == plain.data


def test_a_page_that_is_kept_shows_each_respondent_her_own_answer_and_addresses(
    client: FlaskClient,
) -> None:
    tokens = [token(code("de"), letter) for letter in "AB"]
    for answer, own in enumerate(tokens, start=1):
        client.post(f"/{code('de')}/de/{own}/rel", data={"answer": str(answer)})
    for _ in range(2):
        for answer, own in enumerate(tokens, start=1):
            page = client.get(f"/{code('de')}/de/{own}/rel").text
            assert re.findall(r'value="(\d+)" checked', page) == [str(answer)]
            found = set(re.findall(r"/([A-Za-z0-9_-]{22})/", page))
            assert found == {own}
            assert set(re.findall(r'(?:action|href)="/([^/"]+)/', page)) == {
                *(code("de"), "privacy", "accessibility"),
            }
            assert "-_-_" not in page


def test_the_pages_that_are_kept_do_not_fill_the_memory(
    client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.service.MOST_PAGES", 3)
    for name in ("rel", "day", "dark", "change", "avoid"):
        assert client.get(f"/{code('de')}/de/{token(code('de'))}/{name}").status_code == 200
    assert len(app.extensions["philos"].pages) <= 3


def test_who_began_with_an_older_version_can_give_an_answer_that_the_newest_lacks(
    client: FlaskClient, storage: Storage
) -> None:
    (newest,) = storage.versions("how-safe")
    scale = newest.scales["relation"]
    more = (*scale.options, Option(code=9, text="Ich gehe hier zur Arbeit"))
    scales = {**newest.scales, "relation": replace(scale, options=more)}
    older = replace(newest, scales=scales)
    storage.publish([], [older], NOON.date())
    target = storage.target(code("de"))
    assert target
    begun = Context(
        target=target, version=older.version, wave="winter-2026", language="de", moment=NOON
    )
    storage.save(token(code("de")), begun, {"day": 1})
    answer = client.post(f"/{code('de')}/de/{token(code('de'))}/rel", data={"answer": "9"})
    assert answer.status_code == 303
    stored = storage.response("leipziger-osten", token(code("de")))
    assert stored
    assert stored.answers == {"day": 1, "rel": 9}
