"""Passkeys: in a real browser with a virtual authenticator, and as hostile answers."""

import json
import re
import shutil
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, BrowserContext, Page

from materials.example import write_example
from surveys.storage import Passkey, Storage
from tests.conftest import NOON
from tests.webapp.conftest import HASH, PASSWORD
from tests.webapp.site import Site, site
from webapp import passkeys
from webapp.passkeys import Party, PasskeyError, party

DAY = date(2026, 11, 22)
HERE = Party(host="localhost", origin="http://localhost:8000")


@pytest.mark.parametrize(
    ("asked", "scheme", "origin"),
    [
        ("umfrage.example.org", "https", "https://umfrage.example.org"),
        ("localhost:8000", "http", "http://localhost:8000"),
        ("localhost", "https", "https://localhost"),
    ],
)
def test_passkeys_sign_for_the_campaigns_host_or_the_machine_itself(
    asked: str, scheme: str, origin: str
) -> None:
    found = party("umfrage.example.org", asked, scheme)
    assert found == Party(host=asked.partition(":")[0], origin=origin)


@pytest.mark.parametrize(
    ("campaign", "asked", "scheme"),
    [
        ("umfrage.example.org", "umfrage.example.org", "http"),
        ("umfrage.example.org", "evil.example.org", "https"),
        ("umfrage.example.org", "127.0.0.1:8000", "http"),
        ("203.0.113.1", "203.0.113.1", "https"),
        ("umfrage.example.org", "localhost.evil.example", "https"),
    ],
)
def test_elsewhere_browsers_have_none(campaign: str, asked: str, scheme: str) -> None:
    assert party(campaign, asked, scheme) is None


def options(made: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(made)
    return found


def test_what_a_browser_is_asked_is_new_each_time_and_names_no_account() -> None:
    first, challenge = passkeys.creation(HERE, "anna", b"\x01" * 32, [])
    again, other = passkeys.creation(HERE, "anna", b"\x01" * 32, [])
    assert options(first)["challenge"] == challenge != other
    assert options(first)["user"]["id"] == options(again)["user"]["id"]
    assert options(first)["authenticatorSelection"]["userVerification"] == "preferred"
    assert len(challenge) >= 80


def _urlsafe(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


KNOWN = [Passkey(credential=b"id", public_key=b"key", sign_count=0, label="x", added=DAY)]
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ("id", "rawId", "response", "type", "clientDataJSON", "attestationObject")
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=12,
)
_CREDENTIALS = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["aWQ", "x", ""]),
        "rawId": st.sampled_from(["aWQ", "x", "%"]),
        "type": st.sampled_from(["public-key", "x"]),
        "response": st.fixed_dictionaries(
            dict.fromkeys(
                ("clientDataJSON", "attestationObject", "authenticatorData", "signature"),
                st.binary(max_size=80).map(_urlsafe),
            )
        ),
    }
)


@given(st.text(max_size=100) | (_JSON | _CREDENTIALS).map(json.dumps))
def test_an_answer_that_fits_nothing_is_refused(answer: str) -> None:
    with pytest.raises(PasskeyError):
        passkeys.created(HERE, answer, "AAAA", "x", DAY)
    with pytest.raises(PasskeyError):
        passkeys.used(HERE, answer, "AAAA", KNOWN)


@pytest.mark.parametrize("answer", ["[" * 100_000, "{" * 9, "null", "1", "[]", '{"rawId": 1}'])
def test_an_answer_that_is_no_credential_is_refused(answer: str) -> None:
    with pytest.raises(PasskeyError):
        passkeys.created(HERE, answer, "", "x", DAY)
    with pytest.raises(PasskeyError):
        passkeys.used(HERE, answer, "", KNOWN)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("passkeys") / "campaign"
    write_example(folder, NOON.date())
    with site(folder) as made:
        made.base = made.base.replace("127.0.0.1", "localhost")
        yield made
    shutil.rmtree(folder)


@pytest.fixture
def storage(served: Site) -> Storage:
    found: Storage = served.app.extensions["philos"].storage
    found.add_account("anna", "admin", HASH)
    found.remove_factors("anna")
    return found


