import html
import json
import re
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from materials.campaign import Campaign, load
from materials.manifest import MANIFEST
from materials.sheets import Output, sheets
from surveys.links import Target
from surveys.paper import FORMAT
from surveys.release import from_json
from surveys.storage import SCHEMA, Context, Storage
from tests.conftest import NOON
from tests.webapp.conftest import CAMPAIGN, Hands, send, sign_in
from tests.webapp.released import put
from tests.webapp.test_results import rows, text
from webapp.cli import main
from webapp.jobs import HOME, MOST_QUEUED, Jobs, Status

FLYER = Target(CAMPAIGN, "rabet", "how-safe", "flyer-a6", "ar", "how-safe")
PAPER = Target(CAMPAIGN, "rabet", "how-safe", FORMAT, "de", "how-safe", 1)
RELEASE = "/staff/release/summer-2026"
REASON = "Ein Stapel aus der Schule hat gefehlt."


@pytest.fixture
def campaign(app: Flask) -> Campaign:
    found: Campaign = app.extensions["philos"].campaign
    return found


@pytest.fixture
def jobs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Jobs:
    """The jobs of the campaign, which nobody runs."""
    monkeypatch.setattr(Jobs, "see_to_it", lambda _: None)
    return Jobs(folder.resolve())


@pytest.fixture
def staff(client: FlaskClient, jobs: Jobs) -> FlaskClient:
    """A browser in which a coordinator is signed in and asks for German."""
    return as_(client, "kim")


def as_(client: FlaskClient, name: str) -> FlaskClient:
    assert sign_in(client, name) == 303
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de"
    return client


def answer(
    storage: Storage,
    number: int,
    target: Target = FLYER,
    wave: str = "winter-2026",
    moment: date = NOON,
) -> None:
    (asked,) = storage.versions("how-safe")
    context = Context(
        target=target,
        version=asked.version,
        wave=wave,
        language="ar",
        moment=moment,
        mode="paper" if target.format == FORMAT else "web",
    )
    for index in range(number):
        token = f"{target.code}{wave}{moment}{index}"
        storage.save(token, context, {"dark": 4})


def test_an_open_wave_tells_how_many_answered_and_never_what(
    staff: FlaskClient, storage: Storage
) -> None:
    storage.publish([PAPER], [], NOON.date())
    answer(storage, 7)
    answer(storage, 5, moment=NOON - timedelta(3))
    answer(storage, 12, PAPER, moment=NOON.date())
    page = staff.get("/staff/").text
    plain = text(page)
    assert "Winterhalbjahr 2026/27 01.10.2026 – 31.03.2027 · läuft noch 130 Tage" in plain
    assert "24 Antworten bisher 12 am Telefon oder Rechner 12 auf Papier" in plain
    assert "Antworten an jedem Tag, höchstens 19" in plain
    found = rows(page)
    assert (found["22.11.2026"], found["19.11.2026"]) == ("19", "5")
    assert (found["Rabet"], found["Köhlerplatz"]) == ("24", "0")
    assert "Solange die Welle läuft, zeigt philos niemandem Ergebnisse." in plain
    assert "unsicher" not in plain
    assert "Ergebnisse ansehen" not in plain
    heights = re.findall(r'<rect x="(\d+).1" y="(\d+)" width=".8" height="(\d+)"/>', page)
    assert heights == [("49", "14", "5"), ("52", "0", "19")]


def test_what_an_older_program_has_archived_is_told_by_place_and_sheet(
    staff: FlaskClient, storage: Storage
) -> None:
    (asked,) = storage.versions("how-safe")
    names = {name: getattr(FLYER, name) for name in ("place", "topic", "format")}
    archived = {
        "campaign": CAMPAIGN,
        "version": asked.version,
        "wave": "winter-2026",
        "language": "ar",
        "daylight": "",
        **names,
        "item": next(iter(asked.items)),
        "code": 4,
        "n": 45,
        "archived": 45,
    }
    with storage._write() as connection:
        connection.execute(sa.insert(SCHEMA.tables["counts"]), archived)
    page = staff.get("/staff/").text
    assert "45 Antworten bisher 45 davon hat eine ältere Fassung von philos" in text(page)
    assert "verborgen" not in page
    assert "Antworten an jedem Tag" not in page
    assert rows(page)["Rabet"] == "45"
    assert rows(page)["Flyer A6 Wie sicher fühlen Sie sich?"].startswith("45 ")
    answer(storage, 12)
    assert "57 Antworten bisher 45 davon" in text(staff.get("/staff/").text)
    assert "Antworten an jedem Tag, höchstens 12" in text(staff.get("/staff/").text)


