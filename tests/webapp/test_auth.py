import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from surveys.storage import Storage
from tests.webapp.conftest import PASSWORD, Hands, csrf_token, send, sign_in, signed_in_as
from webapp.guessing import COOKIE

SESSION = "__Host-philos"


def test_staffs_pages_lead_to_the_sign_in_and_from_there_to_what_was_wanted(
    client: FlaskClient,
) -> None:
    for path in ("/staff/", "/staff/results", "/staff/results?by=wave"):
        page = client.get(path)
        assert page.status_code == 302
        assert page.location.partition("?")[0] == "/staff/login"
    answer = send(client, page.location, name="anna", password=PASSWORD)
    assert (answer.status_code, answer.location) == (303, "/staff/results?by=wave")


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/staff/",
        "//evil.example/staff/",
        "/\\evil.example",
        "/staff/\\..",
        "/staff/\r\nSet-Cookie: a=b",
        "/staff/ x",
        "javascript:alert(1)",
        "/evil",
        "/staff",
        "/staff/ä",
    ],
)
def test_nobody_is_led_anywhere_else(client: FlaskClient, target: str) -> None:
    answer = send(client, "/staff/login", name="anna", password=PASSWORD, next=target)
    assert (answer.status_code, answer.location) == (303, "/staff/")


def test_who_has_an_account_comes_in_and_goes_out(client: FlaskClient, storage: Storage) -> None:
    assert sign_in(client) == 303
    assert client.get("/staff/results").status_code == 200
    cookie = client.get_cookie(SESSION)
    assert cookie is not None
    assert send(client, "/staff/logout").location == "/staff/login"
    assert client.get("/staff/results").status_code == 302
    client.set_cookie(SESSION, cookie.value)  # kept by a thief
    assert client.get("/staff/results").status_code == 302


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("anna", "wrong"),
        ("nobody", PASSWORD),
        ("anna", f"{PASSWORD} "),
        ("ANNA", PASSWORD),
        ("invited", PASSWORD),
        ("disabled", PASSWORD),
    ],
)
def test_who_has_none_is_told_no_more_than_that(
    client: FlaskClient, storage: Storage, name: str, password: str
) -> None:
    storage.add_account("invited", "viewer")
    storage.add_account("disabled", "viewer", (storage.accounts()[0]).password_hash)
    storage.set_disabled("disabled", disabled=True)
    answer = send(client, "/staff/login", name=name, password=password)
    assert answer.status_code == 403
    assert "Name und Passwort passen nicht zusammen" in answer.text
    assert client.get("/staff/results").status_code == 302
    assert client.get_cookie(COOKIE) is None


@pytest.mark.parametrize(
    ("name", "password"), [("", ""), ("a" * 81, "x"), ("anna", "x" * 201), ("a\0b", "x")]
)
def test_what_is_no_name_or_password_is_asked_for_again(
    client: FlaskClient, name: str, password: str
) -> None:
    assert sign_in(client, name, password) == 422


def test_a_form_without_its_token_is_refused(client: FlaskClient) -> None:
    for data in ({"name": "anna"}, {"name": "anna", "csrf_token": "forged"}):
        assert client.post("/staff/login", data=data).status_code == 400
    assert client.post("/staff/logout").status_code == 400


def test_the_cookies_are_for_this_host_alone_and_out_of_reach(client: FlaskClient) -> None:
    answer = send(client, "/staff/login", name="anna", password=PASSWORD)
    cookies = {each.partition("=")[0]: each for each in answer.headers.getlist("Set-Cookie")}
    for name, site in ((SESSION, "Lax"), (COOKIE, "Strict")):
        flags = {part.strip() for part in cookies[name].split(";")[1:]}
        assert {"Secure", "HttpOnly", "Path=/", f"SameSite={site}"} <= flags
        assert not any(flag.startswith("Domain") for flag in flags)
    assert "Expires" not in cookies[SESSION]


