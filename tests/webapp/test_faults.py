"""What can go wrong while residents answer: nothing acknowledged is lost, nothing counts twice."""

import os
import signal
import socket
import sqlite3
import subprocess
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from materials.campaign import load
from materials.example import write_example
from surveys.conditions import Answers
from surveys.storage import Storage, StorageError
from surveys.storage.database import LONGEST_WAIT
from tests.browser import PHILOS, serving
from tests.conftest import NOON, empty_database
from tests.kept import kept, recounted
from tests.surveys.conftest import DAY, LONG, RABET, SECRET, context
from tests.webapp.conftest import code, fill, token
from webapp.config import Settings, settings

KILLS = 20
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}


class Street:
    """Where residents find the service, and when they stop to come."""

    host = ""
    retries = 0

    def __init__(self) -> None:
        self.closed = threading.Event()
        self.answered = 0

    def insist(self, method: str, path: str, body: str | None = None) -> str:
        """Return a page; try again until it is there."""
        while True:
            try:
                return self.ask(method, path, body)
            except (OSError, HTTPException):
                self.retries += 1
                self.closed.wait(0.05)

    def ask(self, method: str, path: str, body: str | None = None) -> str:
        with closing(HTTPConnection(self.host, timeout=10)) as connection:
            connection.request(method, path, body, FORM if body else {})
            answer = connection.getresponse()
            text = answer.read().decode()
        if answer.status not in {200, 303}:
            raise HTTPException(answer.status)
        return text

    def begin(self) -> str:
        """Return where a new resident sends her first answer."""
        page = self.insist("GET", f"/{code('de')}")
        return page.partition('<form method="post" action="')[2].partition('"')[0]

    def come(self) -> int:
        """Answer as one resident after the other, each twice; return how many they were."""
        came = 0
        while not self.closed.is_set():
            action = self.begin()
            came += 1
            for value in (1, 2):
                self.insist("POST", action, f"answer={value}")
                self.answered += 1
        return came


def stored(folder: Path, url: str) -> tuple[int, int]:
    """Return how many responses there are, and how many answers are counted."""
    storage = Storage(url, settings(folder, environ={}).secret)
    assert kept(storage) == recounted(storage)
    with storage._engine.connect() as connection:
        (rows,) = connection.exec_driver_sql("SELECT count(*) FROM responses").one()
    counted = sum(recounted(storage).values())
    storage.close()
    return rows, counted


