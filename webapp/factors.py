"""Second factors of one's own: one-time codes, passkeys, recovery codes."""

import hmac
from collections.abc import Callable

from flask import Blueprint, abort, make_response, redirect, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from materials.qr import symbol
from surveys.storage import Passkey
from webapp import one_time_codes, passkeys
from webapp.audit import Kind, audit
from webapp.passkeys import PasskeyError
from webapp.roles import Role, allowed
from webapp.second_factor import here
from webapp.service import service
from webapp.sessions import User, begin_again, seconds, signed_in
from webapp.staff import show
from webapp.staff_forms import CodeForm, CredentialForm, LabelForm

pages = Blueprint("factors", __name__, url_prefix="/staff/account/factors")
own = allowed(Role.VIEWER, recent=True, before_factor=True)
_SECRET = "totp"  # in the session until a first code shows that the app has it  # noqa: S105


@pages.get("/")
@own
def factors() -> AnyResponse:
    """Show the second factors, and what others can be set up."""
    user = signed_in()
    return _page("factors", keys=_passkeys(user), can_have_keys=here() is not None)


@pages.get("/codes")
@own
def codes() -> AnyResponse:
    """Show a secret for an app that makes one-time codes."""
    secret = session.setdefault(_SECRET, one_time_codes.new_secret())
    return _codes(secret)


@pages.post("/codes")
@own
def add_codes() -> AnyResponse:
    """Take the app's first code, and so know that it works."""
    user, form, secret = signed_in(), CodeForm(), session.get(_SECRET)
    if secret is None:
        return redirect(url_for(".codes"), 303)
    typed = form.code.data if form.validate_on_submit() else ""
    step = one_time_codes.step_of(secret, typed or "", seconds())
    if step is None:
        return _codes(secret, "wrong", 422)
    del session[_SECRET]
    service().storage.set_totp(user.name, secret, step)
    return _added(user, "TOTP")


@pages.get("/passkey")
@own
def passkey() -> AnyResponse:
    """Ask the browser to make a passkey."""
    return _passkey()


@pages.post("/passkey")
@own
def add_passkey() -> AnyResponse:
    """Take the passkey that the browser has made."""
    user, form, label, whose = signed_in(), CredentialForm(), LabelForm(), here()
    challenge = service().storage.take_challenge(user.token, seconds() - passkeys.WITHIN)
    if whose is None or not form.validate_on_submit() or not label.validate():
        return _passkey("missing", 422)
    try:
        made = passkeys.created(
            whose,
            form.credential.data or "",
            challenge or "",
            label.label.data or "",
            service().today,
        )
    except PasskeyError:
        return _passkey("wrong", 422)
    if challenge is None or not service().storage.add_passkey(user.name, made):
        return _passkey("wrong", 422)
    return _added(user, "Passkey")


@pages.post("/recovery")
@own
def recovery() -> AnyResponse:
    """Draw new recovery codes, and show them this once."""
    if not signed_in().account.has_second_factor:
        return redirect(url_for(".factors"), 303)
    return _recovery(signed_in())


@pages.post("/remove")
@own
def remove() -> AnyResponse:
    """Remove one-time codes or a passkey."""
    user, what = signed_in(), request.form.get("what", "")
    if _REMOVALS.get(what, _remove_passkey)(user, what):
        audit(Kind.FACTOR_REMOVED, user.name)
        begin_again()
    return redirect(url_for(".factors"), 303)


def _remove_codes(user: User, _what: str) -> bool:
    service().storage.set_totp(user.name, None)
    return True


def _remove_passkey(user: User, what: str) -> bool:
    try:
        credential = bytes.fromhex(what)
    except ValueError:
        abort(400)
    return service().storage.remove_passkey(user.name, credential)


_REMOVALS: dict[str, Callable[[User, str], bool]] = {"codes": _remove_codes}


def _added(user: User, kind: str) -> AnyResponse:
    """Log a new factor, and go on in the one session that has shown it.

    With the first one show recovery codes.
    """
    audit(Kind.FACTOR_ADDED, user.name, kind)
    begin_again()
    if user.account.recovery_codes:
        return redirect(url_for(".factors"), 303)
    return _recovery(user)


def _recovery(user: User) -> AnyResponse:
    drawn = one_time_codes.new_recovery_codes(service().storage, user.name)
    audit(Kind.FACTOR_ADDED, user.name, "Recovery")
    return _page(
        "recovery",
        codes=drawn,
        file="\n".join((service().campaign.host, user.name, "", *drawn, "")),
    )


def _codes(secret: str, error: str = "", status: int = 200) -> AnyResponse:
    address = one_time_codes.address(secret, signed_in().name, service().campaign.title)
    return _page("one-time-codes", status, secret=secret, symbol=symbol(address, "M"), error=error)


def _passkey(error: str = "", status: int = 200) -> AnyResponse:
    user, whose = signed_in(), here()
    if whose is None:
        return redirect(url_for(".factors"), 303)
    handle = hmac.digest(service().settings.secret, f"passkey {user.name}".encode(), "sha256")
    options, challenge = passkeys.creation(whose, user.name, handle, _passkeys(user))
    service().storage.set_challenge(user.token, challenge, seconds())
    return _page("passkey", status, options=options, error=error)


def _passkeys(user: User) -> list[Passkey]:
    return service().storage.passkeys(user.name)


def _page(name: str, status: int = 200, **context: object) -> AnyResponse:
    return make_response(show(name, user=signed_in(), **context), status)
