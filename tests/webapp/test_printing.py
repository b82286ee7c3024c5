"""The coordinators' pages about printed matter, from the gallery to the downloaded files."""

import html
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given
from hypothesis import settings as rules
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from materials.build import unreviewed
from materials.campaign import FILE, load
from materials.formats import FORMATS
from materials.gallery import HOME, Artwork, Gallery, picture, state_of, write_gallery
from materials.library import topics
from materials.manifest import MANIFEST
from materials.pdf import Overflow
from materials.sheets import questionnaires, sheets
from surveys.documents import Finding
from surveys.storage import Context, Storage
from tests.conftest import NOON
from tests.webapp.conftest import CAMPAIGN, code, csrf_token, sign_in, token
from translations.catalogs import Texts
from translations.errors import Fault
from translations.languages import source
from webapp import archive, jobs, printing
from webapp.jobs import Jobs, State, Status
from webapp.orders import PaperForm, SheetsForm, lacking

REFERER = {"Referer": "https://localhost/staff/materials/print"}
MATERIALS = """
[[materials]]
topic = "how-safe"
format = "flyer-a6"
places = ["rabet", "torgauer-platz"]
copies = 500
[[materials]]
topic = "how-safe"
format = "sticker"
survey = "here-now"
places = ["rabet"]
copies = 3
serials = true
[[materials]]
topic = "project"
format = "poster-a4"
places = ["rabet"]
copies = 5
"""
PREVIEW = "a" * 32
NOTHING = "f" * 32
FLYER = {
    "topic": "how-safe",
    "format": "flyer-a6",
    "language": "ar",
    "place": "rabet",
    "output": "office",
    "file": "office/how-safe/flyer-a6/ar/rabet.pdf",
    "pages": 2,
    "copies": 500,
    "states": {"draft": 3},
    "sha256": "00",
}
QUESTIONNAIRE = {
    "survey": "how-safe",
    "version": "x",
    "language": "de",
    "place": "rabet",
    "file": "paper/how-safe/de/rabet-4-6.pdf",
    "pages": 6,
    "first": 4,
    "copies": 3,
    "states": {"source": 3},
    "sha256": "01",
}


@pytest.fixture
def folder(folder: Path) -> Path:
    """The example with a few sheets in two languages."""
    file = folder / FILE
    text = file.read_text("utf-8").partition("[[materials]]")[0]
    text = text.replace('["de", "en", "ar", "rom", "tr", "ru"]', '["de", "ar"]')
    file.write_text(text + MATERIALS, "utf-8")
    return folder


