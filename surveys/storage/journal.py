"""The log of what staff did. It has no address, and no finer time than the minute."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

import sqlalchemy as sa

from surveys.storage.account_schema import journal
from surveys.storage.database import Database


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What somebody did: ``name`` is the account's, empty for a command on the server."""

    minute: datetime
    name: str
    kind: str
    subject: str = ""
    reason: str = ""


class Journal(Database):
    """The log, the newest entries first."""

    def log(self, entry: Entry) -> None:
        """Add an entry, the last of its minute; what is too long for its column is cut."""
        minute = entry.minute.replace(second=0, microsecond=0, tzinfo=None)
        row = {
            name: value[: journal.c[name].type.length]  # type: ignore[attr-defined]
            for name, value in vars(entry).items()
            if name != "minute"
        }
        with self._write() as connection:
            same = sa.select(sa.func.count()).where(journal.c.minute == minute)
            number = connection.execute(same).scalar_one()
            # two servers of PostgreSQL may write at once: only chance keeps their keys apart then
            key = {"minute": minute, "id": f"{number:06x}{secrets.token_hex(5)}"}
            connection.execute(sa.insert(journal), row | key)

    def entries(self, kinds: Sequence[str] = (), *, start: int = 0, most: int) -> list[Entry]:
        """Return entries of some kinds, of all if none is named."""
        columns = (journal.c[field] for field in Entry.__dataclass_fields__)
        wanted = sa.select(*columns).order_by(journal.c.minute.desc(), journal.c.id.desc())
        if kinds:
            wanted = wanted.where(journal.c.kind.in_(kinds))
        with self._read() as connection:
            rows = connection.execute(wanted.offset(start).limit(most))
            return [Entry(**row._mapping) for row in rows]  # noqa: SLF001  SQLAlchemy's own way

    def outdated_entries(self, before: date) -> int:
        """Return how many entries are from earlier days."""
        wanted = sa.select(sa.func.count()).where(_older(before))
        with self._read() as connection:
            return connection.execute(wanted).scalar_one()

    def forget_entries(self, before: date) -> int:
        """Delete the entries of earlier days; return how many."""
        with self._write() as connection:
            return connection.execute(sa.delete(journal).where(_older(before))).rowcount


def _older(before: date) -> sa.ColumnElement[bool]:
    return journal.c.minute < datetime.combine(before, time())
