"""Retention: what is too old is deleted, and what is left tells no order of writing."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from surveys.answers import counted
from surveys.storage.publications import Publications
from surveys.storage.responses import read_answers
from surveys.storage.schema import GROUPS, counts, links, responses, texts

_KEY = tuple(column.name for column in counts.primary_key)
_FROM_RESPONDENTS = (responses, counts, texts)  # in the order in which they are written


@dataclass(frozen=True, kw_only=True)
class Outdated:
    """How many responses and texts are too old."""

    responses: int
    texts: int


class Retention(Publications):
    """Deletes responses, whose counts stay, and texts."""

    def outdated(self, campaign: str, responses_before: date, texts_before: date) -> Outdated:
        """Return what ``retain`` would delete."""
        with self._read() as connection:
            too_old = _too_old(campaign, responses_before, texts_before)
            numbers = [
                connection.execute(sa.select(sa.func.count()).where(condition)).scalar_one()
                for condition in too_old
            ]
        return Outdated(responses=numbers[0], texts=numbers[1])

    def retain(self, campaign: str, responses_before: date, texts_before: date) -> Outdated:
        """Delete the responses and texts of earlier days, and write the rest anew.

        The counts of deleted responses stay, marked as archived. A text goes with its response.
        """
        old_responses, old_texts = _too_old(campaign, responses_before, texts_before)
        with self._write() as connection:
            self._archive(connection, old_responses)
            gone_texts = connection.execute(sa.delete(texts).where(old_texts)).rowcount
            gone = connection.execute(sa.delete(responses).where(old_responses)).rowcount
        self._rewrite(*_FROM_RESPONDENTS)
        return Outdated(responses=gone, texts=gone_texts)

    def _archive(self, connection: sa.Connection, old: sa.ColumnElement[bool]) -> None:
        """Mark as archived what some responses have added to the counts."""
        wanted = sa.select(responses, links.c.place, links.c.topic, links.c.format).join(links)
        added: Counter[tuple[Any, ...]] = Counter()
        for row in connection.execute(wanted.where(old).with_for_update(of=responses)):
            group = tuple(getattr(row, name) for name in GROUPS)
            answers = counted(self.instrument(row.version), read_answers(row.answers))
            added.update({(*group, *key): n for key, n in answers.items()})
        if added:
            same = [column == sa.bindparam(f"of_{column.name}") for column in counts.primary_key]
            archived = counts.c.archived + sa.bindparam("more")
            connection.execute(
                sa.update(counts).where(*same).values(archived=archived),
                [
                    {f"of_{name}": part for name, part in zip(_KEY, key, strict=True)} | {"more": n}
                    for key, n in sorted(added.items())
                ],
            )


def _too_old(
    campaign: str, responses_before: date, texts_before: date
) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    """Return the conditions on responses and on texts that are too old."""
    old = sa.and_(responses.c.campaign == campaign, responses.c.day < responses_before)
    # a text has the day of its response
    return old, sa.and_(
        texts.c.campaign == campaign, texts.c.day < max(responses_before, texts_before)
    )