def test_a_service_that_is_told_to_end_while_its_workers_start_ends(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        address = probe.getsockname()
    server = subprocess.Popen(
        [PHILOS, "serve", folder, "--port", str(address[1])],
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        while server.poll() is None:  # it listens before its workers do
            with suppress(OSError), closing(socket.create_connection(address, timeout=5)):
                break
        server.terminate()
        assert server.wait(timeout=60) == 0
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def test_a_service_that_is_killed_loses_no_answer_and_counts_none_twice(
    folder: Path, database_url: str
) -> None:
    """A resident whose connection breaks tries again; under her token it stays one answer."""
    street = Street()
    with ThreadPoolExecutor(6) as threads:
        came: list[Future[int]] = []
        for _ in range(KILLS):
            with serving(folder, PHILOS_DATABASE_URL=database_url) as (base, server):
                street.host = base.removeprefix("http://")
                came = came or [threads.submit(street.come) for _ in range(6)]
                enough = street.answered + 20
                while street.answered < enough:
                    street.closed.wait(0.01)
                os.killpg(server.pid, signal.SIGKILL)
        with serving(folder, PHILOS_DATABASE_URL=database_url) as (base, _):
            street.host = base.removeprefix("http://")
            street.closed.set()
            residents = sum(each.result(60) for each in came)
    assert street.retries > 0
    assert stored(folder, database_url) == (residents, residents)


@dataclass
class Service:
    """The example campaign as it is really served."""

    street: Street
    storage: Storage

    def answers(self, action: str) -> Answers:
        """Return the answers that are stored under the token of an address."""
        found = self.storage.response("leipziger-osten", action.split("/")[3])
        return found.answers if found else {}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("street") / "campaign"
    write_example(folder, NOON.date())
    own = settings(folder, environ={})
    url = own.database_url
    if request.param == "postgresql":
        url = empty_database(request.getfixturevalue("postgres"))
    with serving(folder, PHILOS_DATABASE_URL=url) as (base, _):
        here = Service(Street(), Storage(url, own.secret))
        here.street.host = base.removeprefix("http://")
        yield here
        here.storage.close()


def test_a_connection_that_is_cut_after_the_commit_can_be_tried_again(
    service: Service,
) -> None:
    here = service.street
    action = here.begin()
    body = b"answer=3"
    head = f"POST {action} HTTP/1.1\r\nHost: {here.host}\r\nContent-Length: {len(body)}\r\n"
    lines = "".join(f"{name}: {value}\r\n" for name, value in FORM.items())
    host, port = here.host.split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(f"{head}{lines}\r\n".encode() + body)
        while not service.answers(action):  # cut earlier, it need not have been stored
            here.closed.wait(0.01)
    here.ask("POST", action, "answer=3")
    assert service.answers(action) == {"rel": 3}


def test_two_tries_at_once_are_one_response(service: Service) -> None:
    here = service.street
    actions = [here.begin() for _ in range(10)]
    with ThreadPoolExecutor(8) as threads:
        tries = [
            threads.submit(here.ask, "POST", action, "answer=2")
            for action in actions
            for _ in range(4)
        ]
        for each in tries:
            each.result(30)
    assert all(service.answers(action) == {"rel": 2} for action in actions)


def test_two_tabs_that_answer_different_questions_lose_nothing(service: Service) -> None:
    here = service.street
    action = here.begin()
    names = ["rel", "day", "dark", "change", "avoid", "age", "gender"]
    with ThreadPoolExecutor(7) as threads:
        paths = [f"{action.rpartition('/')[0]}/{name}" for name in names]
        list(threads.map(lambda path: here.ask("POST", path, "answer=1"), paths))
    assert service.answers(action) == dict.fromkeys(names, 1)


class Sqlite:
    """What happens to a file of SQLite."""

    wait = ("PRAGMA busy_timeout", LONGEST_WAIT * 1000)
    no_wait = "PRAGMA busy_timeout = 50"
    lock = "BEGIN IMMEDIATE"

    def __init__(self, url: str) -> None:
        self.path = url.removeprefix("sqlite:///")

    def another(self) -> sqlite3.Connection:
        """Return a connection of another program."""
        return sqlite3.connect(self.path, isolation_level=None)

    @contextmanager
    def full(self, writer: Any) -> Iterator[None]:
        """Let the file not grow."""
        (pages,) = writer.execute("PRAGMA page_count").fetchone()
        writer.execute(f"PRAGMA max_page_count = {pages}")
        yield
        writer.execute("PRAGMA max_page_count = 1000000")


class PostgreSQL:
    """What happens to a server of PostgreSQL."""

    wait = ("SHOW lock_timeout", f"{LONGEST_WAIT}s")
    no_wait = "SET lock_timeout = 50"
    lock = "BEGIN; LOCK TABLE counts IN EXCLUSIVE MODE"

    def __init__(self, url: str) -> None:
        self.url = url

    def another(self) -> "psycopg.Connection[tuple[object, ...]]":
        """Return a connection of another program."""
        return psycopg.connect(self.url, autocommit=True)

    @contextmanager
    def full(self, writer: Any) -> Iterator[None]:
        """Let no file grow beyond the size of the log's, which the responses have by now."""
        with closing(self.another()) as other:
            other.execute("ALTER TABLE responses SET (autovacuum_enabled = off)")
            same = "version, link, wave, language, mode, day, band, daylight"
            other.execute(
                f"INSERT INTO responses (campaign, token, answers, {same}) "
                f"SELECT 'another', n, json_build_object('gone', repeat('-', 1500)), {same} "
                "FROM responses, generate_series(1, 12000) n"
            )
            other.execute("DELETE FROM responses WHERE campaign = 'another'")
        self._limit(writer, str(LOG_FILE))
        yield
        self._limit(writer, "unlimited")

    def _limit(self, writer: Any, size: str) -> None:
        """Limit the files that the process of a connection writes; it may do so itself."""
        program = f"prlimit --pid $PPID --fsize={size}:unlimited"
        writer.execute(f"COPY (SELECT 1 WHERE false) TO PROGRAM '{program}'")


KINDS: Mapping[str, type[Sqlite | PostgreSQL]] = {"sqlite": Sqlite, "postgresql": PostgreSQL}
LOG_FILE = 1 << 24  # bytes, of PostgreSQL
FLYER = code("de")
TOKEN = token(FLYER)


@pytest.fixture
def chosen(chosen: Settings, database_url: str) -> Settings:
    return replace(chosen, database_url=database_url)


@pytest.fixture
def storage(chosen: Settings) -> Iterator[Storage]:
    made = Storage(chosen.database_url, chosen.secret)
    fill(made, load(chosen.folder))
    yield made
    made.close()


@pytest.fixture
def database(database_url: str) -> Sqlite | PostgreSQL:
    """The database of each kind as the system sees it."""
    return KINDS[database_url.partition(":")[0]](database_url)


def answer(client: FlaskClient, value: int, by: str = TOKEN) -> TestResponse:
    """Answer the first question."""
    path = f"/{FLYER}/de/{by}/rel"
    return client.post(path, data={"answer": str(value)}, headers=FORM)


def test_a_full_disk_is_said_and_answers_go_on_when_there_is_room(
    client: FlaskClient, app: Flask, database: Sqlite | PostgreSQL
) -> None:
    own = app.extensions["philos"]
    storage: Storage = own.storage
    target = storage.target(FLYER)
    saved = {TOKEN}
    assert answer(client, 1).status_code == 303
    with database.full(storage._driver._writer):
        while (refused := answer(client, 1, last := own.tokens.draw(target))).status_code == 303:
            saved.add(last)
            assert len(saved) < 500
        assert refused.status_code == 503
        assert "Was schon gespeichert ist, bleibt gespeichert" in refused.text
        assert client.get(f"/{FLYER}/de/{TOKEN}/rel").status_code == 200
    assert answer(client, 1, last).status_code == 303
    assert answer(client, 2).status_code == 303
    assert kept(storage) == recounted(storage)
    assert sum(recounted(storage).values()) == len(saved | {last})


def test_a_database_that_somebody_else_holds_is_said_and_nothing_is_lost(
    client: FlaskClient, app: Flask, database: Sqlite | PostgreSQL
) -> None:
    assert answer(client, 1).status_code == 303
    storage: Storage = app.extensions["philos"].storage
    writer = storage._driver._writer
    ask, longest = database.wait
    assert writer.execute(ask).fetchone() == (longest,)
    writer.execute(database.no_wait)
    with closing(database.another()) as other:
        other.execute(database.lock)
        page = answer(client, 2)
        assert page.status_code == 503
        assert "Was schon gespeichert ist, bleibt gespeichert" in page.text
        assert client.get(f"/{FLYER}/de/{TOKEN}/rel").status_code == 200
        with pytest.raises(StorageError, match="Somebody else holds the database"):
            storage.forget("leipziger-osten", TOKEN)
        other.execute("COMMIT")
    assert answer(client, 3).status_code == 303
    found = storage.response("leipziger-osten", TOKEN)
    assert found
    assert found.answers == {"rel": 3}
    assert kept(storage) == recounted(storage)


def test_a_server_that_comes_back_is_used_again_without_a_word(postgres: str) -> None:
    """Connections that were open when PostgreSQL went away are replaced."""
    url = empty_database(postgres)
    with psycopg.connect(url, autocommit=True) as admin:
        storage = Storage(url, SECRET)
        storage.upgrade()
        storage.publish([RABET], [LONG], DAY)
        storage.save("one", context(), {"dark": 1})
        assert storage.response("east", "one")
        admin.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        storage.save("two", context(), {"dark": 2})
        assert storage.response("east", "one")
        assert storage.response("east", "two")
        storage.close()
