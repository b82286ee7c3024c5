"""Responses: what a respondent has answered, and how it is counted in the same transaction."""

import hmac
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any, Literal

import sqlalchemy as sa

from surveys.conditions import Answer, Answers
from surveys.daylight import BAND, Daylight
from surveys.links import Target
from surveys.redaction import redacted
from surveys.storage.group_commit import GroupCommit
from surveys.storage.kept import KEPT, KEYS, Change, Key
from surveys.storage.publications import Publications
from surveys.storage.schema import HELD, NO_BAND, responses, texts


@dataclass(frozen=True, kw_only=True)
class Response:
    """What one respondent has answered so far, and by which version of the survey.

    ``written`` are her texts, by the items that are answered in words. ``begun`` says that what
    was saved just now was her first answer.
    """

    version: str
    answers: Answers
    written: Mapping[str, str] = field(default_factory=dict)
    begun: bool = False


class OtherVersionError(Exception):
    """A response was begun in another version of the survey than these answers are of."""


@dataclass(frozen=True, kw_only=True)
class Context:
    """What is stored with the first answer of a respondent, and never changed after it.

    ``moment`` is kept as its day and its four-hour band alone; of a sheet of paper only the day
    is known. ``daylight`` is what these two say of the light.
    """

    target: Target
    version: str
    wave: str
    language: str
    moment: datetime | date
    mode: Literal["web", "paper"] = "web"
    daylight: Daylight = ""

    @property
    def day(self) -> date:
        """Return the day of the answer."""
        return self.moment.date() if isinstance(self.moment, datetime) else self.moment

    @property
    def band(self) -> int:
        """Return the number of the four-hour band of the day, from 0."""
        return self.moment.hour // BAND if isinstance(self.moment, datetime) else NO_BAND


_Key = tuple[str, str]  # of a response: the campaign, and the hash of the token


@dataclass(frozen=True)
class _Post:
    """What a respondent sends: the hash of her token, and what she says to which items."""

    token: str
    context: Context
    given: Answers
    written: Mapping[str, str]

    @property
    def key(self) -> _Key:
        """Return the key of the row that it is for."""
        return self.context.target.campaign, self.token


class _OvertakenError(Exception):
    """Another process has begun a row between our looking for it and our writing."""


_JSON = json.JSONEncoder(separators=(",", ":"))


