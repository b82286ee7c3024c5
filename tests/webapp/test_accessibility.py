"""What a resident meets in a real browser: whether she sees, hears, reaches and can use it all."""

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page

from materials.example import write_example
from tests.conftest import NOON
from tests.webapp.accessibility import CUT_OFF, OUTSIDE, PHONE, faults, stops
from tests.webapp.conftest import LANGUAGES
from tests.webapp.site import CODE, ITEMS, PAGES, RECORDED, TAP, Site, site, write_kinds

# What WCAG 1.4.12 lets a reader set
SPACED = (
    "* { line-height: 1.5 !important; letter-spacing: .12em !important;"
    " word-spacing: .16em !important } p { margin-bottom: 2em !important }"
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("pages") / "campaign"
    write_example(folder, NOON.date())
    write_kinds(folder)
    with site(folder) as made:
        yield made


@pytest.fixture(autouse=True)
def plain(phone: Page) -> None:
    phone.set_viewport_size(PHONE)
    phone.emulate_media(media="screen", color_scheme="light", forced_colors="none", contrast=None)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_in_light_and_dark_and_nothing_is_cut_off(
    served: Site, phone: Page, name: str, language: str
) -> None:
    PAGES[name](served, phone, language)
    assert phone.locator("html").get_attribute("lang") == language
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert phone.evaluate(CUT_OFF) == phone.evaluate(OUTSIDE) == []
    assert faults(phone) == []
    phone.emulate_media(color_scheme="dark")
    assert phone.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 24, 31)"
    assert faults(phone, "color-contrast") == []  # the one rule that colours matter to


def test_axe_would_find_a_fault(served: Site, phone: Page) -> None:
    PAGES["one"](served, phone, "de")
    phone.evaluate("document.querySelector('label').style.color = '#ccc'")
    assert any(fault.startswith("color-contrast") for fault in faults(phone))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["one, refused", "points", "words", "summary", "thanks for a tap"])
@pytest.mark.parametrize("style", [SPACED, "html { font-size: 200% }"])
def test_wide_spacing_and_large_letters_lose_nothing(
    served: Site, phone: Page, name: str, language: str, style: str
) -> None:
    PAGES[name](served, phone, language)
    before = phone.locator("h1").evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
    phone.add_style_tag(content=style)
    if "200%" in style:
        phone.set_viewport_size({"width": 640, "height": 640})
        after = phone.locator("h1").evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
        assert after == pytest.approx(2 * before)
    width = phone.evaluate("innerWidth")
    assert phone.evaluate("document.documentElement.scrollWidth") <= width
    assert phone.evaluate(CUT_OFF) == phone.evaluate(OUTSIDE) == []


REACHED = "a, button, label, textarea, input:not([type=radio], [type=checkbox], [type=hidden])"


@pytest.mark.parametrize("language", ["de", "ar"])
@pytest.mark.parametrize("name", PAGES)
def test_whatever_is_touched_is_large_and_apart(
    served: Site, phone: Page, name: str, language: str
) -> None:
    PAGES[name](served, phone, language)
    boxes = phone.evaluate(
        f"[...document.querySelectorAll({json.dumps(REACHED)})].filter(e => !e.closest('h1'))"
        ".map(e => [e.getBoundingClientRect(), e.outerHTML.slice(0, 80)])"
    )
    assert len(boxes) >= 5
    small = [html for box, html in boxes if box["height"] < 48 or box["width"] < 44]
    assert small == []
    lines = sorted((box for box, _ in boxes), key=lambda box: (box["top"], box["left"]))
    side = [(a, b) for a, b in pairwise(lines) if a["top"] == b["top"]]
    assert all(b["left"] >= a["right"] for a, b in side)


