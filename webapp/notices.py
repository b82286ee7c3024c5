"""What residents have a right to: to know about privacy and access, and to have answers deleted."""

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from materials.blanks import require_controller
from webapp import fairplay
from webapp.i18n import chosen
from webapp.respond import show
from webapp.service import service
from webapp.visits import visit_of

pages = Blueprint("notices", __name__)
pages.before_request(fairplay.guard)


@pages.get("/privacy")
@pages.get("/privacy/<language>")
def privacy(language: str | None = None) -> Response:
    """Tell what is stored, why, how long, and what a resident can ask for."""
    return _notice("privacy", language)


@pages.get("/accessibility")
@pages.get("/accessibility/<language>")
def accessibility(language: str | None = None) -> Response:
    """Tell for whom the pages were tested, what is missing, and whom to tell of a barrier."""
    return _notice("accessibility", language)


def _notice(name: str, language: str | None) -> Response:
    campaign = service().campaign
    return show(
        name,
        chosen(service().offered, language),
        None,
        lambda row: url_for(f".{name}", language=row.tag),
        controller=require_controller(campaign),
        retention=campaign.retention,
        free_text=campaign.free_text,
    )


@pages.get("/<code>/<language>/<token>/delete")
def confirm_deletion(code: str, language: str, token: str) -> Response:
    """Ask whether a respondent really wants her answers deleted; a GET deletes nothing."""
    visit = visit_of(service(), code, language, token)
    if not visit.answers:
        return redirect(visit.address("done"), 303)
    return show(
        "delete",
        visit.row,
        visit.target,
        lambda row: visit.address("delete", row),
        action=visit.address("delete"),
        keep=visit.address("answers" if visit.is_long else "done"),
    )


@pages.post("/<code>/<language>/<token>/delete")
def delete(code: str, language: str, token: str) -> Response:
    """Delete the answers of a respondent, at any time, also when no wave is open."""
    visit = visit_of(service(), code, language, token)
    service().storage.forget(visit.target.campaign, token)
    return show(
        "deleted",
        visit.row,
        visit.target,
        lambda row: url_for("respond.start_in", code=visit.target.code, language=row.tag),
    )
