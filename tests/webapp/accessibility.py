"""What a test looks for on a page in a real browser: faults, lost parts, the ring of the focus."""

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, ViewportSize

PHONE: ViewportSize = {"width": 320, "height": 640}
CUT_OFF = """() => [...document.querySelectorAll('main *, header *, footer *')]
  .filter(e => !e.closest('.unseen') && e.clientWidth > 1
    && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1)
    && getComputedStyle(e).overflow != 'visible')
  .map(e => e.outerHTML.slice(0, 100))"""
OUTSIDE = """() => [...document.querySelectorAll('body *')]
  .filter(e => !e.closest('.unseen') && e.getBoundingClientRect().width)
  .filter(e => e.getBoundingClientRect().left < -1
    || e.getBoundingClientRect().right > innerWidth + 1)
  .map(e => e.outerHTML.slice(0, 100))"""

# Every rule of WCAG 2.2 A and AA, and axe's best practices
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


def faults(page: Page, *rules: str) -> list[str]:
    """Return what axe finds by some rules, or groups of them; a page is given it once."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options = {"resultTypes": ["violations"], "runOnly": rules or RULES}
    found: list[str] = page.evaluate(
        "async options => (await axe.run(options)).violations"
        ".map(each => `${each.id}: ${JSON.stringify(each.nodes.map(node => node.html))}`)",
        options,
    )
    return found


FOCUSED = "document.activeElement.outerHTML.slice(0, 120)"
# Where the ring is drawn: on the element itself or, where the whole row is touched, around it
RINGED = """() => { const at = document.activeElement, row = at.closest('.choice') || at;
  return [at, row].some(e => { const s = getComputedStyle(e);
    return s.outlineStyle != 'none' && parseFloat(s.outlineWidth) >= 2 }) }"""


def stops(page: Page, most: int = 60) -> list[str]:
    """Press Tab through a page; return where it stops, after a look at the ring at each."""
    found: list[str] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement == document.body"):
            break
        found.append(page.evaluate(FOCUSED))
        assert page.evaluate(RINGED), found[-1]
    return found
