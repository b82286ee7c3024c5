"""Printing without a terminal, in a real browser and by the real program."""

import fcntl
import hashlib
import json
import os
import signal
import threading
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from playwright.sync_api import Browser, BrowserContext, Page
from playwright.sync_api import expect as expect_that

from materials.campaign import load
from materials.example import write_example
from materials.manifest import MANIFEST
from materials.previews import look
from materials.sheets import sheets
from surveys.storage import Storage
from tests.browser import served
from tests.test_journey import philos
from tests.webapp.accessibility import CUT_OFF, OUTSIDE, faults, stops
from tests.webapp.conftest import PASSWORD
from tests.webapp.test_printing import FLYER, MATERIALS, QUESTIONNAIRE, ended
from translations.errors import Fault
from webapp.config import settings
from webapp.jobs import HOME, Job, Jobs, Status

PATIENCE = 120_000  # ms; other tests print at the same time


def few(folder: Path) -> Path:
    """Write the example with a few sheets in two languages, and an account."""
    write_example(folder, date.today())  # noqa: DTZ011
    file = folder / "campaign.toml"
    text = file.read_text("utf-8").partition("[[materials]]")[0] + MATERIALS
    file.write_text(text.replace('["de", "en", "ar", "rom", "tr", "ru"]', '["de", "ar"]'), "utf-8")
    philos("user", "add", "anna", folder, "--role", "coordinator", "--password", PASSWORD)
    return folder


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return few(tmp_path_factory.mktemp("printing") / "east")


@pytest.fixture(scope="module")
def base(campaign: Path) -> Iterator[str]:
    """The campaign, served by two processes."""
    with served(campaign, "--workers", "2", PHILOS_SECOND_FACTOR="optional") as address:
        yield address


@pytest.fixture(scope="module")
def desk(browser: Browser, base: str) -> Iterator[Page]:
    """A desk where somebody has signed in, with a browser that runs no script."""
    context = browser.new_context(locale="de", java_script_enabled=False, accept_downloads=True)
    context.set_default_timeout(PATIENCE)
    yield signed_in(context, base)
    context.close()


def signed_in(context: BrowserContext, base: str) -> Page:
    page = context.new_page()
    page.goto(f"{base}/staff/login")
    page.fill("#name", "anna")
    page.fill("#password", PASSWORD)
    page.click("button.primary")
    return page


def tick(page: Page, *names: str) -> None:
    form = page.locator("form.order").first
    for name in names:
        form.get_by_label(name, exact=True).check()


def begun(desk: Page, campaign: Path) -> Job:
    """Return the job whose page is open, as soon as its process runs."""
    for _ in range(1000):
        job = Jobs(campaign).find(desk.url.rpartition("/")[2].partition("?")[0])
        assert job
        if job.state.pid:
            return job
        assert job.status.open
        desk.goto(f"{desk.url.partition('?')[0]}?still=1")
    raise AssertionError(job)


def code_on(pdf: bytes) -> set[str]:
    document = pypdfium2.PdfDocument(pdf)
    found = zxingcpp.read_barcodes(document[0].render(scale=150 / 72).to_pil())
    document.close()
    return {code.text for code in found}


