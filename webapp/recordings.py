"""Questions read aloud: each recording under an address that has its hash, kept by the browser."""

from flask import Blueprint, Response, abort, current_app, send_file, url_for

from surveys.definition import Item
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


def address(survey: str, item: Item, language: str) -> str | None:
    """Return where an item is read aloud as a survey has it now, None where it is not."""
    now = service().campaign.instruments[survey].items.get(item.id)
    found = service().recordings.get((language, item.id))
    if found is None or now != item:
        return None
    return url_for("recordings.play", language=language, name=item.id, digest=found.hash)


def allowed(page: Response) -> Response:
    """Let a page play what lies on our own address."""
    page.headers["Content-Security-Policy"] = f"{current_app.config['POLICY']}; media-src 'self'"
    return page
