"""Visits: who has opened a survey, by the code, the language and the token of an address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from werkzeug.exceptions import NotFound

from surveys.answers import Way
from surveys.conditions import Answers
from surveys.definition import Instrument
from surveys.links import LinkError, Target, read_code
from translations.languages import Language
from webapp.service import Service


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


def offered(serving: Service, target: Target | None) -> Sequence[Language]:
    """Return the languages in which the survey of a sheet can be answered."""
    if target is None:
        return serving.offered
    return serving.offered_for(serving.campaign.instruments[target.survey])


def row_of(serving: Service, target: Target | None, tag: str) -> Language | None:
    """Return a language by its tag, None where a survey cannot be answered in it."""
    return next((row for row in offered(serving, target) if row.tag == tag), None)


def find(serving: Service, typed: str) -> tuple[Target | None, str]:
    """Return what a typed code stands for, else why it stands for nothing."""
    try:
        target = serving.storage.target(read_code(typed))
    except LinkError:
        return None, "mistyped"
    campaign = serving.campaign
    if target and target.campaign == campaign.id and target.survey in campaign.instruments:
        return target, ""
    return None, "unknown"


def visit_of(serving: Service, code: str, language: str, token: str) -> Visit:
    """Return the visit that an address stands for, with what is stored of it.

    Raise NotFound where a part of the address is not ours.
    """
    return opened(serving, addressed(serving, code, language, token))


def addressed(serving: Service, code: str, language: str, token: str) -> Visit:
    """Return the visit that an address stands for, as if nothing was stored of it.

    Raise NotFound where a part of the address is not ours.
    """
    target, _ = find(serving, code)
    row = row_of(serving, target, language)
    if target is None or row is None or not serving.tokens.fits(token, target):
        raise NotFound
    return begun(serving, target, row, token)


def begun(serving: Service, target: Target, row: Language, token: str) -> Visit:
    """Return the visit of somebody who has answered nothing yet."""
    newest = serving.campaign.instruments[target.survey]
    return Visit(target=target, code=target.code, row=row, token=token, instrument=newest)


def opened(serving: Service, visit: Visit) -> Visit:
    """Return a visit with what is stored of it, in the version of the survey that it began."""
    given = serving.storage.response(visit.target.campaign, visit.token)
    if given is None:
        return visit
    instrument = serving.storage.instrument(given.version)
    return replace(visit, instrument=instrument, answers=given.answers, written=given.written)
