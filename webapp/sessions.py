"""Who is signed in: a random token in the signed cookie, and a session in the database."""

import secrets
from typing import Any, cast

from flask import Flask, Request, Response, after_this_request, g, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_login import LoginManager, UserMixin, current_user

from surveys.storage import Account, SignIn
from webapp.roles import Role, role_of
from webapp.service import service

PREFIX = "/staff/"
IDLE = 3600  # seconds without a page, after which a session ends
LONGEST = 12 * 3600  # seconds after which it ends in any case
PENDING = 600  # seconds in which the second factor must follow the password
RECENT = 900  # seconds for which a password holds for dangerous actions
_NOTED = 60  # seconds after which it is kept again that a session is used
_TOKEN, _LANGUAGE = "sign-in", "language"
_manager = LoginManager()


class User(UserMixin):  # type: ignore[misc]
    """Somebody who is signed in."""

    def __init__(self, token: str, sign_in: SignIn) -> None:
        self.token, self.sign_in = token, sign_in
        self.account = sign_in.account
        self.name = self.account.name
        self.role = role_of(self.account)

    def may(self, role: Role) -> bool:
        """Return whether she may do what a role may."""
        return self.role.includes(role)

    @property
    def is_recent(self) -> bool:
        """Return whether she has given her password of late."""
        return seconds() - self.sign_in.confirmed <= RECENT

    @property
    def needs_second_factor(self) -> bool:
        """Return whether she has yet to set one up: whoever can change something must have it."""
        required = service().settings.second_factor and self.may(Role.COORDINATOR)
        return required and not self.account.has_second_factor


class StaffSessions(SecureCookieSessionInterface):
    """Cookies of coordinators alone: a resident's page neither reads one nor varies by it."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return the cookie's content for a page of staff; None leaves a page without one."""
        return super().open_session(app, request) if is_for_staff(request) else None


def is_for_staff(request: Request) -> bool:
    """Return whether an address is one of staff's."""
    return request.path.startswith(PREFIX)


def seconds() -> int:
    """Return the present moment in seconds since 1970."""
    return int(service().moment.timestamp())


def user() -> User | None:
    """Return who is signed in; None while the second factor is waited for."""
    return cast("User", current_user) if current_user.is_authenticated else None


def signed_in() -> User:
    """Return who is signed in, on a page that nobody else can see."""
    found = user()
    assert found is not None
    return found


def pending() -> User | None:
    """Return who has given her password, and has yet to show a second factor."""
    found = _found(complete=False)
    return found if found and seconds() - found.sign_in.began <= PENDING else None


def begin(account: Account, *, complete: bool) -> None:
    """Begin a session under a new token; of what the cookie held only the language is kept."""
    token = secrets.token_urlsafe(32)
    language = session.get(_LANGUAGE)
    if old := session.get(_TOKEN):
        service().storage.end_sign_in(old)
    session.clear()
    g.pop("csrf_token", None)  # a form on the page that is being answered belongs to the new one
    session.update({_TOKEN: token} | ({_LANGUAGE: language} if language else {}))
    at = seconds()
    service().storage.begin_sign_in(token, account, at=at, complete=complete, oldest=at - LONGEST)
    if complete:
        service().storage.keep_day(account.name, service().today)


def begin_again() -> None:
    """Begin anew the session of who has changed her own account, which ended it with all others.

    Her browser is trusted as before.
    """
    changed = cast("Account", service().storage.account(signed_in().name))
    begin(changed, complete=True)

    @after_this_request
    def _trust(response: Response) -> Response:
        return cast("Response", service().guessing.trust(response, changed))


def end() -> None:
    """End the session, here and in the database."""
    if token := session.get(_TOKEN):
        service().storage.end_sign_in(token)
    session.clear()


def _found(*, complete: bool) -> User | None:
    token = session.get(_TOKEN)
    sign_in = service().storage.sign_in(token) if token else None
    if token is None or sign_in is None or sign_in.complete != complete:
        return None
    return User(token, sign_in)


def _load(_request: Request) -> User | None:
    """Return who is signed in, and keep that the session is used."""
    found, at = _found(complete=True), seconds()
    if found is None or at - found.sign_in.began > LONGEST or at - found.sign_in.seen > IDLE:
        return None
    if at - found.sign_in.seen > _NOTED:
        service().storage.see_sign_in(found.token, at)
    return found


def init_app(app: Flask) -> None:
    """Let an application know who is signed in."""
    app.session_interface = StaffSessions()
    _manager.init_app(app)
    _manager.request_loader(cast("Any", _load))
