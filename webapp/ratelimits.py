"""Limits on how much one network or one printed code can begin in an hour, in memory alone.

A network is known by two bytes of a keyed hash. The key is drawn at the start and again every
hour, when all counts fall with it: no address is kept, and none can be worked out.

Each worker process counts for itself. Up to three have the whole limit each, since requests do
not fall on them evenly; more share three times the limit, which so is the most that can happen.

The figures leave room for people who share an address, such as a school or the customers of a
mobile network: 240 an hour are eight classes. A code is read by one person after the other; 300
an hour are one every twelve seconds, and all workers together stay under 1,000.
"""

import hmac
import secrets
import time
from collections import Counter
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from threading import Lock

WINDOW = 3600  # seconds
STARTS = 1_200  # first pages that a network may open; reloads and previews count as well
BEGUN = 240  # responses that a network may begin
WHOLE = 3  # workers that have the whole limit each
_PREFIX = {4: 3, 6: 7}  # bytes that a provider gives to one household or to one exit
# Whose addresses tell nothing about who asks: a web server that stands in front and was not
# declared, a trial, a neighbour in the same house. The library would say so too, but remembers the
# addresses that it was asked about.
_INSIDE = (
    *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),  # RFC 1918
    "100.64.0.0/10",  # RFC 6598
    *("127.0.0.0/8", "::1/128"),  # loopback
    *("169.254.0.0/16", "fe80::/10"),  # of one link
    "fc00::/7",  # RFC 4193
)
_MASKS = [
    (each.version, int(each.netmask), int(each.network_address))
    for each in map(ip_network, _INSIDE)
]


class RateLimits:
    """Counts of the present hour. ``per_link`` is how many responses one code may begin."""

    def __init__(
        self, per_link: int, workers: int = 1, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._share = min(1.0, WHOLE / max(1, workers))
        self._per_link, self._now, self._lock = per_link, now, Lock()
        self._until = 0.0
        self._key = b""
        self._counts: Counter[tuple[str, bytes | str]] = Counter()

    @property
    def wait(self) -> int:
        """Return the seconds until everybody may begin anew."""
        return max(1, round(self._until - self._now()))

    def may_start(self, address: str | None) -> bool:
        """Count a first page that is opened; return whether there were not too many."""
        return self._count(address, [("starts", None, STARTS)])

    def may_begin(self, address: str | None, code: str) -> bool:
        """Count a response that begins; return whether there were not too many.

        What is refused is not counted, so that a network which has had its share does not use up
        that of a code.
        """
        return self._count(address, [("begun", None, BEGUN), ("link", code, self._per_link)])

    def give_back(self, address: str | None, code: str) -> None:
        """Take back what was counted for a response that had begun before."""
        network = _network(address)
        with self._lock:
            for kind, key in (("begun", network and self._hash(network)), ("link", code)):
                if key and self._counts[kind, key]:
                    self._counts[kind, key] -= 1

    def _count(self, address: str | None, wanted: list[tuple[str, str | None, int]]) -> bool:
        network = _network(address)
        with self._lock:
            self._renew()
            keys = {
                (kind, code or self._hash(network)): most
                for kind, code, most in wanted
                if code or network
            }
            if any(self._counts[key] >= most * self._share for key, most in keys.items()):
                return False
            self._counts.update(keys.keys())
            return True

    def _renew(self) -> None:
        if self._now() >= self._until:
            self._until = self._now() + WINDOW
            self._key = secrets.token_bytes(32)
            self._counts.clear()

    def _hash(self, network: bytes) -> bytes:
        return hmac.digest(self._key, network, "sha256")[:2]


def _network(address: str | None) -> bytes:
    """Return the first bytes of an address; none of one that is not of the public internet."""
    found = read_address(address)
    if found is None:
        return b""
    version, number = found.version, int(found)
    inside = any(of == version and number & mask == start for of, mask, start in _MASKS)
    return b"" if inside else found.packed[: _PREFIX[version]]


def read_address(text: str | None) -> IPv4Address | IPv6Address | None:
    """Return an address, one of IPv4 that is written as IPv6 as what it is; None for no address."""
    try:
        found = ip_address(text or "")
    except ValueError:
        return None
    return (found.version == 6 and found.ipv4_mapped) or found  # noqa: PLR2004
