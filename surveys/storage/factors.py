"""Second factors: one-time codes, recovery codes and passkeys.

The secret of one-time codes is encrypted, recovery codes are hashed, both under keys that lie
beside the database and never in it.
"""

from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken

from surveys.storage.account_schema import passkeys, recovery_codes, users
from surveys.storage.accounts import change_account, raise_epoch
from surveys.storage.database import Database


@dataclass(frozen=True, kw_only=True)
class Passkey:
    """A passkey, and how often it has signed as far as it tells."""

    credential: bytes
    public_key: bytes
    sign_count: int
    label: str
    added: date


class Factors(Database):
    """The second factors of accounts.

    Adding or removing one signs its account out everywhere: no session has shown a new one, and
    one that is lost may have opened some. Tokens, which no factor opens, read on.
    """

    def set_totp(self, name: str, secret: str | None, step: int = 0) -> None:
        """Let an account sign in with one-time codes later than a step of 30 s; None ends it."""
        sealed = secret and self._sealer.encrypt(secret.encode()).decode()
        with self._write() as connection:
            raise_epoch(connection, name, totp=sealed, totp_step=step)

    def totp(self, name: str) -> str | None:
        """Return the secret of an account's one-time codes, in base32.

        None where there is none, and where it was encrypted under another secret.
        """
        with self._read() as connection:
            wanted = sa.select(users.c.totp).where(users.c.name == name)
            sealed: str | None = connection.execute(wanted).scalar()
        try:
            return self._sealer.decrypt(sealed).decode() if sealed else None
        except InvalidToken:
            return None

    def use_totp_step(self, name: str, step: int) -> bool:
        """Use up a one-time code's step and all before it; return whether it was still to use."""
        unused = (users.c.name == name, users.c.totp_step < step)
        with self._write() as connection:
            used = connection.execute(sa.update(users).where(*unused).values(totp_step=step))
            return bool(used.rowcount)

    def set_recovery_codes(self, name: str, codes: Iterable[str]) -> None:
        """Put new recovery codes in place of all that an account has."""
        rows = [{"name": name, "hash": self._keyed("recovery code", code)} for code in codes]
        with self._write() as connection:
            connection.execute(sa.delete(recovery_codes).where(recovery_codes.c.name == name))
            connection.execute(sa.insert(recovery_codes), rows)

    def use_recovery_code(self, name: str, code: str) -> bool:
        """Use up a recovery code; return whether it was one of this account's."""
        hashed = self._keyed("recovery code", code)
        same = (recovery_codes.c.name == name, recovery_codes.c.hash == hashed)
        with self._write() as connection:
            return bool(connection.execute(sa.delete(recovery_codes).where(*same)).rowcount)

    def add_passkey(self, name: str, passkey: Passkey) -> bool:
        """Add a passkey; return False where the account has it already."""
        insert = self._insert(passkeys).on_conflict_do_nothing().returning(passkeys.c.name)
        with self._write() as connection:
            added = connection.execute(insert, {"name": name, **vars(passkey)})
            return added.scalar() is not None and raise_epoch(connection, name)

    def passkeys(self, name: str) -> list[Passkey]:
        """Return an account's passkeys, the oldest first."""
        columns = (passkeys.c[field] for field in Passkey.__dataclass_fields__)
        wanted = sa.select(*columns).where(passkeys.c.name == name)
        with self._read() as connection:
            rows = connection.execute(wanted.order_by(passkeys.c.added, passkeys.c.label))
            return [Passkey(**row._mapping) for row in rows]  # noqa: SLF001  SQLAlchemy's own way

    def use_passkey(self, name: str, passkey: Passkey, sign_count: int) -> bool:
        """Store how often a passkey has signed; return False where another sign-in was faster."""
        same = (
            passkeys.c.name == name,
            passkeys.c.credential == passkey.credential,
            passkeys.c.sign_count == passkey.sign_count,
        )
        with self._write() as connection:
            used = sa.update(passkeys).where(*same).values(sign_count=sign_count)
            return bool(connection.execute(used).rowcount)

    def remove_passkey(self, name: str, credential: bytes) -> bool:
        """Remove a passkey; return whether the account had it."""
        same = (passkeys.c.name == name, passkeys.c.credential == credential)
        with self._write() as connection:
            removed = connection.execute(sa.delete(passkeys).where(*same)).rowcount
            return bool(removed) and raise_epoch(connection, name)

    def remove_factors(self, name: str) -> bool:
        """Remove all second factors, and end all that was granted; return whether there is any."""
        with self._write() as connection:
            for table in (recovery_codes, passkeys):
                connection.execute(sa.delete(table).where(table.c.name == name))
            return change_account(connection, name, totp=None, totp_step=0)

    @property
    def _sealer(self) -> Fernet:
        return Fernet(urlsafe_b64encode(self._key("second factor")))