def test_signing_in_begins_a_new_session(client: FlaskClient) -> None:
    client.get("/staff/login?language=en")
    before, token = client.get_cookie(SESSION), csrf_token(client.get("/staff/login").text)
    assert sign_in(client) == 303
    after = client.get_cookie(SESSION)
    assert before is not None
    assert after is not None
    assert before.value != after.value
    assert client.post("/staff/logout", data={"csrf_token": token}).status_code == 400
    assert '<html lang="en"' in client.get("/staff/results").text  # the language stays


def test_two_sign_ins_in_one_browser_leave_one_session(
    client: FlaskClient, storage: Storage
) -> None:
    sign_in(client)
    first = client.get_cookie(SESSION)
    sign_in(client)
    assert first is not None
    client.set_cookie(SESSION, first.value)
    assert client.get("/staff/results").status_code == 302


@pytest.mark.parametrize(("minutes", "status"), [(59, 200), (61, 302)])
def test_a_session_ends_when_it_is_left_alone(
    client: FlaskClient, storage: Storage, hands: Hands, minutes: int, status: int
) -> None:
    signed_in_as(client, storage, "anna", hands)
    hands.on(minutes=minutes)
    assert client.get("/staff/results").status_code == status


def test_a_session_ends_after_half_a_day_however_much_it_is_used(
    client: FlaskClient, storage: Storage, hands: Hands
) -> None:
    signed_in_as(client, storage, "anna", hands)
    for _ in range(24):
        assert client.get("/staff/results").status_code == 200
        hands.on(minutes=30)
    hands.on(minutes=1)
    assert client.get("/staff/results").status_code == 302


@pytest.mark.parametrize(
    "change",
    [
        lambda storage: storage.set_password("kim", "other"),
        lambda storage: storage.set_role("kim", "admin"),
        lambda storage: storage.set_disabled("kim", disabled=True),
    ],
)
def test_who_is_changed_is_signed_out_everywhere(
    client: FlaskClient, storage: Storage, hands: Hands, change: object
) -> None:
    signed_in_as(client, storage, "kim", hands)
    assert client.get("/staff/entry").status_code == 200
    change(storage)  # type: ignore[operator]
    assert client.get("/staff/entry").status_code == 302


def test_a_cookie_that_is_forged_signs_nobody_in(app: Flask, client: FlaskClient) -> None:
    sign_in(client)
    cookie = client.get_cookie(SESSION)
    assert cookie is not None
    body, _, signature = cookie.value.partition(".")
    for forged in ("", "x", f"{body}.x", f"{body[:-2]}AA.{signature}", cookie.value[:-1]):
        other = app.test_client()
        other.set_cookie(SESSION, forged)
        assert other.get("/staff/results").status_code == 302


def test_the_cookie_tells_nothing_of_who_signed_in_from_where(client: FlaskClient) -> None:
    sign_in(client)
    with client.session_transaction("/staff/") as session:
        assert set(session) <= {"sign-in", "csrf_token", "language", "_fresh"}
        assert "anna" not in str(dict(session))


def test_pages_of_staff_are_kept_by_nobody(client: FlaskClient) -> None:
    sign_in(client)
    for path in ("/staff/login", "/staff/results", "/staff/nothing"):
        assert client.get(path).headers["Cache-Control"] == "no-store"
    assert client.get("/").headers["Cache-Control"] != "no-store"


def test_residents_never_get_a_cookie_even_from_one_who_is_signed_in(client: FlaskClient) -> None:
    sign_in(client)
    assert "Set-Cookie" not in client.get("/").headers


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_sign_in_is_in_german_and_in_english(client: FlaskClient, language: str) -> None:
    page = client.get("/staff/login", headers={"Accept-Language": language})
    assert f'<html lang="{language}"' in page.text
    assert {"de": "Anmelden", "en": "Sign in"}[language] in page.text


def test_the_day_of_the_last_sign_in_is_kept_and_no_finer_time(
    client: FlaskClient, storage: Storage, hands: Hands
) -> None:
    sign_in(client)
    found = storage.account("anna")
    assert found is not None
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", str(found.signed_in))
