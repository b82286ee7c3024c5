"""All accounts, invitations, and what only an admin may do."""

import html
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from surveys.storage import Account, Storage
from tests.webapp.conftest import PASSWORD, Hands, send, sign_in, signed_in_as
from webapp.audit import Kind

NEW = "vier-lose-worte-hier"


@pytest.fixture
def admin(client: FlaskClient, storage: Storage, hands: Hands) -> FlaskClient:
    signed_in_as(client, storage, "anna", hands)
    return client


def account(storage: Storage, name: str) -> Account:
    found = storage.account(name)
    assert found is not None
    return found


def invitation(page: TestResponse) -> str:
    """Return the path of the address that a page shows."""
    assert page.status_code == 200
    shown = re.search(r'<p class="once"[^>]*>https?://[^/]+([^<]+)</p>', page.text)
    assert shown is not None
    return html.unescape(shown[1])


def logged(storage: Storage, kind: Kind) -> list[tuple[str, str, str]]:
    found = storage.entries([kind], most=9)
    return [(entry.name, entry.subject, entry.reason) for entry in found]


def accept(client: FlaskClient, path: str, password: str = NEW, again: str = NEW) -> TestResponse:
    return send(client, path, password=password, again=again)


def test_who_is_invited_sets_her_own_password_once(
    app: Flask, admin: FlaskClient, storage: Storage
) -> None:
    path = invitation(send(admin, "/staff/users", name=" Bert  Bär ", role="coordinator"))
    bert = account(storage, "Bert Bär")
    assert (bert.role, bert.password_hash) == ("coordinator", None)
    assert logged(storage, Kind.USER_INVITED) == [("anna", "Bert Bär", "coordinator")]
    berts = app.test_client()
    page = berts.get(path)
    assert (page.status_code, 'value="Bert Bär"' in page.text) == (200, True)
    led = accept(berts, path).location
    assert "Ihr Passwort ist gesetzt." in berts.get(led).text
    assert "Ihr Passwort ist gesetzt." not in berts.get("/staff/login").text
    assert sign_in(berts, "Bert Bär", NEW) == 303
    assert logged(storage, Kind.PASSWORD) == [("Bert Bär", "Bert Bär", "")]
    other = app.test_client()
    assert other.get(path).status_code == 404
    assert accept(other, path, PASSWORD, PASSWORD).status_code == 404
    assert sign_in(other, "Bert Bär", PASSWORD) == 403


@pytest.mark.parametrize(
    ("password", "again", "said"),
    [
        ("kurz", "kurz", "zu kurz"),
        (NEW, NEW + "x", "nicht gleich"),
        ("", "", "zu kurz"),
        ("x1y2z3" * 34, "x1y2z3" * 34, "zu lang"),
        ("a" * 12, "a" * 12, "leicht zu raten"),
    ],
)
def test_a_password_that_cannot_be_taken_leaves_the_invitation_open(
    app: Flask, admin: FlaskClient, password: str, again: str, said: str
) -> None:
    path = invitation(send(admin, "/staff/users", name="bert", role="viewer"))
    berts = app.test_client()
    refused = accept(berts, path, password, again)
    assert (refused.status_code, said in refused.text) == (422, True)
    assert accept(berts, path).status_code == 303


def test_an_invitation_ends_after_seven_days(app: Flask, admin: FlaskClient, hands: Hands) -> None:
    path = invitation(send(admin, "/staff/users", name="bert", role="viewer"))
    hands.on(days=7, seconds=1)
    page = app.test_client().get(path)
    assert (page.status_code, "gilt nicht mehr" in page.text) == (404, True)


def test_a_newer_invitation_ends_the_older_and_signs_out(
    app: Flask, admin: FlaskClient, storage: Storage, hands: Hands
) -> None:
    kims = app.test_client()
    signed_in_as(kims, storage, "kim", hands)
    first = invitation(send(admin, "/staff/users/change", name="kim", do="invite"))
    second = invitation(send(admin, "/staff/users/change", name="kim", do="invite"))
    assert sign_in(app.test_client(), "kim", PASSWORD) == 403  # before the new one is chosen
    assert kims.get("/staff/entry").status_code == 302
    assert kims.get(first).status_code == 404
    assert accept(kims, second).status_code == 303
    assert sign_in(kims, "kim", PASSWORD) == 403
    assert sign_in(kims, "kim", NEW) == 303


@pytest.mark.parametrize("name", ["", " ", "x" * 81, "a\0b", "a\x1bb"])
@pytest.mark.parametrize("role", ["viewer", "root", ""])
def test_what_is_no_name_or_role_is_refused(
    admin: FlaskClient, storage: Storage, name: str, role: str
) -> None:
    assert send(admin, "/staff/users", name=name, role=role).status_code == 422
    assert len(storage.accounts()) == 3


def test_a_name_that_is_taken_is_told(admin: FlaskClient) -> None:
    page = send(admin, "/staff/users", name="kim", role="admin")
    assert (page.status_code, "gibt es schon" in page.text) == (422, True)


def test_a_role_is_changed_and_logged(admin: FlaskClient, storage: Storage) -> None:
    assert send(admin, "/staff/users/change", name="vera", do="role", role="admin").location
    assert account(storage, "vera").role == "admin"
    assert logged(storage, Kind.USER_ROLE) == [("anna", "vera", "admin")]


def test_who_is_disabled_is_out_until_enabled(
    app: Flask, admin: FlaskClient, storage: Storage
) -> None:
    send(admin, "/staff/users/change", name="vera", do="disable")
    assert sign_in(app.test_client(), "vera") == 403
    assert "gesperrt" in admin.get("/staff/users").text
    send(admin, "/staff/users/change", name="vera", do="enable")
    assert sign_in(app.test_client(), "vera") == 303
    assert len(logged(storage, Kind.USER_DISABLED) + logged(storage, Kind.USER_ENABLED)) == 2


def test_second_factors_are_reset(admin: FlaskClient, storage: Storage) -> None:
    storage.set_totp("vera", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    send(admin, "/staff/users/change", name="vera", do="reset")
    assert not account(storage, "vera").has_second_factor
    assert logged(storage, Kind.FACTOR_REMOVED) == [("anna", "vera", "")]


@pytest.mark.parametrize("do", ["role", "disable", "reset", "invite", "enable"])
def test_nobody_changes_her_own_account_here(admin: FlaskClient, storage: Storage, do: str) -> None:
    before = account(storage, "anna")
    page = send(admin, "/staff/users/change", name="anna", do=do, role="viewer")
    assert (page.status_code, "Ihr eigenes Konto" in page.text) == (422, True)
    assert account(storage, "anna") == before


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"name": "nobody", "do": "disable"}, 404),
        ({"do": "disable"}, 404),
        ({"name": "vera", "do": "delete"}, 400),
        ({"name": "vera"}, 400),
        ({"name": "vera", "do": "role", "role": "root"}, 400),
        ({"name": "vera", "do": "role"}, 400),
    ],
)
def test_what_cannot_be_done_is_refused(
    admin: FlaskClient, storage: Storage, fields: dict[str, str], status: int
) -> None:
    before = storage.accounts()
    assert send(admin, "/staff/users/change", **fields).status_code == status
    assert storage.accounts() == before


def test_a_name_cannot_bring_markup_along(admin: FlaskClient, storage: Storage) -> None:
    storage.add_account("<script>alert(1)</script>", "viewer")
    page = admin.get("/staff/users").text
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)" in page