def test_from_the_gallery_to_printed_files(
    desk: Page, base: str, campaign: Path, tmp_path: Path
) -> None:
    desk.goto(f"{base}/staff/materials")
    if desk.get_by_text("werden gerade neu gezeichnet").count():
        (drawing,) = [job for job in Jobs(campaign).all() if job.asked.command == "gallery"]
        done(campaign, drawing.id)
        desk.get_by_text("Seite neu laden").click()
    assert desk.locator("figure img").count() == 6
    picture = desk.locator("figure img").first
    picture.scroll_into_view_if_needed()
    assert picture.evaluate("e => e.decode().then(() => e.naturalWidth)") > 300

    desk.locator("a.more", has_text="Flyer A6").click()
    tick(desk, "Arabisch", "Rabet", "Druckerei")
    desk.locator("button.primary").first.click()
    desk.wait_for_selector("table.files")  # the page loads itself anew until then
    links = desk.locator("table.files a")
    names = [f"how-safe_flyer-a6_ar_rabet_{output}.pdf" for output in ("office", "press")]
    assert links.all_inner_texts() == names
    with desk.expect_download() as waiting:
        links.first.click()
    assert waiting.value.suggested_filename == names[0]
    pdf = Path(waiting.value.path()).read_bytes()
    sheet = next(
        sheet
        for sheet in sheets(load(campaign))
        if (sheet.material.format, sheet.tag, sheet.place) == ("flyer-a6", "ar", "rabet")
    )
    assert code_on(pdf) == {f"HTTPS://PHILOS.EXAMPLE/{sheet.codes[0]}"}

    with desk.expect_download() as waiting:
        desk.locator("main a.button").click()
    with zipfile.ZipFile(waiting.value.path()) as found:
        listed = json.loads(found.read(MANIFEST))["sheets"]
        assert found.namelist() == [*names, MANIFEST]
        assert [entry["file"] for entry in listed] == names
        for entry in listed:
            assert hashlib.sha256(found.read(entry["file"])).hexdigest() == entry["sha256"]
        assert found.read(names[0]) == pdf

    desk.goto(f"{base}/staff/materials?tag=ar&place=rabet")
    desk.locator("summary").first.click()
    row = desk.locator("tr", has_text=sheet.codes[0])
    assert "Bürodrucker: 500 Exemplare" in row.inner_text()
    assert "Druckerei: 500 Exemplare" in row.inner_text()


def test_questionnaires_are_printed_from_the_same_page_and_logged(
    desk: Page, base: str, campaign: Path
) -> None:
    desk.goto(f"{base}/staff/materials/print")
    form = desk.locator("#paper form")
    for name in ("Arabisch", "Rabet"):
        form.get_by_label(name, exact=True).check()
    form.get_by_label("Exemplare je Sprache und Ort").fill("2")
    form.locator("button.primary").click()
    desk.wait_for_selector("table.files")
    link = desk.locator("table.files a")
    assert link.inner_text() == "how-safe_ar_rabet_paper_1-2.pdf"
    with desk.expect_download() as waiting:
        link.click()
    (code,) = code_on(Path(waiting.value.path()).read_bytes())
    assert code.startswith("HTTPS://PHILOS.EXAMPLE/")
    desk.goto(f"{base}/staff/materials")
    assert "Nr. 1 bis 2" in desk.locator("#paper + .frame").inner_text()

    with (campaign / HOME / "turn").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # whose turn it was has logged it
    chosen = settings(campaign)
    with closing(Storage(chosen.database_url, chosen.secret)) as storage:
        found = storage.entries(["print-done"], most=9)
    (entry,) = [each for each in found if "command=paper" in each.reason]
    assert (entry.name, entry.subject) == ("anna", "2")


def test_what_nobody_has_reviewed_is_refused_by_the_run_itself(desk: Page, campaign: Path) -> None:
    name = Jobs(campaign).ask("print", ["--topic=project", "--final"], by="anna")
    desk.goto(f"{desk.url.partition('/staff')[0]}/staff/materials/jobs/{name}")
    desk.wait_for_selector("section.error")
    said = desk.locator("section.error").inner_text()
    assert "Das Projekt, Plakat A4, Arabisch, Rabet" in said
    assert "Hier sind Texte noch von niemandem geprüft." in said
    assert "Das Projekt, Plakat A4, Deutsch" not in said


