"""After 500 completions: what a thief of the database, its copies and the logs would find."""

import hashlib
import hmac
import re
import sqlite3
import struct
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import psycopg
import pytest

from materials.campaign import FILE, load
from materials.example import write_example
from materials.sheets import sheets, targets
from surveys.links import Target
from surveys.storage import Storage
from tests.browser import served
from tests.conftest import NOON
from tests.kept import kept, recounted
from tests.webapp.test_respond import at
from webapp.app import create_app
from webapp.config import Settings, settings
from webapp.tokens import Tokens

MOMENT = datetime(2026, 11, 22, 13, 37, 59, 123456)  # noqa: DTZ001  of the campaign's zone
SURVEY = """
id = "brief"
title = "Kurz"
minutes = 1
[[missing]]
code = 99
text = "Möchte ich nicht sagen"
[scales.yes-no]
options = [{ code = 1, text = "Ja" }, { code = 2, text = "Nein" }]
[[questions]]
id = "light"
text = "Genug Licht?"
scale = "yes-no"
missing = [99]
source = "test"
licence = "own"
[[questions]]
id = "words"
kind = "text"
text = "Was fehlt?"
missing = []
source = "test"
licence = "own"
"""
CAMPAIGN = "leipziger-osten"
CODE = Target(CAMPAIGN, "rabet", "how-safe", "flyer-a6", "de", "brief").code
FLYER = Target(CAMPAIGN, "rabet", "how-safe", "flyer-a6", "de", "how-safe").code
SECRET = b"k" * 32
WORDS = "Mehr Licht, sonst Telltale-Wort 0341 7654321 und anna@telltale.example"


@pytest.fixture
def folder(folder: Path) -> Path:
    """The example campaign, asking a brief survey with a text."""
    text = (folder / FILE).read_text("utf-8").replace('survey = "how-safe"', 'survey = "brief"')
    text = text.replace("free_text = false", "free_text = true")
    (folder / FILE).write_text(text, "utf-8")
    (folder / "surveys").mkdir()
    (folder / "surveys" / "brief.toml").write_text(SURVEY, "utf-8")
    return folder


@pytest.fixture
def chosen(folder: Path, database_url: str) -> Settings:
    """The settings, with each kind of database in turn."""
    return replace(
        settings(folder, environ={}), database_url=database_url, secret=SECRET, per_link=1000
    )


def token(number: int, code: str = CODE, secret: bytes = SECRET) -> str:
    drawn = f"Token-{number:03}-A"
    return drawn + Tokens(secret).signature(drawn, CAMPAIGN, code)


def complete(chosen: Settings, completions: int) -> None:
    """Let so many residents answer, each from her own address and with her own browser."""
    app = create_app(chosen, at(MOMENT))
    client = app.test_client()
    for number in range(completions):
        path = f"/{CODE}/de/{token(number)}"
        telling = {
            "headers": {
                "X-Forwarded-For": f"203.0.113.{number % 256}",
                "Forwarded": f"for=203.0.113.{number % 256}",
                "User-Agent": f"Telltale/{number}",
                "Referer": f"http://localhost{path}/light",
                "Accept-Language": "de-Telltale",
            },
            # no network may begin all of them
            "environ_base": {"REMOTE_ADDR": f"2001:db8:0:{number % 3}00::{number:x}"},
        }
        for name, answer in (("light", str(1 + number % 2)), ("words", f"{WORDS} {number}")):
            assert (
                client.post(f"{path}/{name}", data={"answer": answer}, **telling).status_code == 303
            )
    app.extensions["philos"].storage.close()


def traces() -> Iterator[bytes]:
    """Yield what must be nowhere: who, with what, from where, and when exactly."""
    yield from (b"203.0.113.", b"2001:db8", b"0:db8:", b"telltale/", b"Telltale/", b"localhost")
    yield from (b"Token-", b"7654321", b"telltale.example")
    yield from (hashlib.sha256(token(0).encode()).hexdigest().encode(),)
    yield from (hashlib.sha256(b"203.0.113.0").hexdigest().encode(),)
    for moment in (MOMENT, MOMENT.astimezone(), datetime.now()):  # noqa: DTZ005
        yield from (f"{moment:%H:%M}".encode(), f"{moment:%H.%M}".encode())
        yield f"{moment.timestamp():.0f}".encode()[:8]
    for seconds in (MOMENT.timestamp(), MOMENT.timestamp() + 3600):
        yield from (struct.pack(">I", int(seconds)), struct.pack(">d", seconds))
        yield struct.pack(">Q", int(seconds * 1000))[2:]


