"""What residents wrote, read by a person one after the other before anybody else may see it."""

from flask import Blueprint, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from surveys.redaction import GAP
from surveys.storage import Written
from webapp.audit import Kind, audit
from webapp.roles import Role, allowed
from webapp.service import service
from webapp.staff import show

pages = Blueprint("texts", __name__, url_prefix="/staff/texts")
PAGE = 100  # released texts on a page


@pages.get("")
@allowed(Role.COORDINATOR)
def queue() -> Response:
    """Show the next text that nobody has read yet, or the one that the address names."""
    held = service().storage.held_texts(service().campaign.id)
    named = request.args.get("text", "")
    at = next((place for place, each in enumerate(held) if each.number == named), 0)
    missed = bool(named) and not any(each.number == named for each in held)
    page = show(
        "texts",
        held=held,
        text=held[at] if held else None,
        following=held[(at + 1) % len(held)].number if len(held) > 1 else None,
        missed=missed,
        done=request.args.get("done", ""),
        questions=_questions(),
        gap=GAP,
    )
    return make_response(page, 404 if missed else 200)


@pages.post("/release")
@allowed(Role.COORDINATOR)
def release() -> Response:
    """Let others see a text, as it was read."""
    number = request.form.get("text", "")
    if not service().storage.release_text(service().campaign.id, number):
        return _changed()
    audit(Kind.RELEASED, f"text {number}")
    return _next("released")


@pages.get("/reject")
@allowed(Role.COORDINATOR)
def confirm() -> Response:
    """Ask whether a text is to be deleted: it cannot be had back."""
    number = request.args.get("text", "")
    held = service().storage.held_texts(service().campaign.id)
    text = next((each for each in held if each.number == number), None)
    if text is None:
        return _changed()
    return make_response(show("texts-reject", text=text, questions=_questions(), gap=GAP))


@pages.post("/reject")
@allowed(Role.COORDINATOR)
def reject() -> Response:
    """Delete a text, as it was read."""
    number = request.form.get("text", "")
    if not service().storage.reject_text(service().campaign.id, number):
        return _changed()
    audit(Kind.REJECTED, f"text {number}")
    return _next("rejected")


@pages.get("/released")
@allowed(Role.VIEWER)
def released() -> str:
    """List what was released, a page at a time."""
    found = service().storage.released_texts(service().campaign.id)
    found.sort(key=lambda text: (text.survey, text.item, text.number))
    number = min(max(request.args.get("page", 1, type=int), 1), len(found) // PAGE + 1)
    return show(
        "texts-released",
        texts_by_item=_by_item(found[(number - 1) * PAGE : number * PAGE]),
        questions=_questions(),
        gap=GAP,
        number=number,
        more=len(found) > number * PAGE,
    )


def _by_item(found: list[Written]) -> dict[tuple[str, str], list[Written]]:
    grouped: dict[tuple[str, str], list[Written]] = {}
    for text in found:
        grouped.setdefault((text.survey, text.item), []).append(text)
    return grouped


def _questions() -> dict[tuple[str, str], str]:
    """Return what each text is an answer to, as far as the campaign still asks it."""
    surveys = service().campaign.instruments
    return {
        (survey.id, item.id): item.question.text
        for survey in surveys.values()
        for item in survey.items.values()
        if item.question.kind == "text"
    }


def _next(done: str) -> Response:
    return redirect(url_for(".queue", done=done), 303)


def _changed() -> Response:
    """Say that a text is no longer what was read: it was changed, deleted, or decided on."""
    return make_response(show("texts-changed"), 409)
