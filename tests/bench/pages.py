"""The first page on a slow line: when a telephone shows something, and what came for it."""

from datetime import date
from pathlib import Path

from click import echo

from materials.example import write_example
from tests.browser import chromium, served
from tests.webapp.conftest import LANGUAGES, code

BITS, LATENCY = 400_000, 400  # a second; milliseconds there and back
RUNS = 5
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
SIZE = "performance.getEntriesByType('navigation')[0].transferSize"


def pages(folder: Path) -> None:
    """Time the first paint of a cold page in each language, at 400 kb/s and 400 ms."""
    own = folder.with_name("pages")
    write_example(own, date.today())  # noqa: DTZ011  a wave is open
    with served(own) as base, chromium() as browser:
        for language in LANGUAGES:
            paints, size = [], 0
            for _ in range(RUNS):
                context = browser.new_context(bypass_csp=True)
                page = context.new_page()
                line = context.new_cdp_session(page)
                line.send("Network.enable")
                line.send(
                    "Network.emulateNetworkConditions",
                    {
                        "offline": False,
                        "latency": LATENCY,
                        "downloadThroughput": BITS / 8,
                        "uploadThroughput": BITS / 8,
                    },
                )
                page.goto(f"{base}/{code(language)}")
                page.wait_for_function(PAINT)
                paints.append(page.evaluate(PAINT))
                size = page.evaluate(SIZE)
                context.close()
            middle = sorted(paints)[RUNS // 2]
            echo(
                f"first paint, {language:<4} {middle:8,.0f} ms   {size:6,} bytes   "
                "(LimeSurvey 6.14: 8,400 ms, 1,237,729 bytes)"
            )