def test_a_run_that_is_killed_says_so_and_can_be_asked_for_again(
    desk: Page, base: str, campaign: Path
) -> None:
    desk.goto(f"{base}/staff/materials/print?topic=project&tag=de")
    desk.locator("button.primary").first.click()
    job = begun(desk, campaign)
    assert job.state.pid
    os.kill(job.state.pid, signal.SIGKILL)
    desk.goto(desk.url.partition("?")[0])
    expect_that(desk.locator("p.error")).to_contain_text("von außen beendet", timeout=PATIENCE)
    desk.get_by_text("Mit denselben Angaben noch einmal drucken").click()
    assert desk.get_by_label("Das Projekt").is_checked()
    desk.locator("button.primary").first.click()
    desk.wait_for_selector("table.files")


def test_a_run_can_be_cancelled(desk: Page, base: str, campaign: Path) -> None:
    desk.goto(f"{base}/staff/materials/print?topic=how-safe&place=rabet&output=press")
    desk.locator("button.primary").first.click()
    begun(desk, campaign)
    desk.get_by_text("Abbrechen", exact=True).click()
    expect_that(desk.locator("h1")).to_contain_text("abgebrochen", timeout=PATIENCE)
    expect_that(desk.locator("h1")).to_contain_text("■", timeout=PATIENCE)


def test_what_is_asked_for_at_once_is_done_once_and_in_turn(
    browser: Browser, base: str, campaign: Path
) -> None:
    """Eight posts at the same moment, to two processes, of two kinds: two jobs, both done."""
    context = browser.new_context(locale="de")
    page = signed_in(context, base)
    page.goto(f"{base}/staff/materials/print")
    hidden = page.locator("[name=csrf_token]").first.get_attribute("value")
    cookie = "; ".join(f"{each['name']}={each['value']}" for each in context.cookies())
    context.close()
    gate, places = threading.Barrier(8), set()

    def post(topic: str) -> None:
        chosen = "tag=de&place=rabet&output=screen&output=office&copies=2"
        data = f"csrf_token={hidden}&topic={topic}&{chosen}"
        request = urllib.request.Request(
            f"{base}/staff/materials/print",
            data.encode(),
            {"Cookie": cookie, "Referer": f"{base}/staff/materials/print"},
        )
        gate.wait()
        with urllib.request.urlopen(request) as answer:
            places.add((topic, answer.url))

    threads = [
        threading.Thread(target=post, args=[("project", "how-safe")[number % 2]])
        for number in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    names = {url.rpartition("/")[2] for _, url in places}
    for name in names:
        done(campaign, name)
    states = [job for job in Jobs(campaign).all() if job.id in names]
    assert {job.status for job in states} == {Status.DONE}
    assert len(states) == 2
    assert len(places) == 2


def done(campaign: Path, name: str) -> None:
    """Wait until a job has ended: each look at it takes the turn, or waits for who has it."""
    while (job := Jobs(campaign).find(name)) and job.status.open:
        with (campaign / HOME / "turn").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
        Jobs(campaign).see_to_it()


# What each page shows, by the path below /staff/materials
@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str]]]:
    """A campaign with every state of a page, served; its address, and where each state is."""
    folder = few(tmp_path_factory.mktemp("pages") / "east")
    named = sheets(load(folder))[0].named
    faults = (Fault(sentence="x", kind="unreviewed", values=named), Fault(sentence="No."))
    left_out = [
        {"topic": "project", "format": "sticker"},
        {"format": "sticker", "output": "screen"},
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Jobs, "see_to_it", lambda _: None)
        found = {
            "done": ended(folder, FLYER, QUESTIONNAIRE),
            "failed": ended(folder, status=Status.FAILED, faults=faults),
            "crashed": ended(folder, status=Status.CRASHED),
            "cancelled": ended(folder, status=Status.CANCELLED),
            "running": ended(folder, status=Status.RUNNING, done=3, total=40),
            "waiting": Jobs(folder).ask(
                "print", ["--language=ar"], by="anna", left_out=left_out, waiting=["results"]
            ),
        }
    paths = {name: f"/jobs/{job}?still=1&" for name, job in found.items()}
    chosen = "?topic=how-safe&tag=ar&place=rabet&"
    with (
        (folder / HOME / "turn").open("w") as lock,
        served(folder, "--workers", "1", PHILOS_SECOND_FACTOR="optional") as address,
    ):
        fcntl.flock(lock, fcntl.LOCK_EX)  # so that what runs goes on
        look(load(folder), folder, folder / "out")  # what was known before is forgotten
        yield (
            f"{address}/staff/materials",
            {"gallery": "?", "chosen": chosen, "empty": "?topic=no&", "print": "/print?", **paths},
        )


