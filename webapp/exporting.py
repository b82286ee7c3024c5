"""What there is to download: results and codebook for everybody, single answers for admins."""

from collections.abc import Callable

from flask import Blueprint, Response, abort, make_response, request
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as AnyResponse
from wtforms import StringField
from wtforms.validators import AnyOf, Length

from surveys.export.tables import ExportError
from surveys.release import ReleaseError
from webapp import sessions
from webapp.downloads import (
    FORMS,
    LONGEST_REASON,
    SHORTEST_REASON,
    Downloads,
    File,
    Order,
    Taker,
)
from webapp.i18n import named
from webapp.roles import Role, allowed
from webapp.service import service
from webapp.staff import show

pages = Blueprint("exporting", __name__, url_prefix="/staff/export")


class MicrodataForm(FlaskForm):  # type: ignore[misc]
    """What single answers are wanted, and what for."""

    form = StringField(validators=[AnyOf(FORMS["microdata"])])
    reason = StringField(
        filters=[lambda text: " ".join((text or "").split())],
        validators=[Length(min=SHORTEST_REASON, max=LONGEST_REASON)],
    )


@pages.get("")
@allowed(Role.VIEWER)
def exporting() -> str:
    """Show what there is to download."""
    found = _downloads().found
    return show("export", releases=found.releases, waves=found.names("wave"), forms=FORMS)


@pages.get("/results")
@allowed(Role.VIEWER)
def results() -> AnyResponse:
    """Send released results."""
    return _sent(_downloads().results)


@pages.get("/codebook")
@allowed(Role.VIEWER)
def codebook() -> AnyResponse:
    """Send the codebook."""
    return _sent(_downloads().codebook)


@pages.get("/microdata")
@allowed(Role.ADMIN, recent=True)
def microdata() -> AnyResponse:
    """Ask what single answers are for."""
    return _ask(MicrodataForm())


@pages.post("/microdata")
@allowed(Role.ADMIN, recent=True)
def take() -> AnyResponse:
    """Log what single answers are for, and send them."""
    form = MicrodataForm()
    if not form.validate_on_submit():
        return _ask(form, "reason", 422)
    name, moment = sessions.signed_in().name, service().moment
    taker = Taker(name=name, moment=moment, reason=form.reason.data or "")
    order = _order(form.form.data)
    try:
        return _response(_downloads().microdata(order, taker))
    except ExportError:
        return _ask(form, "impossible", 422)


def _ask(form: MicrodataForm, error: str = "", status: int = 200) -> AnyResponse:
    page = show(
        "microdata",
        form=form,
        forms=FORMS["microdata"],
        waves=[each for each in service().campaign.waves if each.closes < service().today],
        shortest=SHORTEST_REASON,
        longest=LONGEST_REASON,
        error=error,
    )
    return make_response(page, status)


def _downloads() -> Downloads:
    return Downloads(service().results, service().settings.folder)


def _order(form: str | None = None) -> Order:
    """Return what an address or a form asks for."""
    asked = request.values
    row = named(service().campaign.rows, asked.get("words"))
    if asked.get("words") and row is None:
        abort(404)
    waves = tuple(filter(None, asked.getlist("wave")))
    survey = asked.get("survey") or None
    return Order(form=form or asked.get("as", "csv"), waves=waves, survey=survey, language=row)


def _sent(make: Callable[[Order], File]) -> AnyResponse:
    """Send a file; an address that asks for what is not there leads nowhere."""
    try:
        return _response(make(_order()))
    except (ExportError, ReleaseError):
        abort(404)


def _response(file: File) -> AnyResponse:
    response = Response(file.parts, content_type=file.media_type)
    response.headers.set("Content-Disposition", "attachment", filename=file.name)
    return response
