"""What a reader is told where a page is not there, or did not work."""

from contextlib import suppress

from flask import Blueprint, Response, request, url_for
from werkzeug.exceptions import HTTPException

from surveys.storage import StorageError
from translations.languages import Language
from webapp import respond
from webapp.i18n import chosen
from webapp.service import service
from webapp.visits import find

pages = Blueprint("problems", __name__)


@pages.app_errorhandler(HTTPException)
def problem(error: HTTPException) -> Response:
    """Say that a page is not there, or did not work."""
    page = _said(error.code or 500)
    page.headers.extend(each for each in error.get_headers() if each[0] in {"Allow", "Retry-After"})
    return page


@pages.app_errorhandler(StorageError)
def unavailable(_error: StorageError) -> Response:
    """Say that it does not work right now; nothing that was acknowledged is lost."""
    return _said(503)


def _said(status: int) -> Response:
    """Say it in the language of the address, else of the sheet, else of the browser."""
    seen = request.view_args or {}
    offered = service().offered
    wishes = seen.get("language"), request.args.get("language")
    row = chosen(offered, *wishes, _language_of_sheet(seen.get("code", "")))
    return respond.show("problem", row, None, _here, status=status)


def _language_of_sheet(code: str) -> str | None:
    """Return the language of a printed code, as far as the database can tell right now."""
    with suppress(StorageError):
        target, _ = find(service(), code)
        return target.language if target else None
    return None


def _here(row: Language) -> str:
    """Return the present address in another language; the home page where it has none."""
    seen = request.view_args or {}
    if request.endpoint is None or request.blueprint != respond.pages.name or "code" not in seen:
        return respond.home_in(row)
    where = request.endpoint if "language" in seen else "respond.start_in"
    return url_for(where, **{**seen, "language": row.tag})
