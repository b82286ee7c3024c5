"""Guessing is stopped for the one who guesses, and for nobody else."""

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from limits import parse

from surveys.storage import Storage
from tests.webapp.conftest import PASSWORD, Hands, send, sign_in
from webapp import guessing
from webapp.guessing import COOKIE

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def at(app: Flask, address: str) -> FlaskClient:
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = address
    return client


def attempt(app: Flask, address: str, password: str = "wrong-guess", name: str = "anna") -> int:
    return sign_in(at(app, address), name, password)


def test_guessing_is_stopped_for_the_one_who_guesses_alone(app: Flask) -> None:
    assert [attempt(app, "203.0.113.1") for _ in range(6)] == [403] * 5 + [429]
    assert attempt(app, "203.0.113.1", PASSWORD) == 429
    assert attempt(app, "203.0.113.1", "wrong", "vera") == 403
    assert attempt(app, "203.0.113.2", PASSWORD) == 303  # anna is not shut out


def test_an_address_in_another_spelling_is_the_same(app: Flask) -> None:
    for _ in range(5):
        attempt(app, "203.0.113.1")
    assert attempt(app, "::ffff:203.0.113.1") == 429
    found = [attempt(app, f"2001:db8:1:1{number:02x}::{number}") for number in range(6)]
    assert found == [403] * 5 + [429]  # of one household
    assert attempt(app, "2001:db8:1:200::1") == 403


def test_a_name_in_capitals_is_no_way_around(app: Flask) -> None:
    found = [attempt(app, "203.0.113.1", name=name) for name in ("anna", "Anna", "ANNA") * 2]
    assert found == [403] * 5 + [429]


def test_trying_many_names_from_one_address_is_stopped(client: FlaskClient) -> None:
    found = [sign_in(client, f"name{number}", "x") for number in range(21)]
    assert found == [403] * 20 + [429]


def test_a_browser_that_has_signed_in_before_comes_in_from_where_others_guess(app: Flask) -> None:
    office = "203.0.113.1"
    known = at(app, office)
    assert sign_in(known) == 303
    found = [attempt(app, office, name=f"name{number}") for number in range(21)]
    assert found[-1] == 429
    assert attempt(app, office, PASSWORD) == 429
    assert sign_in(known) == 303


def test_a_known_browser_can_guess_no_longer_than_ten_times(app: Flask) -> None:
    known = at(app, "203.0.113.1")
    sign_in(known)
    assert [sign_in(known, "anna", "wrong") for _ in range(11)] == [403] * 10 + [429]
    assert attempt(app, "203.0.113.1", PASSWORD) == 303


@pytest.mark.parametrize("forged", ["", "x", "W10.x", "a.b.c"])
def test_a_forged_device_is_counted_as_none(app: Flask, forged: str) -> None:
    def guess() -> int:
        client = at(app, "203.0.113.1")
        client.set_cookie(COOKIE, forged)
        return sign_in(client, "anna", "wrong")

    assert [guess() for _ in range(6)] == [403] * 5 + [429]


def test_the_device_of_one_is_no_device_of_another(app: Flask) -> None:
    veras = at(app, "203.0.113.1")
    assert sign_in(veras, "vera") == 303
    found = [sign_in(veras, "anna", "wrong") for _ in range(6)]
    assert found == [403] * 5 + [429]


def test_a_new_password_ends_trust_in_devices(app: Flask, storage: Storage) -> None:
    known = at(app, "203.0.113.1")
    sign_in(known)
    account = storage.account("anna")
    assert account is not None
    storage.set_password("anna", account.password_hash or "")
    assert [sign_in(known, "anna", "wrong") for _ in range(6)] == [403] * 5 + [429]


def code(hands: Hands) -> str:
    return pyotp.TOTP(SECRET).at(hands.seconds)


def test_one_time_codes_are_not_guessed_from_many_addresses_and_other_ways_stay_open(
    app: Flask, storage: Storage, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guessing, "PER_CODE", parse("3 per day"))
    known = at(app, "203.0.113.99")
    storage.set_totp("anna", SECRET)
    storage.set_recovery_codes("anna", ["0123456789abcdef", "fedcba9876543210"])
    assert sign_in(known) == 303
    assert send(known, "/staff/login/second", recovery="fedcba9876543210").status_code == 303

    def guess(number: int, **fields: str) -> int:
        client = at(app, f"203.0.113.{number}")
        assert sign_in(client) == 303
        return send(client, "/staff/login/second", **fields).status_code

    assert [guess(number, code="000000") for number in range(4)] == [403] * 3 + [429]
    assert guess(5, code=code(hands)) == 429
    assert guess(6, recovery="0123-4567-89AB-CDEF") == 303
    assert sign_in(known) == 303
    assert send(known, "/staff/login/second", code=code(hands)).status_code == 303


def test_no_address_is_kept_in_memory(app: Flask) -> None:
    attempt(app, "203.0.113.77")
    kept = repr(vars(app.extensions["philos"].guessing._limiter.storage))
    assert "203.0.113.77" not in kept
    assert "anna" not in kept


@pytest.mark.parametrize("address", ["", "unix:", "not an address"])
def test_who_comes_from_no_address_is_counted_as_one(app: Flask, address: str) -> None:
    assert [attempt(app, address) for _ in range(6)] == [403] * 5 + [429]