def test_few_are_hidden_by_place_by_mode_and_by_sheet(staff: FlaskClient, storage: Storage) -> None:
    poster = Target(CAMPAIGN, "koehlerplatz", "how-safe", "poster-a3", "de", "how-safe")
    card = Target(CAMPAIGN, "torgauer-platz", "how-safe", "card", "de", "how-safe")
    storage.publish([PAPER, poster, card], [], NOON.date())
    answer(storage, 30)
    answer(storage, 3, PAPER, moment=NOON.date())
    answer(storage, 41, poster)
    answer(storage, 4, card)
    page = staff.get("/staff/").text
    assert "78 Antworten bisher am Telefon oder Rechner, auf Papier: verborgen" in text(page)
    assert "Verborgen: unter 10 Antworten, oder eine andere Zahl" in text(page)
    found = rows(page)
    assert (found["Rabet"], found["Torgauer Platz"]) == ("verborgen", "verborgen")
    assert found["Köhlerplatz"] == "41"
    sheet = {head: body for head, body in found.items() if "Wie sicher" in head}
    assert next(body for head, body in sheet.items() if head.startswith("Flyer A6")).startswith(
        "verborgen 15.000 –"
    )
    assert next(body for head, body in sheet.items() if head.startswith("Plakat")).startswith("41 ")


def test_the_last_day_of_a_wave_is_one_day(staff: FlaskClient, hands: Hands) -> None:
    hands.at = datetime(2027, 3, 31, 12)  # noqa: DTZ001
    assert sign_in(staff, "kim") == 303
    assert "läuft noch 1 Tag" in text(staff.get("/staff/").text).split(" Solange")[0]


def test_sheets_are_told_with_their_copies_and_what_a_copy_brought(
    staff: FlaskClient, storage: Storage, folder: Path, campaign: Campaign
) -> None:
    answer(storage, 12)
    answer(storage, 30, Target(CAMPAIGN, "rabet", "how-safe", "poster-a3", "de", "how-safe"))
    found = rows(staff.get("/staff/").text)
    flyers = next(body for head, body in found.items() if head.startswith("Flyer A6 Wie sicher"))
    assert flyers == "12 15.000 0,08 % 0,05 % bis 0,14 %"
    posters = next(body for head, body in found.items() if head.startswith("Plakat A3 Wie sicher"))
    assert posters == "30 120 0,25 je Exemplar; viele sehen dasselbe"
    assert "0 " in next(body for head, body in found.items() if head.startswith("Karte"))
    printed = next(
        each
        for each in sheets(campaign)
        if each.file(Output.OFFICE).startswith("office/how-safe/flyer")
    )
    entry = {
        "file": printed.file(Output.OFFICE),
        "source": "s",
        "sha256": "0",
        "pages": 2,
        "copies": 1500,
    }
    (folder / "out").mkdir()
    (folder / "out" / MANIFEST).write_text(json.dumps({"sheets": [entry]}), "utf-8")
    found = rows(staff.get("/staff/").text)
    flyers = next(body for head, body in found.items() if head.startswith("Flyer A6 Wie sicher"))
    assert flyers.startswith("12 16.000 ")  # 500 that were wanted are 1500 that were printed


def test_sheets_of_results_bring_nothing_before_there_are_any(
    staff: FlaskClient, storage: Storage, campaign: Campaign
) -> None:
    answer(storage, 12)
    given_back = "Flyer A6 Was Sie gesagt haben"
    assert given_back not in rows(staff.get("/staff/").text)
    put(storage, campaign, "summer-2026")
    assert given_back in rows(staff.get("/staff/").text)


def test_a_closed_wave_says_what_to_do_and_leads_to_its_release(staff: FlaskClient) -> None:
    page = staff.get("/staff/").text
    assert "Geben Sie alle Papierbögen dieser Welle ein" in text(page)
    assert f'href="{RELEASE}"' in page
    assert "Sommerhalbjahr 2026 ist zu Ende und noch nicht freigegeben." in text(page)
    assert page.index('href="#summer-2026"') < page.index('id="summer-2026"')
    asked = staff.get(RELEASE)
    assert asked.status_code == 200
    assert "Mit der Freigabe stehen die Ergebnisse fest." in text(asked.text)
    assert "Jetzt freigeben" in asked.text
    assert 'name="reason"' not in asked.text


