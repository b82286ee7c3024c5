import csv
import io
import json
import zipfile

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from surveys.storage import Storage, Written
from tests.webapp.conftest import CAMPAIGN, Hands, csrf_token, sign_in
from webapp.audit import Kind

REASON = "Auswertung für den Jahresbericht"


def browser(app: Flask, name: str = "vera") -> FlaskClient:
    client = app.test_client()
    assert sign_in(client, name) == 303
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de"
    return client


def take(client: FlaskClient, **fields: str) -> TestResponse:
    """Ask for single answers as a browser does."""
    page = client.get("/staff/export/microdata")
    data = {"form": "csv", "reason": REASON, **fields, "csrf_token": csrf_token(page.text)}
    there = "https://localhost/staff/export/microdata"
    return client.post("/staff/export/microdata", data=data, headers={"Referer": there})


def rows(response: TestResponse) -> list[dict[str, str]]:
    text = response.data.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.usefixtures("release")
@pytest.mark.parametrize(
    ("form", "kind"),
    [("csv", "text/csv"), ("xlsx", "openxml"), ("json", "json"), ("zip", "zip")],
)
def test_a_viewer_downloads_results(app: Flask, form: str, kind: str) -> None:
    response = browser(app).get(f"/staff/export/results?as={form}&words=ar&wave=summer-2026")
    assert response.status_code == 200
    assert kind in response.content_type
    assert response.headers["Content-Disposition"] == (
        f"attachment; filename={CAMPAIGN}-results.{form}"
    )
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.usefixtures("release")
def test_words_are_in_the_language_that_was_chosen_and_codes_without(app: Flask) -> None:
    client = browser(app)
    told = rows(client.get("/staff/export/results?words=en"))
    assert {row["group_name"] for row in told if row["group"] == "all"} != {""}
    assert "Very safe" in {row["label"] for row in told}
    assert "Rabet" in {row["group_name"] for row in told}
    assert "label" not in rows(client.get("/staff/export/results"))[0]


@pytest.mark.usefixtures("release")
def test_the_files_of_a_zip_tell_the_same(app: Flask) -> None:
    response = browser(app).get("/staff/export/results?as=zip&survey=how-safe")
    with zipfile.ZipFile(io.BytesIO(response.data)) as packed:
        assert packed.namelist() == [
            *("README.md", "results.csv", "codebook.csv", "results.json", "results.xlsx")
        ]
        told = json.loads(packed.read("results.json"))["results"]
        text = packed.read("results.csv").decode("utf-8-sig")
        assert "Freiwillige" in packed.read("README.md").decode()
    by_csv = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["count"] for row in by_csv] == [
        "." if row["count"] is None else str(row["count"]) for row in told
    ]


@pytest.mark.parametrize(
    "address",
    [
        *("results", "results?as=sav", "results?words=xx", "results?survey=../x", "codebook?as=r"),
        *("codebook?survey=nix", "results?wave=%00", "results?as=%F0%9F%98%80"),
    ],
)
def test_what_is_not_there_leads_nowhere(app: Flask, address: str) -> None:
    assert browser(app).get(f"/staff/export/{address}").status_code == 404


def test_the_codebook_is_there_before_any_release(app: Flask) -> None:
    told = rows(browser(app).get("/staff/export/codebook"))
    assert {"text_de", "text_ar", "text_rom"} <= set(told[0])
    assert {row["survey"] for row in told} == {"how-safe", "here-now"}


def test_the_page_says_when_nothing_is_released_and_keeps_single_answers_to_admins(
    app: Flask,
) -> None:
    page = browser(app).get("/staff/export").text
    assert "Noch ist keine Welle freigegeben." in page
    assert "Einzelne Antworten" not in page
    assert "Einzelne Antworten" in browser(app, "anna").get("/staff/export").text


