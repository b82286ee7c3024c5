"""Storage: the one module with SQL. SQLite by default, PostgreSQL by URL.

A response is one row under a random key: the campaign and a keyed hash of the respondent's token.
No sequence, no row number, no time finer than four hours: the order of the answers cannot be read
back. How often each answer was given is kept beside the responses in the same transaction, so
that a comparison reads counts and never responses.
"""

import hashlib
import hmac
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from importlib import resources
from types import MappingProxyType
from typing import Any, Literal

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from surveys.answers import counted
from surveys.conditions import Answer, Answers
from surveys.definition import Instrument, from_json
from surveys.links import LinkError, Target
from translations.errors import UserError

SCHEMA = sa.MetaData()
LONGEST_WAIT = 10  # seconds for another writer, before a respondent is asked to try again
BAND = 4  # hours
HELD = "held"  # the state of a text that nobody has released
_NAME = sa.String(40)

_versions = sa.Table(
    "survey_versions",
    SCHEMA,
    sa.Column("version", sa.String(16), primary_key=True),
    sa.Column("survey", _NAME, nullable=False),
    sa.Column("definition", sa.Text, nullable=False),
    sa.Column("published", sa.Date, nullable=False),
)

_links = sa.Table(
    "links",
    SCHEMA,
    sa.Column("code", sa.String(9), primary_key=True),
    sa.Column("campaign", _NAME, nullable=False),
    sa.Column("place", _NAME, nullable=False),
    sa.Column("topic", _NAME, nullable=False),
    sa.Column("format", _NAME, nullable=False),
    sa.Column("language", _NAME, nullable=False),
    sa.Column("survey", _NAME, nullable=False),
    sa.Column("serial", sa.Integer, nullable=False),
)

# Without row numbers, SQLite keeps the rows in the order of their random keys.
_responses = sa.Table(
    "responses",
    SCHEMA,
    sa.Column("campaign", _NAME, primary_key=True),
    sa.Column("token", sa.String(64), primary_key=True),
    sa.Column("version", sa.String(16), sa.ForeignKey(_versions.c.version), nullable=False),
    sa.Column("link", sa.String(9), sa.ForeignKey(_links.c.code), nullable=False),
    sa.Column("wave", _NAME, nullable=False),
    sa.Column("language", _NAME, nullable=False),
    sa.Column("mode", sa.String(8), nullable=False),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("band", sa.SmallInteger, nullable=False),
    sa.Column("answers", sa.JSON, nullable=False),
    sqlite_with_rowid=False,
)

# What respondents wrote themselves, apart from the rest: held until a person has released it.
_texts = sa.Table(
    "texts",
    SCHEMA,
    sa.Column("campaign", _NAME, primary_key=True),
    sa.Column("token", sa.String(64), primary_key=True),
    sa.Column("item", sa.String(82), primary_key=True),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("state", sa.String(8), nullable=False),
    sa.Column("day", sa.Date, nullable=False),
    sqlite_with_rowid=False,
)

