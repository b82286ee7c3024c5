"""Every kind of page that staff see, as a browser that is signed in opens it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from playwright.sync_api import Page

from materials.example import write_example
from surveys.storage import Entry, Passkey, Storage
from surveys.storage.account_schema import sign_ins
from tests.conftest import NOON
from tests.webapp.conftest import HASH, PASSWORD, PEOPLE
from tests.webapp.site import Open, Site, site
from webapp.audit import KIND_NAMES
from webapp.config import SECOND_FACTOR

LANGUAGES = ["de", "en"]
TOTP = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
LONG_NAME = "Quartiersmanagement Neustadt-Neuschönefeld-Volkmarsdorf"


@contextmanager
def staff_site(folder: Path) -> Iterator[Site]:
    """Serve the example with some accounts, a second factor being optional."""
    write_example(folder, NOON.date())
    with site(folder, **{SECOND_FACTOR: "optional"}) as made:
        made.base = made.base.replace("127.0.0.1", "localhost")
        storage = storage_of(made)
        for name, role in {**PEOPLE, "with-second-factor": "admin"}.items():
            storage.add_account(name, role, HASH)
        storage.set_totp("with-second-factor", TOTP)
        key = Passkey(
            credential=b"1", public_key=b"1", sign_count=0, label="Telefon", added=NOON.date()
        )
        storage.add_passkey("with-second-factor", key)
        storage.add_account(LONG_NAME, "viewer")
        storage.set_disabled("vera", disabled=True)
        storage.add_api_token("x", "anna", "Auswertung für den Stadtteilrat", NOON.date())
        for kind in KIND_NAMES:
            storage.log(Entry(minute=NOON, name="anna", kind=kind, subject=LONG_NAME))
        yield made


def storage_of(site: Site) -> Storage:
    found: Storage = site.app.extensions["philos"].storage
    return found


def sign_in(site: Site, page: Page, name: str = "anna") -> None:
    """Give name and password, or what the browser was given for them the first time."""
    page.context.clear_cookies()
    if name in site.cookies:
        page.context.add_cookies(site.cookies[name])
        return
    page.goto(f"{site.base}/staff/login")
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    press(page, "button.primary")
    site.cookies[name] = page.context.cookies()


def press(page: Page, button: str) -> None:
    """Press a button that leads to another page."""
    with page.expect_navigation():
        page.locator(button).first.click()


def go(site: Site, page: Page, path: str, language: str) -> None:
    """Open a page of staff in a language."""
    answer = page.goto(f"{site.base}/staff/{path}{'&' if '?' in path else '?'}language={language}")
    assert answer is not None
    assert answer.status < 500, path
    assert f"/staff/{path}" in answer.url  # nobody is led to sign in


def _at(path: str, name: str = "anna") -> Open:
    def open_(site: Site, page: Page, language: str) -> None:
        sign_in(site, page, name)
        go(site, page, path, language)

    return open_


def _signed_out(path: str) -> Open:
    def open_(site: Site, page: Page, language: str) -> None:
        page.context.clear_cookies()
        go(site, page, path, language)

    return open_


def _pressed(path: str, button: str, **fields: str) -> Open:
    """Fill in a form of a page and send it."""

    def open_(site: Site, page: Page, language: str) -> None:
        sign_in(site, page)
        go(site, page, path, language)
        for name, value in fields.items():
            page.fill(f"#{name}", value)
        press(page, button)

    return open_


def _wrong(site: Site, page: Page, language: str) -> None:
    page.context.clear_cookies()
    go(site, page, "login", language)
    page.fill("#name", "nobody")
    page.fill("#password", "wrong")
    press(page, "button.primary")
    site.app.extensions["philos"].guessing._limiter.storage.reset()


def _invitation(site: Site, page: Page, language: str) -> None:
    _INVITED(site, page, language)
    address = page.locator(".once").inner_text()
    page.context.clear_cookies()
    page.goto(f"{address}?language={language}")
    assert page.locator("#again").is_visible()


def _second(site: Site, page: Page, language: str) -> None:
    sign_in(site, page, "with-second-factor")
    go(site, page, "login/second", language)
    page.locator("summary").click()
    assert page.locator("form.passkey").is_visible()


def _set_totp(site: Site, secret: str | None) -> None:
    """Change the second factor as in the session that is open: it goes on, under the new epoch."""
    storage = storage_of(site)
    storage.set_totp("anna", secret)
    changed = storage.account("anna")
    assert changed is not None
    with storage._write() as connection:
        theirs = sa.update(sign_ins).where(sign_ins.c.name == "anna")
        connection.execute(theirs.values(epoch=changed.epoch))


def _factors(site: Site, page: Page, language: str) -> None:
    sign_in(site, page)
    storage = storage_of(site)
    _set_totp(site, TOTP)
    storage.set_recovery_codes("anna", ["1", "2"])
    go(site, page, "account/factors/", language)
    _set_totp(site, None)


def _recovery(site: Site, page: Page, language: str) -> None:
    _factors(site, page, language)
    _set_totp(site, TOTP)
    press(page, "form[action$=recovery] button")
    _set_totp(site, None)


_INVITED = _pressed("users", "form:has([value=invite]) button")
STAFF_PAGES: Mapping[str, Open] = {
    "sign in": _signed_out("login"),
    "sign in, wrong": _wrong,
    "second step": _second,
    "confirm": _at("confirm"),
    "account": _at("account/"),
    "password": _at("account/password"),
    "password, refused": _pressed(
        "account/password", "button.primary", password="aaaaaaaaaaaa", again="aaaaaaaaaaaa"
    ),
    "new token": _pressed("account/", "form.opening button", label="Auswertung"),
    "second factor, none yet": _at("account/factors/"),
    "second factor": _factors,
    "one-time codes": _at("account/factors/codes"),
    "passkey": _at("account/factors/passkey"),
    "recovery codes": _recovery,
    "users": _at("users"),
    "invited": _INVITED,
    "invitation": _invitation,
    "invitation, gone": _signed_out("invitation/x"),
    "log": _at("log"),
    "log, empty": _at("log?page=9"),
    "not for this role": _at("users", "kim"),
}
