"""The short way and the way through Flask: the same answers, to whatever is asked."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from surveys.definition import Instrument
from surveys.links import Target
from surveys.storage import Context, Storage, StorageError
from tests.conftest import NOON
from tests.kept import kept, recounted
from tests.webapp.conftest import CAMPAIGN, Hands, code, token
from webapp import app as application
from webapp.app import create_app
from webapp.config import Settings
from webapp.tokens import Tokens

FORM = "application/x-www-form-urlencoded"
OURS = {"Sec-Fetch-Site": "same-origin", "Content-Type": FORM}
PLAIN = tuple(OURS.items())
ITEMS = ("rel", "day", "dark", "change", "syringe", "avoid", "age", "gender", "worry.theft")


@dataclass(frozen=True)
class Ask:
    """A request."""

    path: str
    method: str = "GET"
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()

    def of(self, client: FlaskClient) -> TestResponse:
        """Return what is answered to it."""
        return client.open(
            self.path, method=self.method, data=self.body, headers=dict(self.headers)
        )


@dataclass(frozen=True)
class Ways:
    """Two applications that differ in nothing but the short way, each with its own database."""

    short: FlaskClient
    whole: FlaskClient
    short_storage: Storage
    whole_storage: Storage

    def both(self, ask: Ask) -> TestResponse:
        """Return what both answer alike, headers and all."""
        short, whole = ask.of(self.short), ask.of(self.whole)
        assert short.status == whole.status
        assert sorted(short.headers) == sorted(whole.headers)
        assert short.data == whole.data
        return short

    def same(self) -> None:
        """Check that both have stored and counted the same."""
        assert kept(self.short_storage) == kept(self.whole_storage) == recounted(self.short_storage)


def untouched(app: Flask, _serving: object) -> Any:
    """Return an application without the short way."""
    return app.wsgi_app


@pytest.fixture
def ways(
    chosen: Settings,
    storage: Storage,
    hands: Hands,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Ways]:
    """Both ways, each first page with the same token."""
    monkeypatch.setattr(Tokens, "draw", lambda *_: token(code("de")))
    short = create_app(chosen, hands)
    other = tmp_path / "other" / "campaign"
    shutil.copytree(chosen.folder, other)
    monkeypatch.setattr(application, "Shortcut", untouched)
    there = Settings(**{**vars(chosen), "folder": other, "database_url": f"sqlite:///{other}/db"})
    with closing(sqlite3.connect(chosen.folder / "instance" / "philos.sqlite")) as database:
        database.execute("VACUUM INTO ?", (str(other / "db"),))
    whole_storage = Storage(there.database_url, there.secret)
    whole = create_app(there, hands)
    yield Ways(short.test_client(), whole.test_client(), storage, whole_storage)
    whole_storage.close()


def path(name: str, language: str = "de", letter: str = "A") -> str:
    """Return the address of a page of a respondent."""
    return f"/{code('de')}/{language}/{token(code('de'), letter)}/{name}"


NAMES = st.sampled_from([*ITEMS, "answers", "done", "delete", "undo", "nothing", "REL", "rel ", ""])
PATHS = st.one_of(
    st.builds(path, NAMES, st.sampled_from(["de", "ar", "tr", "xx", "DE"]), st.sampled_from("AB")),
    st.builds(path, NAMES).map(str.lower),
    st.builds(lambda name: path(name)[:-1], NAMES),
    st.sampled_from(
        [
            f"/{code('de')}",
            f"/{code('ar')}",
            f"/{code('de').lower()}",
            f"/{code('de')}/",
            f"//{code('de')}",
            f"/{code('de')}?language=tr",
            f"/{code('de')}/de",
            f"/{code('de')[1:]}X",
            f"/{code('de')}%0A",
            "/ABCDEF",
            "/",
            f"/{code('de')}/de/{'A' * 22}/rel",
            f"/{code('ar')}/de/{token(code('de'))}/rel",
            f"/{code('de')}/de/{token(code('de'))}/rel?tapped=x",
        ]
    ),
)
BODIES = st.one_of(
    st.sampled_from(
        [
            b"answer=2",
            b"answer=1",
            b"skip=1",
            b"answer=2&skip=1",
            b"answer=1&answer=2",
            b"answer=77",
        ]
    ),
    st.sampled_from([b"", b"answer=", b"answer=+2", b"answer=%32", b"answer=2&", b"a=1&b=2"]),
    st.binary(max_size=12).map(lambda tail: b"answer=2" + tail),
    st.just(b"answer=2&" + b"&".join([b"x=1"] * 80)),
    st.just(b"answer=2&x=" + b"1" * 1_500),
)
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "Sec-Fetch-Site": st.sampled_from(["same-origin", "none", "cross-site", "same-site", ""]),
        "Content-Type": st.sampled_from([FORM, f"{FORM}; charset=utf-8", "text/plain", ""]),
        "Accept-Encoding": st.sampled_from(["gzip", "gzip, deflate, br", "identity", "gzip;q=0"]),
        "Accept-Language": st.sampled_from(["tr", "ar;q=0.5, ru", "*"]),
        "Origin": st.sampled_from(["null", "http://localhost", "https://evil.example"]),
        "Host": st.sampled_from(["localhost", "philos.example:8080", "a b", "[::1]", ""]),
        "Transfer-Encoding": st.just("chunked"),
        "Range": st.just("bytes=0-9"),
    },
).map(lambda chosen: tuple(chosen.items()))
ASKS = st.builds(
    Ask,
    PATHS,
    st.sampled_from(["GET", "POST", "GET", "POST", "HEAD", "PUT", "OPTIONS"]),
    BODIES,
    HEADERS | st.just(PLAIN),
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None
)
@given(st.lists(ASKS, min_size=1, max_size=4))
@example([Ask(f"/{code('de')}")] * 2)
@example([Ask(path("rel"), "POST", b"answer=2", PLAIN), *[Ask(path("rel"))] * 2])
def test_whatever_is_asked_both_ways_answer_alike_and_store_the_same(
    ways: Ways, asks: list[Ask]
) -> None:
    for ask in asks:
        ways.both(ask)
    ways.same()
    for client in (ways.short, ways.whole):
        for letter in "AB":
            client.post(path("delete", letter=letter))


def test_when_the_last_wave_is_over_both_say_so(ways: Ways, hands: Hands) -> None:
    asks = [Ask(f"/{code('de')}"), Ask(path("rel")), Ask(path("rel"), "POST", b"answer=2", PLAIN)]
    for ask in asks * 2:
        assert ways.both(ask).status_code in {200, 303}
    hands.on(days=700)
    assert [ways.both(ask).status_code for ask in asks] == [200, 200, 403]
    ways.same()


def test_who_began_with_an_older_version_goes_on_with_it_either_way(
    ways: Ways, asked: Instrument
) -> None:
    older = replace(asked, minutes=9)
    where = Target(CAMPAIGN, "rabet", "how-safe", "flyer-a6", "de", "how-safe")
    began = Context(
        target=where, version=older.version, wave="winter-2026", language="de", moment=NOON
    )
    for storage in (ways.short_storage, ways.whole_storage):
        storage.publish([], [older], NOON.date())
        storage.save(token(code("de")), began, {"day": 1})
    for letter in "BA":  # the page of the newest version is kept when she comes
        for ask in (
            Ask(path("dark", letter=letter), "POST", b"answer=2", PLAIN),
            Ask(path("day", letter=letter)),
        ):
            assert ways.both(ask).status_code in {200, 303}
    ways.same()
    stored = ways.short_storage.response(CAMPAIGN, token(code("de")))
    assert stored is not None
    assert (stored.version, stored.answers) == (older.version, {"day": 1, "dark": 2})


@pytest.fixture
def woken(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths for which Flask was woken."""
    seen: list[str] = []
    dispatch = app.full_dispatch_request

    def told(*context: Any) -> Any:
        seen.append(request.path)
        return dispatch(*context)

    monkeypatch.setattr(app, "full_dispatch_request", told)
    return seen


