"""Sessions: who is signed in. The browser holds a random token, the database a hash of it."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from surveys.storage.account_schema import sign_ins, users
from surveys.storage.accounts import Account, account_columns, read_account
from surveys.storage.database import Database


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """A session. Times are seconds since 1970.

    ``complete`` is False while the second factor is waited for. ``seen`` is when it was used last,
    ``confirmed`` when the password was given last.
    """

    account: Account
    complete: bool
    began: int
    seen: int
    confirmed: int


class SignIns(Database):
    """The sessions of accounts. One ends with its account's epoch."""

    def begin_sign_in(
        self, token: str, account: Account, *, at: int, complete: bool, oldest: int
    ) -> None:
        """Begin a session of an account as it was read; forget those begun before ``oldest``."""
        row = {"hash": self._keyed("session", token), "name": account.name, "complete": complete}
        times = {"began": at, "seen": at, "confirmed": at, "challenged": 0}
        with self._write() as connection:
            connection.execute(sa.delete(sign_ins).where(sign_ins.c.began < oldest))
            connection.execute(sa.insert(sign_ins), row | times | {"epoch": account.epoch})

    def sign_in(self, token: str) -> SignIn | None:
        """Return the session of a token, unless it has ended or its account is disabled."""
        times = (sign_ins.c[name] for name in ("complete", "began", "seen", "confirmed"))
        going_on = (
            sign_ins.c.hash == self._keyed("session", token),
            users.c.name == sign_ins.c.name,
            users.c.epoch == sign_ins.c.epoch,
            users.c.disabled.is_(False),
        )
        with self._read() as connection:
            wanted = account_columns().add_columns(*times).where(*going_on)
            row = connection.execute(wanted).one_or_none()
        if row is None:
            return None
        return SignIn(
            account=read_account(row),
            complete=row.complete,
            began=row.began,
            seen=row.seen,
            confirmed=row.confirmed,
        )

    def see_sign_in(self, token: str, at: int) -> None:
        """Keep that a session was used."""
        self._change_sign_in(token, seen=at)

    def confirm_sign_in(self, token: str, at: int) -> None:
        """Keep that the password was given anew."""
        self._change_sign_in(token, confirmed=at)

    def end_sign_in(self, token: str) -> None:
        """End a session."""
        of_token = sign_ins.c.hash == self._keyed("session", token)
        with self._write() as connection:
            connection.execute(sa.delete(sign_ins).where(of_token))

    def keep_day(self, name: str, day: date) -> None:
        """Keep the day on which an account signed in last."""
        with self._write() as connection:
            connection.execute(sa.update(users).where(users.c.name == name).values(signed_in=day))

    def set_challenge(self, token: str, challenge: str, at: int) -> None:
        """Keep what the browser of a session is to sign, in place of any before."""
        self._change_sign_in(token, challenge=challenge, challenged=at)

    def take_challenge(self, token: str, since: int) -> str | None:
        """Return what a session's browser was asked to sign since a moment, once."""
        of_token = sign_ins.c.hash == self._keyed("session", token)
        wanted = sa.select(sign_ins.c.challenge, sign_ins.c.challenged).where(of_token)
        with self._write() as connection:
            row = connection.execute(wanted.with_for_update()).one_or_none()
            connection.execute(sa.update(sign_ins).where(of_token).values(challenge=None))
        return row.challenge if row and row.challenged >= since else None

    def _change_sign_in(self, token: str, **values: object) -> None:
        of_token = sign_ins.c.hash == self._keyed("session", token)
        with self._write() as connection:
            connection.execute(sa.update(sign_ins).where(of_token).values(values))