@pytest.fixture
def staff(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A browser that is signed in; what it asks for waits, since nobody works."""
    monkeypatch.setattr(Jobs, "see_to_it", lambda _: None)
    assert sign_in(client) == 303
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de"
    return client


def looked(folder: Path, **changed: tuple[str, ...]) -> None:
    """Let all be known of the sheets: a picture of each, the Arabic ones drafts."""
    (folder / HOME).mkdir(parents=True)
    picture(folder, PREVIEW).write_bytes(b"\x89PNG")
    keys = dict.fromkeys(
        (sheet.material.topic, sheet.material.format, sheet.tag) for sheet in sheets(load(folder))
    )
    artworks = tuple(
        Artwork(
            topic=topic,
            format=form,
            language=tag,
            states={"source": 3} if tag == "de" else {"draft": 2},
            unreviewed=()
            if tag == "de"
            else ("Wie sicher<br>fühlen Sie<br>sich hier?", "%(n)s <em>Tage</em>"),
            preview=PREVIEW,
            width=454,
            height=640,
        )
        for topic, form, tag in keys
    )
    write_gallery(folder, Gallery(state=state_of(folder), artworks=artworks, changed=changed))


def ended(folder: Path, *files: dict[str, Any], status: Status = Status.DONE, **more: Any) -> str:
    """Let a job have ended, and have made files."""
    found = Jobs(folder)
    name = found.ask("print", [], by="anna", wishes={"topic": ["how-safe"], "output": ["press"]})
    home = folder / jobs.HOME / name / "files"
    home.mkdir()
    for number, entry in enumerate(files):
        (home / f"{number}.pdf").write_bytes(f"%PDF {entry['file']}".encode() * 9000)
    found._write(name, State(status=status, files=files, **more))
    return name


def text(answer: TestResponse) -> str:
    page = answer.text.partition("<main>")[2]
    return " ".join(html.unescape(re.sub("<[^>]*>", " ", page)).split())


def post(staff: FlaskClient, path: str, data: dict[str, Any]) -> TestResponse:
    hidden = {"csrf_token": csrf_token(staff.get("/staff/materials/print").text)}
    return staff.post(f"/staff/materials/{path}", data=data | hidden, headers=REFERER)


PATHS = [
    "",
    "/print",
    f"/previews/{PREVIEW}.png",
    f"/jobs/{NOTHING}",
    f"/jobs/{NOTHING}/0.pdf",
    f"/jobs/{NOTHING}/all.zip",
]


@pytest.mark.parametrize("path", PATHS)
def test_only_staff_sees_and_prints_materials(client: FlaskClient, path: str) -> None:
    answer = client.get(f"/staff/materials{path}")
    assert (answer.status_code, answer.location.partition("?")[0]) == (302, "/staff/login")


@pytest.mark.parametrize("path", ["print", "paper", f"jobs/{NOTHING}/cancel"])
def test_a_form_without_its_token_prints_nothing(
    staff: FlaskClient, folder: Path, path: str
) -> None:
    answer = staff.post(f"/staff/materials/{path}", data={"output": "office"}, headers=REFERER)
    assert answer.status_code == 400
    assert Jobs(folder).all() == []


def test_the_gallery_shows_before_anything_is_known_and_has_it_looked_at_once(
    staff: FlaskClient, folder: Path
) -> None:
    for _ in range(2):
        page = staff.get("/staff/materials")
        assert "Die Vorschauen werden gerade neu gezeichnet." in text(page)
        assert "Vorschau folgt" in text(page)
    assert [job.asked.command for job in Jobs(folder).all()] == ["gallery"]


def test_the_gallery_says_why_nothing_could_be_drawn(staff: FlaskClient, folder: Path) -> None:
    staff.get("/staff/materials")
    (job,) = Jobs(folder).all()
    fault = Finding("campaign.toml", "is <broken>.", key="host").fault
    Jobs(folder)._write(job.id, State(status=Status.FAILED, faults=(fault,)))
    said = text(staff.get("/staff/materials"))
    assert (
        "konnten nicht gezeichnet werden. In der Datei campaign.toml stimmt etwas nicht, bei host "
        in said
    )
    assert "(englisch) campaign.toml: host: is <broken>." in said


def test_the_gallery_shows_what_was_drawn_while_it_was_asked_for(
    staff: FlaskClient, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def drawn_at_once(found: Jobs, *arguments: Any, **options: Any) -> str:
        name = ask(found, *arguments, **options)
        looked(folder)
        found._write(name, State(status=Status.DONE))
        return name

    ask = Jobs.ask
    monkeypatch.setattr(Jobs, "ask", drawn_at_once)
    page = staff.get("/staff/materials")
    assert page.text.count("<img") == 6
    assert "Vorschauen" not in text(page)


def test_the_gallery_has_pictures_states_copies_and_answers(
    staff: FlaskClient, folder: Path, storage: Storage
) -> None:
    looked(folder)
    target = storage.target(code())
    assert target
    campaign = load(folder)
    for number in range(12):
        context = Context(
            target=target,
            version=campaign.instruments["how-safe"].version,
            wave="winter-2026",
            language="ar",
            moment=NOON,
        )
        storage.save(token(code(), chr(65 + number)), context, {"dark": 3})
    page = staff.get("/staff/materials")
    assert page.text.count('loading="lazy"') == page.text.count("<img") == 6
    assert 'alt="Vorderseite: Wie sicher fühlen Sie sich?, Flyer A6, Arabisch"' in page.text
    assert "img-src 'self' data:" in page.headers["Content-Security-Policy"]
    said = text(page)
    assert "Flyer A6 105 × 148 mm · 2.000 Exemplare · 10+ Antworten" in said
    assert "Arabisch ✎ Entwurf unter 20 Antworten" in said
    assert "Deutsch ✓ Original 0 Antworten" in said
    assert f"Arabisch Rabet {code()} 10+ noch nicht" in said
    assert "3 Codes, jeder Aufkleber einen eigenen" in said
    assert "neu gezeichnet" not in said


@pytest.mark.parametrize(
    ("query", "there", "gone"),
    [
        ("topic=project", "Plakat A4", "Flyer A6"),
        ("tag=ar", "Arabisch ✎", "Deutsch ✓"),
        ("place=torgauer-platz", "Flyer A6", "Plakat A4"),
        ("topic=&tag=&place=", "Plakat A4", "gibt es kein Blatt"),
        ("topic=nothing", "gibt es kein Blatt", "Flyer A6"),
        ("place=%00%3Cscript%3E", "gibt es kein Blatt", "Flyer A6"),
    ],
)
def test_the_address_tells_which_sheets_are_shown(
    staff: FlaskClient, folder: Path, query: str, there: str, gone: str
) -> None:
    looked(folder)
    page = staff.get(f"/staff/materials?{query}")
    assert page.status_code == 200
    shown = text(page).partition("Zeigen")[2]
    assert there in shown
    assert gone not in shown
    assert "<script" not in page.text


def test_of_many_sheets_one_topic_is_shown(
    staff: FlaskClient, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked(folder)
    monkeypatch.setattr(printing, "MOST_AT_ONCE", 2)
    shown = text(staff.get("/staff/materials")).partition("Zeigen")[2]
    assert "Flyer A6" in shown
    assert "Plakat A4" not in shown


def test_what_was_printed_is_told_and_what_has_changed_since(
    staff: FlaskClient, folder: Path
) -> None:
    looked(folder, **{"00": ("campaign", "catalogue")})
    (folder / "out").mkdir()
    version = load(folder).instruments["how-safe"].version
    fresh = {**QUESTIONNAIRE, "file": "paper/how-safe/ar/rabet-1-3.pdf", "version": version}
    document = {
        "sheets": [{**FLYER, "source": "", "copies": 40}],
        "questionnaires": [
            {**QUESTIONNAIRE, "source": ""},
            {**fresh, "source": "", "language": "ar", "first": 1},
        ],
    }
    (folder / "out" / MANIFEST).write_text(json.dumps(document))
    said = text(staff.get("/staff/materials"))
    assert "Bürodrucker: 40 Exemplare ↻ veraltet: Angaben der Kampagne, Übersetzung" in said
    assert "Deutsch Rabet Nr. 4 bis 6 ↻ veraltet: Fragen" in said
    assert "Arabisch Rabet Nr. 1 bis 3 aktuell" in said
    only = text(staff.get("/staff/materials?tag=ar"))
    assert "Nr. 1 bis 3" in only
    assert "Nr. 4 bis 6" not in only
    assert "Nr. 1 bis 3" not in text(staff.get("/staff/materials?topic=project"))


@pytest.mark.parametrize("broken", [False, True])
def test_a_campaign_that_was_edited_since_the_start_is_told(
    staff: FlaskClient, folder: Path, broken: bool
) -> None:
    notice = "hat sich geändert, seit der Dienst gestartet ist"
    assert notice not in text(staff.get("/staff/materials"))
    file = folder / FILE
    file.write_text("broken" if broken else file.read_text("utf-8") + 'survey = "here-now"\n')
    assert notice in text(staff.get("/staff/materials"))


def test_a_sheet_that_cannot_be_printed_says_why(staff: FlaskClient, folder: Path) -> None:
    (folder / HOME).mkdir(parents=True)
    fault = Overflow("<b>", "ar", "text", 3.14).fault
    broken = Artwork(topic="project", format="poster-a4", language="ar", states={}, fault=fault)
    write_gallery(folder, Gallery(state=state_of(folder), artworks=(broken,), changed={}))
    said = text(staff.get("/staff/materials"))
    assert "lässt sich nicht drucken Arabisch ✕ Der Text „<b>“ ist zu lang" in said
    assert "ragt er 3,1 mm aus" in said
    assert "stands" not in said


def test_a_picture_is_sent_and_kept_by_the_browser_alone(staff: FlaskClient, folder: Path) -> None:
    looked(folder)
    with staff.get(f"/staff/materials/previews/{PREVIEW}.png") as answer:
        assert (answer.status_code, answer.mimetype, answer.data) == (200, "image/png", b"\x89PNG")
        assert answer.headers["Cache-Control"].startswith("private")


@pytest.mark.parametrize(
    "name",
    [
        *("b" * 32, "..", "gallery", "%2e%2e%2f%2e%2e%2fsecret", "..%5c..%5csecret", "%00", ""),
        PREVIEW.upper(),
    ],
)
def test_no_other_file_is_sent_as_a_picture(staff: FlaskClient, folder: Path, name: str) -> None:
    looked(folder)
    (folder / "instance" / "secret.png").write_bytes(b"secret")
    (folder / HOME / ".png").write_bytes(b"secret")
    assert staff.get(f"/staff/materials/previews/{name}.png").status_code in {403, 404}
    picture(folder, PREVIEW).unlink()
    assert staff.get(f"/staff/materials/previews/{PREVIEW}.png").status_code == 404


def test_the_form_has_chosen_what_the_address_names(staff: FlaskClient) -> None:
    page = staff.get("/staff/materials/print?topic=project&tag=ar&place=rabet&copies=7").text
    checked = re.findall(r'name="(\w+)" value="([\w-]*)" checked', page)
    assert ("topic", "project") in checked
    assert ("tag", "ar") in checked
    assert ("output", "office") in checked
    assert ("final", "") in checked
    assert 'value="7"' in page


def test_what_is_chosen_becomes_a_job_and_its_page(staff: FlaskClient, folder: Path) -> None:
    chosen = {
        "topic": "how-safe",
        "format": ["flyer-a6", "sticker"],
        "tag": "ar",
        "place": "rabet",
        "output": ["office", "press"],
        "copies": "2",
        "start": "5",
        "labels": "Avery L7160",
        "right": "0,5",
        "down": "-1",
        "flip": "short",
        "paper": "sra3",
        "gutter": "4",
        "marks": "y",
    }
    answer = post(staff, "print", chosen)
    assert answer.status_code == 303
    (job,) = Jobs(folder).all()
    assert answer.location == f"/staff/materials/jobs/{job.id}"
    assert " ".join(job.asked.arguments) == (
        "--topic=how-safe --format=flyer-a6 --format=sticker --language=ar --place=rabet "
        "--for=office --for=press --copies=2 --start-at=5 --sheet=Avery L7160 --paper=sra3 "
        "--gutter=4.0 --flip=short --shift=0.5 -1 --marks"
    )
    assert job.asked.by == "anna"
    page = staff.get(answer.location)
    assert "Druckauftrag: … wartet" in text(page)
    assert (
        "Wie sicher fühlen Sie sich? · Flyer A6 · Aufkleber · Arabisch · Rabet · Bürodrucker "
        "· Druckerei" in text(page)
    )


def test_questionnaires_become_a_job(staff: FlaskClient, folder: Path) -> None:
    chosen = {"paper-tag": "ar", "paper-place": "rabet", "paper-copies": "3", "paper-first": "4"}
    assert post(staff, "paper", chosen).status_code == 303
    (job,) = Jobs(folder).all()
    assert job.asked.command == "paper"
    assert list(job.asked.arguments) == [
        *("--language=ar", "--place=rabet", "--copies=3", "--first=4"),
    ]
    assert "Papierbögen · Arabisch · Rabet" in text(staff.get(f"/staff/materials/jobs/{job.id}"))


@pytest.mark.parametrize(
    ("path", "changed"),
    [
        ("print", {"output": []}),
        ("print", {"output": "everything"}),
        ("print", {"topic": "--out=/tmp"}),
        ("print", {"topic": "../secret"}),
        ("print", {"tag": "xx"}),
        ("print", {"place": "rabet\n--final"}),
        ("print", {"format": "\x00"}),
        ("print", {"copies": "0"}),
        ("print", {"copies": "1000001"}),
        ("print", {"copies": "9" * 5000}),
        ("print", {"copies": "many"}),
        ("print", {"start": "-1"}),
        ("print", {"labels": "L9999"}),
        ("print", {"labels": "L7160" * 20}),
        ("print", {"right": "nan"}),
        ("print", {"right": "inf"}),
        ("print", {"down": "51"}),
        ("print", {"gutter": "-1"}),
        ("print", {"flip": "both"}),
        ("print", {"paper": "a9"}),
        ("print", {"final": "yes"}),
        ("paper", {"paper-copies": "21"}),
        ("paper", {"paper-first": "20", "paper-copies": "2"}),
        ("paper", {"paper-first": "0"}),
        ("paper", {"paper-survey": "--json"}),
        ("paper", {"paper-tag": "xx"}),
    ],
)
def test_what_cannot_be_chosen_is_told_and_asks_for_nothing(
    staff: FlaskClient, folder: Path, path: str, changed: dict[str, Any]
) -> None:
    answer = post(staff, path, {"output": "office"} | changed)
    assert answer.status_code == 422
    assert "Etwas passt noch nicht" in text(answer)
    assert 'id="problem-' in answer.text
    assert "Fehler:" in answer.text.partition("<title>")[2].partition("</title>")[0]
    assert Jobs(folder).all() == []


@rules(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(
    posted=st.dictionaries(
        st.sampled_from(
            [
                "topic",
                "tag",
                "format",
                "place",
                "output",
                "final",
                "copies",
                "start",
                "labels",
                "right",
                "down",
                "flip",
                "paper",
                "gutter",
                "marks",
            ]
        ),
        st.lists(st.text() | st.sampled_from(["ar", "rabet", "office", "1", "L7160"]), max_size=3),
    )
)
def test_every_argument_is_an_option_with_a_value_of_the_campaign(
    folder: Path, posted: dict[str, list[str]]
) -> None:
    form = SheetsForm(MultiDict(posted), load(folder))
    if form.validate():
        for argument in form.arguments:
            assert argument.startswith("--") or re.fullmatch(r"-?[\d.e-]+", argument)
            assert not argument.startswith(("--out=", "--json"))


def test_a_choice_without_a_sheet_is_told(staff: FlaskClient, folder: Path) -> None:
    for chosen in (
        {"topic": "project", "format": "sticker", "output": "office"},
        {"format": "sticker", "output": "screen"},
    ):
        answer = post(staff, "print", chosen)
        assert answer.status_code == 422
        assert "Zu dieser Auswahl gibt es kein Blatt." in text(answer)
    assert Jobs(folder).all() == []


def test_what_nobody_has_reviewed_is_not_printed_as_final(staff: FlaskClient, folder: Path) -> None:
    looked(folder)
    chosen = {"format": "flyer-a6", "output": "office", "final": "final"}
    answer = post(staff, "print", chosen)
    assert answer.status_code == 422
    said = text(answer)
    assert "Wie sicher fühlen Sie sich?, Flyer A6, Arabisch: 2 Texte" in said
    assert "Wie sicher fühlen Sie sich hier? … Tage" in said
    assert "Prüfen kann, wer die Sprache gut kann" in said
    assert "Deutsch: " not in said
    assert Jobs(folder).all() == []
    assert post(staff, "print", chosen | {"tag": "de"}).status_code == 303
    (job,) = Jobs(folder).all()
    assert "--final" in job.asked.arguments


def test_where_too_much_waits_it_is_told(
    staff: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "MOST_QUEUED", 0)
    answer = post(staff, "print", {"output": "office"})
    assert answer.status_code == 503
    assert "Es warten schon zu viele Druckaufträge." in text(answer)
    assert staff.get("/staff/materials").status_code == 200


def test_a_campaign_without_paper_offers_none(folder: Path, staff: FlaskClient, app: Flask) -> None:
    assert 'id="paper"' in staff.get("/staff/materials/print").text
    app.extensions["philos"].campaign.__dict__["paper"] = None
    assert 'id="paper"' not in staff.get("/staff/materials/print").text
    assert 'id="paper"' not in staff.get("/staff/materials").text


@pytest.mark.parametrize("still", [False, True])
def test_a_page_of_a_running_job_loads_itself_anew_unless_asked_not_to(
    staff: FlaskClient, folder: Path, monkeypatch: pytest.MonkeyPatch, still: bool
) -> None:
    monkeypatch.setattr(Jobs, "_is_somebody_at_work", lambda _: True)
    name = ended(folder, status=Status.RUNNING, done=3, total=40)
    page = staff.get(f"/staff/materials/jobs/{name}{'?still=1' if still else ''}")
    assert page.headers.get("Refresh") == (None if still else "2")
    assert "3 von 40 Dateien sind fertig." in text(page)
    assert '<progress max="40" value="3"' in page.text
    assert "3/40" in page.text.partition("<title>")[2].partition("</title>")[0]


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (Status.CANCELLED, "Dieser Auftrag wurde abgebrochen."),
        (Status.CRASHED, "Der Druck wurde von außen beendet"),
        (Status.FAILED, "Das lässt sich so nicht drucken Noch gibt es kein Ergebnis"),
        (Status.DONE, "Dabei ist keine Datei herausgekommen."),
    ],
)
def test_how_a_job_ended_is_told_in_words(
    staff: FlaskClient, folder: Path, status: Status, said: str
) -> None:
    faults = [Fault(sentence="Release it with philos release.", kind="no-result")]
    name = ended(folder, status=status, faults=tuple(faults if status is Status.FAILED else []))
    page = staff.get(f"/staff/materials/jobs/{name}")
    assert said in text(page)
    assert "philos release" not in page.text
    assert "Refresh" not in page.headers
    assert f"/staff/materials/jobs/{name}" in staff.get("/staff/materials").text
    assert "/staff/materials/print?topic=how-safe&amp;output=press" in page.text
    assert staff.get(f"/staff/materials/jobs/{name}/all.zip").status_code == 404


def test_what_is_wrong_with_many_sheets_is_said_once(staff: FlaskClient, folder: Path) -> None:
    wanted = [sheet for sheet in sheets(load(folder)) if sheet.tag == "ar"]
    faults = tuple(unreviewed(sheet, ["x"]) for sheet in wanted * 4)
    said = text(
        staff.get(f"/staff/materials/jobs/{ended(folder, status=Status.FAILED, faults=faults)}")
    )
    assert said.count("noch von niemandem geprüft") == 1
    assert "Wie sicher fühlen Sie sich?, Flyer A6, Arabisch, Rabet" in said
    assert f"und {len(faults) - 10} weitere Blätter" in said


@pytest.mark.parametrize("command", ["print", "paper"])
def test_a_print_job_is_logged_once_with_what_and_how_many(
    staff: FlaskClient, storage: Storage, command: str
) -> None:
    chosen: dict[str, dict[str, Any]] = {
        "print": {"topic": "how-safe", "tag": "ar", "output": ["office", "screen"]},
        "paper": {"paper-tag": "ar", "paper-copies": "3"},
    }
    for _ in range(2):
        assert post(staff, command, chosen[command]).status_code == 303
    (entry,) = storage.entries(["printed"], most=9)
    assert entry.name == "anna"
    said = text(staff.get("/staff/log?kind=printed"))
    assert {
        # two places with a flyer of 500 for each use, and three stickers, which have no screen
        "print": "Druckauftrag Wie sicher fühlen Sie sich? · Arabisch · Bürodrucker · Bildschirm "
        "1.005 Exemplare",
        "paper": "Druckauftrag Papierbögen · Arabisch 15 Exemplare",
    }[command] in said


def test_what_was_ticked_and_is_no_sheet_is_told_on_the_page_of_the_job(
    staff: FlaskClient, folder: Path
) -> None:
    chosen = {
        "topic": ["how-safe", "project"],
        "format": ["flyer-a6", "sticker"],
        "place": ["rabet", "torgauer-platz"],
        "output": ["office", "screen"],
    }
    page = text(staff.get(post(staff, "print", chosen).location))
    told = page.partition("gibt es kein solches Blatt: ")[2]
    assert told.partition(" Aufkleber gibt es nur")[0] == (
        "Das Projekt · Flyer A6 Das Projekt · Aufkleber Das Projekt · Torgauer Platz "
        "Aufkleber · Torgauer Platz Aufkleber · Bildschirm"
    )
    whole = text(staff.get(post(staff, "print", {"topic": "project", "output": "office"}).location))
    assert "Weggelassen" not in whole


def test_sheets_of_results_wait_for_a_release_and_the_page_says_so(
    staff: FlaskClient, storage: Storage, app: Flask
) -> None:
    serving = app.extensions["philos"]
    material = replace(serving.campaign.materials[0], topic="results", places=("rabet",))
    serving.campaign.__dict__["materials"] += (material,)
    waits = "„Was Sie gesagt haben“ ist nicht dabei: Noch ist keine Welle freigegeben."
    wished = {"format": "flyer-a6", "output": "office"}
    assert waits in text(staff.get(post(staff, "print", wished).location))
    storage.put_release(CAMPAIGN, "summer-2026", "{}")
    released = post(staff, "print", wished | {"copies": "7"})
    assert waits not in text(staff.get(released.location))


def test_more_copies_than_there_are_codes_are_refused_at_the_field(
    staff: FlaskClient, folder: Path
) -> None:
    answer = post(staff, "print", {"format": "sticker", "output": "office", "copies": "4"})
    assert answer.status_code == 422
    assert "So viele gibt es vielleicht nicht." in text(answer)
    assert Jobs(folder).all() == []


@given(
    ticked=st.dictionaries(
        st.sampled_from(["a", "b", "c"]), st.lists(st.sampled_from("xyz"), min_size=1, unique=True)
    ),
    found=st.lists(st.fixed_dictionaries(dict.fromkeys("abc", st.sampled_from("xyz")))),
)
def test_what_is_left_out_is_told_in_the_smallest_combinations_that_nothing_is(
    ticked: dict[str, list[str]], found: list[dict[str, str]]
) -> None:
    told = lacking(ticked, found)
    for each in told:
        assert not [one for one in found if each.items() <= one.items()]
        for name in each:
            rest = each.items() - {(name, each[name])}
            assert not rest or [one for one in found if rest <= one.items()]
    for values in product(*ticked.values()):
        whole = dict(zip(ticked, values, strict=True))
        there = any(whole.items() <= one.items() for one in found)
        assert not ticked or there != any(each.items() <= whole.items() for each in told)


def test_every_topic_and_format_has_a_title(app: Flask) -> None:
    said = {"campaign": app.extensions["philos"].campaign, "texts": Texts(source(), "staff")}
    say = app.jinja_env.get_template("staff/words.jinja").make_module(said)
    for name, ids in (("topic", topics()), ("format", FORMATS)):
        assert not [each for each in ids if getattr(say, name)(each) == each]


def test_a_job_is_cancelled(staff: FlaskClient, folder: Path) -> None:
    name = Jobs(folder).ask("print", [], by="anna")
    before = Jobs(folder).ask("print", ["--topic=project"], by="anna")
    assert "Davor ist noch 1 Auftrag" in text(staff.get(f"/staff/materials/jobs/{before}"))
    assert post(staff, f"jobs/{name}/cancel", {}).status_code == 303
    assert "■ abgebrochen" in text(staff.get(f"/staff/materials/jobs/{name}"))
    assert "Der Druck beginnt gleich." in text(staff.get(f"/staff/materials/jobs/{before}"))


def test_a_file_is_handed_out_by_a_name_that_tells_what_it_is(
    staff: FlaskClient, folder: Path
) -> None:
    name = ended(folder, FLYER, QUESTIONNAIRE)
    with staff.get(f"/staff/materials/jobs/{name}/0.pdf") as sent:
        assert sent.mimetype == "application/pdf"
        assert sent.headers["Cache-Control"].startswith("private")
        disposition = sent.headers["Content-Disposition"]
        assert disposition == "attachment; filename=how-safe_flyer-a6_ar_rabet_office.pdf"
    with staff.get(f"/staff/materials/jobs/{name}/1.pdf?view") as sent:
        disposition = sent.headers["Content-Disposition"]
        assert disposition == "inline; filename=how-safe_de_rabet_paper_4-6.pdf"
    said = text(staff.get(f"/staff/materials/jobs/{name}"))
    assert "how-safe_flyer-a6_ar_rabet_office.pdf Bürodrucker 2 500 ✎ Entwurf" in said
    assert "how-safe_de_rabet_paper_4-6.pdf Papierbogen 6 3 ✓ Original" in said


@pytest.mark.parametrize("path", ["2.pdf", "-1.pdf", "0", "..%2f0.pdf", "files/0.pdf", "00x.pdf"])
def test_no_other_file_is_handed_out(staff: FlaskClient, folder: Path, path: str) -> None:
    name = ended(folder, FLYER, QUESTIONNAIRE)
    assert staff.get(f"/staff/materials/jobs/{name}/{path}").status_code == 404


@pytest.mark.parametrize("name", [NOTHING, "..", "%2e%2e", "turn", "a", "A" * 32, "%00" * 32])
def test_no_other_job_is_shown_or_cancelled(staff: FlaskClient, folder: Path, name: str) -> None:
    ended(folder, FLYER)
    for path in ("", "/0.pdf", "/all.zip"):
        assert staff.get(f"/staff/materials/jobs/{name}{path}").status_code == 404
    assert post(staff, f"jobs/{name}/cancel", {}).status_code == 404


def test_how_previews_are_drawn_is_no_ones_page(staff: FlaskClient, folder: Path) -> None:
    name = Jobs(folder).ask("gallery", [], by="")
    assert staff.get(f"/staff/materials/jobs/{name}").status_code == 404


def test_all_files_come_as_one_zip_with_a_manifest_of_exactly_those(
    staff: FlaskClient, folder: Path
) -> None:
    name = ended(folder, FLYER, QUESTIONNAIRE)
    answer = staff.get(f"/staff/materials/jobs/{name}/all.zip")
    assert answer.headers["Content-Disposition"] == f"attachment; filename={CAMPAIGN}.zip"
    assert answer.headers["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as found:
        assert found.testzip() is None
        manifest = json.loads(found.read(MANIFEST))
        listed = [*manifest["sheets"], *manifest["questionnaires"]]
        assert [entry["file"] for entry in listed] + [MANIFEST] == found.namelist()
        for entry, original in zip(listed, (FLYER, QUESTIONNAIRE), strict=True):
            assert found.read(entry["file"]).startswith(f"%PDF {original['file']}".encode())
            assert {**entry, "file": original["file"]} == original
    assert manifest["campaign"] == CAMPAIGN


def test_a_zip_is_made_piece_by_piece(tmp_path: Path) -> None:
    file = tmp_path / "large.pdf"
    file.write_bytes(bytes(10 * archive._PIECE))
    pieces: Iterator[bytes] = archive.archive("probe", [FLYER, FLYER], [file, None])
    sizes = [len(piece) for piece in pieces]
    assert max(sizes) < 1.1 * archive._PIECE
    assert sum(sizes) > 10 * archive._PIECE


def test_every_page_is_in_english_as_well(staff: FlaskClient, folder: Path) -> None:
    looked(folder)
    name = ended(folder, FLYER)
    for path, said in (
        ("", "Latest print jobs"),
        ("/print", "Where nothing is ticked, everything is meant."),
        (f"/jobs/{name}", "Download 1 file as ZIP"),
    ):
        page = staff.get(f"/staff/materials{path}?language=en")
        assert said in text(page)
        assert '<span lang="de"' not in page.text.partition("<main>")[2]


def test_questionnaires_of_a_campaign_limit_the_form(folder: Path) -> None:
    form = PaperForm(None, questionnaires(load(folder)))
    assert form.most == 20
    assert list(form.survey.choices or ()) == ["how-safe"]