def test_who_answers_what_others_have_answered_wakes_flask_for_nothing(
    client: FlaskClient, woken: list[str], storage: Storage
) -> None:
    def complete(letter: str) -> None:
        assert client.get(f"/{code('de')}").status_code == 200
        for item in ITEMS:
            page = client.get(path(item, letter=letter))
            assert page.text.count("<h1") == 1
            sent = client.post(path(item, letter=letter), data={"answer": "1"}, headers=OURS)
            assert sent.status_code == 303

    complete("A")
    assert woken
    woken.clear()
    complete("B")
    assert woken == []
    assert {n for key, n in recounted(storage).items() if key[-2] in ITEMS} == {2}


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, "answer=2"),
        ({"Sec-Fetch-Site": ""}, "answer=2"),
        ({"Content-Type": "text/plain"}, "answer=2"),
        ({}, "answer=%32"),
        ({}, "answer=2&"),
        ({}, "answer=9"),
        ({}, "answer=2&x=" + "1" * 1_000),
    ],
)
def test_what_is_not_plain_is_left_to_flask(
    client: FlaskClient, woken: list[str], headers: dict[str, str], body: str
) -> None:
    client.post(path("rel"), data=body, headers=OURS | headers)
    assert woken == [path("rel")]


def test_an_answer_that_was_cut_off_on_the_way_is_not_taken_for_another(
    client: FlaskClient, storage: Storage
) -> None:
    """`answer=1` may be the beginning of `answer=12`."""
    whole = {"CONTENT_LENGTH": "9"}
    cut = client.post(path("rel"), data=b"answer=1", headers=OURS, environ_overrides=whole)
    assert cut.status_code == 400
    assert storage.response(CAMPAIGN, token(code("de"))) is None


