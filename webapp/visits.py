"""Visits: who has opened a survey, by the code, the language and the token of an address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from flask import abort

from surveys.answers import Way
from surveys.conditions import Answers
from surveys.definition import Instrument
from surveys.links import LinkError, Target, read_code
from translations.languages import Language
from webapp.service import service


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

    def address(self, name: str, row: Language | None = None, tapped: str | None = None) -> str:
        """Return the address of an item or a page by its name, in this or another language."""
        # as the rule of ``ask`` says; Flask takes longer for it than for all the rest of a page
        path = f"/{self.code}/{(row or self.row).tag}/{self.token}/{name}"
        return f"{path}?tapped={tapped}" if tapped else path


def offered(target: Target | None) -> Sequence[Language]:
    """Return the languages in which the survey of a sheet can be answered."""
    serving = service()
    if target is None:
        return serving.offered
    return serving.offered_for(serving.campaign.instruments[target.survey])


def find(typed: str) -> tuple[Target | None, str]:
    """Return what a typed code stands for, else why it stands for nothing."""
    serving = service()
    try:
        target = serving.storage.target(read_code(typed))
    except LinkError:
        return None, "mistyped"
    campaign = serving.campaign
    if target and target.campaign == campaign.id and target.survey in campaign.instruments:
        return target, ""
    return None, "unknown"


def visit_of(code: str, language: str, token: str) -> Visit:
    """Return the visit that an address stands for; abort where a part of it is not ours."""
    return opened(*addressed(code, language, token), token)


def addressed(code: str, language: str, token: str) -> tuple[Target, Language]:
    """Return the sheet and the language of an address; abort where a part of it is not ours."""
    target, _ = find(code)
    row = next((row for row in offered(target) if row.tag == language), None)
    if target is None or row is None or not service().tokens.fits(token, target):
        abort(404)
    return target, row


def unopened(target: Target, row: Language, token: str) -> Visit:
    """Return a visit as if nothing was stored of it."""
    newest = service().campaign.instruments[target.survey]
    return Visit(target=target, code=target.code, row=row, token=token, instrument=newest)


def opened(target: Target, row: Language, token: str) -> Visit:
    """Return a visit with what is stored of it, in the version of the survey that it began."""
    serving, visit = service(), unopened(target, row, token)
    given = serving.storage.response(target.campaign, token)
    if given is None:
        return visit
    instrument = serving.storage.instrument(given.version)
    return replace(visit, instrument=instrument, answers=given.answers, written=given.written)
