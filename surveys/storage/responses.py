"""Responses: what a respondent has answered, and how it is counted in the same transaction."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal

import sqlalchemy as sa

from surveys.answers import counted
from surveys.conditions import Answer, Answers
from surveys.links import Target
from surveys.storage.database import matching
from surveys.storage.publications import Publications
from surveys.storage.schema import BAND, GROUPS, HELD, counts, links, responses, texts


@dataclass(frozen=True, kw_only=True)
class Response:
    """What one respondent has answered so far, and by which version of the survey."""

    version: str
    answers: Answers
    written: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Context:
    """What is stored with the first answer of a respondent, and never changed after it.

    ``moment`` is kept as its day and its four-hour band alone.
    """

    target: Target
    version: str
    wave: str
    language: str
    moment: datetime
    mode: Literal["web"] = "web"


class Responses(Publications):
    """The responses. ``secret`` keys the hash under which a token is stored."""

    def __init__(self, url: str, secret: bytes) -> None:
        super().__init__(url)
        self._secret = secret

    def response(self, campaign: str, token: str) -> Response | None:
        """Return what the holder of a token has answered; None where nothing is stored yet."""
        with self._read() as connection:
            row = connection.execute(self._wanted(campaign, token)).first()
            if row is None:
                return None
            same = matching(texts, campaign=campaign, token=row.token)
            written = connection.execute(sa.select(texts.c.item, texts.c.body).where(*same))
            return Response(
                version=row.version,
                answers=read_answers(row.answers),
                written=dict(tuple(each) for each in written),
            )

    def save(
        self,
        token: str,
        context: Context,
        given: Answers,
        written: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Store answers durably, and keep the counts; the last word on an item wins.

        ``written`` are the texts of those items that are answered in words; they are held until
        somebody releases them. The context is stored with the first answer. The same answers
        again change nothing.
        """
        campaign = context.target.campaign
        with self._write() as connection:
            first = {
                "campaign": campaign,
                "token": self._hash(token),
                "version": context.version,
                "link": context.target.code,
                "wave": context.wave,
                "language": context.language,
                "mode": context.mode,
                "day": context.moment.date(),
                "band": context.moment.hour // BAND,
                "answers": {},
            }
            connection.execute(self._insert(responses).on_conflict_do_nothing(), first)
            wanted = self._wanted(campaign, token)
            row = connection.execute(wanted.with_for_update(of=responses)).one()
            answers = {**read_answers(row.answers), **given}
            connection.execute(
                sa.update(responses)
                .where(*matching(responses, campaign=campaign, token=row.token))
                .values(answers=answers)
            )
            self._count(connection, row, answers)
            self._write_down(connection, row, given, written)

    def forget(self, campaign: str, token: str) -> bool:
        """Delete a response and what it counts; return whether there was one."""
        with self._write() as connection:
            wanted = self._wanted(campaign, token)
            row = connection.execute(wanted.with_for_update(of=responses)).first()
            if row is None:
                return False
            self._count(connection, row, {})
            for table in (texts, responses):
                same = matching(table, campaign=campaign, token=row.token)
                connection.execute(sa.delete(table).where(*same))
            return True

    def _write_down(
        self,
        connection: sa.Connection,
        row: sa.Row[Any],
        given: Answers,
        written: Mapping[str, str],
    ) -> None:
        """Replace the texts of the items that were answered anew; an unchanged one stays."""
        same = matching(texts, campaign=row.campaign, token=row.token)
        insert = self._insert(texts)
        items = self.instrument(row.version).items
        for item in given:
            if item not in items or items[item].question.kind != "text":
                continue
            if item not in written:
                connection.execute(sa.delete(texts).where(*same, texts.c.item == item))
                continue
            new = {"body": written[item], "state": HELD}
            known = {"campaign": row.campaign, "token": row.token, "item": item, "day": row.day}
            connection.execute(
                insert.on_conflict_do_update(
                    index_elements=list(texts.primary_key),
                    set_=new,
                    where=texts.c.body != written[item],
                ),
                known | new,
            )

    def _wanted(self, campaign: str, token: str) -> sa.Select[Any]:
        return (
            sa.select(responses, links.c.place, links.c.topic, links.c.format)
            .join(links)
            .where(*matching(responses, campaign=campaign, token=self._hash(token)))
        )

    def _count(self, connection: sa.Connection, row: sa.Row[Any], answers: Answers) -> None:
        """Change the counts by what a response's answers changed."""
        instrument = self.instrument(row.version)
        change = counted(instrument, answers)
        change.subtract(counted(instrument, read_answers(row.answers)))
        group = {name: getattr(row, name) for name in GROUPS}
        # in one order, so that two writers never wait for each other
        changed = [
            {**group, "item": item, "code": code, "n": n}
            for (item, code), n in sorted(change.items())
            if n
        ]
        if changed:
            insert = self._insert(counts)
            connection.execute(
                insert.on_conflict_do_update(
                    index_elements=list(counts.primary_key),
                    set_={"n": counts.c.n + insert.excluded.n},
                ),
                changed,
            )

    def _hash(self, token: str) -> str:
        return hmac.new(self._secret, token.encode(), hashlib.sha256).hexdigest()


def read_answers(stored: Mapping[str, int | list[int]]) -> dict[str, Answer]:
    """Return answers as they are stored, with tuples for the lists of JSON."""
    return {
        item: tuple(answer) if isinstance(answer, list) else answer
        for item, answer in stored.items()
    }
