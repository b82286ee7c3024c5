"""The shortest way to the database, for what every answer of every resident needs.

SQLAlchemy spells the statements and opens the connections; running them is left to its driver,
which takes a tenth of the time. The connections here commit by themselves what is not in a
transaction.
"""

import fcntl
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

import sqlalchemy as sa


class Driver:
    """Connections of an engine's driver that stay open: some that read, and one that writes."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._readers: list[Any] = []
        self._writer: Any = None
        self._turn = Lock()
        self._gate: int | None = None  # what the lock is held by
        sqlite = engine.dialect.name == "sqlite"
        self._begin = "BEGIN IMMEDIATE" if sqlite else "BEGIN"
        self._lock = Path(f"{engine.url.database}.lock") if sqlite else None

    @property
    def error(self) -> type[Exception]:
        """Return what the driver's errors are derived from."""
        return self._engine.dialect.loaded_dbapi.Error

    def spelled(self, statement: sa.ClauseElement, columns: Sequence[str] | None = None) -> str:
        """Return a statement in the database's own words, its parameters by name.

        ``columns`` are those that it writes, all of its table if left out.
        """
        keys = list(columns) if columns else None
        return str(statement.compile(dialect=self._engine.dialect, column_keys=keys))

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold back the other threads, and other processes that write to the same SQLite file.

        SQLite itself would let them try again and again with sleeps in between: the last of them
        waits for a second where a queue is served in milliseconds.
        """
        with self._turn:
            if self._lock is None:
                yield
                return
            if self._gate is None:
                self._gate = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._gate, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._gate, fcntl.LOCK_UN)

    def fetch(self, statement: str, parameters: Mapping[str, object]) -> Sequence[Any]:
        """Return the rows of a query; it never waits for a writer.

        Connections that were open when the database went away are replaced without a word.
        """
        while True:
            fresh = not self._readers
            reader = self._connect() if fresh else self._readers.pop()
            try:
                rows: Sequence[Any] = reader.execute(statement, parameters).fetchall()
            except self.error:
                reader.close()
                if fresh:
                    raise
            else:
                self._readers.append(reader)
                return rows

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        """Yield a cursor in a transaction that is durable when this is left without an error."""
        with self.alone():
            cursor = self._begun()
            try:
                yield cursor
                cursor.execute("COMMIT")
            except BaseException:
                self._roll_back()
                raise

    def close(self) -> None:
        """Close every connection."""
        for connection in (*self._readers, *filter(None, [self._writer])):
            connection.close()
        if self._gate is not None:
            os.close(self._gate)
        self._readers, self._writer, self._gate = [], None, None

    def _begun(self) -> Any:
        """Return a cursor at the beginning of a transaction."""
        if self._writer is not None:
            try:
                return self._writer.cursor().execute(self._begin)
            except self.error:
                self._drop_writer()
                if self._lock:  # a file does not go away: somebody else holds it
                    raise
        self._writer = self._connect()
        return self._writer.cursor().execute(self._begin)

    def _connect(self) -> Any:
        connection: Any = self._engine.raw_connection()
        connection.detach()  # it is ours, and not the pool's
        if self._lock is None:
            connection.dbapi_connection.autocommit = True
        return connection

    def _roll_back(self) -> None:
        try:
            self._writer.rollback()
        except self.error:
            self._drop_writer()

    def _drop_writer(self) -> None:
        self._writer.close()
        self._writer = None