def found(content: bytes) -> list[bytes]:
    return [trace for trace in traces() if trace in content]


def files(chosen: Settings, into: Path) -> bytes:
    """Return the database as it lies on the disk, with its journal, and a backup of it."""
    path = Path(chosen.database_url.removeprefix("sqlite:///"))
    with sqlite3.connect(path) as connection:
        connection.execute("VACUUM INTO ?", (str(into / "backup.sqlite"),))
    connection.close()
    kept = [path, path.with_name(f"{path.name}-wal"), into / "backup.sqlite"]
    assert all(each.stat().st_size > 10_000 for each in kept)
    return b"".join(each.read_bytes() for each in kept)


def dump(chosen: Settings, _into: Path) -> bytes:
    """Return every row of every table as PostgreSQL copies it into a backup."""
    tables = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
    kept = b""
    with psycopg.connect(chosen.database_url) as connection:
        for (table,) in connection.execute(tables).fetchall():
            with connection.cursor().copy(f'COPY "{table}" TO STDOUT') as rows:
                kept += b"".join(map(bytes, rows))
    return kept


def test_after_500_completions_no_copy_tells_who_answered_or_when(
    chosen: Settings,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    storage = Storage(chosen.database_url, chosen.secret)
    storage.upgrade()
    campaign = load(chosen.folder)
    instruments = campaign.instruments.values()
    storage.publish(targets(sheets(campaign)).values(), instruments, NOON.date())
    caplog.set_level("INFO")
    complete(chosen, 500)
    copies = (files if "sqlite" in chosen.database_url else dump)(chosen, tmp_path)
    assert copies.count(b"Mehr Licht, sonst Telltale-Wort [") >= 500
    assert found(copies) == []
    said = "".join((caplog.text, *capfd.readouterr()))
    assert found(said.replace(f"{datetime.now():%H:%M}", "").encode()) == []  # noqa: DTZ005
    assert kept(storage) == recounted(storage)
    assert sum(n for key, n in kept(storage).items() if key[-2] == "light") == 500
    storage.close()


def test_the_traces_would_be_found() -> None:
    assert found(f"x{token(7)}x".encode()) == [b"Token-"]
    assert found(b"\x00" + struct.pack(">I", int(MOMENT.timestamp())))
    assert found(str(MOMENT).encode())


def post(base: str, path: str, answer: str) -> int:
    telling = {"X-Forwarded-For": "203.0.113.9", "User-Agent": "Telltale/9"}
    body = urllib.parse.urlencode({"answer": answer}).encode()
    request = urllib.request.Request(base + path, body, telling)
    try:
        with urllib.request.urlopen(request) as page:
            return int(page.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def break_response(folder: Path, number: int) -> None:
    """Write nonsense where the answers of a response are, so that the program stumbles over it."""
    chosen = settings(folder, environ={})
    key = hmac.new(chosen.secret, token(number, FLYER, chosen.secret).encode(), hashlib.sha256)
    with sqlite3.connect(folder / "instance" / "philos.sqlite") as connection:
        changed = connection.execute(
            "UPDATE responses SET answers = '7' WHERE token = ?", (key.hexdigest(),)
        )
        assert changed.rowcount == 1
    connection.close()


def test_the_log_of_the_real_server_has_no_trace_even_of_a_fault(tmp_path: Path) -> None:
    folder = tmp_path / "east"
    write_example(folder, datetime.now().date())  # noqa: DTZ005
    with served(folder) as base:
        secret = settings(folder, environ={}).secret
        paths = [f"/{FLYER}/de/{token(number, FLYER, secret)}" for number in range(20)]
        for path in paths:
            assert post(base, f"{path}/rel", "1") == 200
        break_response(folder, 3)
        assert post(base, f"{paths[3]}/rel", "2") == 500
        assert post(base, f"{paths[3]}x/rel", "2") == 404
    log = (tmp_path / "serve.log").read_bytes()
    assert b"ERROR in webapp.app: respond.answer failed" in log
    assert b"surveys/storage/responses.py" in log
    assert found(log) == []
    assert not re.search(rb"\b\d\d:\d\d\b", log)  # no time of its own either
