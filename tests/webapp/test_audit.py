"""The log of what staff did."""

from datetime import timedelta
from unittest.mock import Mock

import pytest
from flask import Flask
from flask.testing import FlaskClient

from surveys.storage import Entry, Storage
from tests.conftest import NOON
from tests.webapp.conftest import Hands, signed_in_as
from webapp.audit import ENDING_NAMES, KIND_NAMES, PAGE, Kind, audit, ending
from webapp.jobs import Asked, Job, Jobs, State, Status
from webapp.orders import to_log


@pytest.fixture
def admin(client: FlaskClient, storage: Storage, hands: Hands) -> FlaskClient:
    signed_in_as(client, storage, "anna", hands)
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de"
    return client


def test_what_is_logged_says_who_did_what_in_which_minute(
    app: Flask, storage: Storage, hands: Hands
) -> None:
    hands.on(seconds=42)
    with app.test_request_context("/staff/", environ_base={"REMOTE_ADDR": "203.0.113.1"}):
        audit(Kind.PRINTED, "flyer-a6", "Fest", name="anna")
        audit(Kind.EXPORTED)
    assert storage.entries(most=9) == [
        Entry(minute=NOON, name="", kind="exported"),
        Entry(minute=NOON, name="anna", kind="printed", subject="flyer-a6", reason="Fest"),
    ]
    assert "203.0.113.1" not in repr(storage.entries(most=9))


def test_what_was_logged_last_stands_first_within_a_minute_too(storage: Storage) -> None:
    for number in range(20):
        storage.log(Entry(minute=NOON, name="", kind="printed", subject=str(number)))
    assert [int(entry.subject) for entry in storage.entries(most=20)] == [*range(20)][::-1]


def test_every_kind_has_a_name(admin: FlaskClient) -> None:
    assert set(KIND_NAMES) == set(Kind)


def test_the_log_is_shown_by_kind(admin: FlaskClient, storage: Storage) -> None:
    for kind, subject in ((Kind.PRINTED, "flyer"), (Kind.USER_ROLE, "vera"), ("unheard", "x")):
        storage.log(Entry(minute=NOON, name="", kind=kind, subject=subject, reason="admin"))
    page = admin.get("/staff/log").text
    assert page.count("Befehl auf dem Server") == 3
    assert "<td>unheard</td>" in page
    assert "<td>Verwaltung</td>" in page
    one = admin.get("/staff/log?kind=user-role").text
    assert ("<td>vera</td>" in one, "<td>flyer</td>" in one) == (True, False)
    assert '<option value="user-role" selected>' in one
    assert "Hier steht noch nichts" in admin.get("/staff/log?kind=released").text


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ((Kind.FACTOR_ADDED, "anna", "Recovery"), "<td>Wiederherstellungscode</td>"),
        ((Kind.SIGN_IN, "", "TOTP"), "<td>Einmalcode</td>"),
        ((Kind.RELEASED, "summer-2026", ""), "<td>Sommerhalbjahr 2026</td>"),
        ((Kind.RELEASED, "gone-2020", ""), "<td>gone-2020</td>"),
        ((Kind.PRINTED, "1", "command=print&topic=results&tag=ar"), "Was Sie gesagt haben · Arab"),
        ((Kind.PRINTED, "1", "command=print&topic=results&tag=ar"), "<td>1 Exemplar</td>"),
        ((Kind.PRINTED, "20", "command=paper&paper-tag=de"), "Papierbögen · Deutsch"),
        ((Kind.PRINT_DONE, "20", "command=paper&paper-tag=de"), "Papierbögen · Deutsch"),
        ((Kind.PRINT_DONE, "20", "command=paper&paper-tag=de"), "<td>20 Exemplare</td>"),
        ((Kind.PRINT_FAILED, "failed", "command=report"), "<td>Bericht</td>"),
        ((Kind.PRINT_FAILED, "failed", "command=report"), "<td>ließ sich so nicht drucken</td>"),
        ((Kind.PRINT_FAILED, "crashed", "command=report"), "<td>abgestürzt</td>"),
        ((Kind.PRINT_FAILED, "cancelled", "command=report"), "<td>abgebrochen</td>"),
    ],
)
def test_the_log_speaks_the_language_of_the_page(
    admin: FlaskClient, storage: Storage, entry: tuple[Kind, str, str], said: str
) -> None:
    kind, subject, reason = entry
    storage.log(Entry(minute=NOON, name="anna", kind=kind, subject=subject, reason=reason))
    page = admin.get(f"/staff/log?kind={kind}").text
    assert said in page.replace('<span dir="ltr">', "").replace("</span>", "")


@pytest.mark.parametrize("status", [each for each in Status if not each.open])
def test_how_a_print_ended_is_logged_by_the_name_of_who_asked_for_it(status: Status) -> None:
    wishes = {"topic": ["how-safe"]}
    made = ({"copies": 500, "output": "press"}, {"copies": 500, "output": "screen"}, {"copies": 2})
    files = made if status is Status.DONE else ()
    job = Job(
        id="x",
        asked=Asked(command="print", arguments=[], by="anna", at=1, wishes=wishes),
        state=State(status=status, files=files),
    )
    found = ending(job, NOON)
    assert (found.minute, found.name) == (NOON, "anna")
    assert found.reason == to_log("print", wishes)
    done = status is Status.DONE
    assert found.kind == ("print-done" if done else "print-failed")
    assert found.subject == ("503" if done else status)
    assert done or found.subject in ENDING_NAMES


def test_whoever_reads_the_log_has_logged_what_ended_with_the_server(
    admin: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    see_to_it = Mock()
    monkeypatch.setattr(Jobs, "see_to_it", see_to_it)
    admin.get("/staff/log")
    see_to_it.assert_called_once_with()


def test_the_log_is_read_page_by_page(admin: FlaskClient, storage: Storage) -> None:
    for number in range(PAGE + 1):
        minute = NOON - timedelta(minutes=number)
        storage.log(Entry(minute=minute, name="anna", kind="sign-in", subject=f"n{number}"))
    first, second = (admin.get(f"/staff/log?page={number}").text for number in (1, 2))
    assert (f"<td>n{PAGE}</td>" in first, f"<td>n{PAGE}</td>" in second) == (False, True)
    assert ("Ältere" in first, "Neuere" in first) == (True, False)
    assert ("Ältere" in second, "Neuere" in second) == (False, True)


@pytest.mark.parametrize(
    "query", ["page=-1", "page=x", "page=99999999999999999999", "kind=%00", "kind=x&page="]
)
def test_any_address_of_the_log_is_answered(admin: FlaskClient, query: str) -> None:
    assert admin.get(f"/staff/log?{query}").status_code == 200
