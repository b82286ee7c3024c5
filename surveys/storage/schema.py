"""The tables. Every primary key begins with the campaign, and none is a sequence."""

from typing import Literal

import sqlalchemy as sa

SCHEMA = sa.MetaData()
BAND = 4  # hours
NO_BAND = -1  # of what was answered on paper
# the states of a text; one that nobody else may see is deleted
HELD, RELEASED = "held", "released"
NAME = sa.String(40)

versions = sa.Table(
    "survey_versions",
    SCHEMA,
    sa.Column("version", sa.String(16), primary_key=True),
    sa.Column("survey", NAME, nullable=False),
    sa.Column("definition", sa.Text, nullable=False),
    sa.Column("published", sa.Date, nullable=False),
)

links = sa.Table(
    "links",
    SCHEMA,
    sa.Column("code", sa.String(9), primary_key=True),
    sa.Column("campaign", NAME, nullable=False),
    sa.Column("place", NAME, nullable=False),
    sa.Column("topic", NAME, nullable=False),
    sa.Column("format", NAME, nullable=False),
    sa.Column("language", NAME, nullable=False),
    sa.Column("survey", NAME, nullable=False),
    sa.Column("serial", sa.Integer, nullable=False),
)

# Without row numbers, SQLite keeps the rows in the order of their random keys.
responses = sa.Table(
    "responses",
    SCHEMA,
    sa.Column("campaign", NAME, primary_key=True),
    sa.Column("token", sa.String(64), primary_key=True),
    sa.Column("version", sa.String(16), sa.ForeignKey(versions.c.version), nullable=False),
    sa.Column("link", sa.String(9), sa.ForeignKey(links.c.code), nullable=False),
    sa.Column("wave", NAME, nullable=False),
    sa.Column("language", NAME, nullable=False),
    sa.Column("mode", sa.String(8), nullable=False),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("band", sa.SmallInteger, nullable=False),
    sa.Column("answers", sa.JSON, nullable=False),
    sqlite_with_rowid=False,
)

# What respondents wrote themselves, apart from the rest: held until a person has released it.
texts = sa.Table(
    "texts",
    SCHEMA,
    sa.Column("campaign", NAME, primary_key=True),
    sa.Column("token", sa.String(64), primary_key=True),
    sa.Column("item", sa.String(82), primary_key=True),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("state", sa.String(8), nullable=False),
    sa.Column("day", sa.Date, nullable=False),
    sqlite_with_rowid=False,
)

GROUPS = ("campaign", "version", "wave", "place", "language", "topic", "format")
counts = sa.Table(
    "counts",
    SCHEMA,
    *(sa.Column(name, NAME, primary_key=True) for name in GROUPS),
    sa.Column("item", sa.String(82), primary_key=True),
    sa.Column("code", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("n", sa.Integer, nullable=False),
    # how much of n is of responses that were too old to be kept
    sa.Column("archived", sa.Integer, nullable=False, server_default="0"),
    sqlite_with_rowid=False,
)

users = sa.Table(
    "users",
    SCHEMA,
    sa.Column("name", sa.String(80), primary_key=True),
    sa.Column("password_hash", sa.String(200), nullable=False),
)

Dimension = Literal["place", "wave"]
