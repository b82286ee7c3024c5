"""All accounts, for admins; and the invitation with which somebody sets her own password.

No admin ever knows a password: an account is opened with an address that is good once.
"""

from collections.abc import Callable

from flask import Blueprint, abort, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from surveys.storage import Account
from webapp import account, passwords, sessions
from webapp.audit import Kind, audit
from webapp.invitations import OPEN
from webapp.roles import Role, allowed
from webapp.service import service
from webapp.staff import show
from webapp.staff_forms import AccountForm

pages = Blueprint("users", __name__, url_prefix="/staff")


@pages.get("/users")
@allowed(Role.ADMIN, recent=True)
def users() -> AnyResponse:
    """Show all accounts."""
    return _page()


@pages.post("/users")
@allowed(Role.ADMIN, recent=True)
def invite() -> AnyResponse:
    """Add an account, and show the address with which its owner sets a password."""
    form, storage = AccountForm(), service().storage
    if not form.validate_on_submit():
        return _page("missing", 422)
    name, role = form.name.data or "", form.role.data or ""
    if not storage.add_account(name, role):
        return _page("known", 422)
    audit(Kind.USER_INVITED, name, role)
    return _invitation(name)


@pages.post("/users/change")
@allowed(Role.ADMIN, recent=True)
def change() -> AnyResponse:
    """Change an account that is not one's own, so that there is always somebody left."""
    name = request.form.get("name", "")
    known = service().storage.account(name) or abort(404)
    if name == sessions.signed_in().name:
        return _page("own", 422)
    do = _CHANGES.get(request.form.get("do", "")) or abort(400)
    return do(known)


def _set_role(known: Account) -> AnyResponse:
    role = request.form.get("role", "")
    if role not in set(Role):
        abort(400)
    service().storage.set_role(known.name, role)
    return _done(Kind.USER_ROLE, known.name, role)


def _disable(known: Account) -> AnyResponse:
    service().storage.set_disabled(known.name, disabled=True)
    return _done(Kind.USER_DISABLED, known.name)


def _enable(known: Account) -> AnyResponse:
    service().storage.set_disabled(known.name, disabled=False)
    return _done(Kind.USER_ENABLED, known.name)


def _reset(known: Account) -> AnyResponse:
    service().storage.remove_factors(known.name)
    return _done(Kind.FACTOR_REMOVED, known.name)


def _renew(known: Account) -> AnyResponse:
    """Invite anew: whatever was granted before ends, the password and older invitations as well."""
    service().storage.end_password(known.name)
    audit(Kind.USER_INVITED, known.name)
    return _invitation(known.name)


_CHANGES: dict[str, Callable[[Account], AnyResponse]] = {
    "role": _set_role,
    "disable": _disable,
    "enable": _enable,
    "reset": _reset,
    "invite": _renew,
}


def _done(kind: Kind, name: str, reason: str = "") -> AnyResponse:
    audit(kind, name, reason)
    return redirect(url_for(".users"), 303)


def _invitation(name: str) -> AnyResponse:
    known = service().storage.account(name) or abort(404)
    token = service().invitations.token(known, service().moment)
    address = url_for(".accept", token=token, _external=True)
    return make_response(show("invited", invited=name, address=address, days=OPEN.days))


def _page(error: str = "", status: int = 200) -> AnyResponse:
    found = service().storage.accounts()
    page = show("users", accounts=found, user=sessions.signed_in(), error=error)
    return make_response(page, status)


@pages.get("/invitation/<token>")
@allowed(None)
def accept(token: str) -> AnyResponse:
    """Ask whoever was invited for a password."""
    return _accept(_invited(token), token)


@pages.post("/invitation/<token>")
@allowed(None)
def accepted(token: str) -> AnyResponse:
    """Set the password; the invitation is used up."""
    invited = _invited(token)
    new, error = account.new_password(invited.name) if invited else ("", "")
    if invited is None or error:
        return _accept(invited, token, error)
    hashed = passwords.hashed(new)
    if not service().storage.accept_invitation(invited.name, invited.epoch, hashed):
        return _accept(None, token)
    audit(Kind.PASSWORD, invited.name, name=invited.name)
    return redirect(url_for("auth.login", done="password"), 303)


def _invited(token: str) -> Account | None:
    return service().invitations.account(service().storage, token, service().moment)


def _accept(invited: Account | None, token: str, error: str = "") -> AnyResponse:
    page = show("accept", invited=invited, token=token, error=error, shortest=passwords.SHORTEST)
    return make_response(page, 422 if error else 200 if invited else 404)
