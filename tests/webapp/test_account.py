"""One's own account: password, sessions, tokens, second factors without a passkey."""

import re
import urllib.parse

import pyotp
import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from surveys.storage import Account, Passkey, Storage
from tests.webapp.conftest import PASSWORD, Hands, csrf_token, send, sign_in, signed_in_as
from webapp.audit import Kind
from webapp.bearer import api_user

NEW = "vier-lose-worte-hier"
FACTORS = "/staff/account/factors"


@pytest.fixture
def kim(client: FlaskClient, storage: Storage, hands: Hands) -> FlaskClient:
    signed_in_as(client, storage, "kim", hands)
    return client


def account(storage: Storage, name: str = "kim") -> Account:
    found = storage.account(name)
    assert found is not None
    return found


def kinds(storage: Storage) -> set[str]:
    return {entry.kind for entry in storage.entries(most=50)}


def test_a_new_password_ends_every_other_session(
    app: Flask, kim: FlaskClient, storage: Storage, hands: Hands
) -> None:
    other = app.test_client()
    signed_in_as(other, storage, "kim", hands)
    answer = send(kim, "/staff/account/password", password=NEW, again=NEW)
    page = kim.get(answer.location).text
    assert "Ihr neues Passwort gilt. Überall sonst sind Sie abgemeldet, und Ihre Zugänge" in page
    assert "Ein neues Passwort beendet alle Zugänge" in page
    for path in ("", "password"):
        said = kim.get(f"/staff/account/{path}").text
        assert "Danach sind Sie überall sonst abgemeldet, und Ihre Zugänge" in said
    assert other.get("/staff/account/").status_code == 302
    assert sign_in(other, "kim", PASSWORD) == 403
    assert sign_in(other, "kim", NEW) == 303
    assert Kind.PASSWORD in kinds(storage)


@pytest.mark.parametrize(("new", "again"), [("kurz", "kurz"), (NEW, PASSWORD), ("", "")])
def test_a_password_that_cannot_be_taken_changes_nothing(
    kim: FlaskClient, storage: Storage, new: str, again: str
) -> None:
    before = account(storage)
    assert send(kim, "/staff/account/password", password=new, again=again).status_code == 422
    assert account(storage) == before
    assert kim.get("/staff/account/password").status_code == 200


def test_all_other_sessions_can_be_ended(
    app: Flask, kim: FlaskClient, storage: Storage, hands: Hands
) -> None:
    other = app.test_client()
    signed_in_as(other, storage, "kim", hands)
    assert send(kim, "/staff/account/end").status_code == 303
    assert kim.get("/staff/account/").status_code == 200
    assert other.get("/staff/account/").status_code == 302


def test_a_page_that_cannot_be_opened_again_offers_no_other_language(kim: FlaskClient) -> None:
    shown = send(kim, "/staff/account/tokens", label="x").text
    refused = send(kim, "/staff/account/password", password="", again="").text
    assert ("hreflang" in shown, "hreflang" in refused) == (False, True)


def token_on(page: str) -> str:
    found = re.search(r"philos_[\w-]{43}", page)
    assert found is not None
    return found[0]


def reads(app: Flask, said: str | None) -> str | None:
    """Return for whom a request with a header would read."""
    headers = {} if said is None else {"Authorization": said}
    with app.test_request_context("/", headers=headers):
        found = api_user(request)
    return found.name if found else None


def test_a_token_is_shown_once_and_reads_until_it_is_removed(
    app: Flask, kim: FlaskClient, storage: Storage, hands: Hands
) -> None:
    token = token_on(send(kim, "/staff/account/tokens", label="Skript  im Büro").text)
    assert kim.get("/staff/account/tokens").status_code == 405
    assert reads(app, f"Bearer {token}") == reads(app, f"bearer {token}") == "kim"
    page = kim.get("/staff/account/").text
    assert ("Skript im Büro" in page, token in page) == (True, False)
    (kept,) = storage.api_tokens("kim")
    assert kept.used is not None
    vera = app.test_client()
    signed_in_as(vera, storage, "vera", hands)
    send(vera, "/staff/account/tokens/remove", token=kept.id)
    assert reads(app, f"Bearer {token}") == "kim"
    send(kim, "/staff/account/tokens/remove", token=kept.id)
    assert reads(app, f"Bearer {token}") is None
    assert {Kind.TOKEN_ADDED, Kind.TOKEN_REMOVED} <= kinds(storage)


