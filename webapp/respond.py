"""The resident's pages: one question a page, each answer saved when it is posted.

No cookie, no script; the token in the address is the respondent's only thread. A GET never
writes. Every address here stands on paper or in a browser's history: they never change.
"""

import gzip
from collections.abc import Callable, Sequence
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from surveys.answers import arranged
from surveys.conditions import codes_of
from surveys.definition import Item
from surveys.links import Target, near
from surveys.redaction import GAP
from surveys.storage import OtherVersionError
from translations.languages import Language
from webapp import fairplay, recordings
from webapp.compressed import Compressed, takes_gzip
from webapp.forms import LONGEST_ANSWER, AnswerError, Fault, read_answer
from webapp.i18n import chosen, named, varied
from webapp.questions import question, save
from webapp.security import SOUND, policy, stylesheet
from webapp.service import place_name, service
from webapp.visits import Visit, addressed, begun, find, offered, opened, visit_of

pages = Blueprint("respond", __name__)
pages.before_request(fairplay.guard)


@pages.get("/")
def home() -> AnyResponse:
    """Show where to type a code, or go where the typed code leads."""
    typed, wish = request.args.get("code"), request.args.get("language")
    wanted = named(service().offered, wish)
    if typed is None:
        return show("home", wanted or chosen(service().offered), wanted=wanted)
    target, error = find(service(), typed)
    if target is None:
        return _unknown(error, typed, wanted)
    language = wanted.tag if wanted else target.language
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
    visit = visit_of(service(), code, language, token)
    item = visit.instrument.items.get(name) or abort(404)
    return _question(visit, item) if service().wave else _closed(visit.target, visit.row)


@pages.post("/<code>/<language>/<token>/<name>")
def answer(code: str, language: str, token: str, name: str) -> AnyResponse:
    """Save an answer and go on to the next item.

    Almost everybody answers the newest version of a survey, so what is stored is read only once,
    while it is changed; who began with an earlier one is found out then.
    """
    visit = addressed(service(), code, language, token)
    if service().wave is None:
        return _closed(visit.target, visit.row, status=403)
    if name not in visit.instrument.items:
        visit = opened(service(), visit)
    try:
        return _save(visit, name)
    except OtherVersionError:
        return _save(opened(service(), visit), name)


def _save(visit: Visit, name: str) -> AnyResponse:
    item = visit.instrument.items.get(name) or abort(404)
    try:
        said = read_answer(item, request.form)
    except AnswerError as error:
        back = opened(service(), visit)
        if back.instrument.version != visit.instrument.version:
            return _save(back, name)
        return _question(back, item, error.fault, request.form.getlist("answer"))
    after = save(service(), visit, item, said, request.remote_addr)
    # without the text that nobody sees, and that takes a while to make
    return Response(b"", 303, {"Location": after})


@pages.get("/<code>/<language>/<token>/answers")
def summary(code: str, language: str, token: str) -> AnyResponse:
    """Show what was answered, each answer with a way to change it."""
    visit = visit_of(service(), code, language, token)
    return show(
        "answers",
        visit.row,
        visit.target,
        lambda row: visit.address("answers", row),
        given=[(item, answer, visit.address(item.id)) for item, answer in visit.way.reached],
        written=visit.written,
        answered=bool(visit.answers),
        redacted=any(GAP in text for text in visit.written.values()),
        delete=visit.address("delete"),
        done=visit.address("done"),
    )


@pages.get("/<code>/<language>/<token>/done")
def done(code: str, language: str, token: str) -> AnyResponse:
    """Thank the respondent."""
    visit = visit_of(service(), code, language, token)
    tapped = request.args.get("tapped", "")
    fresh = tapped if service().tokens.is_fresh(token, tapped) else None
    return show(
        "thanks",
        visit.row,
        visit.target,
        lambda row: visit.address("done", row, tapped=fresh),
        answered=bool(visit.answers),
        change=visit.address("answers" if visit.is_long else next(iter(visit.instrument.items))),
        delete=visit.address("delete"),
        undo=visit.address("undo") if fresh and visit.answers else None,
        tapped=fresh,
        **_invitation(visit),
    )


