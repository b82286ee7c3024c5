import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from surveys.storage import Storage
from tests.webapp.conftest import csrf_token, sign_in
from webapp import auth


def test_staffs_pages_lead_to_the_sign_in(client: FlaskClient) -> None:
    for path in ("/staff/", "/staff/results"):
        page = client.get(path)
        assert (page.status_code, page.location.partition("?")[0]) == (302, "/staff/login")


def test_who_has_an_account_comes_in_and_goes_out(client: FlaskClient) -> None:
    assert sign_in(client) == 303
    page = client.get("/staff/results")
    assert page.status_code == 200
    answer = client.post(
        "/staff/logout",
        data={"csrf_token": csrf_token(page.text)},
        headers={"Referer": "https://localhost/staff/results"},
    )
    assert answer.location == "/staff/login"
    assert client.get("/staff/results").status_code == 302


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("anna", "wrong"),
        ("nobody", "correct-horse-battery"),
        ("anna", "correct-horse-battery "),
        ("ANNA", "correct-horse-battery"),
    ],
)
def test_who_has_none_is_told_no_more_than_that(
    client: FlaskClient, name: str, password: str
) -> None:
    assert sign_in(client, name, password) == 403
    assert client.get("/staff/results").status_code == 302


@pytest.mark.parametrize(("name", "password"), [("", ""), ("a" * 81, "x"), ("anna", "x" * 201)])
def test_what_is_no_name_or_password_is_asked_for_again(
    client: FlaskClient, name: str, password: str
) -> None:
    assert sign_in(client, name, password) == 422


def test_a_form_without_its_token_is_refused(client: FlaskClient) -> None:
    for data in ({"name": "anna"}, {"name": "anna", "csrf_token": "forged"}):
        assert client.post("/staff/login", data=data).status_code == 400
    assert client.post("/staff/logout").status_code == 400


def test_guessing_is_stopped_for_the_one_who_guesses_alone(app: Flask) -> None:
    def attempt(address: str, password: str = "wrong-guess-again") -> int:
        client = app.test_client()
        client.environ_base["REMOTE_ADDR"] = address
        return sign_in(client, "anna", password)

    assert [attempt("203.0.113.1") for _ in range(6)] == [403] * 5 + [429]
    assert attempt("203.0.113.1", "correct-horse-battery") == 429
    assert attempt("203.0.113.2", "correct-horse-battery") == 303  # anna is not shut out


def test_trying_many_names_from_one_address_is_stopped(client: FlaskClient) -> None:
    found = [sign_in(client, f"name{number}", "x") for number in range(21)]
    assert found == [403] * 20 + [429]


def test_the_cookie_is_for_this_host_alone_and_out_of_reach(client: FlaskClient) -> None:
    token = csrf_token(client.get("/staff/login").text)
    answer = client.post(
        "/staff/login",
        data={"name": "anna", "password": "correct-horse-battery", "csrf_token": token},
        headers={"Referer": "https://localhost/staff/login"},
    )
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-philos=")
    flags = {part.strip() for part in cookie.split(";")[1:]}
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= flags
    assert not any(flag.startswith("Domain") for flag in flags)


def test_signing_in_begins_a_new_session(client: FlaskClient) -> None:
    client.get("/staff/login?language=en")
    before = client.get_cookie("__Host-philos")
    assert sign_in(client) == 303
    after = client.get_cookie("__Host-philos")
    assert before is not None
    assert after is not None
    assert before.value != after.value


def test_an_account_that_is_gone_is_signed_out(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(client)
    monkeypatch.setattr(Storage, "password_hash", lambda *_: None)
    assert client.get("/staff/results").status_code == 302


def test_a_password_is_kept_as_argon2id_alone(storage: Storage) -> None:
    kept = storage.password_hash("anna")
    assert kept is not None
    assert re.match(r"\$argon2id\$v=19\$m=19456,t=2,p=1\$", kept)
    assert auth.hashed("the same") != auth.hashed("the same")


def test_residents_never_get_a_cookie_even_from_one_who_is_signed_in(client: FlaskClient) -> None:
    sign_in(client)
    assert "Set-Cookie" not in client.get("/").headers


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_sign_in_is_in_german_and_in_english(client: FlaskClient, language: str) -> None:
    page = client.get("/staff/login", headers={"Accept-Language": language})
    assert f'<html lang="{language}"' in page.text
    assert {"de": "Anmelden", "en": "Sign in"}[language] in page.text