@pytest.mark.usefixtures("answered")
@pytest.mark.parametrize("name", ["vera", "kim"])
def test_only_an_admin_gets_single_answers(app: Flask, storage: Storage, name: str) -> None:
    client = browser(app, name)
    assert client.get("/staff/export/microdata").status_code == 403
    token = csrf_token(client.get("/staff/login").text)
    there = {"Referer": "https://localhost/staff/export/microdata"}
    data = {"form": "csv", "reason": REASON, "csrf_token": token}
    response = client.post("/staff/export/microdata", data=data, headers=there)
    assert response.status_code == 403
    assert not storage.entries([Kind.EXPORTED], most=9)


@pytest.mark.usefixtures("answered")
def test_single_answers_are_logged_with_their_reason(app: Flask, storage: Storage) -> None:
    response = take(browser(app, "anna"), wave="summer-2026")
    assert response.status_code == 200
    assert sorted(row["dark"] for row in rows(response)) == ["1", "2", "3"]
    (entry,) = storage.entries([Kind.EXPORTED], most=9)
    assert (entry.name, entry.reason) == ("anna", REASON)
    assert entry.subject == "microdata.csv how-safe summer-2026"


@pytest.mark.usefixtures("answered")
@pytest.mark.parametrize("reason", ["", "  kurz  ", "x" * 301])
def test_without_a_reason_nothing_is_given_and_nothing_logged(
    app: Flask, storage: Storage, reason: str
) -> None:
    response = take(browser(app, "anna"), reason=reason)
    assert response.status_code == 422
    assert "Schreiben Sie in einem Satz" in response.text
    assert not storage.entries([Kind.EXPORTED], most=9)


@pytest.mark.usefixtures("answered")
@pytest.mark.parametrize("wrong", [{"wave": "winter-2026"}, {"wave": "x"}, {"survey": "x"}])
def test_an_open_wave_gives_no_single_answers(app: Flask, wrong: dict[str, str]) -> None:
    response = take(browser(app, "anna"), **wrong)
    assert response.status_code == 422
    assert "So lassen sich die Antworten nicht ausgeben" in response.text


@pytest.mark.usefixtures("answered")
def test_the_password_is_asked_for_again(app: Flask, hands: Hands) -> None:
    client = browser(app, "anna")
    hands.on(minutes=20)
    response = client.get("/staff/export/microdata")
    assert response.status_code == 303
    assert response.location.startswith("/staff/confirm")


@pytest.mark.usefixtures("answered")
def test_a_zip_of_single_answers_has_texts_apart_only_once_released(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browser(app, "anna")

    def packed() -> dict[str, str]:
        with zipfile.ZipFile(io.BytesIO(take(client, form="zip").data)) as found:
            return {
                name: found.read(name).decode("utf-8-sig", "replace") for name in found.namelist()
            }

    assert "texts.csv" not in packed()
    words = [
        Written(number="2", survey="how-safe", item="wish", body="=Mehr Licht"),
        Written(number="1", survey="here-now", item="wish", body="anderswo"),
    ]
    monkeypatch.setattr(Storage, "released_texts", lambda *_: words)
    found = packed()
    assert found["texts.csv"] == '"question","text"\r\n"wish","\'=Mehr Licht"\r\n'
    assert not [name for name, text in found.items() if "anderswo" in text]
    assert "Mehr Licht" not in found["microdata.csv"]


@pytest.mark.usefixtures("answered")
@pytest.mark.parametrize(("form", "ending"), [("sav", "sav"), ("r", "R"), ("xlsx", "xlsx")])
def test_each_form_of_single_answers_is_a_file(app: Flask, form: str, ending: str) -> None:
    response = take(browser(app, "anna"), form=form, words="ar")
    assert response.status_code == 200
    assert response.headers["Content-Disposition"].endswith(f"microdata.{ending}")
    assert len(response.data) > 500


def test_before_a_wave_is_closed_there_is_nothing_to_take(app: Flask, hands: Hands) -> None:
    hands.on(days=-700)
    page = browser(app, "anna").get("/staff/export/microdata").text
    assert "Noch ist keine Welle geschlossen." in page
