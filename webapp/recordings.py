"""Questions read aloud: each recording under an address that has its hash, kept by the browser."""

from flask import Blueprint, Response, abort, send_file, url_for

from surveys.definition import Item
from surveys.recordings import Recording
from webapp.service import service

pages = Blueprint("recordings", __name__)
_YEAR = 31_536_000  # seconds


@pages.get("/audio/<language>/<name>.<digest>.opus")
def play(language: str, name: str, digest: str) -> Response:
    """Send a recording, or the part of it that a player asks for."""
    found = service().recordings.get((language, name))
    if found is None or found.hash != digest or not found.path.is_file():
        abort(404)
    sent = send_file(found.path, "audio/ogg; codecs=opus", etag=digest, conditional=True)
    sent.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
    return sent


def address(recording: Recording, item: Item, language: str) -> str:
    """Return where an item is read aloud."""
    return url_for("recordings.play", language=language, name=item.id, digest=recording.hash)
