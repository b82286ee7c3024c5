"""One's own account: the password, and tokens for programs."""

from flask import Blueprint, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from webapp import passwords, sessions
from webapp.audit import Kind, audit
from webapp.bearer import new_token
from webapp.roles import Role, allowed
from webapp.service import service
from webapp.staff import show
from webapp.staff_forms import LabelForm, NewPasswordForm

pages = Blueprint("account", __name__, url_prefix="/staff/account")


@pages.get("/")
@allowed(Role.VIEWER)
def account() -> AnyResponse:
    """Show the account, and what it has."""
    return _page()


@pages.get("/password")
@allowed(Role.VIEWER, recent=True)
def password() -> AnyResponse:
    """Ask for a new password."""
    return make_response(show("password", error="", shortest=passwords.SHORTEST))


@pages.post("/password")
@allowed(Role.VIEWER, recent=True)
def set_password() -> AnyResponse:
    """Change the password, which ends every other session and all tokens."""
    user = sessions.signed_in()
    new, error = new_password(user.name)
    if error:
        page = show("password", error=error, shortest=passwords.SHORTEST)
        return make_response(page, 422)
    service().storage.set_password(user.name, passwords.hashed(new))
    audit(Kind.PASSWORD, user.name)
    sessions.begin_again()
    return redirect(url_for(".account", done="password"), 303)


def new_password(name: str) -> tuple[str, str]:
    """Return the password that was typed twice, and what is wrong with it, if anything."""
    form = NewPasswordForm()
    new = form.password.data or ""
    if not form.validate_on_submit() or new != (form.again.data or ""):
        return "", "different"
    return new, passwords.weakness(new, name)


@pages.post("/end")
@allowed(Role.VIEWER)
def end_others() -> AnyResponse:
    """Sign out everywhere else; tokens end as well."""
    service().storage.end_all(sessions.signed_in().name)
    sessions.begin_again()
    return redirect(url_for(".account", done="ended"), 303)


@pages.post("/tokens")
@allowed(Role.VIEWER, recent=True)
def add_token() -> AnyResponse:
    """Add a token, and show it this once."""
    user, form = sessions.signed_in(), LabelForm()
    if not form.validate_on_submit():
        return _page("label", 422)
    token, label = new_token(), form.label.data or ""
    service().storage.add_api_token(token, user.name, label, service().today)
    audit(Kind.TOKEN_ADDED, label)
    return make_response(show("token", token=token, label=label))


@pages.post("/tokens/remove")
@allowed(Role.VIEWER)
def remove_token() -> AnyResponse:
    """Remove a token; what uses it can read no more."""
    user, which = sessions.signed_in(), request.form.get("token", "")
    label = next((t.label for t in service().storage.api_tokens(user.name) if t.id == which), "")
    if service().storage.remove_api_token(user.name, which):
        audit(Kind.TOKEN_REMOVED, label)
    return redirect(url_for(".account"), 303)


def _page(error: str = "", status: int = 200) -> AnyResponse:
    user = sessions.signed_in()
    tokens = service().storage.api_tokens(user.name)
    done = request.args.get("done", "")
    page = show("account", user=user, tokens=tokens, error=error, done=done)
    return make_response(page, status)