_GROUPS = ("campaign", "version", "wave", "place", "language", "topic", "format")
_counts = sa.Table(
    "counts",
    SCHEMA,
    *(sa.Column(name, _NAME, primary_key=True) for name in _GROUPS),
    sa.Column("item", sa.String(82), primary_key=True),
    sa.Column("code", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("n", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)

_users = sa.Table(
    "users",
    SCHEMA,
    sa.Column("name", sa.String(80), primary_key=True),
    sa.Column("password_hash", sa.String(200), nullable=False),
)

Dimension = Literal["place", "wave"]


class StorageError(UserError):
    """The database cannot be used; nothing that was acknowledged is lost."""


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


class Storage:
    """A database of answers. ``secret`` keys the hash under which a token is stored."""

    def __init__(self, url: str, secret: bytes) -> None:
        self._secret = secret
        self._instruments: dict[str, Instrument] = {}
        self._targets: dict[str, Target] = {}
        try:
            self._engine = _engine(url)
        except (SQLAlchemyError, ImportError) as error:
            raise StorageError(
                f"PHILOS_DATABASE_URL is not the URL of a database: {error}"
            ) from error

    def upgrade(self) -> None:
        """Bring the schema to the newest version; to be run once, before any worker starts."""
        config = _alembic()
        with self._write() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def require_current(self) -> None:
        """Raise StorageError where the schema is not the one that this program works with."""
        heads = ScriptDirectory.from_config(_alembic()).get_heads()
        with self._read() as connection:
            if MigrationContext.configure(connection).get_current_heads() != tuple(heads):
                raise StorageError(
                    "The database is not of this version; run `philos db upgrade` first."
                )

    def close(self) -> None:
        """Give back every connection."""
        self._engine.dispose()

    def publish(
        self, targets: Iterable[Target], instruments: Iterable[Instrument], day: date
    ) -> None:
        """Make links and survey versions known for ever.

        Raise LinkError where a code was published for something else; then nothing is published.
        """
        with self._write() as connection:
            for instrument in instruments:
                row = {
                    "version": instrument.version,
                    "survey": instrument.id,
                    "definition": instrument.to_json(),
                    "published": day,
                }
                connection.execute(self._insert(_versions).on_conflict_do_nothing(), row)
            known = {row.code: row for row in connection.execute(sa.select(_links))}
            fresh = []
            for target in targets:
                if target.code not in known:
                    fresh.append(_link(target))
                elif _target(known[target.code]) != target:
                    raise LinkError(
                        f"The code {target.code} is already published for "
                        f"{_target(known[target.code])}; a printed code is never given away."
                    )
            if fresh:
                connection.execute(sa.insert(_links), fresh)

    def target(self, code: str) -> Target | None:
        """Return what a published code stands for, for ever; so it is read once."""
        if code not in self._targets:
            with self._read() as connection:
                row = connection.execute(sa.select(_links).where(_links.c.code == code)).first()
            if row is None:
                return None
            self._targets[code] = _target(row)
        return self._targets[code]

    def sibling(self, target: Target, survey: str, language: str) -> Target | None:
        """Return a sheet at the same place that opens another survey, in a language if it can."""
        same = _same(_links, campaign=target.campaign, place=target.place, survey=survey)
        wanted = (
            sa.select(_links)
            .where(*same)
            .order_by(_links.c.language != language, _links.c.code)
            .limit(1)
        )
        with self._read() as connection:
            row = connection.execute(wanted).first()
        return _target(row) if row else None

    def targets(self, codes: Iterable[str]) -> list[Target]:
        """Return what those of some codes stand for that are published, in the order of codes."""
        wanted = sa.select(_links).where(_links.c.code.in_(list(codes))).order_by(_links.c.code)
        with self._read() as connection:
            return [_target(row) for row in connection.execute(wanted)]

    def versions(self, survey: str) -> list[Instrument]:
        """Return every published version of a survey."""
        wanted = sa.select(_versions.c.version).where(_versions.c.survey == survey)
        with self._read() as connection:
            found = connection.execute(wanted).scalars().all()
        return [self.instrument(version) for version in found]

    def instrument(self, version: str) -> Instrument:
        """Return a published version of a survey; raise KeyError for one that is not."""
        if version not in self._instruments:
            wanted = sa.select(_versions.c.definition).where(_versions.c.version == version)
            with self._read() as connection:
                found = connection.execute(wanted).scalar()
            if found is None:
                raise KeyError(version)
            self._instruments[version] = from_json(found)
        return self._instruments[version]

    def response(self, campaign: str, token: str) -> Response | None:
        """Return what the holder of a token has answered; None where nothing is stored yet."""
        with self._read() as connection:
            row = connection.execute(self._wanted(campaign, token)).first()
            if row is None:
                return None
            same = _same(_texts, campaign=campaign, token=row.token)
            written = connection.execute(sa.select(_texts.c.item, _texts.c.body).where(*same))
            return Response(
                version=row.version,
                answers=_answers(row.answers),
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
            connection.execute(self._insert(_responses).on_conflict_do_nothing(), first)
            wanted = self._wanted(campaign, token)
            row = connection.execute(wanted.with_for_update(of=_responses)).one()
            answers = {**_answers(row.answers), **given}
            connection.execute(
                sa.update(_responses)
                .where(*_same(_responses, campaign=campaign, token=row.token))
                .values(answers=answers)
            )
            self._count(connection, row, answers)
            self._write_down(connection, row, given, written)

    def forget(self, campaign: str, token: str) -> bool:
        """Delete a response and what it counts; return whether there was one."""
        with self._write() as connection:
            wanted = self._wanted(campaign, token)
            row = connection.execute(wanted.with_for_update(of=_responses)).first()
            if row is None:
                return False
            self._count(connection, row, {})
            for table in (_texts, _responses):
                same = _same(table, campaign=campaign, token=row.token)
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
        same = _same(_texts, campaign=row.campaign, token=row.token)
        insert = self._insert(_texts)
        items = self.instrument(row.version).items
        for item in given:
            if item not in items or items[item].question.kind != "text":
                continue
            if item not in written:
                connection.execute(sa.delete(_texts).where(*same, _texts.c.item == item))
                continue
            new = {"body": written[item], "state": HELD}
            known = {"campaign": row.campaign, "token": row.token, "item": item, "day": row.day}
            connection.execute(
                insert.on_conflict_do_update(
                    index_elements=list(_texts.primary_key),
                    set_=new,
                    where=_texts.c.body != written[item],
                ),
                known | new,
            )

    def _wanted(self, campaign: str, token: str) -> sa.Select[Any]:
        return (
            sa.select(_responses, _links.c.place, _links.c.topic, _links.c.format)
            .join(_links)
            .where(*_same(_responses, campaign=campaign, token=self._hash(token)))
        )

    def _count(self, connection: sa.Connection, row: sa.Row[Any], answers: Answers) -> None:
        """Change the counts by what a response's answers changed."""
        instrument = self.instrument(row.version)
        change = counted(instrument, answers)
        change.subtract(counted(instrument, _answers(row.answers)))
        group = {name: getattr(row, name) for name in _GROUPS}
        # in one order, so that two writers never wait for each other
        changed = [
            {**group, "item": item, "code": code, "n": n}
            for (item, code), n in sorted(change.items())
            if n
        ]
        if changed:
            insert = self._insert(_counts)
            connection.execute(
                insert.on_conflict_do_update(
                    index_elements=list(_counts.primary_key),
                    set_={"n": _counts.c.n + insert.excluded.n},
                ),
                changed,
            )

    def counts(
        self, campaign: str, versions: Iterable[str], item: str, by: Dimension, **only: str
    ) -> dict[str, Counter[int]]:
        """Return how often each code was given to an item, by the groups of a dimension.

        ``only`` narrows to one value of other dimensions, such as ``wave="spring-2026"``.
        """
        group = _counts.c[by]
        wanted = (
            sa.select(group, _counts.c.code, sa.func.sum(_counts.c.n))
            .where(*_same(_counts, campaign=campaign, item=item, **only))
            .where(_counts.c.version.in_(list(versions)))
            .group_by(group, _counts.c.code)
        )
        found: dict[str, Counter[int]] = {}
        with self._read() as connection:
            for name, code, n in connection.execute(wanted):
                found.setdefault(name, Counter())[code] = int(n)
        return found

    def recount(self) -> dict[tuple[str, ...], int]:
        """Return what the counts should be, from the responses themselves, without empty ones.

        Keys are the columns of the counts: campaign, version, wave, place, language, topic,
        format, item and code.
        """
        found: Counter[tuple[str, ...]] = Counter()
        wanted = sa.select(_responses, _links.c.place, _links.c.topic, _links.c.format).join(_links)
        with self._read() as connection:
            for row in connection.execute(wanted):
                group = tuple(str(getattr(row, name)) for name in _GROUPS)
                answers = counted(self.instrument(row.version), _answers(row.answers))
                for (item, code), n in answers.items():
                    found[(*group, item, str(code))] += n
        return dict(found)

    def kept_counts(self) -> dict[tuple[str, ...], int]:
        """Return the counts as they are kept, in the form of ``recount``."""
        with self._read() as connection:
            rows = connection.execute(sa.select(_counts).where(_counts.c.n != 0))
            return {tuple(map(str, row[:-1])): row.n for row in rows}

    def set_password_hash(self, name: str, password_hash: str) -> None:
        """Add an account, or change the password of the one that has this name."""
        insert = self._insert(_users)
        renewed = insert.on_conflict_do_update(
            index_elements=[_users.c.name], set_={"password_hash": insert.excluded.password_hash}
        )
        with self._write() as connection:
            connection.execute(renewed, {"name": name, "password_hash": password_hash})

    def password_hash(self, name: str) -> str | None:
        """Return the hash of an account's password; None where there is no such account."""
        with self._read() as connection:
            return connection.execute(
                sa.select(_users.c.password_hash).where(_users.c.name == name)
            ).scalar()

    def _hash(self, token: str) -> str:
        return hmac.new(self._secret, token.encode(), hashlib.sha256).hexdigest()

    def _insert(self, table: sa.Table) -> Any:
        """Return an INSERT that knows ON CONFLICT, which both databases spell alike."""
        made = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
        return made[self._engine.dialect.name](table)

    @contextmanager
    def _write(self) -> Iterator[sa.Connection]:
        with _in_our_words(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _read(self) -> Iterator[sa.Connection]:
        """Yield a connection that only reads, and so never waits for a writer."""
        with _in_our_words(), self._engine.connect() as connection:
            yield connection.execution_options(read_only=True)


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise StorageError(f"The database cannot be used: {reason}.") from error


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(resources.files("surveys") / "migrations"))
    return config


def _engine(url: str) -> sa.Engine:
    parsed = sa.make_url(url)
    if parsed.drivername in {"postgresql", "postgres"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() not in {"sqlite", "postgresql"}:
        raise StorageError("PHILOS_DATABASE_URL must begin with sqlite: or postgresql:")
    if parsed.get_backend_name() == "postgresql":
        return sa.create_engine(parsed, pool_pre_ping=True)
    engine = sa.create_engine(parsed, connect_args={"timeout": LONGEST_WAIT})
    sa.event.listen(engine, "connect", _prepare)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    """Make a new SQLite connection durable, and leave transactions to ``_begin``."""
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin(connection: sa.Connection) -> None:
    """Take SQLite's write lock at once: a lock that is taken later fails without waiting."""
    only_reads = connection.get_execution_options().get("read_only")
    connection.exec_driver_sql("BEGIN" if only_reads else "BEGIN IMMEDIATE")


def _answers(stored: Mapping[str, int | list[int]]) -> dict[str, Answer]:
    """Return answers as they are stored, with tuples for the lists of JSON."""
    return {
        item: tuple(answer) if isinstance(answer, list) else answer
        for item, answer in stored.items()
    }


def _same(table: sa.Table, **values: str) -> list[sa.ColumnElement[bool]]:
    return [table.c[name] == value for name, value in values.items()]


def _link(target: Target) -> dict[str, object]:
    return {"code": target.code} | vars(target)


def _target(row: sa.Row[Any]) -> Target:
    return Target(**{name: getattr(row, name) for name in Target.__dataclass_fields__})
