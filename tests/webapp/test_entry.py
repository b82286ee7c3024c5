"""Paper sheets, typed in by a coordinator."""

import html
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page
from werkzeug.test import TestResponse

from materials.campaign import FILE, Campaign, load
from materials.example import write_example
from materials.sheets import published, questionnaires
from surveys import paper
from surveys.definition import ANSWERED, SKIPPED
from surveys.links import Target
from surveys.storage import NO_BAND, Response, Storage
from tests.browser import served
from tests.conftest import NOON, clock
from tests.kept import kept, recounted
from tests.trial import leave_the_open_wave
from tests.webapp.conftest import code, csrf_token, sign_in
from tests.webapp.site import Site
from tests.webapp.staff_site import sign_in as start_session
from tests.webapp.staff_site import staff_site, storage_of
from webapp.app import create_app
from webapp.config import Settings

CAMPAIGN = "leipziger-osten"
KINDS = Path(__file__).parents[1] / "surveys" / "kinds.toml"
ENTRY = "**/staff/entry*"
REFERER = {"Referer": "https://localhost/staff/entry"}


def mark_of(campaign: Campaign, tag: str = "ar", serial: int = 1) -> paper.Mark:
    """Return what is printed on a copy for the first place."""
    sheet = next(each for each in questionnaires(campaign) if each.tag == tag)
    version = campaign.instruments[sheet.survey].version
    return paper.mark(sheet.targets[serial - 1].code, version)


@pytest.fixture
def campaign(folder: Path) -> Campaign:
    return load(folder)


@pytest.fixture
def mark(campaign: Campaign) -> paper.Mark:
    """What is printed on the first Arabic sheet of Rabet."""
    return mark_of(campaign)


@pytest.fixture
def staff(client: FlaskClient) -> FlaskClient:
    """A browser that is signed in and asks for German."""
    assert sign_in(client) == 303
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de"
    return client


def post(
    staff: FlaskClient,
    mark: paper.Mark | str,
    answers: dict[str, str],
    press: str = "save",
    **hidden: str,
) -> TestResponse:
    """Post a sheet as the page does, with one of its buttons."""
    token = csrf_token(staff.get("/staff/entry").text)
    fields = {f"answer.{item}": typed for item, typed in answers.items()}
    data = {"csrf_token": token, "sheet": str(mark), press: "1", **hidden, **fields}
    return staff.post("/staff/entry", data=data, headers=REFERER)


def stored(storage: Storage, mark: paper.Mark) -> Response:
    found = storage.response(CAMPAIGN, mark.token)
    assert found is not None
    return found


def row(app_folder: Path) -> sqlite3.Row:
    with sqlite3.connect(app_folder / "instance" / "philos.sqlite") as connection:
        connection.row_factory = sqlite3.Row
        (found,) = connection.execute("SELECT * FROM responses").fetchall()
        return found  # type: ignore[no-any-return]


def focus(page: str) -> str:
    """Return the name of the field that has the keyboard."""
    (found,) = re.findall(r"<(?:input|button)[^>]* autofocus", page)
    return str(re.findall(r'name="([^"]+)"', found)[0])


def text(page: str) -> str:
    return " ".join(html.unescape(re.sub("<[^>]*>", " ", page.partition("<main>")[2])).split())


def test_only_staff_can_enter_sheets(client: FlaskClient, mark: paper.Mark) -> None:
    for answer in (client.get("/staff/entry"), client.get(f"/staff/entry?sheet={mark}")):
        assert (answer.status_code, answer.location.partition("?")[0]) == (302, "/staff/login")


def test_a_form_without_its_token_stores_nothing(
    staff: FlaskClient, storage: Storage, mark: paper.Mark
) -> None:
    data = {"sheet": str(mark), "save": "1", "answer.rel": "1"}
    assert staff.post("/staff/entry", data=data, headers=REFERER).status_code == 400
    assert storage.response(CAMPAIGN, mark.token) is None


def test_a_form_of_somebody_who_is_not_signed_in_stores_nothing(
    client: FlaskClient, storage: Storage, mark: paper.Mark
) -> None:
    token = csrf_token(client.get("/staff/login").text)
    data = {"sheet": str(mark), "save": "1", "answer.rel": "1", "csrf_token": token}
    assert client.post("/staff/entry", data=data, headers=REFERER).status_code == 302
    assert storage.response(CAMPAIGN, mark.token) is None


