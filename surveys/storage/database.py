"""The connection to a database: SQLite by default, PostgreSQL by URL."""

import hmac
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import resources
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from surveys.storage.driver import Driver
from translations.errors import UserError

LONGEST_WAIT = 10  # seconds for another writer, before a respondent is asked to try again
_HELD = "Somebody else holds the database; nothing is lost, try again in a while."
_LOCK_NOT_AVAILABLE = "55P03"  # what PostgreSQL calls a lock that did not come


class StorageError(UserError):
    """The database cannot be used; nothing that was acknowledged is lost."""


class Database:
    """A database whose schema Alembic migrates.

    ``secret`` lies beside the database; all keys are derived from it.
    """

    def __init__(self, url: str, secret: bytes) -> None:
        self._secret = secret
        try:
            self._engine = _engine(url)
        except (SQLAlchemyError, ImportError) as error:
            raise StorageError(
                f"PHILOS_DATABASE_URL is not the URL of a database: {error}"
            ) from error
        self._driver = Driver(self._engine)

    def upgrade(self) -> None:
        """Bring the schema to the newest version; to be run once, before any worker starts."""
        config = _alembic()
        with self._write() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def revision(self) -> str | None:
        """Return the number of the schema, None for an empty database."""
        with self._read() as connection:
            return MigrationContext.configure(connection).get_current_revision()

    def require_current(self) -> None:
        """Raise StorageError where the schema is not the one that this program works with."""
        heads = ScriptDirectory.from_config(_alembic()).get_heads()
        with self._read() as connection:
            if MigrationContext.configure(connection).get_current_heads() != tuple(heads):
                raise StorageError(
                    "The database is not of this version; run `philos db upgrade` first.",
                    kind="storage",
                )

    def close(self) -> None:
        """Give back every connection."""
        self._driver.close()
        self._engine.dispose()

    def _key(self, purpose: str) -> bytes:
        """Return a key of 32 bytes that is used for nothing else."""
        return hmac.digest(self._secret, f"philos {purpose}".encode(), "sha256")

    def _keyed(self, purpose: str, text: str) -> str:
        """Return a keyed hash, in hexadecimal digits, for something long and random."""
        return hmac.digest(self._key(purpose), text.encode(), "sha256").hex()

    def _insert(self, table: sa.Table) -> Any:
        """Return an INSERT that knows ON CONFLICT, which both databases spell alike."""
        made = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
        return made[self._engine.dialect.name](table)

    @contextmanager
    def _write(self) -> Iterator[sa.Connection]:
        """Yield a connection in a transaction, while no other thread or process writes."""
        with self._in_our_words(), self._driver.alone(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _read(self) -> Iterator[sa.Connection]:
        """Yield a connection that only reads, and so never waits for a writer."""
        with self._in_our_words(), self._engine.connect() as connection:
            yield connection.execution_options(read_only=True)

    @contextmanager
    def _snapshot(self) -> Iterator[sa.Connection]:
        """Yield a connection that reads several tables as they were at one moment."""
        level = {"postgresql": "REPEATABLE READ", "sqlite": "SERIALIZABLE"}
        options = {"isolation_level": level[self._engine.dialect.name], "read_only": True}
        with self._in_our_words(), self._engine.connect() as connection:
            yield connection.execution_options(**options)

    def _hold(self, connection: sa.Connection, table: sa.Table) -> None:
        """Let nobody else write a table until a transaction ends; SQLite has let nobody in.

        A weaker lock would let in who locks a row to write it then, and each would wait for the
        other.
        """
        if self._engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"LOCK TABLE {table.name} IN EXCLUSIVE MODE")

    def _rewrite(self, *tables: sa.Table) -> None:
        """Write tables anew in the order of their keys, and leave nothing of deleted rows.

        Nothing else is written in the meantime.
        """
        rewrite = {"sqlite": _rewrite_file, "postgresql": _rewrite_tables}
        alone = self._engine.execution_options(unbegun=True)
        with self._in_our_words(), self._driver.alone(), alone.begin() as connection:
            rewrite[self._engine.dialect.name](connection, tables)

    @contextmanager
    def _in_our_words(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, OSError, self._driver.error) as error:
            cause = getattr(error, "orig", None) or error
            reason = str(cause).strip().splitlines()[0]
            what = _HELD if _is_held(cause) else f"The database cannot be used: {reason}."
            raise StorageError(what, kind="storage") from error


def _is_held(error: object) -> bool:
    """Return whether an error says that another program has held a lock for too long."""
    name: str = getattr(error, "sqlite_errorname", "")
    return name.startswith("SQLITE_BUSY") or getattr(error, "sqlstate", "") == _LOCK_NOT_AVAILABLE


def _rewrite_file(connection: sa.Connection, _tables: Iterable[sa.Table]) -> None:
    """Write SQLite's file anew, and empty the journal beside it."""
    connection.exec_driver_sql("VACUUM")
    busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalars().one()
    if busy:
        raise StorageError(_HELD, kind="storage")


def _rewrite_tables(connection: sa.Connection, tables: Iterable[sa.Table]) -> None:
    """Write PostgreSQL's tables anew in one transaction.

    CLUSTER would order the rows as well, and keep the number of the transaction that wrote each.
    """
    for table in tables:
        for statement in (
            "LOCK TABLE %(table)s IN ACCESS EXCLUSIVE MODE",
            "CREATE TEMPORARY TABLE rewritten ON COMMIT DROP AS TABLE %(table)s",
            "TRUNCATE %(table)s",
        ):
            ddl = sa.DDL(statement)  # type: ignore[no-untyped-call]
            connection.execute(ddl.against(table))
        copy = sa.table("rewritten", *(sa.column(column.name) for column in table.columns))
        key = [copy.c[column.name] for column in table.primary_key]
        names = [column.name for column in table.columns]
        connection.execute(sa.insert(table).from_select(names, sa.select(copy).order_by(*key)))
        connection.exec_driver_sql("DROP TABLE rewritten")


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
    if parsed.get_backend_name() == "sqlite" and not parsed.database:
        raise StorageError("PHILOS_DATABASE_URL must name a file, like sqlite:///philos.sqlite")
    if parsed.get_backend_name() == "postgresql":
        engine = sa.create_engine(parsed, hide_parameters=True, pool_pre_ping=True)
        sa.event.listen(engine, "connect", _limit_wait)
        return engine
    engine = sa.create_engine(
        parsed,
        connect_args={"timeout": LONGEST_WAIT},
        paramstyle="named",
        hide_parameters=True,
    )
    sa.event.listen(engine, "connect", _prepare)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _limit_wait(connection: Any, _record: object) -> None:
    """Let a new PostgreSQL connection wait for a lock as long as SQLite waits, not for ever."""
    connection.execute(f"SET lock_timeout = '{LONGEST_WAIT}s'")
    connection.commit()


def _prepare(connection: Any, _record: object) -> None:
    """Make a new SQLite connection durable, and leave transactions to ``_begin``."""
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten with zeros


def _begin(connection: sa.Connection) -> None:
    """Take SQLite's write lock at once: a lock that is taken later fails without waiting.

    VACUUM is no part of a transaction, so none is begun for it.
    """
    options = connection.get_execution_options()
    if not options.get("unbegun"):
        connection.exec_driver_sql("BEGIN" if options.get("read_only") else "BEGIN IMMEDIATE")


def matching(table: sa.Table, **values: str) -> list[sa.ColumnElement[bool]]:
    """Return the conditions that some columns have these values."""
    return [table.c[name] == value for name, value in values.items()]
