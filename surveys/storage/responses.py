"""Responses: what a respondent has answered, and how it is counted in the same transaction."""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

import sqlalchemy as sa

from surveys.conditions import Answer, Answers
from surveys.daylight import BAND, Daylight
from surveys.links import Target
from surveys.redaction import redacted
from surveys.storage.group_commit import GroupCommit
from surveys.storage.kept import KEPT, Change, Key
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


@dataclass(frozen=True)
class _Post:
    """What a respondent sends: the hash of her token, and what she says to which items."""

    token: str
    context: Context
    given: Answers
    written: Mapping[str, str]


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
        key = {"campaign": campaign, "token": self._hash(token)}
        with self._in_our_words(), self._driver.transaction() as cursor:
            row = self._locked(cursor, key)
            if row is None:
                return False
            for delete in (self._sql.delete_texts, self._sql.delete):
                cursor.execute(delete, key)
            change = Change()
            self._change(change, key["campaign"], row, {})
            change.arrive(row.arrival(key["campaign"]), -1)
            self._add(cursor, change)
            return True

    def _is_about_one(self, error: Exception) -> bool:
        """Return whether an error is the fault of one post: not when the database cannot write."""
        dbapi: Any = self._engine.dialect.loaded_dbapi
        return not isinstance(error, dbapi.Error) or isinstance(error, dbapi.IntegrityError)

    def _save_all(self, posts: Sequence[_Post]) -> list[Response]:
        """Write posts in one transaction, those of a token in the order in which they came.

        Tokens and counts are written in the order of their keys, so that two processes which
        write at the same time never wait for each other.
        """
        outcomes: dict[int, Response] = {}
        change = Change()
        with self._driver.transaction() as cursor:
            for place in sorted(range(len(posts)), key=lambda place: posts[place].token):
                outcomes[place] = self._save(cursor, posts[place], change)
            self._add(cursor, change)
        return [outcomes[place] for place in range(len(posts))]

    def _save(self, cursor: Any, post: _Post, change: Change) -> Response:
        campaign = post.context.target.campaign
        key = {"campaign": campaign, "token": post.token}
        row = self._locked(cursor, key) or self._begun(cursor, key, post)
        if row.version != post.context.version:
            raise OtherVersionError(row.version)
        answers = {**row.answers, **post.given}
        if row.is_new:
            change.arrive(row.arrival(campaign))
        if answers != row.answers:
            if not row.is_new:
                cursor.execute(self._sql.update, {**key, "answers": _dumped(answers)})
            self._change(change, campaign, row, answers)
        if in_words := self.instrument(row.version).in_words:
            self._write_down(cursor, key | {"day": row.day}, post, in_words)
        return Response(version=row.version, answers=answers, begun=row.is_new)

    def _locked(self, cursor: Any, key: Mapping[str, str]) -> "_Row | None":
        found = cursor.execute(self._sql.locked, key).fetchone()
        return _Row(*found) if found else None

    def _begun(self, cursor: Any, key: Mapping[str, str], post: _Post) -> "_Row":
        """Store a respondent's first answers; return the row without them.

        Where another process has begun the row meanwhile, nothing is stored, and it is returned.
        """
        context, day = post.context, post.context.day.isoformat()
        first = {
            **key,
            "version": context.version,
            "link": context.target.code,
            "wave": context.wave,
            "language": context.language,
            "mode": context.mode,
            "day": day,
            "band": context.band,
            "daylight": context.daylight,
            "answers": _dumped(post.given),
        }
        if cursor.execute(self._sql.insert, first).rowcount:
            names = (context.version, context.target.code, context.wave, context.language)
            return _Row(*names, day, context.band, context.daylight, {}, is_new=True)
        begun = self._locked(cursor, key)
        assert begun
        return begun

    def _change(self, change: Change, campaign: str, row: "_Row", answers: Answers) -> None:
        """Add how a response changes the counts when its answers change."""
        instrument = self.instrument(row.version)
        target = self.target(row.link)
        assert target
        sheet = (target.topic, target.format)
        group = (campaign, row.version, row.wave, target.place, row.language, *sheet, row.daylight)
        change.add(instrument, group, answers)
        change.add(instrument, group, row.answers, -1)

    def _add(self, cursor: Any, change: Change) -> None:
        for table in KEPT:
            names = [column.name for column in table.primary_key]
            rows = [
                dict(zip(names, cell, strict=True)) | {"n": n}
                for cell, n in sorted(change[table.name].items())
                if n
            ]
            if rows:
                cursor.executemany(self._sql.add[table.name], rows)

    def _write_down(
        self, cursor: Any, row: Mapping[str, object], post: _Post, items: Iterable[str]
    ) -> None:
        """Replace the texts of the items that were answered anew; an unchanged one stays."""
        for item in post.given.keys() & set(items):
            if item in post.written:
                new = {"item": item, "body": redacted(post.written[item]), "state": HELD}
                cursor.execute(self._sql.write, {**row, **new})
            else:
                cursor.execute(self._sql.delete_text, {**row, "item": item})

    def _hash(self, token: str) -> str:
        return hmac.new(self._secret, token.encode(), hashlib.sha256).hexdigest()


# The columns of a response that a post needs, in the order in which they are asked for
_READ = ("version", "link", "wave", "language", "day", "band", "daylight", "answers")


class _Row:
    """A row of the responses."""

    def __init__(  # noqa: PLR0917
        self,
        version: str,
        link: str,
        wave: str,
        language: str,
        day: Any,
        band: int,
        daylight: str,
        answers: Any,
        *,
        is_new: bool = False,
    ) -> None:
        self.version, self.link, self.wave, self.language = version, link, wave, language
        self.day, self.band, self.daylight, self.is_new = day, band, daylight, is_new
        # SQLite's driver gives JSON as text, that of PostgreSQL has read it
        self.answers = read_answers(json.loads(answers) if isinstance(answers, str) else answers)

    def arrival(self, campaign: str) -> Key:
        """Return the key of the arrivals that this one is of."""
        return campaign, self.wave, self.link, str(self.day), self.band


class _Statements:
    """The statements of a post, spelled once."""

    def __init__(self, insert: Callable[[sa.Table], Any], spelled: Callable[..., str]) -> None:
        own, own_texts = _keyed(responses), _keyed(texts)
        wanted = sa.select(*(responses.c[name] for name in _READ)).where(*own)
        new_text = insert(texts)
        this_text = texts.c.item == sa.bindparam("item")
        self.wanted = spelled(wanted)
        self.locked = spelled(wanted.with_for_update())
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


def _keyed(table: sa.Table) -> list[sa.ColumnElement[bool]]:
    return [table.c[name] == sa.bindparam(name) for name in ("campaign", "token")]


def _dumped(answers: Answers) -> str:
    return _JSON.encode(answers)


def read_answers(stored: Mapping[str, int | list[int]]) -> dict[str, Answer]:
    """Return answers as they are stored, with tuples for the lists of JSON."""
    return {
        item: tuple(answer) if isinstance(answer, list) else answer
        for item, answer in stored.items()
    }