@pytest.mark.parametrize("language", ["de", "ar"])
@pytest.mark.parametrize("name", PAGES)
def test_tab_stops_at_all_that_can_be_used_and_shows_where_it_is(
    served: Site, phone: Page, name: str, language: str
) -> None:
    PAGES[name](served, phone, language)
    seen = stops(phone)
    groups = phone.locator("form:has([type=radio])").count()
    single = phone.locator(
        "a[href], button, textarea, [type=checkbox], input:not([type]), audio"
    ).count()
    distinct = {html for html in seen if "<audio" not in html}
    listened = phone.locator("audio").count()
    assert len(distinct) == single - listened + groups
    assert any("<audio" in html for html in seen) == bool(listened)


def press(page: Page, *keys: str) -> None:
    for key in keys[:-1]:
        page.keyboard.press(key)
    with page.expect_navigation():
        page.keyboard.press(keys[-1])


@pytest.mark.parametrize("language", ["de", "ar"])
def test_a_survey_is_answered_with_the_keyboard_alone(
    served: Site, phone: Page, language: str
) -> None:
    phone.goto(served.path("several", language, who="K"))
    press(phone, "Tab", "Space", "Tab", "Space", "Enter")  # two boxes; Enter sends
    assert phone.url.endswith("/points")
    phone.goto(served.path("one", language, who="K"))
    phone.locator("#answer").focus()
    press(phone, "Space", "ArrowDown", "Enter")
    phone.goto(served.path("one", language, who="K"))
    assert phone.locator(":checked").get_attribute("value") == "2"
    phone.goto(served.path("words", language, who="K"))
    phone.keyboard.press("Tab")
    phone.keyboard.type("Licht")
    press(phone, "Tab", "Enter")
    phone.goto(served.path("answers", language, who="K"))
    assert "Licht" in phone.locator("main").inner_text()
    press(phone, "Tab", "Enter")
    assert phone.url.endswith("/one")  # the first way to change an answer


def test_a_tap_needs_no_pointer(served: Site, phone: Page) -> None:
    phone.goto(served.path("now", "de", TAP, who="K"))
    press(phone, "Tab", "Tab", "Enter")
    assert "/done?tapped=" in phone.url


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [name for name in PAGES if name.endswith("refused")])
def test_an_error_is_met_first_and_leads_to_the_answer(
    served: Site, phone: Page, name: str, language: str
) -> None:
    PAGES[name](served, phone, language)
    phone.wait_for_function("document.activeElement.className == 'error'")
    phone.keyboard.press("Tab")
    assert phone.evaluate("document.activeElement.hash") == "#answer"
    phone.keyboard.press("Enter")
    phone.wait_for_function("document.activeElement.id == 'answer'")
    assert phone.evaluate("document.activeElement.name") == "answer"
    described = phone.locator("fieldset").get_attribute("aria-describedby") or ""
    assert phone.locator("#error").inner_text() == phone.locator("[href='#answer']").inner_text()
    assert "error" in described.split()
    assert all(phone.locator(f"#{each}").count() == 1 for each in described.split())


@pytest.mark.parametrize("name", [*ITEMS, "one tap"])
def test_nothing_is_chosen_before_the_resident_chooses(
    served: Site, phone: Page, name: str
) -> None:
    code, item = (TAP, "now") if name == "one tap" else (CODE, name)
    phone.goto(served.path(item, "de", code, who="F"))
    assert phone.locator(":checked, [aria-pressed]").count() == 0
    assert phone.locator("fieldset > legend > h1").count() == 1


def test_forced_colours_keep_buttons_and_choices_apart(served: Site, phone: Page) -> None:
    phone.emulate_media(forced_colors="active")
    PAGES["several, answered"](served, phone, "de")
    edge = "e => getComputedStyle(e).borderTopColor + getComputedStyle(e).borderTopStyle"
    chosen = phone.locator(".choice:has(:checked)").first.evaluate(edge)
    other = phone.locator(".choice:not(:has(:checked))").first.evaluate(edge)
    assert chosen != other
    paper = phone.evaluate("getComputedStyle(document.body).backgroundColor")
    line = phone.locator("button.next").evaluate("e => getComputedStyle(e).borderTopColor")
    assert line != paper
    assert "0)" not in line.replace("rgb(", "")[-3:] or line == "rgb(0, 0, 0)"


