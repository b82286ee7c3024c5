"""The second step of signing in: a passkey, a one-time code, or a recovery code."""

from flask import Blueprint, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from webapp import one_time_codes, passkeys, sessions
from webapp.audit import Kind, audit
from webapp.auth import arrive, wanted
from webapp.passkeys import Party, PasskeyError
from webapp.roles import allowed
from webapp.service import service
from webapp.sessions import User
from webapp.staff import show
from webapp.staff_forms import CodeForm, CredentialForm

pages = Blueprint("second_factor", __name__, url_prefix="/staff/login")


def here() -> Party | None:
    """Return for whom passkeys sign at this address; None where browsers have none."""
    return passkeys.party(service().campaign.host, request.host, request.scheme)


@pages.get("/second")
@allowed(None)
def second_factor() -> AnyResponse:
    """Ask for the second factor."""
    waiting = sessions.pending()
    return _form(waiting) if waiting else _again()


@pages.post("/second")
@allowed(None)
def check() -> AnyResponse:
    """Take the second factor."""
    waiting = sessions.pending()
    if waiting is None:
        return _again()
    tries = service().guessing.factor(waiting.account, is_code="code" in request.form)
    if not tries.are_left:
        return _form(waiting, "often", 429)
    how = next((each for each, fits in _CHECKS.items() if fits(waiting)), None)
    if how is None:
        tries.failed()
        audit(Kind.FACTOR_FAILED, name=waiting.name)
        return _form(waiting, "wrong", 403)
    return arrive(waiting.account, how)


def _by_code(waiting: User) -> bool:
    code, form = request.form.get("code"), CodeForm()
    right = code is not None and form.validate_on_submit()
    storage, at = service().storage, sessions.seconds()
    return right and one_time_codes.is_code(storage, waiting.account, code or "", at)


def _by_recovery_code(waiting: User) -> bool:
    code = request.form.get("recovery", "")[:40]
    return bool(code) and one_time_codes.is_recovery_code(service().storage, waiting.account, code)


def _by_passkey(waiting: User) -> bool:
    """Return whether a passkey has signed the challenge of this session, which is used up."""
    form, whose, storage = CredentialForm(), here(), service().storage
    if whose is None or not form.validate_on_submit():
        return False
    challenge = storage.take_challenge(waiting.token, sessions.seconds() - passkeys.WITHIN)
    try:
        passkey, signed = passkeys.used(
            whose, form.credential.data or "", challenge or "", storage.passkeys(waiting.name)
        )
    except PasskeyError:
        return False
    return challenge is not None and storage.use_passkey(waiting.name, passkey, signed)


_CHECKS = {"TOTP": _by_code, "Recovery": _by_recovery_code, "Passkey": _by_passkey}


def _again() -> AnyResponse:
    """Begin anew: the password was given too long ago, or never."""
    return redirect(url_for("auth.login", next=wanted() or None), 303)


def _form(waiting: User, error: str = "", status: int = 200) -> AnyResponse:
    whose, storage = here(), service().storage
    options = ""
    if whose and waiting.account.passkeys:
        options, challenge = passkeys.request(whose, storage.passkeys(waiting.name))
        storage.set_challenge(waiting.token, challenge, sessions.seconds())
    page = show(
        "second-factor", account=waiting.account, options=options, error=error, next=wanted()
    )
    return make_response(page, status)
