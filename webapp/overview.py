"""Overview: what has come so far, and the release of results when a wave is closed.

Of an open wave it tells how many answered, and never what: see ``surveys.arrivals``.
"""

from flask import Blueprint, abort, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from materials.editions import PASSED_ON, editions
from materials.manifest import read_manifest
from materials.sheets import questionnaires
from surveys.arrivals import Arrived, Brought, arrived, brought
from surveys.bursts import Cell
from surveys.disclosure import SMALLEST_BASE
from translations import numbers
from translations.markup import figures
from webapp import sessions, waves
from webapp.jobs import Jobs, QueueFullError
from webapp.roles import Role, allowed
from webapp.service import service
from webapp.staff import reader, show
from webapp.staff_forms import ReasonForm
from webapp.waves import Stage, Standing

pages = Blueprint("overview", __name__, url_prefix="/staff")
REFRESH = 3  # seconds between two looks at a release that is being made


@pages.get("/")
@allowed(Role.VIEWER)
def overview() -> str:
    """Show how far each wave is, and what has come of the one that is open or still to release.

    Of a released one nothing is told but its results: how many came, less how many gave an answer
    on the scale, is how many did not.
    """
    found, row = _standings(), reader()
    shown = [each for each in found if each.stage in {Stage.RUNNING, Stage.CLOSED}]
    return show(
        "overview",
        standings=found,
        shown=[(each, *_came(each)) for each in reversed(shown)],
        making=waves.being_made(_jobs()),
        few=SMALLEST_BASE,
        rate=lambda share: figures(numbers.rate(share, row)),
        number=lambda value: figures(numbers.number(round(value, 2), row)),
    )


def _standings() -> list[Standing]:
    serving = service()
    return waves.standings(serving.campaign, serving.results.releases, serving.today)


def _jobs() -> Jobs:
    return Jobs(service().settings.folder.resolve())


def _came(standing: Standing) -> tuple[Arrived, list[Brought]]:
    """Return what has come of a wave, and by which sheets."""
    campaign, storage = service().campaign, service().storage
    cells: dict[Cell, int] = storage.arrivals(campaign.id, standing.wave.id)
    unlinked = storage.unlinked(campaign.id, standing.wave.id)
    places = (each.id for each in campaign.places)
    copies = editions(
        (each for each in service().sheets if service().released() or not each.topic.results),
        questionnaires(campaign),
        read_manifest(service().settings.folder / "out"),
    )
    return (
        arrived(cells, standing.wave.opens, standing.last, places, unlinked),
        brought(cells, storage.target, copies, PASSED_ON, unlinked),
    )


@pages.get("/release/<wave>")
@allowed(Role.COORDINATOR)
def release(wave: str) -> Response:
    """Ask whether a wave is to be released, or show how far that is."""
    return _release(_standing(wave))


@pages.post("/release/<wave>")
@allowed(Role.COORDINATOR)
def make_release(wave: str) -> Response:
    """Release a wave in the background; once more, with a reason, for who may."""
    standing, form = _standing(wave), ReasonForm()
    if standing.stage in {Stage.COMING, Stage.RUNNING}:
        return _release(standing, fault="open", status=422)
    user = sessions.signed_in()
    again = standing.stage is Stage.RELEASED
    if again and not user.may(Role.ADMIN):
        return redirect(url_for(".release", wave=wave), 303)
    if again and not form.validate_on_submit():
        return _release(standing, fault="reason", status=422)
    reason = (form.reason.data or "") if again else ""
    try:
        waves.ask(_jobs(), wave, by=user.name, reason=reason, demo=service().settings.demo)
    except QueueFullError:
        return _release(standing, fault="full", status=503)
    return redirect(url_for(".release", wave=wave), 303)


def _standing(wave: str) -> Standing:
    return next((each for each in _standings() if each.wave.id == wave), None) or abort(404)


def _release(standing: Standing, *, fault: str = "", status: int = 200) -> Response:
    job = waves.making(_jobs(), standing.wave.id)
    busy = job is not None and job.status.open
    if busy:
        _jobs().see_to_it()
    page = show("release", standing=standing, job=job, busy=busy, fault=fault)
    response = make_response(page, status)
    if busy and "still" not in request.args:
        response.headers["Refresh"] = str(REFRESH)
    return response
