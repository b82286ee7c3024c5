"""Coordinators' accounts: argon2id, a signed cookie, limits on guessing kept in memory alone."""

import hashlib
import hmac
import secrets
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import (
    Blueprint,
    Flask,
    Request,
    Response,
    make_response,
    redirect,
    request,
    session,
    url_for,
)
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_login import LoginManager, UserMixin, login_required, login_user, logout_user
from flask_wtf import CSRFProtect
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from werkzeug.wrappers import Response as AnyResponse

from surveys.storage import Storage
from webapp.forms import SignInForm
from webapp.service import service
from webapp.staff import show

SHORTEST_PASSWORD = 12  # characters
# For one name from one address, and for all names from one address; never for a name alone, with
# which anybody could shut a coordinator out.
PER_NAME = parse("5 per 15 minutes")
PER_ADDRESS = parse("20 per 15 minutes")

pages = Blueprint("auth", __name__, url_prefix="/staff")
_manager = LoginManager()
_csrf = CSRFProtect()
_limiter = MovingWindowRateLimiter(MemoryStorage())
_key = secrets.token_bytes(32)  # of this process; no address outlives it
# OWASP's second choice of parameters: 19 MiB and two passes
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_busy = BoundedSemaphore(2)  # hashing is meant to be dear: not more of it at once
_nobody = _hasher.hash(secrets.token_hex(16))


class User(UserMixin):  # type: ignore[misc]
    """A coordinator who is signed in; the id is the name."""

    def __init__(self, name: str) -> None:
        self.id = name


class StaffSessions(SecureCookieSessionInterface):
    """Sessions of coordinators alone: a resident's page neither reads a cookie nor varies by it."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return the session of a page for coordinators; None leaves a page without one."""
        return super().open_session(app, request) if _is_for_staff(request) else None


def _is_for_staff(request: Request) -> bool:
    return request.path.startswith(f"{pages.url_prefix}/")


def hashed(password: str) -> str:
    """Return the argon2id hash of a password."""
    return _hasher.hash(password)


def renew_demo(storage: Storage) -> str:
    """Give the account of a trial a new random password, and return it."""
    password = secrets.token_urlsafe(12)
    storage.set_password_hash("demo", hashed(password))
    return password


def _fits(name: str, password: str) -> bool:
    """Return whether a password is that of an account; it takes as long where there is none."""
    known = service().storage.password_hash(name)
    with _busy:
        try:
            return _hasher.verify(known or _nobody, password) and known is not None
        except (VerificationError, InvalidHashError):
            return False


def _may_try(name: str) -> bool:
    """Count an attempt; return whether there were not too many of late."""
    address = request.remote_addr or ""
    keys = [
        hmac.new(_key, part.encode(), hashlib.sha256).hexdigest()
        for part in (address, f"{address} {name.casefold()}")
    ]
    in_all, by_name = (
        _limiter.hit(limit, key) for limit, key in zip((PER_ADDRESS, PER_NAME), keys, strict=True)
    )
    return in_all and by_name


@pages.get("/login")
def login() -> AnyResponse:
    """Show where to sign in."""
    return _form()


@pages.post("/login")
def sign_in() -> AnyResponse:
    """Sign a coordinator in."""
    form = SignInForm()
    name, password = form.name.data or "", form.password.data or ""
    if not form.validate_on_submit():
        return _form("missing", 422)
    if not _may_try(name):
        return _form("often", 429)
    if not _fits(name, password):
        return _form("wrong", 403)
    session.clear()
    login_user(User(name))
    return redirect(url_for("results.overview"), 303)


@pages.post("/logout")
@login_required  # type: ignore[untyped-decorator]
def logout() -> AnyResponse:
    """Sign a coordinator out."""
    logout_user()
    session.clear()
    return redirect(url_for(".login"), 303)


def _form(error: str = "", status: int = 200) -> Response:
    return make_response(show("login", form=SignInForm(), error=error), status)


def _user(name: str) -> User | None:
    return User(name) if service().storage.password_hash(name) else None


def init_app(app: Flask) -> None:
    """Let an application know who is signed in; only staff's pages need a form's token."""
    app.session_interface = StaffSessions()
    _manager.init_app(app)
    _manager.login_view = "auth.login"
    _manager.login_message = None
    _manager.user_loader(_user)
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    _csrf.init_app(app)
    _limiter.storage.reset()


@pages.before_app_request
def _protect() -> None:
    """Check the token of every form of staff; residents have no cookie that could be abused."""
    if _is_for_staff(request):
        _csrf.protect()
