"""The example campaign, published and served."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from materials.campaign import load
from materials.sheets import published
from surveys.links import Target
from surveys.storage import Storage
from tests.conftest import NOON, clock
from webapp import auth
from webapp.app import create_app
from webapp.config import Settings, settings
from webapp.tokens import Tokens

PASSWORD = "correct-horse-battery"
SECRET = bytes(range(32))
CAMPAIGN = "leipziger-osten"
LANGUAGES = ["de", "en", "ar", "rom", "tr", "ru"]


@pytest.fixture
def chosen(folder: Path) -> Settings:
    """The settings of the example campaign, with the database in its folder."""
    instance = folder / "instance"
    instance.mkdir(mode=0o700)
    (instance / "secret").write_text(SECRET.hex(), "ascii")
    return settings(folder, environ={})


@pytest.fixture
def storage(chosen: Settings) -> Iterator[Storage]:
    """The database, with links and surveys published and one account."""
    made = Storage(chosen.database_url, chosen.secret)
    made.upgrade()
    campaign = load(chosen.folder)
    links = published(campaign).values()
    made.publish(links, campaign.instruments.values(), NOON.date())
    made.set_password_hash("anna", auth.hashed(PASSWORD))
    yield made
    made.close()


@pytest.fixture
def app(chosen: Settings, storage: Storage) -> Flask:
    """The application at noon on a day of the winter wave."""
    return create_app(chosen, clock)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without cookies or wishes."""
    return app.test_client()


def code(language: str = "ar", place: str = "rabet", topic: str = "how-safe") -> str:
    """Return the code on the example's flyer."""
    return Target(CAMPAIGN, place, topic, "flyer-a6", language, "how-safe").code


def token(code: str, letter: str = "A") -> str:
    """Return a token as it is drawn for a code of the example, its random half of one letter."""
    drawn = letter * 11
    return drawn + Tokens(SECRET).signature(drawn, CAMPAIGN, code)


def sign_in(client: FlaskClient, name: str = "anna", password: str = PASSWORD) -> int:
    """Sign in as a browser does; return the status."""
    token = csrf_token(client.get("/staff/login").text)
    answer = client.post(
        "/staff/login",
        data={"name": name, "password": password, "csrf_token": token},
        headers={"Referer": "https://localhost/staff/login"},
    )
    return answer.status_code


def csrf_token(html: str) -> str:
    """Return the token of a form."""
    return html.split('name="csrf_token"')[1].split('value="')[1].split('"', maxsplit=1)[0]
