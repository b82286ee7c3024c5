"""Fair play without tracking: what every post of a resident must be, and how many may begin.

Residents have no cookie that another page could abuse. A post must come from a page of ours all
the same, as far as the browser says where it comes from, so that no other page can answer in a
visitor's name. What stands between is the signed token in the address, see ``webapp.tokens``.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import abort, request
from werkzeug.exceptions import TooManyRequests

from surveys.links import Target
from webapp.ratelimits import RateLimits
from webapp.service import Service, service

MOST_FIELDS = 60  # of a form; the longest question has 42 answers
OURS = frozenset({"same-origin", "none"})  # as Fetch Metadata says it
_FORMS = {"application/x-www-form-urlencoded", ""}  # none is named where there is no body


def guard() -> None:
    """Refuse a post that no page of ours can have sent, before anything of it is looked at."""
    if request.method != "POST":
        return
    if not _is_from_ours():
        abort(403)
    charset = request.mimetype_params.get("charset", "utf-8").casefold()
    if request.mimetype not in _FORMS or charset not in {"utf-8", "us-ascii"}:
        abort(415)
    if "Transfer-Encoding" in request.headers:  # no browser posts a form in chunks without end
        abort(411)
    if sum(len(values) for values in request.form.listvalues()) > MOST_FIELDS:
        abort(413)


def _is_from_ours() -> bool:
    """Return whether the browser says that a page of ours sends this, or says nothing at all.

    Fetch Metadata goes first: no page can forge it. ``none`` is a post that a person repeats, from
    a tab that is restored. Then Origin, where ``null`` is nobody; then Referer. A browser that
    sends none of them is an old phone, which the signed token speaks for.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in OURS
    source = request.headers.get("Origin", request.headers.get("Referer"))
    return source is None or _host(source) in {request.host, service().campaign.host}


def _host(source: str) -> str | None:
    """Return the host of an address with its port, where that is not the usual one."""
    try:
        parts = urlsplit(source)
        usual = parts.port in {None, {"http": 80, "https": 443}.get(parts.scheme)}
    except ValueError:
        return None
    return parts.hostname if usual else f"{parts.hostname}:{parts.port}"


def count_start(limits: RateLimits, address: str | None) -> None:
    """Count a first page; raise TooManyRequests where the reader's network has opened too many."""
    if not limits.may_start(address):
        raise TooManyRequests(retry_after=limits.wait)


@dataclass
class Beginning:
    """Whether what is saved is the first answer of somebody."""

    true: bool = False


@contextmanager
def beginning(
    serving: Service, target: Target, token: str, address: str | None
) -> Iterator[Beginning]:
    """Count a response that begins; raise TooManyRequests where too many have begun.

    They are counted for the network of an address and for the printed code. Who has begun before
    may always go on, which is looked up only where nobody else may begin.
    """
    limits, begins = serving.limits, Beginning()
    may = limits.may_begin(address, target.code)
    if not may and serving.storage.response(target.campaign, token) is None:
        raise TooManyRequests(retry_after=limits.wait)
    try:
        yield begins
    finally:
        if may and not begins.true:
            limits.give_back(address, target.code)
