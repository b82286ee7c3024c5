"""What staff meet in a real browser, in German and in English."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.webapp.accessibility import OUTSIDE, PHONE, RINGED, faults
from tests.webapp.site import Site
from tests.webapp.staff_site import LANGUAGES, STAFF_PAGES, staff_site


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with staff_site(tmp_path_factory.mktemp("staff") / "campaign") as made:
        yield made


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", STAFF_PAGES)
def test_axe_finds_nothing_and_a_small_telephone_is_wide_enough(
    served: Site, phone: Page, name: str, language: str
) -> None:
    phone.emulate_media(color_scheme="light")
    STAFF_PAGES[name](served, phone, language)
    assert phone.locator("html").get_attribute("lang") == language
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    outside = [html for html in phone.evaluate(OUTSIDE) if "spoken" not in html]
    if not phone.locator(".frame").count():  # a table scrolls inside its frame
        assert outside == []
    assert faults(phone) == []
    phone.emulate_media(color_scheme="dark")
    assert faults(phone, "color-contrast") == []


@pytest.mark.parametrize("name", ["users", "account", "second step", "passkey"])
def test_tab_reaches_every_field_and_shows_where_it_is(
    served: Site, phone: Page, name: str
) -> None:
    STAFF_PAGES[name](served, phone, "de")
    wanted = phone.locator(
        "a[href]:visible, button:visible, input:not([type=hidden]):visible, select:visible"
    ).count()
    reached = 0
    phone.evaluate("() => { document.body.tabIndex = -1; document.body.focus() }")
    for _ in range(wanted + 2):
        phone.keyboard.press("Tab")
        if phone.evaluate("document.activeElement == document.body"):
            break
        reached += phone.evaluate("document.activeElement.tagName != 'SUMMARY'")
        assert phone.evaluate(RINGED)
    assert reached == wanted


def test_a_page_of_recovery_codes_prints_the_codes_alone(served: Site, phone: Page) -> None:
    STAFF_PAGES["recovery codes"](served, phone, "de")
    phone.emulate_media(media="print")
    assert phone.locator(".recovery li").count() == 10
    assert phone.locator(".recovery").is_visible()
    assert not phone.locator("header nav, a.button").first.is_visible()
    phone.emulate_media(media="screen")
