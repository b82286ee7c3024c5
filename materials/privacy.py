"""Who answers for the answers, and how long they are kept: what a campaign says about privacy."""

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic.dataclasses import dataclass

from surveys.documents import STRICT, Filled, Text, Whole

LOG_MONTHS = 12  # for which it is kept what staff did


def _reachable(contact: str) -> str:
    if "@" not in contact and not re.search(r"\d.*\d.*\d", contact):
        raise ValueError("must have an e-mail address or a telephone number")
    return contact


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Controller:
    """Who answers for the data, with what a notice under Art. 13 GDPR must name.

    ``legal_basis`` is of Art. 6(1): (a) consent, (e) a public task, (f) a legitimate interest. A
    public task needs the ``law`` that sets it. ``hosting`` tells who runs the computer and where.
    """

    name: Filled
    address: Filled
    contact: Annotated[Filled, AfterValidator(_reachable)]
    legal_basis: Literal["consent", "public-task", "legitimate-interest"]
    hosting: Filled
    supervisory_authority: Filled
    data_protection_officer: Text = ""
    law: Text = ""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.legal_basis == "public-task") != bool(self.law):
            raise ValueError("law names the law that sets a public task; the two go together")
        return self


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Retention:
    """How long single answers are kept, and texts that respondents wrote; counts stay."""

    microdata_months: Annotated[Whole, Field(ge=1, le=120)] = 12
    free_text_days: Annotated[Whole, Field(ge=1, le=3650)] = 90

    def responses_before(self, today: date) -> date:
        """Return the day before which single answers are too old."""
        return _months_before(today, self.microdata_months)

    def texts_before(self, today: date) -> date:
        """Return the day before which texts are too old."""
        return today - timedelta(self.free_text_days)

    def log_before(self, today: date) -> date:
        """Return the day before which entries of the log are too old."""
        return _months_before(today, LOG_MONTHS)


def _months_before(today: date, months: int) -> date:
    """Return the same day some months ago, or the last of a shorter month."""
    year, month = divmod(12 * today.year + today.month - 1 - months, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(today.day, last))
