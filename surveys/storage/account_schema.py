"""The tables of those who sign in; nothing in them is about residents.

Times are seconds since 1970 where a session ends by them, else days.
"""

import sqlalchemy as sa

from surveys.storage.schema import SCHEMA

LONGEST_NAME = 80  # characters of an account's name, and of what a passkey or a token is called
_NAME = sa.String(LONGEST_NAME)
_HASH = sa.String(64)  # of something long and random, keyed

users = sa.Table(
    "users",
    SCHEMA,
    sa.Column("name", _NAME, primary_key=True),
    sa.Column("password_hash", sa.String(200)),  # none until an invitation is accepted
    sa.Column("role", sa.String(12), nullable=False),
    sa.Column("disabled", sa.Boolean, nullable=False),
    # raised by whatever ends all sessions, invitations and trust in devices
    sa.Column("epoch", sa.Integer, nullable=False),
    sa.Column("totp", sa.String(200)),  # the secret, encrypted
    sa.Column("totp_step", sa.Integer, nullable=False),  # the last one that was used
    sa.Column("signed_in", sa.Date),
)


def _owner(*, primary_key: bool) -> sa.Column[str]:
    key = sa.ForeignKey(users.c.name)
    return sa.Column("name", _NAME, key, primary_key=primary_key, nullable=False)


recovery_codes = sa.Table(
    "recovery_codes",
    SCHEMA,
    _owner(primary_key=True),
    sa.Column("hash", _HASH, primary_key=True),
    sqlite_with_rowid=False,
)

passkeys = sa.Table(
    "passkeys",
    SCHEMA,
    _owner(primary_key=True),
    sa.Column("credential", sa.LargeBinary(1023), primary_key=True),  # WebAuthn, 4
    sa.Column("public_key", sa.LargeBinary, nullable=False),
    sa.Column("sign_count", sa.BigInteger, nullable=False),
    sa.Column("label", _NAME, nullable=False),
    sa.Column("added", sa.Date, nullable=False),
    sqlite_with_rowid=False,
)

api_tokens = sa.Table(
    "api_tokens",
    SCHEMA,
    sa.Column("hash", _HASH, primary_key=True),
    _owner(primary_key=False),
    sa.Column("label", _NAME, nullable=False),
    sa.Column("added", sa.Date, nullable=False),
    sa.Column("used", sa.Date),
    sqlite_with_rowid=False,
)

sign_ins = sa.Table(
    "sign_ins",
    SCHEMA,
    sa.Column("hash", _HASH, primary_key=True),
    _owner(primary_key=False),
    sa.Column("epoch", sa.Integer, nullable=False),
    sa.Column("began", sa.BigInteger, nullable=False),
    sa.Column("seen", sa.BigInteger, nullable=False),
    sa.Column("confirmed", sa.BigInteger, nullable=False),
    sa.Column(
        "complete", sa.Boolean, nullable=False
    ),  # False while the second factor is waited for
    sa.Column("challenge", sa.String(100)),
    sa.Column("challenged", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

journal = sa.Table(
    "journal",
    SCHEMA,
    sa.Column("minute", sa.DateTime, primary_key=True),  # the campaign's own time
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("name", _NAME, nullable=False),  # outlives the account
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("subject", sa.String(200), nullable=False),
    sa.Column("reason", sa.String(500), nullable=False),
    sqlite_with_rowid=False,
)
