"""Accounts of coordinators."""

import sqlalchemy as sa

from surveys.storage.database import Database
from surveys.storage.schema import users


class Accounts(Database):
    """Names, and the hashes of their passwords."""

    def set_password_hash(self, name: str, password_hash: str) -> None:
        """Add an account, or change the password of the one that has this name."""
        insert = self._insert(users)
        renewed = insert.on_conflict_do_update(
            index_elements=[users.c.name], set_={"password_hash": insert.excluded.password_hash}
        )
        with self._write() as connection:
            connection.execute(renewed, {"name": name, "password_hash": password_hash})

    def password_hash(self, name: str) -> str | None:
        """Return the hash of an account's password; None where there is no such account."""
        with self._read() as connection:
            return connection.execute(
                sa.select(users.c.password_hash).where(users.c.name == name)
            ).scalar()