def test_the_first_page_is_ready_for_the_scanner(staff: FlaskClient) -> None:
    page = staff.get("/staff/entry").text
    assert focus(page) == "sheet"
    assert '<option value="winter-2026" selected>Winterhalbjahr 2026/27</option>' in page
    assert '<option value="summer-2026">Sommerhalbjahr 2026</option>' in page


@pytest.mark.parametrize("typed", ["{}", "HTTPS://PHILOS.EXAMPLE/{}", "httpsÖ--philos.example-{}"])
def test_a_scanned_sheet_shows_its_questions_in_the_order_of_the_paper(
    staff: FlaskClient, mark: paper.Mark, campaign: Campaign, typed: str
) -> None:
    page = staff.get("/staff/entry", query_string={"sheet": typed.format(mark)})
    assert page.status_code == 200
    names = re.findall(r'name="answer\.([^"]+)"', page.text)
    assert names == list(campaign.instruments["how-safe"].items)
    assert focus(page.text) == "answer.rel"
    assert "Rabet · Blatt Nr. 1 · العربية · Winterhalbjahr 2026/27 · 22.11.2026" in text(page.text)


def test_every_field_has_a_label_and_the_numbers_that_it_takes(
    staff: FlaskClient, mark: paper.Mark
) -> None:
    page = staff.get(f"/staff/entry?sheet={mark}").text
    ids = re.findall(r'<input id="([^"]+)"', page)
    assert set(re.findall(r'<label for="([^"]+)"', page)) == set(ids)
    described = re.findall(r'aria-describedby="([^" ]+)', page)
    assert set(described) <= set(re.findall(r'id="([^"]+)"', page))
    assert "1 Sehr sicher 2 Eher sicher 3 Eher unsicher 4 Sehr unsicher 97 Ich gehe" in text(page)


def test_a_sheet_is_stored_as_paper_with_its_place_language_and_day(
    staff: FlaskClient, storage: Storage, mark: paper.Mark, folder: Path
) -> None:
    answer = post(staff, mark, {"rel": "1", "dark": "97", "places.rabet": "4", "age": "-"})
    assert answer.status_code == 303
    given = stored(storage, mark)
    said = {item: code for item, code in given.answers.items() if code != SKIPPED}
    assert said == {"rel": 1, "dark": 97, "places.rabet": 4}
    assert given.answers["age"] == given.answers["gender"] == SKIPPED
    found = row(folder)
    assert (found["mode"], found["language"], found["wave"]) == ("paper", "ar", "winter-2026")
    assert (found["day"], found["band"]) == (NOON.date().isoformat(), NO_BAND)
    assert found["link"] == mark.code
    assert mark.code not in found["token"]
    assert kept(storage) == recounted(storage)


def test_after_saving_the_page_says_what_is_stored_and_waits_for_the_next_sheet(
    staff: FlaskClient, mark: paper.Mark
) -> None:
    page = staff.get(post(staff, mark, {"rel": "1", "places.rabet": "4"}).location)
    assert focus(page.text) == "sheet"
    said = text(page.text)
    assert f"Gespeichert: {mark} 1 Was trifft am ehesten auf Sie zu? Ich wohne hier 2" in said
    assert "4.1 Rabet Sehr unsicher 4.2 Eisenbahnstraße übersprungen" in said


def test_wave_and_day_are_kept_for_the_next_sheet(
    staff: FlaskClient, mark: paper.Mark, folder: Path
) -> None:
    hidden = {"wave": "summer-2026", "day": "2026-08-15"}
    page = staff.get(post(staff, mark, {"rel": "1"}, **hidden).location).text
    assert '<option value="summer-2026" selected>' in page
    assert 'value="2026-08-15"' in page
    found = row(folder)
    assert (found["wave"], found["day"]) == ("summer-2026", "2026-08-15")


def test_a_wave_that_is_over_can_still_be_entered_today(
    staff: FlaskClient, mark: paper.Mark, folder: Path
) -> None:
    assert post(staff, mark, {"rel": "1"}, wave="summer-2026").status_code == 303
    found = row(folder)
    assert (found["wave"], found["day"]) == ("summer-2026", NOON.date().isoformat())


