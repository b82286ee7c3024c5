"""The resident's pages: one question a page, each answer saved when it is posted.

No cookie, no script; the token in the address is the respondent's only thread. A GET never
writes. Every address here stands on paper or in a browser's history: they never change.
"""

import gzip
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from surveys.answers import Way, arranged, order
from surveys.conditions import Answers, codes_of
from surveys.definition import ANSWERED, Instrument, Item
from surveys.links import LinkError, Target, near, read_code
from surveys.storage import Context, StorageError
from translations.languages import Language
from webapp.compressed import Compressed
from webapp.forms import LONGEST_ANSWER, AnswerError, Fault, read_answer
from webapp.i18n import chosen
from webapp.security import stylesheet
from webapp.service import place_name, service

pages = Blueprint("respond", __name__)


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A respondent on the way: the printed code, the language, the token, the answers so far."""

    target: Target
    code: str
    row: Language
    token: str
    instrument: Instrument
    answers: Answers = field(default_factory=dict)
    written: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def way(self) -> Way:
        """Return her way through the survey."""
        return Way(self.instrument, self.answers)

    @property
    def is_long(self) -> bool:
        """Return whether the survey is more than one tap."""
        return len(self.instrument.items) > 1

    def address(self, name: str, row: Language | None = None) -> str:
        """Return the address of an item or a page by its name, in this or another language."""
        language = (row or self.row).tag
        return url_for(".ask", code=self.code, language=language, token=self.token, name=name)


@pages.get("/")
def home() -> AnyResponse:
    """Show where to type a code, or go where the typed code leads."""
    typed, wish = request.args.get("code"), request.args.get("language")
    row = chosen(service().offered, wish)
    if typed is None:
        return _show("home", row)
    target, error = _find(typed)
    if target is None:
        return _unknown(row, error, typed)
    language = row.tag if wish else target.language
    return redirect(url_for(".start_in", code=target.code, language=language), 303)


@pages.get("/<code>")
def start(code: str) -> AnyResponse:
    """Open the survey of a printed code, in the language of its sheet."""
    return _start(code)


@pages.get("/<code>/<language>")
def start_in(code: str, language: str) -> AnyResponse:
    """Open the survey of a printed code in a language that was chosen."""
    return _start(code, language)


@pages.get("/<code>/<language>/<token>/<name>")
def ask(code: str, language: str, token: str, name: str) -> AnyResponse:
    """Ask one item, with the answer that was given before."""
    visit = _visit(code, language, token)
    item = visit.instrument.items.get(name) or abort(404)
    return _question(visit, item) if service().wave else _closed(visit.target, visit.row)


@pages.post("/<code>/<language>/<token>/<name>")
def answer(code: str, language: str, token: str, name: str) -> AnyResponse:
    """Save an answer and go on to the next item."""
    visit = _visit(code, language, token)
    item = visit.instrument.items.get(name) or abort(404)
    wave = service().wave
    if wave is None:
        return _closed(visit.target, visit.row, status=403)
    try:
        said = read_answer(item, request.form)
    except AnswerError as error:
        return _question(visit, item, error.fault)
    given, written = (ANSWERED, {item.id: said}) if isinstance(said, str) else (said, {})
    context = Context(
        target=visit.target,
        version=visit.instrument.version,
        wave=wave.id,
        language=visit.row.tag,
        moment=service().moment,
    )
    saved = service().storage.save(token, context, {item.id: given}, written)
    after = Way(visit.instrument, saved.answers).pending(item)
    end = "answers" if visit.is_long else "done"
    if not visit.is_long:
        service().taps.add(token)
    return redirect(visit.address(after.id if after else end), 303)


@pages.get("/<code>/<language>/<token>/answers")
def summary(code: str, language: str, token: str) -> AnyResponse:
    """Show what was answered, each answer with a way to change it."""
    visit = _visit(code, language, token)
    return _show(
        "answers",
        visit.row,
        visit.target,
        lambda row: visit.address("answers", row),
        given=[(item, answer, visit.address(item.id)) for item, answer in visit.way.reached],
        written=visit.written,
        done=visit.address("done"),
    )


@pages.get("/<code>/<language>/<token>/done")
def done(code: str, language: str, token: str) -> AnyResponse:
    """Thank the respondent."""
    visit = _visit(code, language, token)
    serving = service()
    return _show(
        "thanks",
        visit.row,
        visit.target,
        lambda row: visit.address("done", row),
        answered=bool(visit.answers),
        change=visit.address("answers" if visit.is_long else next(iter(visit.instrument.items))),
        undo=visit.address("undo") if serving.taps.is_fresh(token) and visit.answers else None,
        **_invitation(visit),
    )


@pages.post("/<code>/<language>/<token>/undo")
def undo(code: str, language: str, token: str) -> AnyResponse:
    """Take a tap back while it is fresh; later it stays, as the page has said."""
    visit = _visit(code, language, token)
    if not service().taps.is_fresh(token):
        return redirect(visit.address("done"), 303)
    service().storage.forget(visit.target.campaign, token)
    return _show(
        "undone",
        visit.row,
        visit.target,
        lambda row: url_for(".start_in", code=visit.target.code, language=row.tag),
        again=url_for(".start_in", code=visit.target.code, language=visit.row.tag),
    )


def _invitation(visit: Visit) -> dict[str, Any]:
    """Return where the long form of a one-tap sheet's place is, and how long it takes."""
    campaign = service().campaign
    long = service().storage.sibling(visit.target, campaign.survey, visit.row.tag)
    if visit.is_long or long is None:
        return {}
    address = url_for(".start_in", code=long.code, language=visit.row.tag)
    return {"long": address, "minutes": campaign.instruments[campaign.survey].minutes}


