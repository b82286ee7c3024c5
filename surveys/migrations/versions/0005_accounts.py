"""Roles, second factors, sessions, tokens and the log. Who had an account could do everything."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

NAME = sa.String(80)
HASH = sa.String(64)


def upgrade() -> None:
    with op.batch_alter_table("users") as users:
        users.alter_column("password_hash", existing_type=sa.String(200), nullable=True)
        users.add_column(sa.Column("role", sa.String(12), nullable=False, server_default="admin"))
        users.add_column(
            sa.Column("disabled", sa.Boolean, nullable=False, server_default=sa.false())
        )
        users.add_column(sa.Column("epoch", sa.Integer, nullable=False, server_default="0"))
        users.add_column(sa.Column("totp", sa.String(200)))
        users.add_column(sa.Column("totp_step", sa.Integer, nullable=False, server_default="0"))
        users.add_column(sa.Column("signed_in", sa.Date))
    with op.batch_alter_table("users") as users:
        for name in ("role", "disabled", "epoch", "totp_step"):
            users.alter_column(name, server_default=None)
    op.create_table(
        "recovery_codes",
        sa.Column("name", NAME, sa.ForeignKey("users.name"), primary_key=True),
        sa.Column("hash", HASH, primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "passkeys",
        sa.Column("name", NAME, sa.ForeignKey("users.name"), primary_key=True),
        sa.Column("credential", sa.LargeBinary(1023), primary_key=True),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("sign_count", sa.BigInteger, nullable=False),
        sa.Column("label", NAME, nullable=False),
        sa.Column("added", sa.Date, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "api_tokens",
        sa.Column("hash", HASH, primary_key=True),
        sa.Column("name", NAME, sa.ForeignKey("users.name"), nullable=False),
        sa.Column("label", NAME, nullable=False),
        sa.Column("added", sa.Date, nullable=False),
        sa.Column("used", sa.Date),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sign_ins",
        sa.Column("hash", HASH, primary_key=True),
        sa.Column("name", NAME, sa.ForeignKey("users.name"), nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("began", sa.BigInteger, nullable=False),
        sa.Column("seen", sa.BigInteger, nullable=False),
        sa.Column("confirmed", sa.BigInteger, nullable=False),
        sa.Column("complete", sa.Boolean, nullable=False),
        sa.Column("challenge", sa.String(100)),
        sa.Column("challenged", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "journal",
        sa.Column("minute", sa.DateTime, primary_key=True),
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("name", NAME, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sqlite_with_rowid=False,
    )
