"""The whole way: campaign folder, printed sheet, QR code, answer in Arabic, comparison."""

import json
import re
import sqlite3
import subprocess
import urllib.parse
import urllib.request
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from playwright.sync_api import Browser, Page

from materials.campaign import load
from materials.example import write_example
from tests.browser import PHILOS, served

PASSWORD = "correct-horse-battery"


def philos(*arguments: object) -> str:
    """Run the command as a coordinator types it; return what it prints."""
    command = [str(PHILOS), *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example, with the wave that is open today."""
    folder = tmp_path_factory.mktemp("journey") / "east"
    write_example(folder, date.today())  # noqa: DTZ011
    return folder


def path_of_the_code_on(pdf: Path) -> str:
    """Return the path that a phone reads off the front of a sheet."""
    document = pypdfium2.PdfDocument(pdf)
    raster = document[0].render(scale=150 / 72).to_pil()
    document.close()
    (found,) = zxingcpp.read_barcodes(raster)
    parts = urllib.parse.urlsplit(found.text)
    assert (parts.scheme, parts.netloc) == ("https", "PHILOS.EXAMPLE")
    return parts.path


def answer_in_arabic(page: Page, url: str) -> int:
    """Answer every question with the third answer, and return how many there were."""
    page.goto(url)
    asked = 0
    while page.locator("form").count():
        assert page.locator("html").get_attribute("dir") == "rtl"
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        label = page.locator("label.choice").nth(min(2, page.locator("label.choice").count() - 1))
        box = label.bounding_box()
        assert box is not None
        assert box["height"] >= 48
        label.click()
        with page.expect_navigation():
            page.locator("button.next").click()
        asked += 1
    return asked


def answer_without_a_browser(base: str, path: str) -> None:
    """Answer the question about the dark as an old phone does, by posting its form."""
    with urllib.request.urlopen(base + path) as page:
        first = page.read().decode().split('<form method="post" action="')[1].split('"')[0]
    form = urllib.parse.urlencode({"answer": 3}).encode()
    with urllib.request.urlopen(base + first.replace("/rel", "/dark"), form) as page:
        assert page.status == 200


def test_from_the_campaign_to_the_comparison(campaign: Path, browser: Browser) -> None:
    out = campaign.parent / "sheets"
    chosen = ("--topic", "how-safe", "--format", "flyer-a6", "--language", "ar", "--place", "rabet")
    printed = json.loads(philos("print", campaign, "--out", out, "--json", *chosen))
    (sheet,) = printed["sheets"]
    path = path_of_the_code_on(out / sheet["file"])
    assert path == f"/{sheet['code']}"

    philos("user", "add", "anna", campaign, "--password", PASSWORD)
    with served(campaign) as base:
        phone = browser.new_context(
            viewport={"width": 320, "height": 640}, java_script_enabled=False
        )
        page = phone.new_page()
        requests: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        page.goto(base + path)
        assert [url for url in requests if not url.startswith("data:")] == [base + path]
        assert phone.cookies() == []

        assert answer_in_arabic(page, base + path) == 27
        assert page.locator(".answers dt").count() == 27
        with page.expect_navigation():
            page.locator("a.next").click()
        assert "شكر" in page.locator("h1").inner_text()
        assert stored(campaign) == {("ar", "rabet"): 1}
        for _ in range(11):
            answer_without_a_browser(base, path)
        assert stored(campaign) == {("ar", "rabet"): 12}

    wave = closed(campaign)
    philos("release", campaign, "--wave", wave)
    with served(campaign) as base:
        desk = browser.new_page()
        desk.goto(f"{base}/staff/results?by=all&language=de")
        desk.fill("#name", "anna")
        desk.fill("#password", PASSWORD)
        desk.click("button.primary")
        desk.wait_for_load_state()
        desk.goto(f"{base}/staff/results?by=all&language=de")
        said = re.sub(r"\s+", " ", desk.locator("main").inner_text())
        assert "100 %" in said
        assert "12" in said

    found = json.loads(philos("results", campaign, "--by", "all", "--json"))
    (everybody,) = found["groups"]
    assert (everybody["row"]["n"], everybody["share"]) == (12, 1)
    assert everybody["row"]["counts"]["3"] == 12


def closed(campaign: Path) -> str:
    """Let the wave that is open be the only one, and have closed yesterday; return its id."""
    today = date.today()  # noqa: DTZ011
    wave = next(each.id for each in load(campaign).waves if each.opens <= today <= each.closes)
    path = campaign / "campaign.toml"
    days = f"opens = {today - timedelta(30)}\ncloses = {today - timedelta(1)}\n"
    only = f'[[waves]]\nid = "{wave}"\nname = "Welle"\n{days}'
    text = re.sub(r"(?:\[\[waves\]\]\n(?:.+\n)+)+", only, path.read_text("utf-8"))
    path.write_text(text, "utf-8")
    return wave


def stored(campaign: Path) -> dict[tuple[str, str], int]:
    """Return how many responses are stored by language and place, read past the program."""
    database = sqlite3.connect(campaign / "instance" / "philos.sqlite")
    rows: list[Any] = database.execute(
        "SELECT r.language, l.place, count(*) FROM responses r JOIN links l ON l.code = r.link "
        "WHERE json_extract(r.answers, '$.dark') = 3 GROUP BY 1, 2"
    ).fetchall()
    database.close()
    return {(language, place): number for language, place, number in rows}


@pytest.mark.parametrize(
    ("width", "scheme", "language"),
    [(320, "light", "ar"), (320, "dark", "de"), (1280, "light", "ru")],
)
def test_pages_hold_their_form(
    campaign: Path, browser: Browser, width: int, scheme: Any, language: str
) -> None:
    """No text is cut off or laid over another, whatever the width and the letters are."""
    with served(campaign) as base:
        context = browser.new_context(
            viewport={"width": width, "height": 700}, color_scheme=scheme, locale=language
        )
        page = context.new_page()
        notices = (f"/privacy/{language}", f"/accessibility/{language}")
        for path in ("/", "/000001", "/staff/login", *notices):
            page.goto(base + path)
            wide = page.evaluate(
                "[...document.querySelectorAll('*')].filter(e => e.clientWidth > 1"
                " && e.scrollWidth > e.clientWidth + 1"
                " && getComputedStyle(e).overflow != 'visible').map(e => e.tagName)"
            )
            assert wide == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_languages_at_the_foot_do_not_swap_places_in_arabic(
    campaign: Path, browser: Browser
) -> None:
    with served(campaign) as base:
        page = browser.new_page(viewport={"width": 600, "height": 700})
        page.goto(f"{base}/?language=ar")
        boxes = page.evaluate(
            "[...document.querySelectorAll('footer li')].map(e => e.getBoundingClientRect())"
            ".map(box => [box.top, -box.right, -box.left])"
        )
        assert boxes == sorted(boxes)  # from the right, line by line, as in the table
        lines = [(one, other) for one, other in pairwise(boxes) if one[0] == other[0]]
        assert lines
        assert all(other[1] - one[2] > 8 for one, other in lines)  # with air between them
