"""The second step with a code; passkeys are in test_passkeys.py."""

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient

from surveys.storage import Storage
from tests.webapp.conftest import Hands, send, sign_in
from webapp.audit import Kind

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SECOND = "/staff/login/second"
CODE = "0123-4567-89ab-cdef"


@pytest.fixture
def waiting(client: FlaskClient, storage: Storage) -> FlaskClient:
    """A browser in which anna has given her password."""
    storage.set_totp("anna", SECRET)
    storage.set_recovery_codes("anna", [CODE.replace("-", "")])
    assert sign_in(client) == 303
    return client


def code(hands: Hands, late: int = 0) -> str:
    return pyotp.TOTP(SECRET).at(hands.seconds + 30 * late)


def kinds(storage: Storage) -> list[str]:
    return [entry.kind for entry in storage.entries(most=50)]


def test_a_password_alone_opens_no_page(waiting: FlaskClient) -> None:
    assert waiting.get("/staff/").location.startswith("/staff/login")
    page = waiting.get(SECOND)
    assert page.status_code == 200
    assert 'autocomplete="one-time-code"' in page.text
    assert "Abmelden" not in page.text


def test_a_code_of_the_app_opens_the_page_that_was_wanted(
    client: FlaskClient, storage: Storage, hands: Hands
) -> None:
    storage.set_totp("anna", SECRET)
    fields = {"name": "anna", "password": "correct-horse-battery"}
    first = send(client, "/staff/login?next=/staff/entry", **fields)
    assert first.location == f"{SECOND}?next=/staff/entry"
    assert 'name="next" value="/staff/entry"' in client.get(first.location).text
    second = send(client, first.location, code=code(hands))
    assert (second.status_code, second.location) == (303, "/staff/entry")
    assert client.get("/staff/entry").status_code == 200


def test_a_code_is_good_once(app: Flask, waiting: FlaskClient, hands: Hands) -> None:
    assert send(waiting, SECOND, code=code(hands)).status_code == 303
    other = app.test_client()
    sign_in(other)
    assert send(other, SECOND, code=code(hands)).status_code == 403  # seen over a shoulder
    assert send(other, SECOND, code=code(hands, late=-1)).status_code == 403
    hands.on(seconds=30)
    assert send(other, SECOND, code=code(hands)).status_code == 303


@pytest.mark.parametrize(
    "fields",
    [
        {"code": "000000"},
        {"code": ""},
        {"code": "1" * 41},
        {"code": "１２３４５６"},
        {"code": "a\0b"},
        {"recovery": "0123-4567-89ab-cdee"},
        {"recovery": ""},
        {"credential": "{}"},
        {"credential": "[" * 4_000},
        {"other": "x"},
    ],
)
def test_what_is_wrong_is_refused_and_logged(
    waiting: FlaskClient, storage: Storage, fields: dict[str, str]
) -> None:
    answer = send(waiting, SECOND, **fields)
    assert (answer.status_code, "Das hat nicht gestimmt" in answer.text) == (403, True)
    assert waiting.get("/staff/results").status_code == 302
    assert kinds(storage) == [Kind.FACTOR_FAILED]


@pytest.mark.parametrize(
    "typed", [CODE, CODE.upper(), CODE.replace("-", " "), "o123-4567-89ab-cdef"]
)
def test_a_recovery_code_is_good_once_however_it_is_typed(
    app: Flask, waiting: FlaskClient, storage: Storage, typed: str
) -> None:
    assert send(waiting, SECOND, recovery=typed).status_code == 303
    assert waiting.get("/staff/results").status_code == 200
    other = app.test_client()
    sign_in(other)
    assert send(other, SECOND, recovery=typed).status_code == 403
    newest = storage.entries(["sign-in"], most=1)[0]
    assert (newest.name, newest.reason) == ("anna", "Recovery")


def test_a_code_of_another_account_opens_nothing(
    waiting: FlaskClient, storage: Storage, hands: Hands
) -> None:
    other = pyotp.random_base32()
    storage.set_totp("vera", other)
    storage.set_recovery_codes("vera", ["f" * 16])
    assert send(waiting, SECOND, code=pyotp.TOTP(other).at(hands.seconds)).status_code == 403
    assert send(waiting, SECOND, recovery="f" * 16).status_code == 403


def test_the_second_step_must_follow_within_ten_minutes(waiting: FlaskClient, hands: Hands) -> None:
    hands.on(minutes=11)
    assert waiting.get(SECOND).location == "/staff/login"
    assert send(waiting, SECOND, code=code(hands)).location == "/staff/login"
    assert waiting.get("/staff/results").status_code == 302


def test_nobody_can_begin_with_the_second_step(client: FlaskClient, hands: Hands) -> None:
    assert client.get(SECOND).location == "/staff/login"
    assert send(client, SECOND, code=code(hands)).location == "/staff/login"


def test_who_is_changed_in_between_begins_anew(
    waiting: FlaskClient, storage: Storage, hands: Hands
) -> None:
    storage.set_disabled("anna", disabled=True)
    assert send(waiting, SECOND, code=code(hands)).location == "/staff/login"


def test_the_token_of_the_first_step_is_worth_nothing_after_the_second(
    waiting: FlaskClient, storage: Storage, hands: Hands
) -> None:
    with waiting.session_transaction("/staff/") as session:
        first = session["sign-in"]
    send(waiting, SECOND, code=code(hands))
    assert storage.sign_in(first) is None
