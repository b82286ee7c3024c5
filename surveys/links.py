"""Links: the short code behind each QR code, computed from what it stands for, never allotted.

A code is Crockford's base32 (no I, L, O, U) of a hash over campaign, place, topic, format,
language and serial number, with a check symbol at its end. Anyone who has the campaign folder
computes the same code; a printed code is never given to anything else.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate

from translations.errors import UserError

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 6  # 25 bits and the check symbol: HTTPS://HOST/CODE fits QR version 2
SERIAL_LENGTH = 9  # 40 bits, so that ten thousand stickers do not clash
_READ_AS = str.maketrans("ILO", "110", "-")  # Crockford: what is easily mistaken is the same
# The powers of a generator of GF(32), modulo x^5 + x^2 + 1, as weights of the symbols.
_WEIGHTS = tuple(accumulate(range(9), lambda w, _: w << 1 ^ (37 if w & 16 else 0), initial=1))


class LinkError(UserError, ValueError):
    """A code that no sheet can bear, or two sheets that would bear the same."""


@dataclass(frozen=True, order=True)
class Target:
    """What a printed code stands for, for ever. ``serial`` is 0 for a code shared by all copies."""

    campaign: str
    place: str
    topic: str
    format: str
    language: str
    survey: str
    serial: int = 0

    @cached_property
    def code(self) -> str:
        """Return the code with its check symbol, in upper case.

        The survey is no part of it: a code already printed never leads to another survey.
        """
        parts = (self.campaign, self.place, self.topic, self.format, self.language, self.serial)
        digest = hashlib.sha256("\x1f".join(map(str, parts)).encode()).digest()
        length = (SERIAL_LENGTH if self.serial else CODE_LENGTH) - 1
        number = int.from_bytes(digest[:8]) >> (64 - 5 * length)
        body = "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(length)))
        return body + _check_symbol(body)


def _check_symbol(body: str) -> str:
    """Return the symbol that makes every single mistake and every swap of two symbols visible.

    It is the sum of the symbols times distinct powers of a generator of GF(32), as in a
    Reed-Solomon code with one check symbol.
    """
    total = 0
    for weight, symbol in zip(_WEIGHTS[1:], body, strict=False):
        total ^= _times(weight, ALPHABET.index(symbol))
    return ALPHABET[total]


def _times(left: int, right: int) -> int:
    """Return the product of two elements of GF(32)."""
    product = 0
    while right:
        product ^= left if right & 1 else 0
        left, right = left << 1 ^ (37 if left & 16 else 0), right >> 1
    return product


@lru_cache(maxsize=20_000)  # each page of a respondent names her code
def read_code(typed: str) -> str:
    """Return the code that somebody typed or scanned, as it is stored.

    Case, spaces and hyphens do not matter, and O is read as 0, I and L as 1. Raise LinkError
    where the length or the check symbol tells that it was mistyped.
    """
    code = _plain(typed)
    if len(code) not in {CODE_LENGTH, SERIAL_LENGTH} or not set(code) <= set(ALPHABET):
        raise LinkError(f"{typed!r} is not a code of {CODE_LENGTH} or {SERIAL_LENGTH} symbols")
    if _check_symbol(code[:-1]) != code[-1]:
        raise LinkError(f"{typed!r} is mistyped: its check symbol does not fit")
    return code


def near(typed: str) -> list[str]:
    """Return the well-formed codes that are one slip away from what somebody typed.

    A slip is one wrong symbol, or two neighbours in the wrong order; a symbol too many or too
    few as well. One in 32 passes the check symbol, so there are some ten at most.
    """
    said = "".join(symbol for symbol in _plain(typed) if symbol in ALPHABET)[: SERIAL_LENGTH + 1]
    slips = {
        *(said[:at] + symbol + said[at + 1 :] for at in range(len(said)) for symbol in ALPHABET),
        *(said[:at] + symbol + said[at:] for at in range(len(said) + 1) for symbol in ALPHABET),
        *(said[:at] + said[at + 1 :] for at in range(len(said))),
        *(said[:at] + said[at + 1] + said[at] + said[at + 2 :] for at in range(len(said) - 1)),
    }
    return sorted(
        code
        for code in slips
        if len(code) in {CODE_LENGTH, SERIAL_LENGTH} and _check_symbol(code[:-1]) == code[-1]
    )


def _plain(typed: str) -> str:
    return "".join(typed.split()).upper().translate(_READ_AS)


def url(host: str, code: str) -> str:
    """Return the address for a QR code: upper case, which its alphanumeric mode needs."""
    return f"HTTPS://{host.upper()}/{code}"


def address(host: str, code: str) -> str:
    """Return the address for people who type: the host small, the code in capitals."""
    return f"{host.lower()}/{code}"


def by_code(targets: Iterable[Target]) -> dict[str, Target]:
    """Return the targets by their codes; raise LinkError where two share one."""
    found: dict[str, Target] = {}
    for target in targets:
        other = found.setdefault(target.code, target)
        if other != target:
            raise LinkError(
                f"Two sheets would bear the code {target.code}: {_name(other)} and "
                f"{_name(target)}; rename the place of one of them."
            )
    return found


def _name(target: Target) -> str:
    serial = f" no. {target.serial}" if target.serial else ""
    return f"{target.topic} {target.format} {target.language} {target.place}{serial}"