def test_who_may_only_look_sees_no_button_and_cannot_release(
    client: FlaskClient, jobs: Jobs
) -> None:
    viewer = as_(client, "vera")
    page = viewer.get("/staff/")
    assert page.status_code == 200
    assert RELEASE not in page.text
    assert "Freigeben kann, wer die Rolle Koordination hat." in text(page.text)
    assert viewer.get(RELEASE).status_code == 403
    assert send(viewer, RELEASE).status_code == 403
    assert jobs.all() == []


def test_a_release_is_made_in_the_background_and_a_second_click_makes_no_other(
    staff: FlaskClient, jobs: Jobs
) -> None:
    for _ in range(2):
        sent = send(staff, RELEASE)
        assert (sent.status_code, sent.headers["Location"]) == (303, RELEASE)
    (job,) = jobs.all()
    assert (job.asked.command, job.asked.by) == ("release", "kim")
    assert job.asked.arguments == ["--wave=summer-2026", "--by=kim"]
    page = staff.get(RELEASE)
    assert page.headers["Refresh"] == "3"
    assert "Die Ergebnisse werden freigegeben." in text(page.text)
    assert "Jetzt freigeben" not in page.text
    assert "Refresh" not in staff.get(f"{RELEASE}?still=1").headers
    assert "Wird gerade freigegeben" in text(staff.get("/staff/").text)
    assert staff.get("/staff/materials/jobs/" + job.id).status_code == 404  # nothing is printed


def ended(jobs: Jobs, **state: object) -> None:
    """Let the job end in a way."""
    (job,) = jobs.all()
    file = jobs.campaign / HOME / job.id / "state.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | state))


