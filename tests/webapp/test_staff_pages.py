"""From an overview to printed results in a real browser, and every page of that way looked at."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from playwright.sync_api import Browser, Page
from playwright.sync_api import expect as expect_that

from materials.campaign import FILE, load
from materials.example import write_example
from materials.sheets import published
from surveys.definition import ANSWERED
from surveys.links import Target
from surveys.storage import Context, Storage
from tests.browser import served
from tests.surveys.conftest import KINDS
from tests.webapp.accessibility import CUT_OFF, OUTSIDE, faults, stops
from tests.webapp.conftest import CAMPAIGN, HASH, PASSWORD
from webapp.config import settings

TODAY = date.today()  # noqa: DTZ011  the day of the process that serves
PATIENCE = 120_000  # ms
WAVES = f"""
[[waves]]
id = "before"
name = "Herbst"
opens = {TODAY - timedelta(60)}
closes = {TODAY - timedelta(1)}
[[waves]]
id = "now"
name = "Winter"
opens = {TODAY}
closes = {TODAY + timedelta(60)}
"""


def write_campaign(folder: Path) -> None:
    """Write the example with a wave that ended yesterday and one that began today."""
    write_example(folder, TODAY)
    file = folder / FILE
    text = file.read_text("utf-8").replace("free_text = false", "free_text = true")
    before, _, after = text.partition("[[waves]]")
    file.write_text(before + WAVES + after[after.index("\n# ") :], "utf-8")


def fill(storage: Storage) -> None:
    """Store answers at two places in the wave that is closed, and a text."""
    (asked,) = storage.versions("how-safe")
    for place, counts in (("rabet", {1: 15, 4: 30}), ("torgauer-platz", {1: 30, 3: 15})):
        target = Target(CAMPAIGN, place, "how-safe", "flyer-a6", "ar", "how-safe")
        for code, number in counts.items():
            for index in range(number):
                moment = datetime.combine(TODAY - timedelta(2 + index % 20), time(12))
                context = Context(
                    target=target,
                    version=asked.version,
                    wave="before",
                    language="ar",
                    moment=moment,
                )
                storage.save(f"{place}{code}-{index}", context, {"dark": code})
    context = Context(
        target=Target(CAMPAIGN, "rabet", "how-safe", "flyer-a6", "ar", "kinds"),
        version=KINDS.version,
        wave="now",
        language="ar",
        moment=datetime.combine(TODAY, time(12)),
    )
    storage.save("text", context, {"words": ANSWERED}, {"words": "Mehr Licht, 0341 1234567"})


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The campaign, served."""
    folder = tmp_path_factory.mktemp("staff") / "east"
    write_campaign(folder)
    chosen = settings(folder, environ={})
    storage = Storage(chosen.database_url, chosen.secret)
    storage.upgrade()
    campaign = load(folder)
    storage.publish(published(campaign).values(), [*campaign.instruments.values(), KINDS], TODAY)
    fill(storage)
    storage.add_account("anna", "admin", HASH)
    storage.close()
    with served(folder, "--workers", "1", PHILOS_SECOND_FACTOR="optional") as address:
        yield address


@pytest.fixture(scope="module")
def desk(browser: Browser, base: str) -> Iterator[Page]:
    """A desk where somebody has signed in, with a browser that runs no script."""
    context = browser.new_context(locale="de", java_script_enabled=False)
    context.set_default_timeout(20_000)
    page = context.new_page()
    sign_in(page, base)
    yield page
    context.close()


def sign_in(page: Page, base: str) -> None:
    page.goto(f"{base}/staff/login")
    page.fill("#name", "anna")
    page.fill("#password", PASSWORD)
    page.click("button.primary")
    page.wait_for_url(f"{base}/staff/")


@pytest.fixture(scope="module")
def released(desk: Page, base: str) -> Page:
    """The desk, after the wave was released by the real program."""
    desk.goto(f"{base}/staff/")
    desk.locator("main a.button", has_text="Ergebnisse freigeben").click()
    desk.get_by_role("button", name="Jetzt freigeben").click()
    expect_that(desk.locator("main")).to_contain_text("Freigegeben am", timeout=PATIENCE)
    return desk


def test_the_way_leads_from_the_overview_over_the_release_to_results_on_paper(
    released: Page, base: str, tmp_path: Path
) -> None:
    desk = released
    assert "mit 90 Antworten" in desk.locator("main").inner_text()
    desk.get_by_role("link", name="Ergebnisse ansehen").click()
    main = desk.locator("main").inner_text()
    assert "Herbst, freigegeben am" in main
    assert "Der Unterschied ist größer, als Zufall allein ihn machen würde." in main
    desk.locator("summary", has_text="Was heißt diese Spanne?").click()
    assert desk.get_by_text("Von hundert solchen Spannen").is_visible()
    file = tmp_path / "results.pdf"
    desk.pdf(path=file)
    pages = pypdfium2.PdfDocument(file)
    said = " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in pages)
    pages.close()
    for words in ("Rabet", "keine Aussage über alle", "Herbst", "67 %", "Alle Antworten"):
        assert words in said
    for words in ("Abmelden", "Vergleichen nach", "JSON", "Andere Frage"):
        assert words not in said
    desk.goto(f"{base}/staff/")
    assert "Freigegeben" in desk.locator("main").inner_text()
    assert desk.locator("main a.button", has_text="Ergebnisse freigeben").count() == 0