def test_a_token_of_who_is_disabled_reads_nothing(
    app: Flask, kim: FlaskClient, storage: Storage
) -> None:
    token = token_on(send(kim, "/staff/account/tokens", label="x").text)
    storage.set_disabled("kim", disabled=True)
    assert reads(app, f"Bearer {token}") is None


@pytest.mark.parametrize(
    "said",
    [
        *(None, "", "Bearer", "Bearer ", "Bearer x", "Basic eDp5", "Bearer philos_"),
        f"Bearer philos_{'A' * 43}",
        f"Bearer philos_{'A' * 44}",
        "Bearer philos_\u00e9" + "A" * 42,
        f"Digest philos_{'A' * 43}",
    ],
)
def test_nothing_else_reads_for_anybody(app: Flask, said: str | None) -> None:
    assert reads(app, said) is None


@pytest.mark.parametrize("label", ["", "  ", "x" * 81, "a\0b"])
def test_a_token_without_a_name_is_asked_for_again(
    kim: FlaskClient, storage: Storage, label: str
) -> None:
    page = send(kim, "/staff/account/tokens", label=label)
    assert (page.status_code, "wofür der Zugang ist" in page.text) == (422, True)
    assert storage.api_tokens("kim") == []


def secret_on(page: str) -> str:
    found = re.search(r'<p class="once"[^>]*>([^<]+)', page)
    assert found is not None
    return re.sub(r"\s", "", found[1])


def test_an_app_is_set_up_with_its_first_code_and_recovery_codes_are_shown(
    app: Flask, kim: FlaskClient, storage: Storage, hands: Hands
) -> None:
    page = kim.get(f"{FACTORS}/codes").text
    secret = secret_on(page)
    assert "<path d=" in page
    assert secret_on(kim.get(f"{FACTORS}/codes").text) == secret  # scanned, and looked at again
    wrong = send(kim, f"{FACTORS}/codes", code="000000")
    assert (wrong.status_code, secret_on(wrong.text)) == (422, secret)
    assert not account(storage).has_totp
    code = pyotp.TOTP(secret).at(hands.seconds)
    shown = send(kim, f"{FACTORS}/codes", code=code).text
    codes = re.findall(r"<li>([0-9a-z]{4}(?:-[0-9a-z]{4}){3})</li>", shown)
    assert len(set(codes)) == account(storage).recovery_codes == 10
    file = urllib.parse.unquote(shown.split("charset=utf-8,")[1].split('"')[0])
    assert file.split()[-10:] == codes
    other = app.test_client()
    sign_in(other, "kim")
    assert send(other, "/staff/login/second", code=code).status_code == 403  # used to set up
    assert send(other, "/staff/login/second", recovery=codes[0]).status_code == 303
    assert Kind.FACTOR_ADDED in kinds(storage)


def test_a_code_without_a_secret_begins_anew(kim: FlaskClient) -> None:
    assert send(kim, f"{FACTORS}/codes", code="123456").location == f"{FACTORS}/codes"


