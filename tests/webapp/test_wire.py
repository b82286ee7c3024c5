"""What a page costs on the way to a telephone, counted at the socket, headers and all."""

import re
import socket
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import polib
import pytest
from playwright.sync_api import Browser, Page

from materials.example import write_example
from surveys.links import Target
from tests.browser import served
from tests.webapp.conftest import LANGUAGES
from tests.webapp.conftest import code as long_code
from tests.webapp.site import CODE, write_kinds
from translations.languages import language as row
from translations.languages import source

QUESTION, OPTION = 300, 45  # characters: the longest that a survey would ask a resident to read
WIDE = Target("leipziger-osten", "rabet", "traders", "flyer-a6", "de", "wide").code


def _catalogue(tag: str) -> list[polib.POEntry]:
    found = polib.pofile(str(Path(f"translations/{tag}/LC_MESSAGES/public.po")))
    return [entry for entry in found if entry.msgstr and not re.search(r'[%<{"]', entry.msgid)]


def _cut(texts: list[str], start: int, length: int) -> str:
    """Return words of real texts, none like another, so that they pack no better than these."""
    return " ".join(texts)[start : start + length].strip()


def write_wide(folder: Path) -> None:
    """Add a survey with the longest question and twelve answers, translated into Arabic."""
    entries = _catalogue("ar")
    texts = {
        "de": [entry.msgid.replace("\n", " ") for entry in entries],
        "ar": [re.sub(r'[%<{"]', "", entry.msgstr) for entry in entries],
    }
    lengths = [QUESTION] + [OPTION] * 12
    starts = [sum(lengths[:number]) for number in range(13)]
    german, arabic = (
        [
            f"{number} {_cut(texts[tag], start, length - 3)}"
            for number, (start, length) in enumerate(zip(starts, lengths, strict=True))
        ]
        for tag in ("de", "ar")
    )
    options = "".join(
        f"  {{ code = {code}, text = '{text}' }},\n" for code, text in enumerate(german[1:], 1)
    )
    (folder / "surveys" / "wide.toml").write_text(
        "id = 'wide'\ntitle = 'Breit'\nminutes = 1\n"
        f"[scales.twelve]\noptions = [\n{options}]\n"
        f"[[questions]]\nid = 'first'\ntext = '{german[0]}'\nscale = 'twelve'\nmissing = []\n"
        "source = 'test'\nlicence = 'own'\n",
        "utf-8",
    )
    catalogue = folder / "translations" / "ar" / "LC_MESSAGES" / "public.po"
    catalogue.parent.mkdir(parents=True)
    po = polib.POFile()
    po.metadata = {"Content-Type": "text/plain; charset=utf-8"}
    po.extend(polib.POEntry(msgid=a, msgstr=b) for a, b in zip(german, arabic, strict=True))
    po.save(str(catalogue))
    file = folder / "campaign.toml"
    extra = '\n[[materials]]\ntopic = "traders"\nformat = "flyer-a6"\nsurvey = "{}"\n'
    head, _, tail = file.read_text("utf-8").partition("[[materials]]")
    materials = ("[[materials]]" + tail).split("\n[[materials]]")
    kept = [part for part in materials if '"traders"' not in part]
    file.write_text(head + "\n[[materials]]".join(kept) + extra.format("wide"), "utf-8")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("wire") / "campaign"
    write_example(folder, date.today())  # noqa: DTZ011
    with served(folder) as address:
        yield address


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("own") / "campaign"
    write_example(folder, date.today())  # noqa: DTZ011
    write_kinds(folder)
    write_wide(folder)
    with served(folder) as address:
        yield address


def received(base: str, path: str) -> bytes:
    """Ask as a browser does; return every byte that comes back."""
    to = urlsplit(base)
    with socket.create_connection((to.hostname or "", to.port or 0), timeout=10) as line:
        line.sendall(
            f"GET {path} HTTP/1.1\r\nHost: {to.netloc}\r\nAccept-Encoding: gzip, br\r\n"
            "Connection: close\r\n\r\n".encode()
        )
        parts = []
        while part := line.recv(65_536):
            parts.append(part)
    return b"".join(parts)


