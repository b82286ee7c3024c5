"""Headers that keep a page to itself: no script, no outside asset, nothing kept by others."""

import base64
import hashlib
from functools import cache
from importlib import resources

from flask import Flask, Response, current_app
from markupsafe import Markup


@cache
def stylesheet(name: str) -> Markup:
    """Return a stylesheet that is written into its page, so that a page is one request."""
    text = resources.files("webapp").joinpath("static", f"{name}.css").read_text("utf-8")
    return Markup(text)  # noqa: S704  a file of our own


def _policy() -> str:
    digests = (hashlib.sha256(stylesheet(name).encode()).digest() for name in ("respond", "staff"))
    styles = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    return (
        f"default-src 'none'; style-src {styles}; img-src data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


def _protect(response: Response) -> Response:
    for name, value in current_app.config["PROTECTION"]:
        if name not in response.headers:
            response.headers.add(name, value)
    return response


def init_app(app: Flask) -> None:
    """Add the headers to every response of an application."""
    app.config["POLICY"] = _policy()
    app.config["PROTECTION"] = [
        ("Content-Security-Policy", app.config["POLICY"]),
        ("Referrer-Policy", "same-origin"),
        ("X-Content-Type-Options", "nosniff"),
        ("Cache-Control", "private, no-cache"),
    ]
    app.after_request(_protect)