@pages.post("/<code>/<language>/<token>/undo")
def undo(code: str, language: str, token: str) -> AnyResponse:
    """Take a tap back while it is fresh; later it stays, as the page has said."""
    visit = visit_of(service(), code, language, token)
    if not service().tokens.is_fresh(token, request.form.get("tapped", "")):
        return redirect(visit.address("done"), 303)
    service().storage.forget(visit.target.campaign, token)
    return show(
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
    target, error = find(service(), code)
    if target is None:
        return _unknown(error, code, named(service().offered, wish))
    row = chosen(offered(service(), target), wish, target.language)
    if service().wave is None:
        return _closed(target, row)
    fairplay.count_start(service().limits, request.remote_addr)
    visit = begun(service(), target, row, service().tokens.draw(target))
    return _question(visit, visit.way.reached[0][0])


def _unknown(error: str, typed: str, wanted: Language | None) -> Response:
    """Say that a code stands for nothing, and which codes are a slip away from it.

    A language that was chosen goes along; one that the browser asks for does not go before that
    of a sheet.
    """
    serving = service()
    meant = [
        (target.code, _entrance(target, wanted), place_name(target))
        for target in serving.storage.targets(near(typed) if error == "mistyped" else [])
        if target.campaign == serving.campaign.id
    ]
    return show(
        "home",
        wanted or chosen(serving.offered),
        None,
        lambda other: url_for(".home", code=typed, language=other.tag),
        status=404,
        error=error,
        code=typed,
        meant=meant,
        wanted=wanted,
    )


def _entrance(target: Target, wanted: Language | None) -> str:
    """Return where a survey begins: in a language that was chosen, else in that of its sheet."""
    if wanted is None:
        return url_for(".start", code=target.code)
    return url_for(".start_in", code=target.code, language=wanted.tag)


def _question(
    visit: Visit, item: Item, error: Fault | None = None, posted: Sequence[str] = ()
) -> Response:
    """Return the page of an item: rendered once for all who see the same, theirs spliced in.

    What a respondent has written herself is hers alone, so that page is not kept, nor is one that
    says what is wrong, and shows again what was posted.
    """
    asked = question(service(), visit, item)
    number, total = asked.progress
    before, recording = asked.preceding, asked.recording
    written = " ".join(posted) if error else visit.written.get(item.id, "")
    chosen_codes = [code for code in item.offered if str(code) in posted]
    anybody = asked.anybody

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
            options=arranged(item, asked.arrangement),
            chosen=chosen_codes if error else codes_of(visit.answers.get(item.id)),
            recording=recording and recordings.address(recording, item, visit.row.tag),
            written=written,
            longest=LONGEST_ANSWER,
            action=anybody.address(item.id),
            previous=before and anybody.address(before.id),
        )
        return Compressed(html, {"code": anybody.code, "token": anybody.token})

    page = render() if written or error else service().page(asked.key, render)
    packed = takes_gzip(request.headers.get("Accept-Encoding", ""))
    sent = _sent(asked.filled(page, packed=packed), 422 if error else 200, encoded=packed)
    if recording:
        sent.headers["Content-Security-Policy"] = policy(SOUND)
    return sent


def _closed(target: Target, row: Language, status: int = 200) -> Response:
    coming = service().campaign.next_wave(service().today)
    return show(
        "closed",
        row,
        target,
        lambda other: url_for(".start_in", code=target.code, language=other.tag),
        status=status,
        opens=coming and f"{coming.opens:%d.%m.%Y}",
    )


def home_in(row: Language) -> str:
    """Return the address of the first page; not asked of Flask, which has none for a bad host."""
    return f"/?language={row.tag}"


def show(
    name: str,
    row: Language,
    target: Target | None = None,
    way: Callable[[Language], str] = home_in,
    *,
    status: int = 200,
    **context: Any,
) -> Response:
    """Return a page; ``way`` tells its address in another language."""
    html = _html(name, row, target, way, status=status, **context).encode()
    if takes_gzip(request.headers.get("Accept-Encoding", "")):
        return _sent(gzip.compress(html, mtime=0), status, encoded=True)
    return _sent(html, status)


def show_kept(
    name: str,
    row: Language,
    way: Callable[[Language], str],
    *,
    languages: Sequence[Language],
    key: tuple[object, ...],
    context: Callable[[], dict[str, Any]],
) -> Response:
    """Return a page that is the same for all who read a language, rendered once for each ``key``.

    ``context`` is asked for only where it is rendered.
    """

    def render() -> Compressed:
        return Compressed(_html(name, row, None, way, languages=languages, **context()), {})

    page = service().page((name, row.tag, *key), render)
    packed = request.accept_encodings["gzip"] > 0
    return _sent(page.gzip({}) if packed else page.html({}), 200, encoded=packed)


def _sent(body: bytes, status: int, *, encoded: bool = False) -> Response:
    headers = {"Content-Type": "text/html; charset=utf-8", "Vary": varied()}
    if encoded:
        headers["Content-Encoding"] = "gzip"
    return Response(body, status, headers)


def _html(
    name: str,
    row: Language,
    target: Target | None,
    way: Callable[[Language], str],
    *,
    languages: Sequence[Language] | None = None,
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
        released=serving.released,
        languages=[(other, way(other)) for other in languages or offered(serving, target)],
        **context,
    )