def test_after_the_last_wave_it_is_the_one_that_is_offered(
    chosen: Settings, storage: Storage
) -> None:
    app = create_app(chosen, lambda zone: clock(zone).replace(year=2028))
    client = app.test_client()
    sign_in(client)
    page = client.get("/staff/entry").text
    assert '<option value="winter-2026" selected>' in page


@pytest.mark.parametrize(
    ("wave", "day", "said"),
    [
        ("winter-2026", "2026-13-01", "Das ist kein Tag"),
        ("winter-2026", "heute", "Das ist kein Tag"),
        ("winter-2026", "2026-11-23", "An diesem Tag war die Welle nicht offen"),  # tomorrow
        ("winter-2026", "2026-09-30", "An diesem Tag war die Welle nicht offen"),
        ("summer-2026", "2026-10-01", "An diesem Tag war die Welle nicht offen"),
    ],
)
def test_a_day_on_which_nobody_was_asked_is_refused(
    staff: FlaskClient, mark: paper.Mark, wave: str, day: str, said: str
) -> None:
    page = staff.get("/staff/entry", query_string={"sheet": str(mark), "wave": wave, "day": day})
    assert page.status_code == 422
    assert said in page.text
    assert focus(page.text) == "day"
    assert f'value="{mark}"' in page.text


def test_enter_goes_to_the_field_after_the_last_one_that_is_filled(
    staff: FlaskClient, storage: Storage, mark: paper.Mark, campaign: Campaign
) -> None:
    items = list(campaign.instruments["how-safe"].items)
    typed: dict[str, str] = {}
    for item, following in zip(items, [*items[1:], "save"], strict=True):
        typed[item] = "-" if item == "change" else "1"
        page = post(staff, mark, typed, press="next")
        assert page.status_code == 200
        assert focus(page.text) == (f"answer.{following}" if following != "save" else "save")
    assert storage.response(CAMPAIGN, mark.token) is None


def test_a_wrong_number_is_said_at_its_field_and_nothing_is_lost(
    staff: FlaskClient, storage: Storage, mark: paper.Mark
) -> None:
    page = post(staff, mark, {"rel": "1", "day": "7", "dark": "1 2", "avoid": "2"})
    assert page.status_code == 422
    assert storage.response(CAMPAIGN, mark.token) is None
    assert "<title>Fehler:" in page.text
    assert "2 Felder passen nicht. Nichts ist verloren. 2 3" in text(page.text)
    assert page.text.count("Hier gehen nur: 1, 2, 3, 4, 98, 99.") == 1
    assert page.text.count("Hier gehen nur: 1, 2, 3, 4, 97, 98, 99.") == 1
    assert focus(page.text) == "answer.day"
    values = dict(re.findall(r'name="answer\.([a-z.-]+)" value="([^"]+)"', page.text))
    assert values == {"rel": "1", "day": "7", "dark": "1 2", "avoid": "2"}
    assert page.text.count('aria-invalid="true"') == 2


def test_a_sheet_without_an_answer_is_not_stored(
    staff: FlaskClient, storage: Storage, mark: paper.Mark
) -> None:
    page = post(staff, mark, {"rel": "-"})
    assert page.status_code == 422
    assert "Ein leerer Bogen wird nicht gespeichert" in page.text
    assert storage.response(CAMPAIGN, mark.token) is None


def test_an_answer_that_a_filter_closes_off_is_kept_and_not_counted(
    staff: FlaskClient, storage: Storage, mark: paper.Mark
) -> None:
    page = staff.get(post(staff, mark, {"syringe": "1", "syringe-call": "2"}).location)
    assert stored(storage, mark).answers["syringe-call"] == 2
    assert not [key for key in kept(storage) if key[-2] == "syringe-call"]
    assert "Nein zählt nicht, wegen einer Antwort davor" in text(page.text)


