"""The example campaign, published and served."""

import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.templating import Environment
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from playwright.sync_api import Browser, Page
from werkzeug.test import TestResponse

from materials.campaign import Campaign, load
from materials.sheets import published
from surveys.definition import Instrument
from surveys.links import Target
from surveys.storage import Context, Storage
from tests.conftest import NOON
from tests.releases import LARGE, released
from tests.webapp.accessibility import PHONE
from webapp.app import create_app
from webapp.config import SECOND_FACTOR, Settings, settings
from webapp.passwords import hashed
from webapp.roles import Role
from webapp.service import Service
from webapp.tokens import Tokens

PASSWORD = "correct-horse-battery"
HASH = hashed(PASSWORD)
PEOPLE = {"anna": Role.ADMIN, "kim": Role.COORDINATOR, "vera": Role.VIEWER}
SECRET = bytes(range(32))
CAMPAIGN = "leipziger-osten"
LANGUAGES = ["de", "en", "ar", "rom", "tr", "ru"]


@pytest.fixture(scope="session", autouse=True)
def _templates_are_compiled_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Each application takes the code of a template that another has compiled."""
    cache = FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))

    class Compiled(Environment):
        def __init__(self, app: Flask, **options: Any) -> None:
            super().__init__(app, bytecode_cache=cache, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_environment", Compiled)
        yield


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Settings], Path]:
    """Return a SQLite database with links and surveys of a campaign and an account for each role.

    It is made once for all campaigns whose folders hold the same.
    """
    made: dict[frozenset[tuple[str, bytes]], Path] = {}

    def database(chosen: Settings) -> Path:
        files = (path for path in chosen.folder.rglob("*") if path.is_file())
        content = frozenset(
            (str(path.relative_to(chosen.folder)), path.read_bytes()) for path in files
        )
        if content not in made:
            path = tmp_path_factory.mktemp("database") / "philos.sqlite"
            fill(Storage(f"sqlite:///{path}", chosen.secret), load(chosen.folder))
            made[content] = path
        return made[content]

    return database


def fill(storage: Storage, campaign: Campaign) -> None:
    """Publish a campaign in an empty database, which is then closed."""
    storage.upgrade()
    storage.publish(published(campaign).values(), campaign.instruments.values(), NOON.date())
    for name, role in PEOPLE.items():
        storage.add_account(name, role, HASH)
    storage.close()


@pytest.fixture
def chosen(folder: Path) -> Settings:
    """The settings of the example campaign, with the database in its folder."""
    instance = folder / "instance"
    instance.mkdir(mode=0o700)
    (instance / "secret").write_text(SECRET.hex(), "ascii")
    return settings(folder, environ={SECOND_FACTOR: "optional"})


@pytest.fixture
def storage(chosen: Settings, databases: Callable[[Settings], Path]) -> Iterator[Storage]:
    """The database, with links and surveys published and an account for each role."""
    shutil.copy(databases(chosen), chosen.folder / "instance")
    made = Storage(chosen.database_url, chosen.secret)
    yield made
    made.close()


@dataclass
class Hands:
    """A clock whose hands a test can move."""

    at: datetime = NOON

    def __call__(self, zone: tzinfo) -> datetime:
        return self.at.replace(tzinfo=zone)

    def on(self, **later: float) -> None:
        """Move the hands on."""
        self.at += timedelta(**later)

    @property
    def seconds(self) -> int:
        """Return what the clock shows in seconds since 1970, where the example is."""
        return int(self.at.replace(tzinfo=ZoneInfo("Europe/Berlin")).timestamp())


@pytest.fixture
def hands() -> Hands:
    """The application's clock, at noon on a day of the winter wave."""
    return Hands()


@pytest.fixture
def app(chosen: Settings, storage: Storage, hands: Hands) -> Iterator[Flask]:
    """The application at noon on a day of the winter wave."""
    made = create_app(chosen, hands)
    yield made
    made.extensions["philos"].storage.close()


@pytest.fixture
def strict(chosen: Settings, storage: Storage, hands: Hands) -> Flask:
    """The application where who can change something must have a second factor."""
    return create_app(replace(chosen, second_factor=True), hands)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without cookies or wishes."""
    return app.test_client()


@pytest.fixture
def asked(app: Flask) -> Instrument:
    """The campaign's survey."""
    service: Service = app.extensions["philos"]
    return service.campaign.instruments["how-safe"]


@pytest.fixture
def release(storage: Storage, asked: Instrument) -> None:
    """Results of the summer wave."""
    made = released(asked, {"dark": LARGE, "day": LARGE})
    storage.put_release(CAMPAIGN, "summer-2026", made.to_json())


@pytest.fixture
def answered(storage: Storage, asked: Instrument) -> None:
    """Answers of three people in the summer wave, and of one in the wave that is open."""
    for number, wave in enumerate(["summer-2026"] * 3 + ["winter-2026"]):
        context = Context(
            target=Target(CAMPAIGN, "rabet", "how-safe", "flyer-a6", "de", "how-safe"),
            version=asked.version,
            wave=wave,
            language="de",
            moment=NOON - timedelta(days=100),
        )
        storage.save(f"token-{number}", context, {"dark": number + 1})


def code(language: str = "ar", place: str = "rabet", topic: str = "how-safe") -> str:
    """Return the code on the example's flyer."""
    return Target(CAMPAIGN, place, topic, "flyer-a6", language, "how-safe").code


def token(code: str, letter: str = "A") -> str:
    """Return a token as it is drawn for a code of the example, its random half of one letter."""
    drawn = letter * 11
    return drawn + Tokens(SECRET).signature(drawn, CAMPAIGN, code)


def sign_in(client: FlaskClient, name: str = "anna", password: str = PASSWORD) -> int:
    """Sign in as a browser does; return the status."""
    return send(client, "/staff/login", name=name, password=password).status_code


def send(client: FlaskClient, path: str, **fields: str) -> TestResponse:
    """Send a form of staff's as a browser does, with the token of its session."""
    token = csrf_token(client.get("/staff/login").text)
    data = {"csrf_token": token, **fields}
    return client.post(path, data=data, headers={"Referer": f"https://localhost{path}"})


def signed_in_as(client: FlaskClient, storage: Storage, name: str, hands: Hands) -> str:
    """Put a session of an account into a browser, as if she had signed in; return its token."""
    account = storage.account(name)
    assert account is not None
    token = secrets.token_urlsafe(32)
    storage.begin_sign_in(token, account, at=hands.seconds, complete=True, oldest=0)
    with client.session_transaction("/staff/") as session:
        session["sign-in"] = token
    return token


def csrf_token(html: str) -> str:
    """Return the token of a form."""
    return html.split('name="csrf_token"')[1].split('value="')[1].split('"', maxsplit=1)[0]


@pytest.fixture(scope="module")
def phone(browser: Browser) -> Iterator[Page]:
    """A small telephone, into which a test may put scripts that the pages themselves forbid."""
    context = browser.new_context(viewport=PHONE, bypass_csp=True)
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()
