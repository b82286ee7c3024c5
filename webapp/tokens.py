"""Tokens: the signed thread of one response, which stands in its addresses alone.

A token is 22 symbols of URL-safe base64: 66 random bits and 66 bits of an HMAC-SHA256 over them
and the printed code. It holds no time, so that a survey can be resumed for weeks, and is good for
one response to the code that it was drawn for: who plants a token on others gains one row at most.
"""

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64encode

from itsdangerous import BadSignature, TimestampSigner

from surveys.links import Target

UNDO = 60  # seconds in which a tap can be taken back
_HALF = 11  # symbols, of six bits each
_SHAPE = re.compile(r"[A-Za-z0-9_-]{22}")


class Tokens:
    """Draws and checks, under keys that are derived from the secret and used for nothing else."""

    def __init__(self, secret: bytes) -> None:
        self._key = hmac.digest(secret, b"philos token", "sha256")
        undo = hmac.digest(secret, b"philos undo", "sha256")
        self._signer = TimestampSigner(undo, digest_method=hashlib.sha256)

    def draw(self, target: Target) -> str:
        """Return a new token for a printed code."""
        drawn = secrets.token_urlsafe(_HALF)[:_HALF]
        return drawn + self.signature(drawn, target.campaign, target.code)

    def fits(self, token: str, target: Target) -> bool:
        """Return whether a token was drawn here for this printed code."""
        if not _SHAPE.fullmatch(token):
            return False
        signed = self.signature(token[:_HALF], target.campaign, target.code)
        return hmac.compare_digest(token[_HALF:], signed)

    def signature(self, drawn: str, campaign: str, code: str) -> str:
        """Return the second half of a token."""
        signed = f"{drawn} {code} {campaign}".encode()
        return urlsafe_b64encode(hmac.digest(self._key, signed, "sha256"))[:_HALF].decode()

    def tapped(self, token: str) -> str:
        """Return the signed moment of a tap; the browser alone keeps it."""
        return self._signer.sign(token).decode().removeprefix(f"{token}.")

    def is_fresh(self, token: str, tapped: str) -> bool:
        """Return whether a tap can still be taken back, by the moment that ``tapped`` says."""
        try:
            self._signer.unsign(f"{token}.{tapped}", max_age=UNDO)
        except BadSignature:
            return False
        return True
