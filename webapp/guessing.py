"""Limits on guessing, in memory alone, which nobody can use to shut another out.

Attempts that fail are counted for a name from one network, never for a name alone. A browser that
has signed in before is known by a cookie (OWASP's "device cookies") and counted by itself: who
guesses in the same office, or behind the same web server, does not use up its attempts.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from ipaddress import ip_network

from flask import request
from itsdangerous import BadSignature, URLSafeSerializer
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from werkzeug.wrappers import Response as AnyResponse

from surveys.storage import Account
from webapp.ratelimits import read_address

PER_NAME = parse("5 per 15 minutes")  # from one network
PER_NETWORK = parse("20 per 15 minutes")
PER_DEVICE = parse("10 per 15 minutes")
# One-time codes have six digits. Who tries them has the password already, so these limits hold for
# a name; recovery codes and passkeys cannot be guessed, and stay open.
PER_CODE = parse("20 per day")
COOKIE = "__Host-philos-device"
_REMEMBERED = 180 * 24 * 3600  # seconds
_HOUSEHOLD = 56  # bits of an IPv6 address that a provider gives to one household


class Guessing:
    """Counts of attempts. ``secret`` signs the cookie of a device."""

    def __init__(self, secret: bytes) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._key = secrets.token_bytes(32)  # of this process; no address outlives it
        key = hmac.digest(secret, b"philos device", "sha256")
        self._signer = URLSafeSerializer(key, signer_kwargs={"digest_method": hashlib.sha256})

    def password(self, name: str, account: Account | None) -> "Tries":
        """Return the tries at the password of a name, which may be that of an account."""
        if device := self._device(account):
            return self._tries((PER_DEVICE, device))
        network = _network(request.remote_addr)
        return self._tries((PER_NAME, f"{network} {name.casefold()}"), (PER_NETWORK, network))

    def factor(self, account: Account, *, is_code: bool) -> "Tries":
        """Return the tries at an account's second factor."""
        device = self._device(account)
        kind = "code" if is_code else "factor"
        where = device or _network(request.remote_addr)
        everywhere = [(PER_CODE, account.name)] if is_code and device is None else []
        return self._tries((PER_NAME, f"{kind} {where} {account.name}"), *everywhere)

    def trust(self, response: AnyResponse, account: Account) -> AnyResponse:
        """Return a response that lets a browser's attempts be counted by themselves."""
        said = [account.name, account.epoch, secrets.token_hex(8)]
        response.set_cookie(
            COOKIE,
            str(self._signer.dumps(said)),
            max_age=_REMEMBERED,
            path="/",
            secure=True,
            httponly=True,
            samesite="Strict",
        )
        return response

    def _device(self, account: Account | None) -> str | None:
        """Return what tells this browser from others, if it has signed in to the account."""
        try:
            name, epoch, drawn = self._signer.loads(request.cookies.get(COOKIE, ""))
        except (BadSignature, ValueError, TypeError):
            return None
        known = account and (account.name, account.epoch) == (name, epoch)
        return f"device {drawn}" if known else None

    def _tries(self, *counted: tuple[RateLimitItem, str]) -> "Tries":
        hashed = (
            (limit, hmac.digest(self._key, whose.encode(), "sha256").hex())
            for limit, whose in counted
        )
        return Tries(self._limiter, tuple(hashed))


@dataclass(frozen=True)
class Tries:
    """What is counted of somebody who tries something. Only what failed is."""

    _limiter: MovingWindowRateLimiter
    _counted: tuple[tuple[RateLimitItem, str], ...]

    @property
    def are_left(self) -> bool:
        """Return whether not too many have failed of late."""
        return all(self._limiter.test(limit, whose) for limit, whose in self._counted)

    def failed(self) -> None:
        """Count one that has failed."""
        for limit, whose in self._counted:
            self._limiter.hit(limit, whose)


def _network(address: str | None) -> str:
    """Return the addresses that one household has together."""
    found = read_address(address)
    if found is None:
        return ""
    bits = _HOUSEHOLD if found.version == 6 else found.max_prefixlen  # noqa: PLR2004
    return str(ip_network(f"{found}/{bits}", strict=False))