def test_more_contrast_makes_soft_letters_and_lines_strong(served: Site, phone: Page) -> None:
    phone.emulate_media(contrast="more")
    PAGES["one"](served, phone, "de")
    ink = phone.evaluate("getComputedStyle(document.body).color")
    assert phone.locator(".small").first.evaluate("e => getComputedStyle(e).color") == ink
    assert phone.locator(".choice").first.evaluate("e => getComputedStyle(e).borderTopColor") == ink


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["one", "points", "words", "summary", "thanks for a tap"])
def test_on_paper_stand_question_and_answers_and_no_way_on(
    served: Site, phone: Page, name: str, scheme: Any
) -> None:
    PAGES[name](served, phone, "ar")
    phone.emulate_media(media="print", color_scheme=scheme)
    assert phone.locator("h1").is_visible()
    for each in phone.locator("a, button:not(.choice), footer, audio, progress").all():
        assert not each.is_visible()
    assert all(
        each.is_visible() for each in phone.locator(".choice, textarea, dt, dd > span").all()
    )
    assert phone.evaluate("getComputedStyle(document.body).color") == "rgb(20, 24, 31)"


def test_a_browser_without_has_still_shows_what_was_chosen(served: Site, phone: Page) -> None:
    PAGES["several, answered"](served, phone, "de")
    rules = phone.evaluate(
        "[...document.styleSheets[0].cssRules].flatMap(r => r.selectorText || [])"
        ".filter(s => s.includes(':has('))"
    )
    assert rules
    assert not [rule for rule in rules if "," in rule and ":has" not in rule.split(",")[0]]
    phone.evaluate(
        "() => { const sheet = document.styleSheets[0];"
        " for (let i = sheet.cssRules.length; i--;)"
        "  if ((sheet.cssRules[i].selectorText || '').includes(':has(')) sheet.deleteRule(i) }"
    )
    box = phone.locator(":checked").first
    assert box.is_visible()
    size = box.bounding_box()
    assert size is not None
    assert size["width"] >= 24
    assert box.evaluate("e => getComputedStyle(e).appearance") == "auto"
    box.focus()
    phone.keyboard.press("Tab")
    assert phone.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"


def test_nothing_moves_and_nothing_needs_a_new_browser(served: Site, phone: Page) -> None:
    PAGES["one"](served, phone, "de")
    style = phone.locator("style").text_content() or ""
    assert not [
        word for word in ("animation", "transition", "@import", "url(", "&") if word in style
    ]
    assert "gap:" not in style


@pytest.mark.parametrize(
    ("name", "text", "order"),
    [("band", "18", ["18", "29"]), ("points", "10", ["10"]), ("not yet open", "04", ["01", "04"])],
)
def test_numbers_and_dates_do_not_turn_around_in_arabic(
    served: Site, phone: Page, name: str, text: str, order: list[str]
) -> None:
    PAGES[name](served, phone, "ar")
    marked = phone.locator("main [dir=ltr]", has_text=text).first
    assert marked.evaluate("e => getComputedStyle(e).unicodeBidi") == "isolate"
    words = phone.locator("main :is(label, p)", has_text=text).first.inner_text()
    found = [words.index(number) for number in order]
    assert found == sorted(found)


def test_sound_is_asked_for_when_it_is_played_and_not_before(served: Site, phone: Page) -> None:
    requests: list[str] = []
    phone.on("request", lambda request: requests.append(request.url))
    PAGES[RECORDED](served, phone, "ar")
    phone.wait_for_load_state("networkidle")
    assert phone.locator("audio").count() == 1
    assert not [url for url in requests if "/audio/" in url]
    for _ in range(2):
        phone.keyboard.press("Tab")
        if phone.evaluate("document.activeElement.tagName") == "AUDIO":
            break
    with phone.expect_request("**/audio/ar/*"):
        phone.keyboard.press("Space")
    phone.wait_for_function("document.querySelector('audio').duration > .9")
    assert phone.evaluate("document.querySelector('audio').error") is None
    PAGES[RECORDED](served, phone, "tr")
    assert phone.locator("audio").count() == 0
