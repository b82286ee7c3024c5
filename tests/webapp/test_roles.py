"""Who may see which page of staff: every route, every role."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from surveys.storage import Storage
from tests.webapp.conftest import PEOPLE, Hands, send, sign_in, signed_in_as
from webapp.roles import Access, Role, access
from webapp.staff import AREAS

PINNED = {
    "auth.login": None,
    "second_factor.check": None,
    "users.accepted": None,
    "results.results": Role.VIEWER,
    "account.account": Role.VIEWER,
    "entry.entry": Role.COORDINATOR,
    "entry.enter": Role.COORDINATOR,
    "users.users": Role.ADMIN,
    "users.invite": Role.ADMIN,
    "users.change": Role.ADMIN,
    "log.log": Role.ADMIN,
}


def rules(app: Flask) -> list[Rule]:
    """Return every route of staff."""
    return [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/staff/")]


def declared(app: Flask, endpoint: str) -> Access:
    found = access(app.view_functions[endpoint])
    assert found is not None, f"{endpoint} does not say who may see it"
    return found


def test_every_route_of_staff_says_who_may_see_it(app: Flask) -> None:
    found = {rule.endpoint: declared(app, rule.endpoint).role for rule in rules(app)}
    assert len(found) > 25
    assert {name: found[name] for name in PINNED} == PINNED


def test_a_route_that_does_not_say_it_is_for_nobody(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/staff/forgotten", "forgotten", lambda: "secret")
    assert client.get("/staff/forgotten").status_code == 403
    sign_in(client)
    page = client.get("/staff/forgotten")
    assert (page.status_code, "secret" in page.text) == (403, False)


def test_nothing_outside_staffs_addresses_asks_who_somebody_is(app: Flask) -> None:
    outside = [rule for rule in app.url_map.iter_rules() if rule not in rules(app)]
    assert not [rule for rule in outside if access(app.view_functions[rule.endpoint])]


def address(rule: Rule) -> str:
    """Return an address that a route answers to."""
    offered = {name: getattr(kind, "items", {"1"}) for name, kind in rule._converters.items()}
    built = rule.build({name: min(values) for name, values in offered.items()})
    assert built is not None
    return built[1]


@pytest.mark.parametrize("name", ["", *PEOPLE])
def test_every_role_meets_what_is_for_it_and_is_turned_away_from_the_rest(
    app: Flask, storage: Storage, hands: Hands, name: str
) -> None:
    role = PEOPLE.get(name)
    for rule in rules(app):
        needed = declared(app, rule.endpoint).role
        for method in (rule.methods or set()) & {"GET", "POST"}:
            client = app.test_client()
            if name:
                signed_in_as(client, storage, name, hands)
            path = address(rule)
            page = client.get(path) if method == "GET" else send(client, path)
            to_sign_in = (page.location or "").startswith("/staff/login?next=/staff/")
            told = f"{name} {method} {path}: {page.status_code} {page.location}"
            if needed is None or (role and role.includes(needed)):
                assert page.status_code not in {401, 403}, told
                assert not to_sign_in, told
            elif role:
                assert (page.status_code, "Rolle" in page.text) == (403, True), told
            else:
                assert (page.status_code, to_sign_in) == (302, True), told


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_every_change_needs_the_token_of_its_form(
    app: Flask, storage: Storage, hands: Hands, method: str
) -> None:
    for rule in rules(app):
        if method in (rule.methods or set()):
            client = app.test_client()
            signed_in_as(client, storage, "anna", hands)
            page = client.open(address(rule), method=method, data={"do": "disable"})
            assert page.status_code == 400, rule


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("anna", ["results", "entry", "users", "log", "account"]),
        ("kim", ["results", "entry", "account"]),
        ("vera", ["results", "account"]),
    ],
)
def test_the_navigation_shows_what_the_role_may_see(
    client: FlaskClient, storage: Storage, hands: Hands, name: str, seen: list[str]
) -> None:
    signed_in_as(client, storage, name, hands)
    page = client.get("/staff/results").text
    shown = [area.blueprint for area in AREAS if f'<a href="{_url(client, area.endpoint)}"' in page]
    assert [each for each in shown if each in {"results", "entry", "users", "log", "account"}] == (
        seen
    )


def _url(client: FlaskClient, endpoint: str) -> str:
    with client.application.test_request_context():
        return str(client.application.url_for(endpoint))


@pytest.mark.parametrize("name", PEOPLE)
def test_who_can_change_something_sets_up_a_second_factor_first(
    strict: Flask, storage: Storage, hands: Hands, name: str
) -> None:
    client = strict.test_client()
    signed_in_as(client, storage, name, hands)
    page = client.get("/staff/results")
    if PEOPLE[name] is Role.VIEWER:
        assert page.status_code == 200
        return
    assert (page.status_code, page.location) == (302, "/staff/account/factors/")
    assert "Richten Sie jetzt einen ein" in client.get("/staff/account/factors/").text
    storage.set_totp(name, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    signed_in_as(client, storage, name, hands)
    assert client.get("/staff/results").status_code == 200


@pytest.mark.parametrize(
    "path", ["/staff/users", "/staff/account/password", "/staff/account/factors/"]
)
def test_what_matters_asks_for_the_password_again_after_a_while(
    client: FlaskClient, storage: Storage, hands: Hands, path: str
) -> None:
    signed_in_as(client, storage, "anna", hands)
    assert client.get(path).status_code == 200
    hands.on(minutes=16)
    page = client.get(f"{path}?language=en")
    assert page.location.startswith("/staff/confirm?next=/staff/")
    wrong = send(client, page.location, password="wrong")
    assert (wrong.status_code, client.get(path).status_code) == (422, 303)
    right = send(client, page.location, password="correct-horse-battery")
    assert (right.status_code, right.location) == (303, f"{path}?language=en")
    assert client.get(path).status_code == 200


def test_a_form_that_came_too_late_leads_back_to_its_page(
    client: FlaskClient, storage: Storage, hands: Hands
) -> None:
    signed_in_as(client, storage, "anna", hands)
    hands.on(minutes=16)
    page = send(client, "/staff/users", name="bert", role="viewer")
    assert page.location == "/staff/confirm?next=/staff/users"
    assert storage.account("bert") is None