class _Late:
    """A body that is not read before the wave is over, or not at all."""

    def __init__(self, hands: Hands, body: bytes | None) -> None:
        self._hands, self._body = hands, body

    def read(self, *_: int) -> bytes:
        self._hands.on(days=700)
        if self._body is None:
            raise OSError("connection reset")
        body, self._body = self._body, b""
        return body


@pytest.mark.parametrize(("body", "status"), [(b"answer=2", 403), (None, 400)])
def test_a_wave_that_closes_while_somebody_sends_is_told_and_so_is_a_broken_connection(
    client: FlaskClient, storage: Storage, hands: Hands, body: bytes | None, status: int
) -> None:
    late = {"wsgi.input": _Late(hands, body), "CONTENT_LENGTH": "8"}
    page = client.post(path("rel"), headers=OURS, environ_overrides=late)
    assert page.status_code == status
    assert storage.response(CAMPAIGN, token(code("de"))) is None


def test_an_old_phone_that_says_nothing_of_itself_is_left_to_flask(
    client: FlaskClient, woken: list[str]
) -> None:
    assert client.post(path("rel"), data={"answer": "2"}).status_code == 303
    assert woken == [path("rel")]


@pytest.mark.parametrize("method", ["response", "save"])
def test_a_database_that_fails_is_asked_once_and_the_page_says_so(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    """A second try would let her wait for a locked database twice as long."""
    asked = []

    def fail(*_: object) -> None:
        asked.append(method)
        raise StorageError("disk full")

    monkeypatch.setattr(Storage, method, fail)
    page = (
        client.get(path("rel", "ar"))
        if method == "response"
        else client.post(path("rel", "ar"), data={"answer": "2"}, headers=OURS)
    )
    assert page.status_code == 503
    assert '<html lang="ar" dir="rtl"' in page.text
    assert "Content-Security-Policy" in page.headers
    assert asked == [method]


def test_a_fault_of_ours_is_told_as_flask_tells_it_and_logged_without_who_or_what(
    app: Flask,
    client: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError(token(code("de")))

    monkeypatch.setattr(Storage, "save", fail)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    page = client.post(path("rel", "tr"), data={"answer": "2"}, headers=OURS)
    assert page.status_code == 500
    assert '<html lang="tr"' in page.text
    assert "respond.answer failed\nZeroDivisionError" in caplog.text
    assert token(code("de")) not in caplog.text


def test_the_network_of_a_reader_may_open_so_many_pages_either_way(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.ratelimits.STARTS", 3)
    from_there = {"environ_base": {"REMOTE_ADDR": "203.0.114.7"}}
    found = [client.get(f"/{code('de')}", **from_there) for _ in range(4)]
    assert [page.status_code for page in found] == [200, 200, 200, 429]
    assert "Retry-After" in found[-1].headers
    assert client.get(f"/{code('de')}").status_code == 200


def test_a_page_that_is_kept_has_the_token_of_who_asks(
    client: FlaskClient, woken: list[str]
) -> None:
    client.get(path("rel"))
    woken.clear()
    client.get(path("rel", letter="B"))
    assert woken == []
    assert token(code("de"), "B") in client.get(path("rel", letter="B")).text
    assert token(code("de"), "A") not in client.get(path("rel", letter="B")).text