def texts_of(file: Path) -> list[str]:
    """Return the text of each page of a PDF on one line."""
    document = pypdfium2.PdfDocument(file)
    found = [" ".join(page.get_textpage().get_text_range().split()) for page in document]
    document.close()
    return found


def downloaded(desk: Page) -> Path:
    """Wait for the only file of the job whose page is open, and download it."""
    desk.wait_for_selector("table.files", timeout=PATIENCE)
    with desk.expect_download() as waiting:
        desk.locator("table.files a").click()
    return Path(waiting.value.path())


def test_what_was_released_is_given_back_on_a_flyer_and_in_the_report(
    released: Page, base: str
) -> None:
    desk = released
    share = "50 % von 90"  # as many at the one place felt unsafe as felt safe at the other
    desk.goto(f"{base}/staff/results?by=all")
    assert share in desk.locator("main").inner_text().replace("\u00a0", " ")
    desk.goto(f"{base}/staff/")
    assert desk.get_by_role("link", name="Flyer und Plakate").count() == 1
    # not by way of the gallery: it would draw all its pictures first
    chosen = "topic=results&format=flyer-a6&tag=de&output=screen"
    desk.goto(f"{base}/staff/materials/print?{chosen}")
    desk.locator("button.primary").first.click()
    front, back = texts_of(downloaded(desk))
    assert "50 von 100" in front
    assert share in back
    desk.goto(f"{base}/staff/")
    desk.get_by_role("link", name="Bericht").click()
    desk.get_by_role("button", name="Bericht erstellen").click()
    assert share in " ".join(texts_of(downloaded(desk))).replace("\u00a0", " ")


def test_choices_lead_on_without_a_script(released: Page, base: str) -> None:
    desk = released
    desk.goto(f"{base}/staff/results")
    desk.get_by_role("link", name="Alle zusammen").click()
    assert "by=all" in desk.url
    desk.locator("summary", has_text="Andere Frage wählen").click()
    desk.get_by_role("link", name="Alle Fragen").first.click()
    assert "questions=all" in desk.url
    desk.get_by_role("link", name="English").click()
    assert desk.locator("h1").inner_text() == "All questions"
    desk.get_by_role("link", name="Deutsch").click()
    assert desk.locator("h1").inner_text() == "Alle Fragen"


def test_a_text_is_read_and_decided_with_the_keyboard(released: Page, base: str) -> None:
    desk = released
    desk.goto(f"{base}/staff/texts")
    desk.locator("#written").focus()
    desk.keyboard.press("Tab")
    desk.keyboard.press("Tab")
    desk.keyboard.press("Enter")
    expect_that(desk.locator("h1")).to_have_text("Text löschen?")
    desk.get_by_role("link", name="Doch nicht").click()
    assert "Mehr Licht" in desk.locator("main").inner_text()


PAGES = (
    "/staff/",
    "/staff/release/before",
    "/staff/release/now",
    "/staff/results",
    "/staff/results?group=rabet&group=torgauer-platz",
    "/staff/results?by=wave",
    "/staff/results?by=all",
    "/staff/results?questions=all",
    "/staff/results?wave=now",
    "/staff/texts",
    "/staff/texts/released",
    "/staff/entry?wave=before",
    "/staff/materials/report",
)


@pytest.fixture(scope="module")
def window(browser: Browser, base: str, released: Page) -> Iterator[Page]:
    """A window into which a test may put scripts that the pages themselves forbid."""
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    page.set_default_timeout(20_000)
    sign_in(page, base)
    yield page
    context.close()


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_and_nothing_is_cut_off_in_light_and_dark_at_any_width(
    window: Page, base: str, path: str, language: str
) -> None:
    for width, scheme in ((320, "light"), (1280, "dark")):
        window.set_viewport_size({"width": width, "height": 800})
        look: Any = scheme
        window.emulate_media(color_scheme=look)
        window.goto(f"{base}{path}{'&' if '?' in path else '?'}language={language}")
        window.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true })")
        assert faults(window) == []
        cut_off = window.evaluate(CUT_OFF)  # but for what can be scrolled, with the keyboard too
        assert [each for each in cut_off if 'tabindex="0"' not in each] == []
        scrolled = window.evaluate("document.documentElement.scrollWidth")
        assert scrolled <= width, window.evaluate(OUTSIDE)


def test_tab_begins_with_the_way_to_the_content_and_shows_where_it_is(
    window: Page, base: str
) -> None:
    window.set_viewport_size({"width": 1280, "height": 800})
    window.goto(f"{base}/staff/results")
    window.keyboard.press("Tab")
    assert window.evaluate("document.activeElement.hash") == "#main"
    skip = window.locator(".skip").bounding_box()
    assert skip is not None
    assert skip["y"] >= 0  # it is out of sight until it is reached
    window.keyboard.press("Enter")
    window.keyboard.press("Tab")
    assert window.evaluate("document.activeElement.closest('main') != null")
    window.goto(f"{base}/staff/results")
    assert len(stops(window, most=200)) > 20
