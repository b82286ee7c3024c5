"""The short way: a page that is kept, and a plain answer, without waking Flask.

Flask looks at a request some fifty times before a view sees it, which takes longer than all that
a resident needs. So what residents ask for most is told by its address here and goes straight to
``webapp.questions``. Whatever is not plain goes on to Flask, which knows every case and answers
the plain ones alike; the tests hold both to that. What goes wrong here, Flask says.
"""

import re
from collections.abc import Iterable
from contextlib import suppress
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl

from flask import Flask
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound

from surveys.definition import Item
from surveys.storage import OtherVersionError
from webapp.compressed import takes_gzip
from webapp.fairplay import OURS, count_start
from webapp.forms import AnswerError, read_answer
from webapp.questions import question, save
from webapp.security import SOUND, policy
from webapp.service import Service
from webapp.visits import Visit, addressed, begun, find, opened, row_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

# A code as it is printed; with language, token and item it is what a respondent is asked
_ADDRESS = re.compile(r"/([0-9A-Z]{6,9})(?:/([^/]+)/([^/]+)/([^/]+))?", re.ASCII)
_TYPE = ("Content-Type", "text/html; charset=utf-8")
_FORM = "application/x-www-form-urlencoded"
_PLAIN = re.compile(rb"(?:[a-z]+=[0-9]+(?:&(?!\Z)|\Z)){1,50}")
_LONGEST = 1_000  # bytes


class Reply(NamedTuple):
    """What is answered: a status with its reason, headers, and the body."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes


class Shortcut:
    """A WSGI application in front of Flask's own."""

    def __init__(self, app: Flask, serving: Service) -> None:
        self._app, self._answer, self._serving = app, app.wsgi_app, serving

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        """Answer what is plain, and let Flask answer the rest."""
        try:
            reply = self._reply(environ)
        except (NotFound, AnswerError, OtherVersionError):
            reply = None
        except Exception as error:  # noqa: BLE001  Flask knows what to say of each
            return self._failed(error, environ, start)
        if reply is None:
            return self._answer(environ, start)
        size = ("Content-Length", str(len(reply.body)))
        start(reply.status, [_TYPE, *reply.headers, size])
        return [reply.body]

    def _failed(
        self, error: Exception, environ: "WSGIEnvironment", start: "StartResponse"
    ) -> Iterable[bytes]:
        """Say what Flask says where a view of its own has failed."""
        app = self._app
        with app.request_context(environ):
            try:
                said = app.handle_user_exception(error)
            except Exception as unknown:  # noqa: BLE001
                said = app.handle_exception(unknown)
            return app.finalize_request(said, from_error_handler=True)(environ, start)

    def _reply(self, environ: "WSGIEnvironment") -> Reply | None:
        found = _ADDRESS.fullmatch(environ["PATH_INFO"])
        if found is None or self._serving.wave is None:
            return None
        code, *rest = found.groups()
        match environ["REQUEST_METHOD"], rest:
            case "GET", [None, None, None]:
                return self._first(environ, code)
            case "GET", [language, token, name]:
                visit = opened(self._serving, addressed(self._serving, code, language, token))
                return self._page(environ, visit, visit.instrument.items.get(name))
            case "POST", [str(language), token, name]:
                visit = addressed(self._serving, code, language, token)
                return self._saved(environ, visit, visit.instrument.items.get(name))
        return None

    def _first(self, environ: "WSGIEnvironment", code: str) -> Reply | None:
        """Open the survey of a printed code, in the language of its sheet."""
        serving = self._serving
        target, _ = find(serving, code)
        row = row_of(serving, target, target.language) if target else None
        if target is None or row is None:
            return None
        visit = begun(serving, target, row, serving.tokens.draw(target))
        reply = self._page(environ, visit, visit.way.reached[0][0])
        if reply:
            count_start(serving.limits, environ.get("REMOTE_ADDR"))
        return reply

    def _page(self, environ: "WSGIEnvironment", visit: Visit, item: Item | None) -> Reply | None:
        """Return the page of an item, if it is kept."""
        if item is None or item.id in visit.written:
            return None
        asked = question(self._serving, visit, item)
        page = self._serving.pages.get(asked.key)
        if page is None:
            return None
        packed = takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
        headers = [("Vary", "Accept-Encoding")]
        if packed:
            headers.append(("Content-Encoding", "gzip"))
        if asked.recording:
            headers.append(("Content-Security-Policy", policy(SOUND)))
        return Reply("200 OK", headers, asked.filled(page, packed=packed))

    def _saved(self, environ: "WSGIEnvironment", visit: Visit, item: Item | None) -> Reply | None:
        """Save an answer that a page of ours has sent, as a page of ours sends it."""
        plain = (
            environ.get("HTTP_SEC_FETCH_SITE") in OURS
            and environ.get("CONTENT_TYPE") == _FORM
            and "HTTP_TRANSFER_ENCODING" not in environ
        )
        body = _body(environ) if plain else b""
        if item is None or not _PLAIN.fullmatch(body) or self._serving.wave is None:
            return None  # a wave may have closed while a slow telephone was sending
        said = read_answer(item, MultiDict(parse_qsl(body.decode())))
        after = save(self._serving, visit, item, said, environ.get("REMOTE_ADDR"))
        return Reply("303 SEE OTHER", [("Location", after)], b"")


def _body(environ: "WSGIEnvironment") -> bytes:
    """Return what was posted, if it is short and has come whole; Flask can read it again."""
    said = environ.get("CONTENT_LENGTH", "")
    length = int(said) if said.isdecimal() else 0
    if length > _LONGEST:
        return b""
    body = b""
    with suppress(OSError, ValueError):  # a connection that breaks, which Flask sees as cut short
        body = environ["wsgi.input"].read(length)
    environ["wsgi.input"] = BytesIO(body)
    return body if len(body) == length else b""
