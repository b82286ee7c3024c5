"""Passwords: argon2id, no more of it at once than the residents can spare."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from werkzeug.exceptions import ServiceUnavailable

from surveys.storage import Account, Storage

SHORTEST = 12  # characters
LONGEST = 200
FEWEST_DIFFERENT = 5  # characters; "aaaaaaaaaaaa" is long, too
# OWASP's second choice of parameters: 19 MiB and two passes
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_hashing = BoundedSemaphore(2)
# Who is hashed for or waits for it: the other ten threads of a worker answer residents.
_queue = BoundedSemaphore(6)
_nobody = _hasher.hash(secrets.token_hex(16))


def weakness(password: str, name: str) -> str:
    """Return why a password cannot be taken: "short", "long" or "simple"; nothing if it can."""
    if len(password) < SHORTEST:
        return "short"
    if len(password) > LONGEST:
        return "long"
    told = name.casefold() in password.casefold() and len(password) - len(name) < SHORTEST // 2
    return "simple" if told or len(set(password)) < FEWEST_DIFFERENT else ""


def random() -> str:
    """Return a password that nobody can guess."""
    return secrets.token_urlsafe(12)


def hashed(password: str) -> str:
    """Return the argon2id hash of a password."""
    with _turn():
        return _hasher.hash(password)


def fits(storage: Storage, account: Account | None, password: str) -> bool:
    """Return whether a password is an account's; it takes as long where there is no account.

    A hash that was made with weaker parameters is made anew.
    """
    known = account.password_hash if account and not account.disabled else None
    with _turn():
        try:
            fitting = _hasher.verify(known or _nobody, password) and known is not None
        except (VerificationError, InvalidHashError):
            return False
    if fitting and account and known and _hasher.check_needs_rehash(known):
        storage.renew_hash(account.name, known, hashed(password))
    return fitting


@contextmanager
def _turn() -> Iterator[None]:
    """Wait for a turn to hash; raise ServiceUnavailable where too many wait already."""
    if not _queue.acquire(blocking=False):
        raise ServiceUnavailable(retry_after=5)
    try:
        with _hashing:
            yield
    finally:
        _queue.release()
