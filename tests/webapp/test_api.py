import json
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from limits import parse
from werkzeug.test import TestResponse

from surveys.storage import Storage, StorageError
from tests.conftest import NOON
from webapp import api
from webapp.api_answers import RESOURCES
from webapp.comparing import Results, Wish
from webapp.service import Service

TOKEN, OTHER = f"philos_{'a' * 43}", f"philos_{'b' * 43}"
HOST = "https://localhost"
OPEN = ["campaign", "waves", "surveys", "surveys/how-safe", "codebook"]
RELEASED = ["results", "results/all", "sheets"]


@pytest.fixture
def program(app: Flask, storage: Storage) -> FlaskClient:
    """A program that reads for a viewer."""
    storage.add_api_token(TOKEN, "vera", "R", NOON.date())
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {TOKEN}"
    return client


def get(client: FlaskClient, path: str, **headers: str) -> TestResponse:
    return client.get(f"/api/v1/{path}", headers=headers, base_url=HOST)


def is_problem(response: TestResponse, status: int) -> bool:
    said: dict[str, Any] = json.loads(response.data)
    assert response.content_type == "application/problem+json"
    assert said["detail"]
    return bool(response.status_code == said["status"] == status)


def document(client: FlaskClient) -> dict[str, Any]:
    return json.loads(get(client, "openapi.json").data)  # type: ignore[no-any-return]


@pytest.mark.usefixtures("release")
@pytest.mark.parametrize("path", [*OPEN, *RELEASED])
def test_each_answer_is_as_the_document_says(program: FlaskClient, path: str) -> None:
    response = get(program, path)
    assert response.status_code == 200, response.text
    known = document(program)
    place = "/" + path.replace("surveys/how-safe", "surveys/{survey}")
    told = known["paths"][place]["get"]["responses"]["200"]["content"]["application/json"]
    schema = {**told["schema"], "components": known["components"]}
    jsonschema_rs.validator_for(schema).validate(json.loads(response.data))


@pytest.mark.usefixtures("release")
def test_figures_are_those_of_the_comparison(
    program: FlaskClient, app: Flask, storage: Storage
) -> None:
    service: Service = app.extensions["philos"]
    results = Results(service.campaign, storage)
    wish = Wish(question="dark", by="place", groups=("rabet", "torgauer-platz"))
    told = get(program, "results?question=dark&by=place&group=rabet&group=torgauer-platz")
    assert json.loads(told.data) == results.compare(wish).to_json()
    every = json.loads(get(program, "results/all").data)
    assert every["entries"] == [each.to_json() for each in results.compare_all(Wish())]
    assert every["total"] == 2


@pytest.mark.usefixtures("release")
def test_what_is_hidden_is_null(program: FlaskClient) -> None:
    groups = {group["id"]: group for group in json.loads(get(program, "results").data)["groups"]}
    small = groups["koehlerplatz"]
    assert (small["row"]["n"], small["share"], small["interval"]) == (None, None, None)
    assert groups["torgauer-platz"]["row"]["n"]
    sheets = {each["group"]: each for each in json.loads(get(program, "sheets").data)["entries"]}
    assert sheets["koehlerplatz"]["answered"] is None
    assert sheets["koehlerplatz"]["per_hundred_copies"] is None


@pytest.mark.usefixtures("release")
def test_copies_that_share_a_code_are_not_counted(program: FlaskClient) -> None:
    sheets = {each["group"]: each for each in json.loads(get(program, "sheets").data)["entries"]}
    one = sheets["torgauer-platz"]
    assert one["answered"] == 72
    assert (one["copies"], one["per_hundred_copies"]) == (None, None)


@pytest.mark.parametrize("path", [*OPEN, *RELEASED])
@pytest.mark.parametrize(
    "said",
    [
        "",
        f"Bearer {OTHER}",
        f"Basic {TOKEN}",
        "Bearer x",
        f"Bearer {TOKEN}x",
        "Bearer \x7f",
    ],
)
def test_without_a_good_token_nothing_is_told(program: FlaskClient, path: str, said: str) -> None:
    response = get(program, path, Authorization=said)
    assert is_problem(response, 401)
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_that_was_withdrawn_opens_nothing(program: FlaskClient, storage: Storage) -> None:
    assert get(program, "campaign").status_code == 200
    (token,) = storage.api_tokens("vera")
    storage.remove_api_token("vera", token.id)
    assert is_problem(get(program, "campaign"), 401)


def test_the_token_of_a_disabled_account_opens_nothing(
    program: FlaskClient, storage: Storage
) -> None:
    storage.set_disabled("vera", disabled=True)
    assert is_problem(get(program, "campaign"), 401)


def test_a_cookie_of_staff_opens_nothing(app: Flask) -> None:
    assert is_problem(get(app.test_client(), "campaign", Cookie="__Host-philos=x"), 401)


@pytest.mark.parametrize("path", RELEASED)
def test_before_a_release_there_are_no_results(program: FlaskClient, path: str) -> None:
    assert is_problem(get(program, path), 404)


