"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NAME = sa.String(40)


def upgrade() -> None:
    op.create_table(
        "survey_versions",
        sa.Column("version", sa.String(16), primary_key=True),
        sa.Column("survey", NAME, nullable=False),
        sa.Column("definition", sa.Text, nullable=False),
        sa.Column("published", sa.Date, nullable=False),
    )
    op.create_table(
        "links",
        sa.Column("code", sa.String(9), primary_key=True),
        *(
            sa.Column(name, NAME, nullable=False)
            for name in ("campaign", "place", "topic", "format", "language", "survey")
        ),
        sa.Column("serial", sa.Integer, nullable=False),
    )
    op.create_table(
        "responses",
        sa.Column("campaign", NAME, primary_key=True),
        sa.Column("token", sa.String(64), primary_key=True),
        sa.Column(
            "version", sa.String(16), sa.ForeignKey("survey_versions.version"), nullable=False
        ),
        sa.Column("link", sa.String(9), sa.ForeignKey("links.code"), nullable=False),
        sa.Column("wave", NAME, nullable=False),
        sa.Column("language", NAME, nullable=False),
        sa.Column("mode", sa.String(8), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("band", sa.SmallInteger, nullable=False),
        sa.Column("answers", sa.JSON, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "counts",
        *(
            sa.Column(name, NAME, primary_key=True)
            for name in ("campaign", "version", "wave", "place", "language", "topic", "format")
        ),
        sa.Column("item", sa.String(82), primary_key=True),
        sa.Column("code", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("n", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "users",
        sa.Column("name", sa.String(80), primary_key=True),
        sa.Column("password_hash", sa.String(200), nullable=False),
    )
