"""Signing in: the password first, then a second factor; and who may see a page of staff."""

from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    after_this_request,
    current_app,
    make_response,
    redirect,
    request,
    url_for,
)
from flask_wtf import CSRFProtect
from werkzeug.wrappers import Response as AnyResponse

from surveys.storage import Account, Storage
from webapp import passwords, sessions
from webapp.audit import Kind, audit
from webapp.roles import Access, Role, access, allowed
from webapp.service import service
from webapp.staff import show
from webapp.staff_forms import ConfirmForm, SignInForm

pages = Blueprint("auth", __name__, url_prefix="/staff")
_csrf = CSRFProtect()


def renew_demo(storage: Storage) -> str:
    """Give the account of a trial a new random password, and return it."""
    password = passwords.random()
    hashed = passwords.hashed(password)
    if not storage.add_account("demo", Role.ADMIN, hashed):
        storage.set_password("demo", hashed)
    return password


@pages.get("/login")
@allowed(None)
def login() -> AnyResponse:
    """Show where to sign in."""
    return _form()


@pages.post("/login")
@allowed(None)
def sign_in() -> AnyResponse:
    """Take the name and the password; lead on to the second factor where there is one."""
    form = SignInForm()
    if not form.validate_on_submit():
        return _form("missing", 422)
    name, password = form.name.data or "", form.password.data or ""
    account = service().storage.account(name)
    tries = service().guessing.password(name, account)
    if not tries.are_left:
        return _form("often", 429)
    if not passwords.fits(service().storage, account, password) or account is None:
        tries.failed()
        return _form("wrong", 403)
    if account.has_second_factor:
        sessions.begin(account, complete=False)
        return redirect(url_for("second_factor.second_factor", next=wanted() or None), 303)
    return arrive(account)


def arrive(account: Account, how: str = "") -> AnyResponse:
    """Begin the session of who has shown all that is asked for, and lead to the page she wanted."""
    sessions.begin(account, complete=True)
    audit(Kind.SIGN_IN, reason=how, name=account.name)
    response = redirect(wanted() or url_for("overview.overview"), 303)
    return service().guessing.trust(response, account)


@pages.post("/logout")
@allowed(Role.VIEWER, before_factor=True)
def logout() -> AnyResponse:
    """Sign a coordinator out."""
    sessions.end()
    return redirect(url_for(".login"), 303)


@pages.get("/confirm")
@allowed(Role.VIEWER, before_factor=True)
def confirm() -> AnyResponse:
    """Ask for the password again before something that matters."""
    return make_response(show("confirm", form=ConfirmForm(), error="", next=wanted() or None))


@pages.post("/confirm")
@allowed(Role.VIEWER, before_factor=True)
def confirmed() -> AnyResponse:
    """Take the password again, and go on."""
    user, form = sessions.signed_in(), ConfirmForm()
    tries = service().guessing.password(user.name, user.account)
    if not tries.are_left:
        return make_response(show("confirm", form=form, error="often", next=wanted() or None), 429)
    given = form.password.data if form.validate_on_submit() else ""
    if not passwords.fits(service().storage, user.account, given or ""):
        tries.failed()
        return make_response(show("confirm", form=form, error="wrong", next=wanted() or None), 422)
    service().storage.confirm_sign_in(user.token, sessions.seconds())
    return redirect(wanted() or url_for("account.account"), 303)


def wanted() -> str:
    """Return the page of staff that an address or a form leads on to; empty if it is none."""
    target = request.values.get("next", "")
    plain = target.isascii() and target.isprintable() and not set(target) & set("\\ ")
    return target if plain and target.startswith(sessions.PREFIX) else ""


def _form(error: str = "", status: int = 200) -> Response:
    done = request.args.get("done") == "password"  # who has just set hers comes here
    page = show("login", form=SignInForm(), error=error, done=done, next=wanted() or None)
    return make_response(page, status)


def init_app(app: Flask) -> None:
    """Let an application know who is signed in; only staff's pages need a form's token."""
    sessions.init_app(app)
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    _csrf.init_app(app)


@pages.before_app_request
def _protect() -> AnyResponse | None:
    """Check the token of every form of staff, and who may see the page.

    Residents have no cookie that could be abused.
    """
    if not sessions.is_for_staff(request):
        return None
    after_this_request(_keep_nothing)
    _csrf.protect()
    if request.endpoint is None:
        return None
    return _turned_away(access(current_app.view_functions[request.endpoint]))


def _turned_away(declared: Access | None) -> AnyResponse | None:
    """Return the answer to who may not see a page, None to who may."""
    if declared is None:
        abort(403)  # a page that does not say who may see it is for nobody
    if declared.role is None:
        return None
    user = sessions.user()
    if user is None:
        return redirect(url_for("auth.login", next=_here()))
    if not user.may(declared.role):
        return make_response(show("forbidden"), 403)
    if user.needs_second_factor and not declared.before_factor:
        return redirect(url_for("factors.factors"))
    if declared.recent and not user.is_recent:
        return redirect(url_for("auth.confirm", next=_here()), 303)
    return None


def _here() -> str:
    """Return the page to come back to: a form that was posted cannot be, its page can."""
    if request.method in {"GET", "HEAD"}:
        return request.full_path.rstrip("?")
    back = urlsplit(request.referrer or "")
    return f"{back.path}?{back.query}".rstrip("?")


def _keep_nothing(response: AnyResponse) -> AnyResponse:
    """Let neither browser nor anybody on the way keep a page of staff: it may show a secret.

    A file that shows none says itself how long it can be kept.
    """
    response.headers.setdefault("Cache-Control", "no-store")
    return response