@pytest.mark.usefixtures("release")
@pytest.mark.parametrize(
    ("path", "status"),
    [
        *(("results?question=nix", 404), ("results?by=age", 422), ("results?x=1", 422)),
        *(("results?wave=winter-2026", 404), ("results?survey=nix", 404)),
        *(("results?question=a%00b", 422), ("results?wave=a&wave=b", 422)),
        *(("results?place=%F0%9F%98%80", 422), ("results?group=nix", 404)),
        *(("results/all?start=-1", 422), ("results/all?most=101", 422)),
        *(("waves?start=9999999999999999999", 422), ("waves?most=x", 422)),
        *(("surveys/nix", 404), ("surveys/how-safe?language=xx", 404), ("codebook?survey=x", 404)),
        *(("surveys/%00", 404), ("surveys/" + "x" * 500, 404), ("nothing", 404), ("", 404)),
        *(("results?by=wave&place=nix", 404), ("sheets?survey=nix", 404)),
        ("results?" + "&".join(f"group=g{n}" for n in range(60)), 422),
    ],
)
def test_hostile_parameters_are_refused_in_a_sentence(
    program: FlaskClient, path: str, status: int
) -> None:
    assert is_problem(get(program, path), status)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", ["campaign", "results", "nothing", "openapi.json"])
def test_nothing_can_be_written(program: FlaskClient, method: str, path: str) -> None:
    response = program.open(f"/api/v1/{path}", method=method, base_url=HOST)
    assert is_problem(response, 405)
    assert response.headers["Allow"] == "GET, HEAD"


def test_other_pages_of_the_web_may_not_read_it(program: FlaskClient) -> None:
    response = get(program, "campaign", Origin="https://evil.example")
    assert not [name for name, _ in response.headers if name.startswith("Access-Control")]
    assert response.headers["Cache-Control"] == "private, no-cache"


def test_an_answer_that_is_known_is_not_sent_again(program: FlaskClient) -> None:
    first = get(program, "waves")
    again = get(program, "waves", **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert get(program, "waves", **{"If-None-Match": '"other"'}).status_code == 200


def test_long_lists_come_in_parts(program: FlaskClient) -> None:
    address, found, parts = "codebook?most=50", [], 0
    while address:
        part = json.loads(get(program, address).data)
        found += part["entries"]
        parts += 1
        address = (part["next"] or "").removeprefix(f"{HOST}/api/v1/")
    assert len(found) == part["total"] > 100
    assert parts == -(-part["total"] // 50)
    assert json.loads(get(program, "codebook?start=5000").data)["entries"] == []


def test_the_waves_tell_how_far_they_are(program: FlaskClient, release: None) -> None:
    told = {each["id"]: each for each in json.loads(get(program, "waves").data)["entries"]}
    assert told["summer-2026"]["state"] == "released"
    assert told["summer-2026"]["released"] == "2026-10-05"
    assert told["winter-2026"]["state"] == "open"
    assert told["summer-2025"]["state"] == "closed"


def test_a_survey_is_told_in_a_language_of_the_campaign(program: FlaskClient) -> None:
    told = json.loads(get(program, "surveys/how-safe?language=en").data)
    dark = next(each for each in told["items"] if each["id"] == "dark")
    assert dark["codes"][0] == {
        "code": 1,
        "text": "Very safe",
        "means": "scale",
        "adverse": False,
    }
    assert dark["compared"]


def test_too_many_requests_of_an_account_are_refused(
    program: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "RATE", parse("2 per hour"))
    assert [get(program, "campaign").status_code for _ in range(2)] == [200, 200]
    response = get(program, "campaign")
    assert is_problem(response, 429)
    assert int(response.headers["Retry-After"]) >= 1


def test_a_database_that_fails_and_a_fault_of_ours_are_told_as_problems(
    program: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StorageError("secret path")

    monkeypatch.setattr(Storage, "releases", fail)
    response = get(program, "waves")
    assert is_problem(response, 503)
    assert "secret" not in response.text


def test_the_document_names_every_resource_and_needs_no_token(app: Flask) -> None:
    known = document(app.test_client())
    assert known["openapi"].startswith("3.1")
    assert len(known["paths"]) == len(RESOURCES)
    assert known["servers"] == [{"url": f"{HOST}/api/v1"}]


@pytest.fixture
def described(app: Flask, program: FlaskClient, release: None) -> Any:
    """The API as schemathesis reads it from its document."""
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)


def test_no_request_makes_it_fail_or_answer_what_is_not_documented(
    described: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "RATE", parse("100000 per hour"))
    for found in described.get_all_operations():
        operation = found.ok()
        modes = schemathesis.GenerationMode
        wanted = [modes.POSITIVE, modes.NEGATIVE] if operation.query else [modes.POSITIVE]
        either = st.one_of([operation.as_strategy(generation_mode=mode) for mode in wanted])

        @settings(
            max_examples=20,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=either)
        def try_it(case: Any) -> None:
            response = case.call(headers={"Authorization": f"Bearer {TOKEN}"})
            case.validate_response(response, headers={"Authorization": f"Bearer {TOKEN}"})

        try_it()
