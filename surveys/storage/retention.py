"""Retention: what is too old is deleted, and what is left tells no order of writing."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from surveys.storage.kept import GROUPED, KEPT, Change
from surveys.storage.publications import Publications
from surveys.storage.responses import read_answers
from surveys.storage.schema import responses, texts

_FROM_RESPONDENTS = (responses, *KEPT, texts)  # in the order in which they are written


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
            self._hold(connection, responses)
            self._archive(connection, old_responses)
            gone_texts = connection.execute(sa.delete(texts).where(old_texts)).rowcount
            gone = connection.execute(sa.delete(responses).where(old_responses)).rowcount
        self._rewrite(*_FROM_RESPONDENTS)
        return Outdated(responses=gone, texts=gone_texts)

    def _archive(self, connection: sa.Connection, old: sa.ColumnElement[bool]) -> None:
        """Mark as archived what some responses have added to the counts."""
        added = Change()
        for row in connection.execute(GROUPED.where(old).with_for_update(of=responses)):
            added.add_whole(self.instrument(row.version), row, read_answers(row.answers))
        for table in KEPT:
            key = [column.name for column in table.primary_key]
            same = [table.c[name] == sa.bindparam(f"of_{name}") for name in key]
            archived = table.c.archived + sa.bindparam("more")
            rows = [
                {f"of_{name}": part for name, part in zip(key, cell, strict=True)} | {"more": n}
                for cell, n in sorted(added[table.name].items())
            ]
            if rows:
                connection.execute(sa.update(table).where(*same).values(archived=archived), rows)


def _too_old(
    campaign: str, responses_before: date, texts_before: date
) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    """Return the conditions on responses and on texts that are too old."""
    old = sa.and_(responses.c.campaign == campaign, responses.c.day < responses_before)
    # a text has the day of its response
    return old, sa.and_(
        texts.c.campaign == campaign, texts.c.day < max(responses_before, texts_before)
    )