class Responses(Publications):
    """The responses. ``secret`` keys the hash under which a token is stored."""

    def __init__(self, url: str, secret: bytes) -> None:
        super().__init__(url, secret)
        self._sql = _Statements(self._insert, self._driver.spelled)
        self._posts = GroupCommit(self._save_all, self._is_about_one)

    def response(self, campaign: str, token: str) -> Response | None:
        """Return what the holder of a token has answered; None where nothing is stored yet."""
        key = {"campaign": campaign, "token": self._hash(token)}
        with self._in_our_words():
            found = self._driver.fetch(self._sql.wanted, key)
            if not found:
                return None
            row = _Row(*found[0])
            in_words = self.instrument(row.version).in_words & row.answers.keys()
            written = self._driver.fetch(self._sql.written, key) if in_words else ()
            return Response(version=row.version, answers=row.answers, written=dict(written))

    def save(
        self,
        token: str,
        context: Context,
        given: Answers,
        written: Mapping[str, str] | None = None,
    ) -> Response:
        """Store answers durably, and keep the counts; return all that is stored now.

        The last word on an item wins, and the same answers again change nothing. ``written`` are
        the texts of those items that are answered in words; they are redacted, and held until
        somebody releases them. The context is stored with the first answer. Raise
        OtherVersionError where that was an answer to another version; then nothing is stored.
        """
        with self._in_our_words():
            return self._posts.do(_Post(self._hash(token), context, given, written or {}))

    def forget(self, campaign: str, token: str) -> bool:
        """Delete a response and what it counts; return whether there was one."""
        key = (campaign, self._hash(token))
        with self._in_our_words(), self._driver.transaction() as cursor:
            row = self._locked(cursor, {key}).get(key)
            if row is None:
                return False
            for delete in (self._sql.delete_texts, self._sql.delete):
                cursor.execute(delete, {"campaign": row.campaign, "token": row.token})
            change = Change()
            self._count(change, row, row.answers, {})
            change.arrive(row.arrival, -1)
            self._add(cursor, change)
            return True

    def _is_about_one(self, error: Exception) -> bool:
        """Return whether an error is the fault of one post: not when the database cannot write."""
        dbapi: Any = self._engine.dialect.loaded_dbapi
        return not isinstance(error, dbapi.Error) or isinstance(error, dbapi.IntegrityError)

    def _save_all(self, posts: Sequence[_Post]) -> list[Response]:
        """Write posts in one transaction, those of a token in the order in which they came."""
        while True:
            with suppress(_OvertakenError), self._driver.transaction() as cursor:
                return self._saved(cursor, posts)

    def _saved(self, cursor: Any, posts: Sequence[_Post]) -> list[Response]:
        """Write posts, each table in the order of its keys.

        So two processes that write at the same time never wait for each other in a circle.
        """
        rows = self._locked(cursor, {post.key for post in posts})
        before = {key: row.answers for key, row in rows.items()}
        outcomes = [_said(rows, post) for post in posts]
        begun = [rows[key] for key in sorted(rows.keys() - before.keys())]
        changed = [rows[key] for key, answers in before.items() if rows[key].answers != answers]
        self._insert_rows(cursor, begun)
        if changed:
            cursor.executemany(self._sql.update, [row.columns for row in changed])
        for post in sorted(posts, key=lambda post: post.key):
            self._write_down(cursor, rows[post.key], post)
        change = Change()
        for row in begun:
            change.arrive(row.arrival)
        for row in begun + changed:
            self._count(change, row, before.get(row.key, {}), row.answers)
        self._add(cursor, change)
        return outcomes

    def _locked(self, cursor: Any, keys: Collection[_Key]) -> "dict[_Key, _Row]":
        """Return those of some rows that there are, in order; nobody else may write them now."""
        found: dict[_Key, _Row] = {}
        for campaign, group in groupby(sorted(keys), key=itemgetter(0)):
            tokens = {f"token_{n}": token for n, (_, token) in enumerate(group)}
            wanted = self._sql.locked(len(tokens))
            for values in cursor.execute(wanted, {"campaign": campaign, **tokens}).fetchall():
                row = _Row(*values)
                found[row.key] = row
        return found

    def _insert_rows(self, cursor: Any, rows: "Sequence[_Row]") -> None:
        """Store responses that begin; raise _OvertakenError where one has begun meanwhile."""
        if rows:
            cursor.executemany(self._sql.insert, [row.columns for row in rows])
            if cursor.rowcount < len(rows):
                raise _OvertakenError

    def _count(self, change: Change, row: "_Row", before: Answers, answers: Answers) -> None:
        """Add how a response changes the counts when its answers change."""
        target = self.target(row.link)
        assert target
        sheet = (target.topic, target.format)
        group = (row.campaign, row.version, row.wave, target.place, row.language, *sheet)
        change.replace(self.instrument(row.version), (*group, row.daylight), before, answers)

    def _add(self, cursor: Any, change: Change) -> None:
        for table, key in KEYS.items():
            rows = [
                dict(zip(key, cell, strict=True)) | {"n": n}
                for cell, n in sorted(change[table].items())
                if n
            ]
            if rows:
                cursor.executemany(self._sql.add[table], rows)

    def _write_down(self, cursor: Any, row: "_Row", post: _Post) -> None:
        """Replace the texts of the items that were answered anew; an unchanged one stays."""
        for item in sorted(post.given.keys() & self.instrument(row.version).in_words):
            this = {"campaign": row.campaign, "token": row.token, "item": item}
            if item in post.written:
                new = {"body": redacted(post.written[item]), "state": HELD, "day": row.day}
                cursor.execute(self._sql.write, {**this, **new})
            else:
                cursor.execute(self._sql.delete_text, this)

    def _hash(self, token: str) -> str:
        return hmac.digest(self._secret, token.encode(), "sha256").hex()


