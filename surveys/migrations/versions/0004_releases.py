"""Releases, and what they are made of: daylight, crossings and arrivals beside the counts."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

NAME = sa.String(40)


def upgrade() -> None:
    op.add_column(
        "responses", sa.Column("daylight", sa.String(8), nullable=False, server_default="")
    )
    _widen_counts()
    op.create_table(
        "crossings",
        *_names("campaign", "version", "wave", "place"),
        sa.Column("crossing", sa.String(170), primary_key=True),
        sa.Column("code", sa.SmallInteger, primary_key=True, autoincrement=False),
        *_numbers(),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "arrivals",
        *_names("campaign", "wave"),
        sa.Column("link", sa.String(9), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("band", sa.SmallInteger, primary_key=True, autoincrement=False),
        *_numbers(),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO arrivals (campaign, wave, link, day, band, n) "
        "SELECT campaign, wave, link, day, band, count(*) FROM responses "
        "GROUP BY campaign, wave, link, day, band"
    )
    op.create_table(
        "releases",
        *_names("campaign", "wave"),
        sa.Column("document", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )


def _widen_counts() -> None:
    """Give the counts a key with the daylight in it; SQLite changes no key of a table."""
    op.rename_table("counts", "counts_before")
    groups = ("campaign", "version", "wave", "place", "language", "topic", "format")
    op.create_table(
        "counts",
        *_names(*groups, "daylight"),
        sa.Column("item", sa.String(82), primary_key=True),
        sa.Column("code", sa.SmallInteger, primary_key=True, autoincrement=False),
        *_numbers(),
        sqlite_with_rowid=False,
    )
    columns = ", ".join((*groups, "item", "code", "n", "archived"))
    op.execute(
        f"INSERT INTO counts ({columns}, daylight) SELECT {columns}, '' FROM counts_before"  # noqa: S608
    )
    op.drop_table("counts_before")


def _names(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, NAME, primary_key=True) for name in names]


def _numbers() -> tuple[sa.Column[int], ...]:
    return (
        sa.Column("n", sa.Integer, nullable=False),
        sa.Column("archived", sa.Integer, nullable=False, server_default="0"),
    )
