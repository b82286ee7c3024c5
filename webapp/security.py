"""Headers that keep a page to itself: no script, no outside asset, nothing kept by others."""

import base64
import hashlib
from collections.abc import Callable, Iterable, Sequence
from functools import cache, partial
from importlib import resources
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, after_this_request
from markupsafe import Markup

from materials.pictures import styles

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SOUND = "media-src 'self'"  # what a page needs that is read aloud
_STYLES = ("respond", "staff", "materials")


@cache
def _static(name: str) -> Markup:
    text = resources.files("webapp").joinpath("static", name).read_text("utf-8")
    return Markup(text)  # noqa: S704  a file of our own


@cache
def picture_styles() -> Markup:
    """Return the stylesheet of pictures, for pages that show some."""
    return Markup(styles("screen"))  # noqa: S704  a file of our own


def stylesheet(name: str) -> Markup:
    """Return a stylesheet that is written into its page, so that a page is one request."""
    return _static(f"{name}.css")


def script(name: str, *needs: str) -> Markup:
    """Return a script that is written into its page, and let this page alone run it.

    ``needs`` are what its policy says besides, such as ``connect-src 'self'``.
    """
    text = _static(f"{name}.js")
    after_this_request(partial(_run, (f"script-src {_digest(text)}", *needs)))
    return text


def _run(needs: Iterable[str], response: Response) -> Response:
    response.headers["Content-Security-Policy"] = policy(*needs)
    return response


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def policy(*needs: str) -> str:
    """Return what a page may load and run: nothing but what is in it, and what it ``needs``."""
    sheets = [*map(stylesheet, _STYLES), picture_styles()]
    allowed = " ".join(map(_digest, sheets))
    usual = (
        f"default-src 'none'; style-src {allowed}; img-src data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    return "; ".join((usual, *needs))


def with_pictures(page: Response) -> Response:
    """Let a page show pictures that lie on our own address."""
    allowed = policy().replace("img-src data:", "img-src 'self' data:")
    page.headers["Content-Security-Policy"] = allowed
    return page


class _Protected:
    """An application whose every answer has some headers, where it has not said them itself.

    They are added on the way out, since Flask looks at each header of an answer many times.
    """

    def __init__(self, answer: "WSGIApplication", headers: Sequence[tuple[str, str]]) -> None:
        self._answer, self._headers = answer, headers

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        return self._answer(environ, partial(self._start, start))

    def _start(
        self, start: "StartResponse", status: str, headers: list[tuple[str, str]], *error: Any
    ) -> Callable[[bytes], object]:
        said = {name for name, _ in headers}
        missing = [header for header in self._headers if header[0] not in said]
        return start(status, headers + missing, *error)


def init_app(app: Flask) -> None:
    """Add the headers to every response of an application."""
    headers = [
        ("Content-Security-Policy", policy()),
        ("Referrer-Policy", "same-origin"),
        ("X-Content-Type-Options", "nosniff"),
        ("Cache-Control", "private, no-cache"),
    ]
    app.wsgi_app = _Protected(app.wsgi_app, headers)  # type: ignore[assignment, method-assign]
