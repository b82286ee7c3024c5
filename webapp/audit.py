"""The log of what staff did: who, what, to whom and why, to the minute; never from where."""

from collections.abc import Mapping
from enum import StrEnum

from flask import Blueprint, request

from surveys.storage import Entry
from translations.markup import N_
from webapp import sessions
from webapp.orders import from_log
from webapp.roles import ROLE_NAMES, Role, allowed
from webapp.service import service
from webapp.staff import show

pages = Blueprint("log", __name__, url_prefix="/staff")

PAGE = 100  # entries


class Kind(StrEnum):
    """What can be done that the log tells of."""

    SIGN_IN = "sign-in"
    FACTOR_FAILED = "factor-failed"
    PASSWORD = "password"  # noqa: S105  a kind of entry
    FACTOR_ADDED = "factor-added"
    FACTOR_REMOVED = "factor-removed"
    TOKEN_ADDED = "token-added"  # noqa: S105
    TOKEN_REMOVED = "token-removed"  # noqa: S105
    USER_INVITED = "user-invited"
    USER_ROLE = "user-role"
    USER_DISABLED = "user-disabled"
    USER_ENABLED = "user-enabled"
    RELEASED = "released"
    REJECTED = "rejected"
    EXPORTED = "exported"
    PRINTED = "printed"


KIND_NAMES = {
    Kind.SIGN_IN: N_("Angemeldet"),
    Kind.FACTOR_FAILED: N_("Zweiter Faktor falsch"),
    Kind.PASSWORD: N_("Passwort gesetzt"),
    Kind.FACTOR_ADDED: N_("Zweiter Faktor eingerichtet"),
    Kind.FACTOR_REMOVED: N_("Zweiter Faktor entfernt"),
    Kind.TOKEN_ADDED: N_("Zugang für Programme angelegt"),
    Kind.TOKEN_REMOVED: N_("Zugang für Programme entfernt"),
    Kind.USER_INVITED: N_("Konto eingeladen"),
    Kind.USER_ROLE: N_("Rolle geändert"),
    Kind.USER_DISABLED: N_("Konto gesperrt"),
    Kind.USER_ENABLED: N_("Konto entsperrt"),
    Kind.RELEASED: N_("Freigegeben"),
    Kind.REJECTED: N_("Text gelöscht"),
    Kind.EXPORTED: N_("Daten ausgegeben"),
    Kind.PRINTED: N_("Druckauftrag"),
}
REASON_NAMES: Mapping[str, str] = {
    **{role.value: name for role, name in ROLE_NAMES.items()},
    "TOTP": N_("Einmalcode"),
    "Recovery": N_("Wiederherstellungscode"),
}


def audit(kind: Kind, subject: str = "", reason: str = "", *, name: str | None = None) -> None:
    """Log what somebody did; ``name`` is hers if she is not the one who is signed in.

    ``subject`` is whom or what it was done to: an account, a wave, a file; of what was printed it
    is the number of copies, and ``reason`` what they are of.
    """
    user = sessions.user()
    whose = name if name is not None else user.name if user else ""
    service().storage.log(
        Entry(minute=service().moment, name=whose, kind=kind, subject=subject, reason=reason)
    )


@pages.get("/log")
@allowed(Role.ADMIN)
def log() -> str:
    """Show the log, of one kind if the address names one, a page at a time."""
    kind = next((each for each in Kind if each == request.args.get("kind")), None)
    number = max(request.args.get("page", 1, type=int), 1)
    start = min(number - 1, 10_000) * PAGE
    found = service().storage.entries([kind] if kind else [], start=start, most=PAGE + 1)
    return show(
        "log",
        entries=found[:PAGE],
        kind=kind,
        kinds=KIND_NAMES,
        reasons=REASON_NAMES,
        printed=lambda entry: from_log(entry.reason),
        number=number,
        more=len(found) > PAGE,
    )