def check(answer: bytes, most: int) -> None:
    head = answer.partition(b"\r\n\r\n")[0].lower()
    assert head.startswith(b"http/1.1 200")
    assert b"content-encoding: gzip" in head
    assert b"set-cookie" not in head
    assert len(answer) <= most


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_first_page_is_small(base: str, language: str) -> None:
    answer = received(base, f"/{long_code(language)}")
    check(answer, 6_000 if row(language) is source() else 9_000)
    check(received(base, f"/?language={language}"), 6_000)


@pytest.mark.parametrize("language", ["de", "ar"])
def test_sound_costs_a_page_next_to_nothing(own: str, language: str) -> None:
    check(received(own, f"/{CODE}/{language}"), 6_000)


@pytest.mark.parametrize("language", ["de", "ar"])
def test_the_longest_question_with_twelve_answers_fits_into_the_first_flight(
    own: str, browser: Browser, language: str
) -> None:
    check(received(own, f"/{WIDE}/{language}"), 14_000)
    context = browser.new_context(viewport={"width": 320, "height": 640})
    page = context.new_page()
    page.goto(f"{own}/{WIDE}/{language}")
    assert page.locator("html").get_attribute("lang") == language
    assert len(page.locator("h1").inner_text()) > 0.8 * QUESTION
    assert page.locator(".choice").count() == 12
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_first_page_is_one_request_without_script_and_cookie(
    base: str, browser: Browser, language: str
) -> None:
    context = browser.new_context()
    page = context.new_page()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(f"{base}/{long_code(language)}")
    page.wait_for_load_state("networkidle")
    assert [url for url in requests if not url.startswith("data:")] == [page.url]
    assert context.cookies() == []
    assert page.locator("script").count() == 0
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    context.close()


def on(page: Page, target: str) -> None:
    """Press what leads to another page."""
    with page.expect_navigation():
        page.click(target)


def shown(page: Page) -> tuple[str, str]:
    """Return the language of a question's page and its name."""
    way = page.locator("main form").get_attribute("action") or ""
    return page.locator("html").get_attribute("lang") or "", way.rpartition("/")[2]


WALK = ["rel", "day", "dark"]


@pytest.mark.parametrize(("language", "other"), [("de", "ar"), ("ar", "de")])
def test_the_whole_way_works_without_javascript(
    base: str, browser: Browser, language: str, other: str
) -> None:
    """From the code to thanks, with a change, a way back and another language on the way."""
    context = browser.new_context(
        java_script_enabled=False,
        viewport={"width": 320, "height": 640},
        locale="en",
    )
    page = context.new_page()
    page.goto(f"{base}/?language={language}")
    page.fill("#code", long_code("tr").lower())
    on(page, "button.next")
    assert shown(page) == (language, "rel")
    for number, name in enumerate(WALK, start=1):
        assert shown(page) == (language, name)
        page.locator("label.choice").nth(number).click()
        on(page, "button.next")
    # back, and the answer is there
    on(page, ".ways a")
    assert shown(page) == (language, "dark")
    assert page.locator(":checked").get_attribute("value") == "4"
    # another language: the same place, the same answer
    on(page, f"footer a[hreflang={other}]")
    assert shown(page) == (other, "dark")
    assert page.locator(":checked").get_attribute("value") == "4"
    page.locator("label.choice").nth(0).click()
    on(page, "button.next")
    # nothing chosen: an error; then the rest is skipped
    on(page, "button.next")
    assert page.locator("div.error").is_visible()
    while page.locator("[name=skip]").count():
        on(page, "[name=skip]")
    said = [text.strip() for text in page.locator("dd:not(:has(a))").all_inner_texts()]
    assert len([text for text in said if text != said[-1]]) == len(WALK)
    # change one from the summary, and come back to it
    on(page, ".answers a >> nth=0")
    assert shown(page) == (other, "rel")
    page.locator("label.choice").nth(0).click()
    on(page, "button.next")
    assert page.url.endswith("/answers")
    now = [text.strip() for text in page.locator("dd:not(:has(a))").all_inner_texts()]
    assert (now[0] != said[0], now[1:] == said[1:]) == (True, True)
    on(page, "a.next")
    assert page.url.endswith("/done")
    on(page, f"footer a[hreflang={language}]")
    assert page.locator(".done h1").is_visible()
    assert page.locator("html").get_attribute("lang") == language
    context.close()