def test_the_same_sheet_again_warns_shows_what_is_stored_and_the_last_word_wins(
    staff: FlaskClient, storage: Storage, mark: paper.Mark
) -> None:
    post(staff, mark, {"rel": "1", "dark": "4", "age": "2"})
    page = staff.get(f"/staff/entry?sheet={mark}").text
    assert "Dieser Bogen ist schon eingegeben." in page
    values = dict(re.findall(r'name="answer\.([a-z.-]+)" value="([^"]+)"', page))
    assert values == {"rel": "1", "dark": "4", "age": "2"}
    post(staff, mark, {"rel": "2", "dark": "4"})
    given = stored(storage, mark).answers
    assert (given["rel"], given["dark"], given["age"]) == (2, 4, SKIPPED)
    counts = kept(storage)
    assert {key[-1]: n for key, n in counts.items() if key[-2] == "rel"} == {"2": 1}
    assert counts == recounted(storage)


def test_another_sheet_is_another_response(
    staff: FlaskClient, storage: Storage, campaign: Campaign
) -> None:
    for serial in (1, 2):
        assert post(staff, mark_of(campaign, serial=serial), {"rel": "1"}).status_code == 303
    assert {n for key, n in kept(storage).items() if key[-2:] == ("rel", "1")} == {2}


def test_a_sheet_can_be_taken_out_again(
    staff: FlaskClient, storage: Storage, mark: paper.Mark
) -> None:
    assert "löschen" not in staff.get(f"/staff/entry?sheet={mark}").text
    post(staff, mark, {"rel": "1"})
    assert "Eingabe dieses Bogens löschen" in staff.get(f"/staff/entry?sheet={mark}").text
    page = staff.get(post(staff, mark, {}, press="delete").location)
    assert f"Die Eingabe von {mark} ist gelöscht" in text(page.text)
    assert storage.response(CAMPAIGN, mark.token) is None
    assert recounted(storage) == {}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Dieser Code ist vertippt"),
        ("00000000", "Dieser Code ist vertippt"),
        ("💉", "Dieser Code ist vertippt"),
        ("<script>alert(1)</script>", "Dieser Code ist vertippt"),
        (Target("elsewhere", "x", "x", "paper", "de", "x", 1).code, "Diesen Code gibt es"),
        (code(), "auf einem anderen Blatt"),
        ("{code}/00000000", "Diese Fassung der Fragen ist hier nicht veröffentlicht"),
    ],
)
def test_what_is_no_sheet_is_told_at_the_field_and_can_be_corrected(
    staff: FlaskClient, mark: paper.Mark, typed: str, said: str
) -> None:
    typed = typed.format(code=mark.code)
    page = staff.get("/staff/entry", query_string={"sheet": typed})
    assert page.status_code == 422
    assert said in page.text
    assert focus(page.text) == "sheet"
    assert f'name="sheet" value="{html.escape(typed)}"' in page.text
    assert "<script>alert" not in page.text
    assert post(staff, typed, {"rel": "1"}).status_code == 422


def test_a_code_alone_will_do_while_there_is_one_version(
    staff: FlaskClient, storage: Storage, mark: paper.Mark, campaign: Campaign
) -> None:
    assert post(staff, mark.code, {"rel": "1"}).status_code == 303
    assert stored(storage, mark).answers["rel"] == 1
    newer = replace(campaign.instruments["how-safe"], minutes=4)
    storage.publish([], [newer], NOON.date())
    page = staff.get(f"/staff/entry?sheet={mark.code}")
    assert page.status_code == 422
    assert "Die Fragen gibt es in mehreren Fassungen" in page.text
    assert staff.get(f"/staff/entry?sheet={mark}").status_code == 200
    again = staff.get(f"/staff/entry?sheet={paper.mark(mark.code, newer.version)}").text
    assert "schon eingegeben" not in again


def test_a_phone_that_scans_the_sheet_opens_the_survey_in_its_language(
    client: FlaskClient, mark: paper.Mark
) -> None:
    page = client.get(f"/{mark}", headers={"Accept-Language": "de"})
    assert page.status_code == 200
    assert '<html lang="ar" dir="rtl">' in page.text
    assert "Rabet" in page.text


def test_the_token_of_a_sheet_opens_no_page_of_a_resident(
    staff: FlaskClient, mark: paper.Mark
) -> None:
    post(staff, mark, {"rel": "1"})
    for token in (mark.token, f"paper:{mark.code}", mark.code):
        assert staff.get(f"/{mark.code}/ar/{token}/answers").status_code == 404


def test_a_one_tap_sheet_still_invites_to_the_long_form_of_a_poster(storage: Storage) -> None:
    tap = Target(CAMPAIGN, "rabet", "how-safe", "sticker", "ar", "here-now", 1)
    long = storage.sibling(tap, "how-safe", "tr")
    assert long is not None
    assert (long.serial, long.language) == (0, "tr")


