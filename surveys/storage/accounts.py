"""Accounts: who may sign in, as what, and with which password."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from surveys.storage.account_schema import api_tokens, passkeys, recovery_codes, users
from surveys.storage.database import Database


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account. ``password_hash`` is None while an invitation waits to be accepted.

    ``epoch`` is raised by whatever must end all that was granted before: sessions, invitations
    and trust in devices. ``has_totp`` tells of one-time codes; ``passkeys`` and
    ``recovery_codes`` how many there are.
    """

    name: str
    role: str
    password_hash: str | None
    disabled: bool
    epoch: int
    signed_in: date | None
    has_totp: bool
    passkeys: int
    recovery_codes: int

    @property
    def has_second_factor(self) -> bool:
        """Return whether a password alone does not sign in."""
        return self.has_totp or self.passkeys > 0


class Accounts(Database):
    """The accounts. Whatever changes one signs it out everywhere and ends its tokens."""

    def add_account(self, name: str, role: str, password_hash: str | None = None) -> bool:
        """Add an account; return False where there is one of this name."""
        insert = self._insert(users).on_conflict_do_nothing().returning(users.c.name)
        row = {"name": name, "role": role, "password_hash": password_hash}
        new = {"disabled": False, "epoch": 0, "totp_step": 0}
        with self._write() as connection:
            return connection.execute(insert, row | new).scalar() is not None

    def account(self, name: str) -> Account | None:
        """Return an account; None where there is none of this name."""
        with self._read() as connection:
            row = connection.execute(account_columns().where(users.c.name == name)).one_or_none()
            return read_account(row) if row else None

    def accounts(self) -> list[Account]:
        """Return all accounts by name."""
        with self._read() as connection:
            rows = connection.execute(account_columns().order_by(users.c.name))
            return [read_account(row) for row in rows]

    def set_password(self, name: str, password_hash: str) -> bool:
        """Change an account's password; return whether there is such an account."""
        return self._change_account(name, password_hash=password_hash)

    def accept_invitation(self, name: str, epoch: int, password_hash: str) -> bool:
        """Set the password that an invitation of an epoch asked for; return whether it was open.

        Of two that accept the same one at once, one is told that it is used up.
        """
        open_ = (users.c.epoch == epoch, users.c.disabled.is_(False))
        return self._change_account(name, *open_, password_hash=password_hash)

    def renew_hash(self, name: str, known: str, renewed: str) -> None:
        """Put a stronger hash of the same password in place of a known one."""
        same = (users.c.name == name, users.c.password_hash == known)
        with self._write() as connection:
            connection.execute(sa.update(users).where(*same).values(password_hash=renewed))

    def set_role(self, name: str, role: str) -> bool:
        """Change an account's role; return whether there is such an account."""
        return self._change_account(name, role=role)

    def set_disabled(self, name: str, *, disabled: bool) -> bool:
        """Let an account sign in no more, or again; return whether there is such an account."""
        return self._change_account(name, disabled=disabled)

    def end_all(self, name: str) -> bool:
        """End sessions, invitations, trust in devices and tokens of an account, if there is one."""
        return self._change_account(name)

    def end_password(self, name: str) -> bool:
        """End the password and all else that was granted, until an invitation is accepted."""
        return self._change_account(name, password_hash=None)

    def _change_account(self, name: str, *where: sa.ColumnElement[bool], **values: object) -> bool:
        with self._write() as connection:
            return change_account(connection, name, *where, **values)


def change_account(
    connection: sa.Connection, name: str, *where: sa.ColumnElement[bool], **values: object
) -> bool:
    """Change an account and end all that it was granted; return whether there was such a one."""
    if not raise_epoch(connection, name, *where, **values):
        return False
    connection.execute(sa.delete(api_tokens).where(api_tokens.c.name == name))
    return True


def raise_epoch(
    connection: sa.Connection, name: str, *where: sa.ColumnElement[bool], **values: object
) -> bool:
    """Change an account and end all but its tokens; return whether there was such a one."""
    change = sa.update(users).where(users.c.name == name, *where)
    return bool(connection.execute(change.values(epoch=users.c.epoch + 1, **values)).rowcount)


def account_columns() -> sa.Select[Any]:
    """Return the query of accounts, to be narrowed and joined."""
    counted = [
        sa.select(sa.func.count())
        .where(table.c.name == users.c.name)
        .scalar_subquery()
        .label(table.name)
        for table in (passkeys, recovery_codes)
    ]
    plain = (users.c[name] for name in ("name", "role", "password_hash", "disabled", "signed_in"))
    has_totp = users.c.totp.is_not(None).label("has_totp")
    return sa.select(*plain, users.c.epoch, has_totp, *counted)


def read_account(row: sa.Row[Any]) -> Account:
    """Return the account that a row of ``account_columns`` tells of."""
    return Account(**{name: getattr(row, name) for name in Account.__dataclass_fields__})
