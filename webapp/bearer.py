"""Tokens of the API: a program reads with the rights of a viewer, whoever it reads for."""

import re
import secrets

from flask import Request

from surveys.storage import Account
from webapp.service import service

_SHAPE = re.compile(r"philos_[A-Za-z0-9_-]{43}")


def new_token() -> str:
    """Return a new token of 256 random bits; its beginning lets scanners of secrets find it."""
    return f"philos_{secrets.token_urlsafe(32)}"


def api_user(request: Request) -> Account | None:
    """Return for whom a request reads, by its header ``Authorization: Bearer``; None for nobody."""
    said = request.authorization
    if said is None or said.type != "bearer" or not _SHAPE.fullmatch(said.token or ""):
        return None
    return service().storage.holder(said.token or "", service().today)