def test_how_far_it_is_is_told_in_questions(
    staff: FlaskClient, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(staff, RELEASE)
    monkeypatch.setattr(Jobs, "_is_somebody_at_work", lambda _: True)
    ended(jobs, status=Status.RUNNING, done=3, total=28)
    page = staff.get(RELEASE).text
    assert "3 von 28 Fragen" in text(page)
    assert '<progress max="28" value="3"' in page


def test_an_error_is_told_in_its_words_and_it_can_be_tried_again(
    staff: FlaskClient, jobs: Jobs
) -> None:
    send(staff, RELEASE)
    full = {"sentence": "The database is <full>.", "kind": "storage", "values": {}}
    ended(jobs, status=Status.FAILED, faults=[full])
    page = staff.get(RELEASE).text
    assert "Die Datenbank lässt sich gerade nicht benutzen." in text(page)
    assert "full" not in page
    assert "Jetzt freigeben" in page
    ended(jobs, status=Status.CRASHED)
    assert "von außen beendet" in text(staff.get(RELEASE).text)
    send(staff, RELEASE)
    assert len(jobs.all()) == 2


def test_a_queue_that_is_full_is_told(staff: FlaskClient, jobs: Jobs) -> None:
    for number in range(MOST_QUEUED):
        jobs.ask("print", [f"--topic={number}"], by="kim")
    sent = send(staff, RELEASE)
    assert sent.status_code == 503
    assert "Es warten schon zu viele Aufträge" in text(sent.text)


@pytest.mark.parametrize("wave", ["winter-2026"])
def test_an_open_wave_cannot_be_released(staff: FlaskClient, jobs: Jobs, wave: str) -> None:
    page = staff.get(f"/staff/release/{wave}")
    assert "bis zum 31.03.2027 offen" in text(page.text)
    assert "Jetzt freigeben" not in page.text
    assert send(staff, f"/staff/release/{wave}").status_code == 422
    assert jobs.all() == []


def test_a_wave_that_nobody_knows_is_not_there(staff: FlaskClient) -> None:
    assert staff.get("/staff/release/nothing").status_code == 404
    assert send(staff, "/staff/release/nothing").status_code == 404


def test_a_released_wave_leads_to_its_results(
    staff: FlaskClient, storage: Storage, campaign: Campaign, jobs: Jobs
) -> None:
    put(storage, campaign, "summer-2026")
    page = staff.get("/staff/").text
    assert "Freigegeben am 28.09.2026, mit 175 Antworten." in text(page)
    (link,) = re.findall(r'href="(/staff/results\?wave=summer-2026)"', page)
    assert staff.get(link).status_code == 200
    assert "Neu freigeben" not in page
    assert send(staff, RELEASE).status_code == 303
    assert "Neu freigeben" not in staff.get(RELEASE).text
    assert jobs.all() == []
    shown = text(page.partition("<h2>Freigegeben</h2>")[2])
    assert "Antworten je Exemplar" not in shown  # of a released wave only results are told


def test_an_admin_releases_anew_with_a_reason(
    app: Flask, client: FlaskClient, storage: Storage, campaign: Campaign, jobs: Jobs
) -> None:
    put(storage, campaign, "summer-2026")
    admin = as_(client, "anna")
    assert "Neu freigeben" in admin.get("/staff/").text
    without = send(admin, RELEASE)
    assert without.status_code == 422
    assert "Schreiben Sie in einem Satz, warum." in text(without.text)
    assert jobs.all() == []
    assert send(admin, RELEASE, reason=REASON).status_code == 303
    (job,) = jobs.all()
    assert f"--again={REASON}" in job.asked.arguments
    underway = "Wird gerade neu freigegeben …"
    assert underway in text(admin.get("/staff/").text)
    assert underway in text(as_(app.test_client(), "vera").get("/staff/").text)
    ended(jobs, status=Status.FAILED, faults=[{"sentence": "No.", "kind": "nothing-new"}])
    page = text(admin.get(RELEASE).text)
    assert "Seit der letzten Freigabe ist zu dieser Welle nichts hinzugekommen." in page
    assert "Freigegeben am 28.09.2026" in page  # the results of before still stand


def philos(*arguments: str | Path) -> tuple[int, str]:
    done = CliRunner().invoke(main, list(map(str, arguments)))
    return done.exit_code, done.output


def test_the_command_releases_once_and_anew_with_a_reason_that_is_logged(
    storage: Storage, folder: Path
) -> None:
    answer(storage, 40, wave="summer-2026", moment=datetime(2026, 9, 1, 12))  # noqa: DTZ001
    code, said = philos("release", folder, "--wave", "summer-2026", "--by", "kim")
    assert (code, said.split(",")[0]) == (0, "summer-2026: 40 responses")
    first = storage.releases(CAMPAIGN)["summer-2026"]
    assert from_json(first).surveys["how-safe"].items["dark"].tables["all"]["all"].n == 40
    answer(storage, 20, wave="summer-2026", moment=datetime(2026, 9, 2, 12))  # noqa: DTZ001
    code, said = philos("release", folder, "--wave", "summer-2026")
    assert (code, "released already" in said) == (1, True)
    code, said = philos("release", folder, "--wave", "summer-2026", "--json")
    assert code == 1
    assert '"kind": "released"' in said
    assert storage.releases(CAMPAIGN)["summer-2026"] == first
    code, said = philos("release", folder, "--wave=summer-2026", f"--again={REASON}", "--json")
    assert (code, json.loads(said)["responses"]) == (0, 60)
    logged = [
        (each.name, each.subject, each.reason) for each in storage.entries(["released"], most=9)
    ]
    assert sorted(logged) == [("", "summer-2026", REASON), ("kim", "summer-2026", "")]


@pytest.mark.parametrize(
    ("wave", "sentence"), [("winter-2026", "is open until"), ("nothing", "is no wave")]
)
def test_the_command_says_in_a_sentence_what_it_cannot_release(
    storage: Storage, folder: Path, wave: str, sentence: str
) -> None:
    code, said = philos("release", folder, "--wave", wave)
    assert (code, sentence in said, "Traceback" in said) == (1, True, False)
    assert storage.releases(CAMPAIGN) == {}


def test_the_command_tells_a_program_its_steps(storage: Storage, folder: Path) -> None:
    _, said = philos("release", folder, "--wave=summer-2026", "--steps")
    steps = re.findall(r"^(\d+)/(\d+)$", said, re.MULTILINE)
    number = len(load(folder).instruments["how-safe"].items) + 1  # and one tap
    assert [int(done) for done, _ in steps] == list(range(number + 1))
    assert {int(total) for _, total in steps} == {number}


def test_english_is_spoken_as_well(staff: FlaskClient) -> None:
    page = text(html.unescape(staff.get("/staff/?language=en").text))
    assert "open for 130 more days" in page
    assert "While the wave is open, philos shows results to nobody." in page
    assert "Release the results" in text(staff.get(RELEASE).text)
