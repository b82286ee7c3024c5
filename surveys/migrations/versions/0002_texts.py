"""What respondents write themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

NAME = sa.String(40)


def upgrade() -> None:
    op.create_table(
        "texts",
        sa.Column("campaign", NAME, primary_key=True),
        sa.Column("token", sa.String(64), primary_key=True),
        sa.Column("item", sa.String(82), primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sqlite_with_rowid=False,
    )