@dataclass
class _Row:
    """A row of the responses, column by column."""

    campaign: str
    token: str
    version: str
    link: str
    wave: str
    language: str
    mode: str
    day: Any
    band: int
    daylight: str
    answers: Any

    def __post_init__(self) -> None:
        """SQLite's driver gives JSON as text, that of PostgreSQL has read it."""
        said = json.loads(self.answers) if isinstance(self.answers, str) else self.answers
        self.answers = read_answers(said)

    @property
    def key(self) -> _Key:
        """Return the key of the row."""
        return self.campaign, self.token

    @property
    def columns(self) -> dict[str, object]:
        """Return what is stored, by the names of the columns."""
        return {**vars(self), "answers": _JSON.encode(self.answers)}

    @property
    def arrival(self) -> Key:
        """Return the key of the arrivals that this one is of."""
        return self.campaign, self.wave, self.link, str(self.day), self.band


def _said(rows: dict[_Key, _Row], post: _Post) -> Response:
    """Add to the row of a post what it says; return the response as it is then."""
    row = rows.get(post.key)
    begins = row is None
    if row is None:
        context = post.context
        row = rows[post.key] = _Row(
            *post.key,
            context.version,
            context.target.code,
            context.wave,
            context.language,
            context.mode,
            context.day.isoformat(),
            context.band,
            context.daylight,
            {},
        )
    if row.version != post.context.version:
        raise OtherVersionError(row.version)
    row.answers = {**row.answers, **post.given}
    return Response(version=row.version, answers=row.answers, begun=begins)


class _Statements:
    """The statements of a post, spelled once."""

    def __init__(self, insert: Callable[[sa.Table], Any], spelled: Callable[..., str]) -> None:
        own, own_texts = _keyed(responses), _keyed(texts)
        new_text = insert(texts)
        this_text = texts.c.item == sa.bindparam("item")
        self.wanted = spelled(sa.select(responses).where(*own))
        self.locked = cache(lambda many: spelled(_locked(many)))
        self.insert = spelled(insert(responses).on_conflict_do_nothing())
        self.update = spelled(sa.update(responses).where(*own), ["answers"])
        self.delete = spelled(sa.delete(responses).where(*own))
        self.add = {table.name: spelled(*_added(insert(table), table)) for table in KEPT}
        self.written = spelled(sa.select(texts.c.item, texts.c.body).where(*own_texts))
        self.write = spelled(
            new_text.on_conflict_do_update(
                index_elements=list(texts.primary_key),
                set_={name: new_text.excluded[name] for name in ("body", "state")},
                where=texts.c.body != new_text.excluded.body,
            )
        )
        self.delete_text = spelled(sa.delete(texts).where(*own_texts, this_text))
        self.delete_texts = spelled(sa.delete(texts).where(*own_texts))


def _added(insert: Any, table: sa.Table) -> tuple[Any, list[str]]:
    """Return the statement that adds to a count, and the columns that it writes."""
    sums = {"n": table.c.n + insert.excluded.n}
    key = list(table.primary_key)
    added = insert.on_conflict_do_update(index_elements=key, set_=sums)
    return added, [*(column.name for column in key), "n"]


def _locked(many: int) -> sa.Select[Any]:
    """Return the query for some rows of a campaign that are about to be written."""
    tokens = [sa.bindparam(f"token_{n}", type_=sa.String) for n in range(many)]
    mine = (responses.c.campaign == sa.bindparam("campaign"), responses.c.token.in_(tokens))
    return sa.select(responses).where(*mine).order_by(responses.c.token).with_for_update()


def _keyed(table: sa.Table) -> list[sa.ColumnElement[bool]]:
    return [table.c[name] == sa.bindparam(name) for name in ("campaign", "token")]


def read_answers(stored: Mapping[str, int | list[int]]) -> dict[str, Answer]:
    """Return answers as they are stored, with tuples for the lists of JSON."""
    return {
        item: tuple(answer) if isinstance(answer, list) else answer
        for item, answer in stored.items()
    }