def _start(code: str, wish: str | None = None) -> AnyResponse:
    target, error = _find(code)
    row = chosen(_offered(target), wish, target.language if target else None)
    if target is None:
        return _unknown(row, error, code)
    if service().wave is None:
        return _closed(target, row)
    newest = service().campaign.instruments[target.survey]
    token = secrets.token_urlsafe(16)
    visit = Visit(target=target, code=target.code, row=row, token=token, instrument=newest)
    shown = _question(visit, visit.way.reached[0][0])
    shown.headers.add("Vary", "Accept-Language")
    return shown


def _unknown(row: Language, error: str, typed: str) -> Response:
    """Say that a code stands for nothing, and which codes are a slip away from it."""
    serving = service()
    meant = [
        (target.code, url_for(".start", code=target.code), place_name(target))
        for target in serving.storage.targets(near(typed) if error == "mistyped" else [])
        if target.campaign == serving.campaign.id
    ]
    return _show("home", row, status=404, error=error, code=typed, meant=meant)


def _offered(target: Target | None) -> Sequence[Language]:
    """Return the languages in which the survey of a sheet can be answered."""
    serving = service()
    if target is None:
        return serving.offered
    return serving.offered_for(serving.campaign.instruments[target.survey])


def _find(typed: str) -> tuple[Target | None, str]:
    """Return what a typed code stands for, else why it stands for nothing."""
    try:
        target = service().storage.target(read_code(typed))
    except LinkError:
        return None, "mistyped"
    campaign = service().campaign
    if target and target.campaign == campaign.id and target.survey in campaign.instruments:
        return target, ""
    return None, "unknown"


def _visit(code: str, language: str, token: str) -> Visit:
    """Return the visit that an address stands for; abort where a part of it is not ours."""
    target, _ = _find(code)
    row = next((row for row in _offered(target) if row.tag == language), None)
    if target is None or row is None or not re.fullmatch(r"[A-Za-z0-9_-]{22}", token):
        abort(404)
    return _opened(target, row, token)