@pytest.fixture
def window(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(locale="de")
    context.set_default_timeout(15_000)
    yield context
    context.close()


def authenticator(page: Page) -> Any:
    """Give a page's browser a virtual authenticator; return the session that commands it."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    wanted = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
    sure = {"hasUserVerification": True, "isUserVerified": True}
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": wanted | sure})
    return session, made["authenticatorId"]


def password(page: Page, base: str) -> None:
    page.goto(f"{base}/staff/results")
    page.fill("#name", "anna")
    page.fill("#password", PASSWORD)
    forward(page, "button.primary")


def forward(page: Page, button: str) -> None:
    with page.expect_navigation():
        page.click(button)


def register(page: Page, base: str) -> None:
    """Sign in for the first time, be led to a second factor, and make a passkey."""
    password(page, base)
    assert page.url.endswith("/staff/account/factors/")
    page.click("a[href$='/factors/passkey']")
    page.fill("#label", "Laptop im Büro")
    forward(page, "form.passkey button")


def test_a_passkey_is_made_and_signs_in(
    served: Site, window: BrowserContext, storage: Storage
) -> None:
    page = window.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    authenticator(page)
    register(page, served.base)
    assert page.locator(".recovery li").count() == 10
    (key,) = storage.passkeys("anna")
    assert (key.label, key.added) == ("Laptop im Büro", NOON.date())
    forward(page, "header form button")

    password(page, served.base)
    assert "/staff/login/second" in page.url
    assert page.locator("#code").count() == 0
    forward(page, "form.passkey button")
    assert page.url == f"{served.base}/staff/results"
    (used,) = storage.passkeys("anna")
    assert used.sign_count > key.sign_count
    logged = {(entry.name, entry.reason) for entry in storage.entries(["sign-in"], most=9)}
    assert logged == {("anna", ""), ("anna", "Passkey")}
    assert faults == []


def test_a_copy_of_a_passkey_is_refused(
    served: Site, window: BrowserContext, storage: Storage
) -> None:
    page = window.new_page()
    authenticator(page)
    register(page, served.base)
    (key,) = storage.passkeys("anna")
    storage.use_passkey("anna", key, 1_000)  # another one has signed more often
    forward(page, "header form button")
    password(page, served.base)
    forward(page, "form.passkey button")
    assert "Das hat nicht gestimmt" in page.locator("#problem").inner_text()


def test_what_a_passkey_has_signed_is_good_once(
    served: Site, window: BrowserContext, storage: Storage
) -> None:
    page = window.new_page()
    authenticator(page)
    register(page, served.base)
    forward(page, "header form button")
    password(page, served.base)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or ""))
    forward(page, "form.passkey button")
    (answer,) = [each for each in sent if "credential=" in each]

    forward(page, "header form button")
    password(page, served.base)
    token = page.locator("input[name=csrf_token]").first.get_attribute("value")
    replayed = re.sub(r"csrf_token=[^&]*", f"csrf_token={token}", answer)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Referer": page.url}
    again = page.request.post(f"{served.base}/staff/login/second", data=replayed, headers=headers)
    assert again.status == 403


def test_a_browser_that_says_no_can_try_again(
    served: Site, window: BrowserContext, storage: Storage
) -> None:
    page = window.new_page()
    session, which = authenticator(page)
    register(page, served.base)
    forward(page, "header form button")
    password(page, served.base)
    (kept,) = session.send("WebAuthn.getCredentials", {"authenticatorId": which})["credentials"]
    session.send("WebAuthn.clearCredentials", {"authenticatorId": which})
    page.click("form.passkey button")
    page.wait_for_selector("form.passkey .error:not([hidden])")
    session.send("WebAuthn.addCredential", {"authenticatorId": which, "credential": kept})
    forward(page, "form.passkey button")
    assert page.url == f"{served.base}/staff/results"


def test_without_script_a_page_offers_what_works_without(
    served: Site, browser: Browser, storage: Storage
) -> None:
    storage.add_passkey("anna", KNOWN[0])
    storage.set_totp("anna", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    context = browser.new_context(java_script_enabled=False, locale="de")
    page = context.new_page()
    password(page, served.base)
    assert not page.locator("form.passkey").is_visible()
    assert page.locator("#code").is_visible()
    context.close()


def test_the_script_may_run_on_its_page_alone(served: Site, storage: Storage) -> None:
    client = served.app.test_client()
    assert "script-src" not in client.get("/staff/login").headers["Content-Security-Policy"]


def test_at_a_bare_address_passkeys_are_not_offered(
    served: Site, window: BrowserContext, storage: Storage
) -> None:
    page = window.new_page()
    password(page, served.base.replace("localhost", "127.0.0.1"))
    assert page.locator("a[href$='/factors/passkey']").count() == 0
    assert "Passkeys gehen nur an der Adresse der Kampagne" in page.locator("main").inner_text()
