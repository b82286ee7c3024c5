"""The log of what staff did: who, what, to whom and why, to the minute; never from where."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from flask import Blueprint, request

from materials.sheets import Output
from surveys.storage import Entry
from translations.markup import N_
from webapp import sessions
from webapp.jobs import Job, Jobs, Status
from webapp.orders import from_log, to_log
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
    PRINT_DONE = "print-done"
    PRINT_FAILED = "print-failed"


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
    Kind.PRINT_DONE: N_("Fertig gedruckt"),
    Kind.PRINT_FAILED: N_("Nicht gedruckt"),
}
REASON_NAMES: Mapping[str, str] = {
    **{role.value: name for role, name in ROLE_NAMES.items()},
    "TOTP": N_("Einmalcode"),
    "Recovery": N_("Wiederherstellungscode"),
}
ENDING_NAMES: Mapping[str, str] = {
    Status.FAILED.value: N_("ließ sich so nicht drucken"),
    Status.CRASHED.value: N_("abgestürzt"),
    Status.CANCELLED.value: N_("abgebrochen"),
}


def audit(kind: Kind, subject: str = "", reason: str = "", *, name: str | None = None) -> None:
    """Log what somebody did; ``name`` is hers if she is not the one who is signed in.

    ``subject`` is whom or what it was done to: an account, a wave, a file; of what is to be printed
    it is the number of copies, and ``reason`` what they are of.
    """
    user = sessions.user()
    whose = name if name is not None else user.name if user else ""
    service().storage.log(
        Entry(minute=service().moment, name=whose, kind=kind, subject=subject, reason=reason)
    )


def ending(job: Job, minute: datetime) -> Entry:
    """Return the entry of how a print job ended: with how many copies, or why with none."""
    done = job.status is Status.DONE
    return Entry(
        minute=minute,
        name=job.asked.by,
        kind=Kind.PRINT_DONE if done else Kind.PRINT_FAILED,
        subject=str(sum(map(_copies, job.state.files))) if done else job.status,
        reason=to_log(job.asked.command, job.asked.wishes),
    )


def _copies(made: Mapping[str, Any]) -> int:
    """Return how many copies a file is for, as the order counts them: for a screen it is one."""
    return 1 if made.get("output") == Output.SCREEN else made.get("copies", 1)


@pages.get("/log")
@allowed(Role.ADMIN)
def log() -> str:
    """Show the log, of one kind if the address names one, a page at a time."""
    Jobs(service().settings.folder.resolve()).see_to_it()  # what ended with the server is logged
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
        endings=ENDING_NAMES,
        printed=lambda entry: from_log(entry.reason),
        number=number,
        more=len(found) > PAGE,
    )
