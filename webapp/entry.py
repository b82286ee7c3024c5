"""What comes back on paper, typed in by coordinators with the keyboard alone.

A sheet is stored under a token that its own mark gives: entered twice, it is one response, and the
last word on each question wins. The results of a wave that is released stand: a sheet of it is
stored all the same, and the page says that it is not in them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from flask import Blueprint, make_response, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from materials.waves import Wave
from surveys import paper
from surveys.conditions import Answer, codes_of
from surveys.definition import ANSWERED, SKIPPED, Instrument, Item
from surveys.links import LinkError, Target
from surveys.storage import Context, Response
from translations.languages import language
from webapp.forms import LONGEST_ANSWER, AnswerError, Fault, read_answer
from webapp.roles import Role, allowed
from webapp.service import latest_wave, place_name, service
from webapp.staff import show

pages = Blueprint("entry", __name__, url_prefix="/staff")

LEFT_OUT = "-"  # typed for a question without a cross, so that Enter goes on from it


class SheetFault(StrEnum):
    """Why a sheet cannot be opened; the templates say it in the coordinator's language."""

    MISTYPED = "mistyped"
    UNKNOWN = "unknown"
    NO_PAPER = "no-paper"
    NO_VERSION = "no-version"
    WHICH_VERSION = "which-version"
    NO_DAY = "no-day"
    OTHER_DAY = "other-day"


class SheetError(ValueError):
    """A sheet that cannot be opened."""

    def __init__(self, fault: SheetFault) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A sheet that has come back: its mark, what it stands for, when it was answered.

    ``typed`` is the day as it was typed, empty for today.
    """

    mark: paper.Mark
    target: Target
    asked: Instrument
    wave: Wave
    day: date
    typed: str
    known: Response | None = None

    @property
    def again(self) -> dict[str, Any]:
        """Return what the next sheet has in common with this one."""
        return {"wave": self.wave.id, "day": self.typed}


@dataclass
class Typed:
    """What was typed for each item, what it says, and what is wrong with it, by the item's id."""

    fields: Mapping[str, str]
    given: dict[str, Answer] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)
    faults: dict[str, Fault] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Return whether no question has an answer."""
        return set(self.given.values()) <= {SKIPPED}


@pages.get("/entry")
@allowed(Role.COORDINATOR)
def entry() -> AnyResponse:
    """Ask for a sheet's code, or show its questions."""
    if "sheet" not in request.args:
        return _start()
    try:
        sheet = _sheet(request.args)
    except SheetError as error:
        return _start(error.fault)
    typed = Typed(_as_typed(sheet))
    return _questions(sheet, typed, focus=next(iter(sheet.asked.items)))


@pages.post("/entry")
@allowed(Role.COORDINATOR)
def enter() -> AnyResponse:
    """Store a sheet; without the button to save, check what is typed so far and go on."""
    try:
        sheet = _sheet(request.form)
    except SheetError as error:
        return _start(error.fault)
    storage, campaign = service().storage, service().campaign
    if "delete" in request.form:
        storage.forget(campaign.id, sheet.mark.token)
        return redirect(url_for(".entry", deleted=str(sheet.mark), **sheet.again), 303)
    typed = _read(sheet.asked, request.form)
    if typed.faults or "save" not in request.form or typed.is_empty:
        return _questions(sheet, typed, focus=_next(sheet.asked, typed))
    context = Context(
        target=sheet.target,
        version=sheet.asked.version,
        wave=sheet.wave.id,
        language=sheet.target.language,
        moment=sheet.day,
        mode="paper",
    )
    storage.save(sheet.mark.token, context, typed.given, typed.written)
    return redirect(url_for(".entry", saved=str(sheet.mark), **sheet.again), 303)


def _sheet(said: Mapping[str, str]) -> Sheet:
    """Return the sheet whose mark was typed; raise SheetError where it cannot be opened."""
    campaign = service().campaign
    try:
        typed = paper.read_mark(said.get("sheet", ""))
    except LinkError:
        raise SheetError(SheetFault.MISTYPED) from None
    target = _target(typed.code)
    asked = _asked(target, typed.version)
    mark = paper.mark(target.code, asked.version)
    wave = next(
        (wave for wave in _waves() if wave.id == said.get("wave")),
        latest_wave(campaign, service().today),
    )
    return Sheet(
        mark=mark,
        target=target,
        asked=asked,
        wave=wave,
        day=_day(said.get("day", ""), wave),
        typed=said.get("day", ""),
        known=service().storage.response(campaign.id, mark.token),
    )


def _target(code: str) -> Target:
    """Return what a code stands for, which must be a sheet of paper of this campaign."""
    target = service().storage.target(code)
    if target is None or target.campaign != service().campaign.id:
        raise SheetError(SheetFault.UNKNOWN)
    if target.format != paper.FORMAT:
        raise SheetError(SheetFault.NO_PAPER)
    return target


