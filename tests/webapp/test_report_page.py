"""The coordinators' page for the report, from its form to the file; and sheets without results."""

import html
import json
import re
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from surveys.storage import Storage
from tests.webapp.conftest import csrf_token, sign_in
from webapp import jobs
from webapp.jobs import Jobs, State, Status

PAGE = "/staff/materials/report"
REPORT = {
    "file": "report/summer-2026-ar.pdf",
    "wave": "summer-2026",
    "survey": "how-safe",
    "language": "ar",
    "output": "screen",
    "pages": 31,
    "copies": 1,
    "states": {"draft": 200},
    "sha256": "02",
}


@pytest.fixture
def staff(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A browser of a coordinator; what it asks for waits, since nobody works."""
    monkeypatch.setattr(Jobs, "see_to_it", lambda _: None)
    assert sign_in(client, "kim") == 303
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de"
    return client


def text(answer: TestResponse) -> str:
    page = answer.text.partition("<main>")[2]
    return " ".join(html.unescape(re.sub("<[^>]*>", " ", page)).split())


def post(staff: FlaskClient, **chosen: str) -> TestResponse:
    hidden = {"csrf_token": csrf_token(staff.get("/staff/materials/print").text)}
    headers = {"Referer": f"https://localhost{PAGE}"}
    return staff.post(PAGE, data=chosen | hidden, headers=headers)


def test_before_any_release_there_is_nothing_to_choose(staff: FlaskClient, folder: Path) -> None:
    page = staff.get(PAGE)
    assert "Noch ist keine Welle freigegeben." in text(page)
    assert "<select" not in page.text.partition("<main>")[2]
    assert post(staff, wave="summer-2026", tag="de").status_code == 422
    assert Jobs(folder).all() == []


@pytest.mark.usefixtures("release")
def test_a_wave_and_a_language_become_a_job_and_its_page(staff: FlaskClient, folder: Path) -> None:
    page = staff.get(f"{PAGE}?wave=summer-2026&tag=ar").text
    assert '<option value="summer-2026" selected>Sommerhalbjahr 2026</option>' in page
    assert '<option value="ar" selected>Arabisch</option>' in page
    answer = post(staff, wave="summer-2026", tag="ar")
    (job,) = Jobs(folder).all()
    assert (answer.status_code, answer.location) == (303, f"/staff/materials/jobs/{job.id}")
    assert job.asked.command == "report"
    assert list(job.asked.arguments) == ["--wave=summer-2026", "--language=ar"]
    assert job.asked.by == "kim"
    said = text(staff.get(answer.location))
    assert "Bericht: … wartet Bericht · Sommerhalbjahr 2026 · Arabisch" in said
    assert "Bericht · Sommerhalbjahr 2026 · Arabisch" in text(staff.get("/staff/materials"))


@pytest.mark.usefixtures("release")
@pytest.mark.parametrize(
    "posted",
    [
        {"wave": "winter-2026", "tag": "de"},
        {"wave": "summer-2026", "tag": "fr"},
        {"wave": "--out=/tmp/x", "tag": "de"},
        {"wave": "", "tag": ""},
    ],
)
def test_what_is_not_offered_is_told_and_asks_for_nothing(
    staff: FlaskClient, folder: Path, posted: dict[str, str]
) -> None:
    answer = post(staff, **posted)
    assert answer.status_code == 422
    assert "Wählen Sie eine Welle und eine Sprache" in text(answer)
    assert Jobs(folder).all() == []


@pytest.mark.usefixtures("release")
def test_too_much_that_waits_is_told(
    staff: FlaskClient, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "MOST_QUEUED", 0)
    answer = post(staff, wave="summer-2026", tag="de")
    assert answer.status_code == 503
    assert "Es warten schon zu viele Aufträge." in text(answer)


def test_the_report_is_handed_out_under_a_name_that_tells_what_it_is(
    staff: FlaskClient, folder: Path
) -> None:
    found = Jobs(folder)
    name = found.ask("report", ["--wave=summer-2026", "--language=ar"], by="kim")
    files = folder / jobs.HOME / name / "files"
    files.mkdir()
    (files / "0.pdf").write_bytes(b"%PDF-1.7 report")
    found._write(name, State(status=Status.DONE, files=(REPORT,)))
    said = text(staff.get(f"/staff/materials/jobs/{name}"))
    assert "report_how-safe_ar_summer-2026.pdf Bildschirm 31 1 ✎ Entwurf" in said
    assert "beidseitig" not in said
    assert "Noch einen Bericht erstellen" in said
    with staff.get(f"/staff/materials/jobs/{name}/0.pdf") as file:
        assert file.data == b"%PDF-1.7 report"
        assert "report_how-safe_ar_summer-2026.pdf" in file.headers["Content-Disposition"]
    everything = staff.get(f"/staff/materials/jobs/{name}/all.zip").data
    with zipfile.ZipFile(BytesIO(everything)) as packed:
        listed = json.loads(packed.read("manifest.json"))
    assert listed["reports"][0]["file"] == "report_how-safe_ar_summer-2026.pdf"
    assert listed["sheets"] == listed["questionnaires"] == []


def test_sheets_of_results_wait_in_the_gallery_until_a_wave_is_released(
    staff: FlaskClient, storage: Storage, request: pytest.FixtureRequest
) -> None:
    page = staff.get("/staff/materials?topic=results")
    assert "sobald die erste freigegeben ist" in text(page)
    assert text(page).count("wartet auf Ergebnisse") == 12
    assert "materials/print?topic=results&amp;format" not in page.text
    request.getfixturevalue("release")
    page = staff.get("/staff/materials?topic=results")
    assert "wartet auf Ergebnisse" not in text(page)
    assert "materials/print?topic=results&amp;format=flyer-a6" in page.text
    assert f'href="{PAGE}"' in page.text