@pytest.fixture(scope="module")
def looking(browser: Browser, pages: tuple[str, dict[str, str]]) -> Iterator[Page]:
    context = browser.new_context(bypass_csp=True, locale="de")
    context.set_default_timeout(PATIENCE)
    yield signed_in(context, pages[0].partition("/staff")[0])
    context.close()


NAMES = ["gallery", "chosen", "empty", "print", "refused", "wrong"]
NAMES += ["done", "failed", "crashed", "cancelled", "running", "waiting"]


def open_page(page: Page, pages: tuple[str, dict[str, str]], name: str, language: str) -> None:
    base, paths = pages
    page.goto(f"{base}{paths.get(name, '/print?')}language={language}")
    if name in {"refused", "wrong"}:
        form = page.locator("form.order").first
        form.locator("[value=office]").check()
        if name == "refused":
            form.locator("[value=final]").check()
        else:
            form.locator("[name=copies]").fill("many")
            form.locator("summary").click()
            form.locator("[name=gutter]").fill("wide")
        form.locator("button.primary").click()
        page.wait_for_selector(".error")
    for each in page.locator("details").all():
        each.evaluate("e => e.open = true")


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_nothing_and_nothing_is_cut_off(
    looking: Page, pages: tuple[str, dict[str, str]], name: str, language: str
) -> None:
    schemes: tuple[Any, Any] = ("light", "dark")
    for width in (320, 1280):
        looking.set_viewport_size({"width": width, "height": 800})
        looking.emulate_media(color_scheme="light")
        open_page(looking, pages, name, language)
        assert looking.locator("html").get_attribute("lang") == language
        assert looking.evaluate("document.documentElement.scrollWidth") <= width
        framed = "e => !e.includes('class=\"frame\"')"  # a wide table is scrolled in its frame
        assert looking.evaluate(f"({CUT_OFF})().filter({framed})") == []
        outside = OUTSIDE.replace(".closest('.unseen')", ".closest('.unseen, .frame, .spoken')")
        assert looking.evaluate(outside) == []
    for scheme in schemes:
        looking.emulate_media(color_scheme=scheme)
        assert faults(looking) == []


@pytest.mark.parametrize("name", ["chosen", "print", "running", "done"])
def test_tab_reaches_everything_and_shows_where_it_is(
    looking: Page, pages: tuple[str, dict[str, str]], name: str
) -> None:
    open_page(looking, pages, name, "de")
    seen = stops(looking, most=200)
    boxes = looking.locator("main a, main button, main summary, main select, main .frame").count()
    typed = looking.locator("main input:not([type=hidden], [type=radio])").count()
    radios = looking.locator("main [type=radio]").evaluate_all(
        "all => all.map(e => e.form.action + e.name)"
    )
    groups = len(set(radios))
    header = looking.locator("a.skip, header a, header button").count()
    assert len(seen) == header + boxes + typed + groups


def test_on_paper_stand_the_sheets_and_nothing_to_press(
    looking: Page, pages: tuple[str, dict[str, str]]
) -> None:
    open_page(looking, pages, "gallery", "de")
    looking.emulate_media(media="print")
    assert looking.locator("figure").first.is_visible()
    assert not looking.locator(".filters").is_visible()
    assert not any(each.is_visible() for each in looking.locator(".button, .more").all())
    looking.emulate_media(media="screen")
