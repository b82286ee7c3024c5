"""A campaign with every kind of page, served in this process so that a test can set the clock."""

import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page
from werkzeug.serving import make_server

from materials.campaign import FILE, load
from materials.sheets import sheets, targets
from surveys.links import Target
from surveys.storage import Storage, StorageError
from tests.conftest import NOON
from tests.webapp.speech import speech
from webapp.app import create_app
from webapp.config import settings

KINDS = Path(__file__).parents[1] / "surveys" / "kinds.toml"
CAMPAIGN = "leipziger-osten"
CODE = Target(CAMPAIGN, "rabet", "how-safe", "flyer-a6", "ar", "kinds").code
TAP = Target(CAMPAIGN, "rabet", "how-safe", "sticker", "ar", "here-now", 1).code
ITEMS = ("one", "several", "points", "rows.police", "rows.order", "band", "words")
RECORDED = "one"  # in German and Arabic
AFTER = datetime(2028, 1, 1, 12)  # noqa: DTZ001


def write_kinds(folder: Path, *, recorded: bool = True) -> None:
    """Let the example campaign in a folder ask with its own survey, one question read aloud."""
    file = folder / FILE
    text = file.read_text("utf-8").replace('survey = "how-safe"', 'survey = "kinds"')
    file.write_text(text.replace("free_text = false", "free_text = true"), "utf-8")
    (folder / "surveys").mkdir()
    shutil.copy(KINDS, folder / "surveys")
    for tag in ("de", "ar") if recorded else ():
        (folder / "audio" / tag).mkdir(parents=True)
        (folder / "audio" / tag / f"{RECORDED}.opus").write_bytes(speech(seconds=1))


@dataclass
class Site:
    """A served campaign. Its clock shows the last of ``moments``; staff have ``cookies``."""

    base: str
    app: Flask
    moments: list[datetime] = field(default_factory=lambda: [NOON])
    cookies: dict[str, Any] = field(default_factory=dict)

    def path(self, name: str, language: str, code: str = CODE, who: str = "A") -> str:
        """Return the address of a page of a respondent that each code and language has."""
        drawn = f"{(code + language)[:10]:A<10}{who}"
        signed = self.app.extensions["philos"].tokens.signature(drawn, CAMPAIGN, code)
        return f"{self.base}/{code}/{language}/{drawn}{signed}/{name}"

    @contextmanager
    def closed(self) -> Iterator[None]:
        """Let the last wave be over."""
        self.moments.append(AFTER)
        yield
        self.moments.pop()


@contextmanager
def site(folder: Path, **environ: str) -> Iterator[Site]:
    """Publish a campaign and serve it, with settings as the environment says them."""
    chosen = settings(folder, environ=environ)
    storage = Storage(chosen.database_url, chosen.secret)
    storage.upgrade()
    campaign = load(folder)
    links = targets(sheets(campaign)).values()
    storage.publish(links, campaign.instruments.values(), NOON.date())
    storage.close()
    moments = [NOON]

    def clock(zone: tzinfo) -> datetime:
        return moments[-1].replace(tzinfo=zone)

    app = create_app(chosen, clock)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Site(f"http://127.0.0.1:{server.server_port}", app, moments)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        app.extensions["philos"].storage.close()


Open = Callable[[Site, Page, str], None]


def _at(name: str, code: str = CODE) -> Open:
    return lambda site, page, language: _go(page, site.path(name, language, code))


def _go(page: Page, url: str, status: int = 200) -> None:
    answer = page.goto(url)
    assert answer is not None
    assert answer.status == status, url


def _home(query: str, status: int = 200) -> Open:
    return lambda site, page, language: _go(
        page, f"{site.base}/?language={language}{query}", status
    )


def _refused(name: str, code: str = CODE) -> Open:
    """Send a question's form without an answer."""

    def open_(site: Site, page: Page, language: str) -> None:
        _go(page, site.path(name, language, code))
        with page.expect_navigation():
            page.evaluate(
                "() => { for (const each of document.querySelectorAll(':checked'))"
                " each.checked = false; document.querySelector('textarea')?.replaceChildren();"
                " document.querySelector('form').submit() }"
            )

    return open_


def _answered(site: Site, page: Page, language: str) -> None:
    _go(page, site.path("several", language))
    for number in (0, 1):
        page.locator("input").nth(number).check()
    _forward(page, "button.next")
    _go(page, site.path("several", language))
    assert page.locator(":checked").count() == 2


def _summary(site: Site, page: Page, language: str) -> None:
    _answered(site, page, language)
    _go(page, site.path("words", language))
    page.fill("textarea", "Mehr Licht, 24/7! أكثر")
    _forward(page, "button.next")
    _go(page, site.path("answers", language))


def _thanks(site: Site, page: Page, language: str) -> None:
    _answered(site, page, language)
    _go(page, site.path("done", language))


def _tapped(site: Site, page: Page, language: str) -> None:
    _go(page, site.path("now", language, TAP))
    _forward(page, "button.choice >> nth=2")
    assert "/done?tapped=" in page.url


def _undone(site: Site, page: Page, language: str) -> None:
    _tapped(site, page, language)
    _forward(page, "main form button")


def _forward(page: Page, button: str) -> None:
    with page.expect_navigation():
        page.click(button)


def _deleting(site: Site, page: Page, language: str) -> None:
    _answered(site, page, language)
    _go(page, site.path("delete", language))


def _deleted(site: Site, page: Page, language: str) -> None:
    _deleting(site, page, language)
    _forward(page, "main form button")


def _notice(name: str) -> Open:
    return lambda site, page, language: _go(page, f"{site.base}/{name}/{language}")


def _closed(site: Site, page: Page, language: str) -> None:
    with site.closed():
        _go(page, f"{site.base}/{CODE}/{language}")


def _opening(site: Site, page: Page, language: str) -> None:
    site.moments.append(datetime(2025, 1, 1))  # noqa: DTZ001
    _go(page, f"{site.base}/{CODE}/{language}")
    site.moments.pop()


def _broken(site: Site, page: Page, language: str) -> None:
    def fail(*_: object) -> None:
        raise StorageError("disk full")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Storage, "response", fail)
        _go(page, site.path("one", language), 503)


def _slip(code: str) -> str:
    return code[1] + code[0] + code[2:]


PAGES: Mapping[str, Open] = {
    "home": _home(""),
    "home, mistyped, with suggestions": _home(f"&code={_slip(CODE)}", 404),
    "home, mistyped": _home("&code=what", 404),
    "home, unknown": _home(
        f"&code={Target('leipziger-osten', 'nowhere', 'x', 'y', 'de', 'kinds').code}", 404
    ),
    **{name: _at(name) for name in ITEMS},
    **{f"{name}, refused": _refused(name) for name in ITEMS},
    "one tap": _at("now", TAP),
    "one tap, refused": _refused("now", TAP),
    "several, answered": _answered,
    "summary": _summary,
    "thanks": _thanks,
    "thanks for nothing": lambda site, page, language: _go(
        page, site.path("done", language, who="B")
    ),
    "thanks for a tap": _tapped,
    "undone": _undone,
    "to be deleted": _deleting,
    "deleted": _deleted,
    "privacy": _notice("privacy"),
    "accessibility": _notice("accessibility"),
    "closed": _closed,
    "not yet open": _opening,
    "not found": lambda site, page, language: _go(page, site.path("nothing", language), 404),
    "not working": _broken,
}