def test_new_recovery_codes_end_the_old(kim: FlaskClient, storage: Storage, hands: Hands) -> None:
    assert send(kim, f"{FACTORS}/recovery").location == f"{FACTORS}/"  # nothing to recover
    storage.set_totp("kim", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    storage.set_recovery_codes("kim", ["old"])
    signed_in_as(kim, storage, "kim", hands)
    assert "Codes zur Wiederherstellung" in send(kim, f"{FACTORS}/recovery").text
    assert not storage.use_recovery_code("kim", "old")


def test_a_session_that_has_shown_no_second_factor_ends_with_the_first_one(
    strict: Flask, storage: Storage, hands: Hands
) -> None:
    own, other = strict.test_client(), strict.test_client()
    for client in (own, other):
        signed_in_as(client, storage, "kim", hands)
    secret = secret_on(own.get(f"{FACTORS}/codes").text)
    token = csrf_token(own.get("/staff/login").text)
    data = {"csrf_token": token, "code": pyotp.TOTP(secret).at(hands.seconds)}
    referer = {"Referer": "https://localhost/staff/"}
    shown = own.post(f"{FACTORS}/codes", data=data, headers=referer)
    assert shown.status_code == 200
    assert own.get("/staff/materials").status_code == 200
    assert other.get("/staff/materials").location.startswith("/staff/login")
    data = {"csrf_token": csrf_token(shown.text)}  # the page's forms work in the new session
    assert own.post("/staff/logout", data=data, headers=referer).status_code == 303


def test_one_time_codes_are_removed(kim: FlaskClient, storage: Storage, hands: Hands) -> None:
    storage.set_totp("kim", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    signed_in_as(kim, storage, "kim", hands)
    assert "eingerichtet" in kim.get(f"{FACTORS}/").text
    send(kim, f"{FACTORS}/remove", what="codes")
    assert not account(storage).has_totp
    assert Kind.FACTOR_REMOVED in kinds(storage)
    assert kim.get(f"{FACTORS}/").status_code == 200


@pytest.mark.parametrize(("what", "status"), [("00ff", 303), ("", 303), ("xyz", 400)])
def test_what_is_not_there_cannot_be_removed(
    kim: FlaskClient, storage: Storage, what: str, status: int
) -> None:
    assert send(kim, f"{FACTORS}/remove", what=what).status_code == status
    assert kinds(storage) == set()


def test_at_a_bare_address_a_passkey_cannot_be_made(kim: FlaskClient) -> None:
    page = kim.get(f"{FACTORS}/passkey", base_url="http://127.0.0.1:8000")
    assert page.status_code == 302


@pytest.mark.parametrize(
    "fields", [{}, {"label": "x"}, {"credential": "{}"}, {"label": "x", "credential": "{}"}]
)
def test_a_passkey_that_was_not_made_here_is_refused(
    kim: FlaskClient, storage: Storage, fields: dict[str, str]
) -> None:
    assert kim.get(f"{FACTORS}/passkey").status_code == 200
    assert send(kim, f"{FACTORS}/passkey", **fields).status_code == 422
    assert storage.passkeys("kim") == []


def test_nothing_about_passkeys_is_taken_at_a_bare_address(
    kim: FlaskClient, storage: Storage
) -> None:
    token = csrf_token(kim.get("/staff/login").text)
    data = {"csrf_token": token, "credential": "{}", "label": "x"}
    answer = kim.post(f"{FACTORS}/passkey", data=data, base_url="http://127.0.0.1:8000")
    assert answer.status_code in {302, 303, 400}
    assert storage.passkeys("kim") == []


def test_a_passkey_is_removed(kim: FlaskClient, storage: Storage, hands: Hands) -> None:
    key = Passkey(
        credential=b"\x01\xff",
        public_key=b"k",
        sign_count=0,
        label="Telefon",
        added=hands.at.date(),
    )
    storage.add_passkey("kim", key)
    signed_in_as(kim, storage, "kim", hands)
    assert 'value="01ff"' in kim.get(f"{FACTORS}/").text
    send(kim, f"{FACTORS}/remove", what="01ff")
    assert storage.passkeys("kim") == []


def test_the_password_cannot_be_guessed_by_who_finds_an_open_browser(kim: FlaskClient) -> None:
    found = [send(kim, "/staff/confirm", password="wrong").status_code for _ in range(6)]
    assert found == [422] * 5 + [429]