def test_a_saved_mark_in_the_address_that_is_none_shows_nothing(
    staff: FlaskClient, mark: paper.Mark
) -> None:
    for typed in (str(mark), "<b>", ""):
        page = staff.get("/staff/entry", query_string={"saved": typed})
        assert page.status_code == 200
        assert "Gespeichert" not in page.text


VALUES = st.one_of(
    st.sampled_from(["1", "97", "-", "-1", "-2", "-3", "１", "1 1", "1,2", "9" * 400]),
    st.text(max_size=12),
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None
)
@given(st.dictionaries(st.sampled_from(["rel", "dark", "age", "x", "../x"]), VALUES))
def test_whatever_is_posted_is_stored_whole_or_not_at_all(
    staff: FlaskClient, storage: Storage, mark: paper.Mark, answers: dict[str, str]
) -> None:
    storage.forget(CAMPAIGN, mark.token)
    page = post(staff, mark, answers)
    given = storage.response(CAMPAIGN, mark.token)
    assert (page.status_code, given is not None) in {(303, True), (422, False)}
    if given:
        asked = storage.instrument(given.version).items
        assert all(said in asked[item].codes for item, said in given.answers.items())
    assert kept(storage) == recounted(storage)


class TestEveryKind:
    """A campaign that asks every kind of question on paper."""

    @pytest.fixture
    def folder(self, folder: Path) -> Path:
        file = folder / FILE
        said = file.read_text("utf-8").replace("[paper]\n", '[paper]\nsurveys = ["kinds"]\n')
        said = said.replace("free_text = false", "free_text = true")
        file.write_text(said, "utf-8")
        (folder / "surveys").mkdir()
        shutil.copy(KINDS, folder / "surveys")
        return folder

    def test_each_is_typed_as_it_is_on_paper(
        self, staff: FlaskClient, storage: Storage, mark: paper.Mark
    ) -> None:
        typed = {
            "one": "1",
            "several": "3 1",
            "points": "10",
            "rows.police": "0",
            "band": "3",
            "words": " Mehr  <b>Licht</b> ",
        }
        page = staff.get(post(staff, mark, typed).location)
        given = stored(storage, mark)
        assert given.answers == {
            "one": 1,
            "several": (1, 3),
            "points": 10,
            "rows.police": 0,
            "rows.order": SKIPPED,
            "band": 3,
            "words": ANSWERED,
        }
        assert given.written == {"words": "Mehr <b>Licht</b>"}
        assert "<b>Licht" not in page.text
        assert "2 Wie ist das hier im Stadtteil? Müll Schlechte Beleuchtung" in text(page.text)
        again = staff.get(f"/staff/entry?sheet={mark}").text
        values = dict(re.findall(r'name="answer\.([a-z.-]+)" value="([^"]+)"', again))
        assert (values["several"], values["words"]) == ("1 3", "Mehr &lt;b&gt;Licht&lt;/b&gt;")
        post(staff, mark, {"one": "1"})
        assert stored(storage, mark).written == {}

    @pytest.mark.parametrize("typed", ["1 3", "1,3", "1, 3", "3 1"])
    def test_several_numbers_may_have_commas(
        self, staff: FlaskClient, storage: Storage, mark: paper.Mark, typed: str
    ) -> None:
        assert post(staff, mark, {"several": typed}).status_code == 303
        assert stored(storage, mark).answers["several"] == (1, 3)

    @pytest.mark.parametrize(
        ("item", "typed", "said"),
        [
            ("several", "1 97", "97, 98, 99 geht nicht zusammen mit anderen Zahlen."),
            ("several", "1 1", "Hier gehen nur: 1, 2, 3, 97, 98, 99."),
            ("points", "11", "Hier gehen nur: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 98, 99."),
            ("words", "x" * 301, "Der Text ist länger als 300 Zeichen."),
            ("words", "a\u202eb", "Dieser Text hat ein Zeichen"),
        ],
    )
    def test_what_is_wrong_is_said_for_each(
        self, staff: FlaskClient, mark: paper.Mark, item: str, typed: str, said: str
    ) -> None:
        page = post(staff, mark, {item: typed})
        assert page.status_code == 422
        assert said in text(page.text)