def _opened(target: Target, row: Language, token: str) -> Visit:
    """Return a visit with what is stored of it, in the version of the survey that it began."""
    given = service().storage.response(target.campaign, token)
    if given is None:
        newest = service().campaign.instruments[target.survey]
        return Visit(target=target, code=target.code, row=row, token=token, instrument=newest)
    return Visit(
        target=target,
        code=target.code,
        row=row,
        token=token,
        instrument=service().storage.instrument(given.version),
        answers=given.answers,
        written=given.written,
    )


def _question(visit: Visit, item: Item, error: Fault | None = None) -> Response:
    """Return the page of an item: rendered once for all who see the same, theirs spliced in.

    What a respondent has written herself is hers alone, so that page is not kept.
    """
    before = visit.way.preceding(item)
    number, total = visit.way.progress(item)
    code, token = visit.target.code, visit.token
    gaps = {"code": "._" * 9, "token": "-_" * 11}
    gaps["code"] = gaps["code"][: len(code)]
    answer = visit.answers.get(item.id)
    written = visit.written.get(item.id, "")
    arrangement = order(item, token)
    anybody = replace(visit, code=gaps["code"], token=gaps["token"])

    def render() -> Compressed:
        html = _html(
            "question",
            visit.row,
            visit.target,
            lambda row: anybody.address(item.id, row),
            item=item,
            error=error,
            number=number,
            total=total,
            options=arranged(item, arrangement),
            chosen=codes_of(answer),
            written=written,
            longest=LONGEST_ANSWER,
            action=anybody.address(item.id),
            previous=before and anybody.address(before.id),
        )
        return Compressed(html, gaps)

    seen = (visit.instrument.version, item.id, visit.row.tag, answer, arrangement)
    around = (visit.target.place, len(code), number, total, before and before.id, error)
    page = render() if written else service().page(seen + around, render)
    filling = {"code": code.encode(), "token": token.encode()}
    if request.accept_encodings["gzip"]:
        return _sent(page.gzip(filling), 422 if error else 200, encoded=True)
    return _sent(page.html(filling), 422 if error else 200)


def _closed(target: Target, row: Language, status: int = 200) -> Response:
    coming = service().campaign.next_wave(service().today)
    return _show(
        "closed",
        row,
        target,
        lambda other: url_for(".start_in", code=target.code, language=other.tag),
        status=status,
        opens=coming and f"{coming.opens:%d.%m.%Y}",
    )


def _home_in(row: Language) -> str:
    return url_for("respond.home", language=row.tag)


def _show(
    name: str,
    row: Language,
    target: Target | None = None,
    way: Callable[[Language], str] = _home_in,
    *,
    status: int = 200,
    **context: object,
) -> Response:
    """Return a page; ``way`` tells its address in another language."""
    html = _html(name, row, target, way, status=status, **context).encode()
    if request.accept_encodings["gzip"]:
        return _sent(gzip.compress(html, mtime=0), status, encoded=True)
    return _sent(html, status)


def _sent(body: bytes, status: int, *, encoded: bool = False) -> Response:
    response = make_response(body, status)
    response.headers.add("Vary", "Accept-Encoding")
    if encoded:
        response.headers["Content-Encoding"] = "gzip"
    return response


def _html(
    name: str,
    row: Language,
    target: Target | None,
    way: Callable[[Language], str],
    **context: object,
) -> str:
    serving = service()
    return render_template(
        f"respond/{name}.jinja",
        texts=serving.texts(row),
        stylesheet=stylesheet("respond"),
        campaign_title=serving.campaign.title,
        place=place_name(target),
        demo=serving.settings.demo,
        languages=[(other, way(other)) for other in _offered(target)],
        **context,
    )


@pages.app_errorhandler(HTTPException)
def problem(error: HTTPException) -> AnyResponse:
    """Say in the reader's language that a page is not there, or did not work."""
    return _show("problem", chosen(service().offered), status=error.code or 500)


@pages.app_errorhandler(StorageError)
def unavailable(_error: StorageError) -> AnyResponse:
    """Say that it does not work right now; nothing that was acknowledged is lost."""
    return _show("problem", chosen(service().offered), status=503)