def _asked(target: Target, version: str) -> Instrument:
    """Return the one published version of a sheet's survey that begins as it is printed."""
    versions = service().storage.versions(target.survey)
    fitting = [asked for asked in versions if asked.version.startswith(version)]
    if len(fitting) != 1:
        raise SheetError(SheetFault.WHICH_VERSION if fitting else SheetFault.NO_VERSION)
    return fitting[0]


def _waves() -> list[Wave]:
    """Return the waves that have begun, at least one."""
    campaign, today = service().campaign, service().today
    begun = [wave for wave in campaign.waves if wave.opens <= today]
    return begun or [latest_wave(campaign, today)]


def _day(typed: str, wave: Wave) -> date:
    """Return the day of the answer, today where none was typed."""
    today = service().today
    if not typed:
        return today
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        raise SheetError(SheetFault.NO_DAY) from None
    if not wave.opens <= day <= min(wave.closes, today):
        raise SheetError(SheetFault.OTHER_DAY)
    return day


def _name(item: str) -> str:
    """Return the name of an item's field, which none of the page's own fields has."""
    return f"answer.{item}"


def _as_typed(sheet: Sheet) -> dict[str, str]:
    """Return what is stored of a sheet as it would be typed."""
    if sheet.known is None:
        return {}
    codes = {
        item: " ".join(str(code) for code in codes_of(answer) if code >= 0)
        for item, answer in sheet.known.answers.items()
    }
    return codes | dict(sheet.known.written)


def _read(asked: Instrument, posted: Mapping[str, str]) -> Typed:
    """Return what was typed, item by item."""
    typed = Typed({item: posted.get(_name(item), "").strip() for item in asked.items})
    for item in asked.items.values():
        try:
            said = _answer(item, typed.fields[item.id])
        except AnswerError as error:
            typed.faults[item.id] = error.fault
            continue
        if isinstance(said, str):
            typed.written[item.id], said = said, ANSWERED
        typed.given[item.id] = said
    return typed


def _answer(item: Item, typed: str) -> Answer | str:
    """Return what was typed for an item: one code or several, or words; nothing is skipped."""
    if typed in {"", LEFT_OUT}:
        return SKIPPED
    is_text = item.question.kind == "text"
    values = [typed] if is_text else typed.replace(",", " ").split()
    return read_answer(item, MultiDict([("answer", value) for value in values]))


def _next(asked: Instrument, typed: Typed) -> str:
    """Return the item to type next: the first that is wrong, else the one after the last filled.

    Empty where all are filled, and the sheet can be saved.
    """
    if typed.faults:
        return next(iter(typed.faults))
    items = list(asked.items)
    filled = [number for number, item in enumerate(items) if typed.fields[item]]
    following = filled[-1] + 1 if filled else 0
    return items[following] if following < len(items) else ""


def _released() -> set[str]:
    """Return the waves whose results stand."""
    return service().storage.released_waves(service().campaign.id)


def _questions(sheet: Sheet, typed: Typed, focus: str) -> AnyResponse:
    saving = "save" in request.form
    page = show(
        "entry-sheet",
        sheet=sheet,
        place=place_name(sheet.target),
        sheet_language=language(sheet.target.language),
        questionnaire=paper.Questionnaire(sheet.asked),
        typed=typed,
        empty=saving and typed.is_empty and not typed.faults,
        focus=focus,
        too_late=sheet.wave.id in _released(),
        name_of=_name,
        longest=LONGEST_ANSWER,
    )
    return make_response(page, 422 if typed.faults or (saving and typed.is_empty) else 200)


def _start(fault: SheetFault | None = None) -> AnyResponse:
    said = request.values
    page = show(
        "entry",
        fault=fault,
        said=said,
        waves=_waves(),
        released=_released(),
        wave=said.get("wave") or latest_wave(service().campaign, service().today).id,
        today=service().today,
        deleted=said.get("deleted"),
        **_saved(request.args.get("saved", "")),
    )
    return make_response(page, 422 if fault else 200)


def _saved(mark: str) -> dict[str, Any]:
    """Return what is stored of the sheet that was saved last."""
    try:
        sheet = _sheet({"sheet": mark})
    except SheetError:
        return {"saved": None}
    if sheet.known is None:
        return {"saved": None}
    reached = {item.id for item in sheet.asked.asked(sheet.known.answers)}
    return {
        "saved": sheet,
        "questionnaire": paper.Questionnaire(sheet.asked),
        "uncounted": {
            item
            for item, answer in sheet.known.answers.items()
            if item not in reached and answer != SKIPPED
        },
    }