def test_english_coordinators_are_told_in_english(staff: FlaskClient, mark: paper.Mark) -> None:
    assert "Enter paper sheets" in staff.get("/staff/entry?language=en").text
    page = post(staff, mark, {"rel": "x"}).text
    assert "1 field does not fit. Nothing is lost." in text(page)


def test_every_paper_code_is_published(storage: Storage, campaign: Campaign) -> None:
    codes = published(campaign)
    assert {target.code for target in storage.targets(codes)} == set(codes)


def test_the_page_has_one_script_that_reaches_this_address_alone(
    staff: FlaskClient, mark: paper.Mark
) -> None:
    for path in ("/staff/entry", f"/staff/entry?sheet={mark}"):
        page = staff.get(path)
        assert page.text.count("<script") == 1
        assert not re.findall(r' (?:style|on[a-z]+)="', page.text)
        policy = page.headers["Content-Security-Policy"].split("; ")
        assert "connect-src 'self'" in policy
        assert [each for each in policy if re.fullmatch(r"script-src 'sha256-[^ ]+'", each)]


def _press_enter(page: Page) -> None:
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.wait_for_selector(":focus")


def _has_keyboard(page: Page) -> str:
    return str(page.evaluate("document.activeElement.name"))


def test_a_sheet_is_entered_with_the_keyboard_alone_where_scripts_are_off(
    browser: Browser, tmp_path: Path
) -> None:
    folder = tmp_path / "east"
    write_example(folder, date.today())  # noqa: DTZ011
    leave_the_open_wave(folder)
    mark = mark_of(load(folder))
    with (
        served(folder, "--demo") as base,
        browser.new_context(locale="de", java_script_enabled=False) as context,
    ):
        log = (tmp_path / "serve.log").read_text("utf-8")
        page = context.new_page()
        page.set_viewport_size({"width": 320, "height": 640})
        page.goto(f"{base}/staff/login")
        page.fill("#name", "demo")
        page.fill("#password", log.split("Sign in as demo with ")[1].split()[0])
        with page.expect_navigation(url="**/staff/"):
            page.keyboard.press("Enter")
        page.goto(f"{base}/staff/entry")
        page.wait_for_selector("#sheet:focus")
        page.keyboard.type(f"HTTPS://PHILOS.EXAMPLE/{mark}")
        _press_enter(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        page.keyboard.type("1")
        page.keyboard.press("Tab")
        page.keyboard.type("7")
        _press_enter(page)
        assert _has_keyboard(page) == "answer.day"
        page.keyboard.press("Delete")
        while _has_keyboard(page) != "save":
            page.keyboard.type("2")
            _press_enter(page)
        _press_enter(page)
        assert _has_keyboard(page) == "sheet"
        assert page.locator(".stored dd").count() == 27
        assert page.locator(".stored dd", has_text="Eher sicher").count() == 7
        assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_sheet_of_a_wave_whose_results_stand_is_stored_and_said_not_to_be_in_them(
    staff: FlaskClient, storage: Storage, mark: paper.Mark
) -> None:
    assert "stehen fest" not in staff.get("/staff/entry").text
    storage.put_release(CAMPAIGN, "winter-2026", "{}")
    start = staff.get("/staff/entry").text
    assert "Winterhalbjahr 2026/27 (Ergebnisse stehen fest)" in start
    assert "Sommerhalbjahr 2026 (" not in start
    opened = staff.get(f"/staff/entry?sheet={mark}&wave=winter-2026").text
    assert "Die Ergebnisse dieser Welle stehen fest." in opened
    other = staff.get(f"/staff/entry?sheet={mark}&wave=summer-2026&day=2026-08-01").text
    assert "stehen fest.</b>" not in other
    saved = post(staff, mark, {"rel": "1"})
    page = staff.get(saved.headers["Location"]).text
    assert "In den freigegebenen Ergebnissen dieser Welle ist er nicht enthalten." in page
    assert stored(storage, mark).answers["rel"] == 1


@contextmanager
def unanswered(page: Page) -> Iterator[None]:
    """Let the server answer nothing of this page until the end."""
    page.route(ENTRY, lambda _: None)
    yield
    page.unroute(ENTRY)  # which lets go what was held


class TestTypingAhead:
    """A coordinator types without looking, in a real browser."""

    @pytest.fixture
    def site(self, tmp_path: Path) -> Iterator[Site]:
        with staff_site(tmp_path / "east") as made:
            campaign = made.app.extensions["philos"].campaign
            codes = published(campaign).values()
            storage_of(made).publish(codes, campaign.instruments.values(), NOON.date())
            yield made

    @pytest.fixture
    def page(self, site: Site, browser: Browser) -> Iterator[Page]:
        with browser.new_context(locale="de") as context:
            page = context.new_page()
            page.clock.install()
            start_session(site, page)
            page.goto(f"{site.base}/staff/entry")
            page.wait_for_selector("#sheet:focus")
            yield page

    @pytest.fixture
    def marks(self, site: Site) -> list[paper.Mark]:
        campaign = site.app.extensions["philos"].campaign
        return [mark_of(campaign, serial=serial) for serial in (1, 2, 3)]

    @pytest.fixture
    def items(self, site: Site) -> list[str]:
        return list(site.app.extensions["philos"].campaign.instruments["how-safe"].items)

    def test_nothing_is_lost_or_shifted_while_the_server_has_not_answered(
        self, site: Site, page: Page, marks: list[paper.Mark], items: list[str]
    ) -> None:
        answers = {
            mark: [1 + (number + place) % 2 for place in range(len(items))]
            for number, mark in enumerate(marks)
        }
        with unanswered(page):
            for mark, codes in answers.items():
                page.keyboard.type("\n".join(map(str, [mark, *codes, "", ""])))
        page.wait_for_selector(f".stored h2:has-text('{marks[-1]}')")
        assert _has_keyboard(page) == "sheet"
        for mark, codes in answers.items():
            given = stored(storage_of(site), mark).answers
            assert given == dict(zip(items, codes, strict=True))

    def test_what_was_typed_after_a_wrong_number_waits_until_it_is_put_right(
        self, site: Site, page: Page, marks: list[paper.Mark], items: list[str]
    ) -> None:
        rest = "2\n" * (len(items) - 2)
        with unanswered(page):
            page.keyboard.type(f"{marks[0]}\n1\n7\n{rest}\n")
            page.keyboard.type(f"{marks[1]}\n" + "1\n" * len(items) + "\n")
        page.wait_for_selector("[data-tell=held]:visible")
        page.keyboard.type("9\n")  # without looking up
        assert page.input_value("[name='answer.day']") == "7"
        assert _has_keyboard(page) == "answer.day"
        assert storage_of(site).response(CAMPAIGN, marks[0].token) is None
        page.keyboard.press("Escape")
        assert page.locator("[data-tell=held]").is_hidden()
        page.keyboard.press("Delete")
        page.keyboard.type("2\n" + "\n" * len(rest.split()) + "\n")
        page.wait_for_selector("#sheet[value='9'][aria-invalid]")
        first, second = (stored(storage_of(site), mark).answers for mark in marks[:2])
        assert list(first.values()) == [1] + [2] * (len(items) - 1)
        assert set(second.values()) == {1}

    def test_a_server_that_does_not_answer_is_asked_again_and_the_page_says_so(
        self, page: Page, marks: list[paper.Mark]
    ) -> None:
        page.route(ENTRY, lambda route: route.abort())
        page.keyboard.type(f"{marks[0]}\n1\n")
        page.wait_for_selector("[data-tell=away]:visible")
        page.unroute(ENTRY)
        page.clock.fast_forward(2_000)
        page.wait_for_selector("[name='answer.rel']")
        assert page.input_value("[name='answer.rel']") == "1"
        assert _has_keyboard(page) == "answer.day"

    def test_a_sheet_that_is_not_taken_stays_and_is_said_not_to_be_stored(
        self, site: Site, page: Page, marks: list[paper.Mark], items: list[str]
    ) -> None:
        page.keyboard.type(f"{marks[0]}\n")
        page.wait_for_selector("[name='answer.rel']:focus")
        page.context.clear_cookies()
        page.keyboard.type("1\n" * len(items) + "\n")
        page.wait_for_selector("[data-tell=refused]:visible")
        assert page.input_value("[name='answer.rel']") == "1"
        assert storage_of(site).response(CAMPAIGN, marks[0].token) is None
