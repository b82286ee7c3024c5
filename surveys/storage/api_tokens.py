"""Tokens of the API, of which only a keyed hash is stored."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from surveys.storage.account_schema import api_tokens, users
from surveys.storage.accounts import Account, account_columns, read_account
from surveys.storage.database import Database


@dataclass(frozen=True, kw_only=True)
class ApiToken:
    """A token as its owner sees it; ``id`` is its hash, which opens nothing."""

    id: str
    label: str
    added: date
    used: date | None


class ApiTokens(Database):
    """The tokens with which programs read for an account."""

    def add_api_token(self, token: str, name: str, label: str, day: date) -> None:
        """Add a token of an account."""
        row = {"hash": self._keyed("api token", token), "name": name, "label": label, "added": day}
        with self._write() as connection:
            connection.execute(sa.insert(api_tokens), row)

    def api_tokens(self, name: str) -> list[ApiToken]:
        """Return an account's tokens, the oldest first."""
        columns = (api_tokens.c[field] for field in ("label", "added", "used"))
        wanted = sa.select(api_tokens.c.hash.label("id"), *columns).where(api_tokens.c.name == name)
        with self._read() as connection:
            rows = connection.execute(wanted.order_by(api_tokens.c.added, api_tokens.c.label))
            return [ApiToken(**row._mapping) for row in rows]  # noqa: SLF001  SQLAlchemy's own way

    def remove_api_token(self, name: str, id_: str) -> bool:
        """Remove a token; return whether it was this account's."""
        same = (api_tokens.c.name == name, api_tokens.c.hash == id_)
        with self._write() as connection:
            return bool(connection.execute(sa.delete(api_tokens).where(*same)).rowcount)

    def holder(self, token: str, day: date) -> Account | None:
        """Return whose token this is, and keep the day; None for a disabled account.

        It is found by its keyed hash: how long that takes tells nothing about any token.
        """
        same = api_tokens.c.hash == self._keyed("api token", token)
        wanted = (
            account_columns()
            .add_columns(api_tokens.c.used)
            .where(same, users.c.name == api_tokens.c.name, users.c.disabled.is_(False))
        )
        with self._read() as connection:
            row = connection.execute(wanted).one_or_none()
        if row is None:
            return None
        if row.used != day:  # a write a day, not one a request
            with self._write() as connection:
                connection.execute(sa.update(api_tokens).where(same).values(used=day))
        return read_account(row)
