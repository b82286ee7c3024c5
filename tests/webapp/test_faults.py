"""What can go wrong while residents answer: nothing acknowledged is lost, nothing counts twice."""

import os
import signal
import socket
import sqlite3
import subprocess
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

from materials.example import write_example
from surveys.storage import Storage
from tests.browser import PHILOS, serving
from tests.conftest import NOON
from tests.kept import kept, recounted
from tests.surveys.conftest import DAY, LONG, RABET, SECRET, context
from tests.webapp.conftest import code, token
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


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Street, Path]]:
    """The example campaign as it is really served."""
    folder = tmp_path_factory.mktemp("street") / "campaign"
    write_example(folder, NOON.date())
    with serving(folder) as (base, _):
        here = Street()
        here.host = base.removeprefix("http://")
        yield here, folder


def response(folder: Path, action: str) -> Mapping[str, object]:
    """Return the answers that are stored under the token of an address."""
    own = settings(folder, environ={})
    storage = Storage(own.database_url, own.secret)
    found = storage.response("leipziger-osten", action.split("/")[3])
    storage.close()
    return found.answers if found else {}


def test_a_connection_that_is_cut_after_the_commit_can_be_tried_again(
    street: tuple[Street, Path],
) -> None:
    here, folder = street
    action = here.begin()
    body = b"answer=3"
    head = f"POST {action} HTTP/1.1\r\nHost: {here.host}\r\nContent-Length: {len(body)}\r\n"
    lines = "".join(f"{name}: {value}\r\n" for name, value in FORM.items())
    host, port = here.host.split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(f"{head}{lines}\r\n".encode() + body)
        while not response(folder, action):  # cut earlier, it need not have been stored
            here.closed.wait(0.01)
    here.ask("POST", action, "answer=3")
    assert response(folder, action) == {"rel": 3}


def test_two_tries_at_once_are_one_response(street: tuple[Street, Path]) -> None:
    here, folder = street
    actions = [here.begin() for _ in range(10)]
    with ThreadPoolExecutor(8) as threads:
        tries = [
            threads.submit(here.ask, "POST", action, "answer=2")
            for action in actions
            for _ in range(4)
        ]
        for each in tries:
            each.result(30)
    assert all(response(folder, action) == {"rel": 2} for action in actions)


def test_two_tabs_that_answer_different_questions_lose_nothing(
    street: tuple[Street, Path],
) -> None:
    here, folder = street
    action = here.begin()
    names = ["rel", "day", "dark", "change", "avoid", "age", "gender"]
    with ThreadPoolExecutor(7) as threads:
        paths = [f"{action.rpartition('/')[0]}/{name}" for name in names]
        list(threads.map(lambda path: here.ask("POST", path, "answer=1"), paths))
    assert response(folder, action) == dict.fromkeys(names, 1)


FLYER = code("de")
TOKEN = token(FLYER)


def answered(client: FlaskClient, name: str, value: int) -> int:
    return client.post(
        f"/{code('de')}/de/{TOKEN}/{name}", data={"answer": str(value)}, headers=FORM
    ).status_code


def test_a_full_disk_is_said_and_answers_go_on_when_there_is_room(
    client: FlaskClient, app: Flask
) -> None:
    storage = app.extensions["philos"].storage
    assert answered(client, "rel", 1) == 303
    writer = storage._driver._writer
    (pages,) = writer.execute("PRAGMA page_count").fetchone()
    writer.execute(f"PRAGMA max_page_count = {pages}")
    codes = []
    target = storage.target(FLYER)
    for _ in range(200):
        last = app.extensions["philos"].tokens.draw(target)
        codes.append(_posted(client, last))
        if codes[-1] == 503:
            break
    assert codes[-1] == 503
    writer.execute("PRAGMA max_page_count = 1000000")
    assert _posted(client, last) == 303
    assert answered(client, "rel", 2) == 303
    assert kept(storage) == recounted(storage)
    assert sum(recounted(storage).values()) == codes.count(303) + 2


def _posted(client: FlaskClient, token: str) -> int:
    path = f"/{code('de')}/de/{token}/rel"
    return client.post(path, data={"answer": "1"}, headers=FORM).status_code


def test_a_database_that_somebody_else_holds_is_said_and_nothing_is_lost(
    client: FlaskClient, app: Flask, chosen: Settings
) -> None:
    assert answered(client, "rel", 1) == 303
    storage = app.extensions["philos"].storage
    storage._driver._writer.execute("PRAGMA busy_timeout = 50")
    with closing(sqlite3.connect(chosen.database_url.removeprefix("sqlite:///"))) as other:
        other.isolation_level = None
        other.execute("BEGIN IMMEDIATE")
        page = client.post(f"/{code('de')}/de/{TOKEN}/rel", data={"answer": "2"}, headers=FORM)
        assert page.status_code == 503
        assert "Was schon gespeichert ist, bleibt gespeichert" in page.text
        assert client.get(f"/{code('de')}/de/{TOKEN}/rel").status_code == 200
        other.execute("COMMIT")
    assert answered(client, "rel", 3) == 303
    found = storage.response("leipziger-osten", TOKEN)
    assert found.answers == {"rel": 3}
    assert kept(storage) == recounted(storage)


def test_a_server_that_comes_back_is_used_again_without_a_word(postgres: str) -> None:
    """Connections that were open when PostgreSQL went away are replaced."""
    name = f"t{os.urandom(6).hex()}"
    with psycopg.connect(postgres, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
        storage = Storage(postgres.replace("/postgres?", f"/{name}?"), SECRET)
        storage.upgrade()
        storage.publish([RABET], [LONG], DAY)
        storage.save("one", context(), {"dark": 1})
        assert storage.response("east", "one")
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
        storage.save("two", context(), {"dark": 2})
        assert storage.response("east", "one")
        assert storage.response("east", "two")
        storage.close()
