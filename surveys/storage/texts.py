"""What respondents wrote: held until a person has read it. Nobody else sees what is not released.

Respondents see their own texts through ``Responses.response``; whatever leaves the database for
others goes through ``Texts.released_texts``.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from surveys.storage.database import Database, matching
from surveys.storage.schema import HELD, RELEASED, responses, texts, versions


@dataclass(frozen=True, kw_only=True, order=True)
class Written:
    """A text. ``number`` is of its words as well: one that was changed has another number."""

    number: str
    survey: str
    item: str
    body: str


class Texts(Database):
    """The texts that respondents wrote."""

    def held_texts(self, campaign: str) -> list[Written]:
        """Return what nobody has read yet, for the person who does; in no order of time."""
        with self._read() as connection:
            return sorted(_written(row) for row in connection.execute(_wanted(campaign, HELD)))

    def released_texts(self, campaign: str) -> list[Written]:
        """Return what others may see; the only texts that any output has."""
        with self._read() as connection:
            return sorted(_written(row) for row in connection.execute(_wanted(campaign, RELEASED)))

    def release_text(self, campaign: str, number: str) -> bool:
        """Let others see a text; return whether one with this number was held."""
        return self._decide(campaign, number, sa.update(texts).values(state=RELEASED))

    def reject_text(self, campaign: str, number: str) -> bool:
        """Delete a text that nobody else may see; return whether one with this number was held."""
        return self._decide(campaign, number, sa.delete(texts))

    def _decide(self, campaign: str, number: str, decision: sa.Update | sa.Delete) -> bool:
        """Carry out what was decided on a text, if its words are still those that were read."""
        with self._write() as connection:
            held = connection.execute(
                _wanted(campaign, HELD).order_by(*texts.primary_key).with_for_update(of=texts)
            )
            read = [row for row in held if _written(row).number == number]
            for row in read:
                same = matching(texts, campaign=campaign, token=row.token, item=row.item)
                connection.execute(decision.where(*same))
            return bool(read)


def _wanted(campaign: str, state: str) -> sa.Select[Any]:
    of_one = sa.and_(responses.c.campaign == texts.c.campaign, responses.c.token == texts.c.token)
    return (
        sa.select(texts.c.token, versions.c.survey, texts.c.item, texts.c.body)
        .join(responses, of_one)
        .join(versions, versions.c.version == responses.c.version)
        .where(*matching(texts, campaign=campaign, state=state))
    )


def _written(row: sa.Row[Any]) -> Written:
    told = "\n".join((row.token, row.item, row.body))
    number = hashlib.sha256(told.encode()).hexdigest()[:8]
    return Written(number=number, survey=row.survey, item=row.item, body=row.body)
