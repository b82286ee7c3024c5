"""The tables. Every primary key begins with the campaign, and none is a sequence."""

from typing import Any

import sqlalchemy as sa

SCHEMA = sa.MetaData()
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
    # what the day and the band say of the light, so nothing more than these
    sa.Column("daylight", sa.String(8), nullable=False, server_default=""),
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

# What is kept beside the responses in the same transaction. ``archived`` tells how much of ``n`` is
# of responses that were too old to be kept.
GROUPS = ("campaign", "version", "wave", "place", "language", "topic", "format", "daylight")
CROSSED = GROUPS[:4]


def _kept(name: str, groups: tuple[str, ...], *cell: sa.Column[Any]) -> sa.Table:
    return sa.Table(
        name,
        SCHEMA,
        *(sa.Column(group, NAME, primary_key=True) for group in groups),
        *cell,
        sa.Column("n", sa.Integer, nullable=False),
        sa.Column("archived", sa.Integer, nullable=False, server_default="0"),
        sqlite_with_rowid=False,
    )


# How often each code was given to each item.
counts = _kept(
    "counts",
    GROUPS,
    sa.Column("item", sa.String(82), primary_key=True),
    sa.Column("code", sa.SmallInteger, primary_key=True, autoincrement=False),
)
# How answers to several items go together, see ``surveys.answers.crossed``.
crossings = _kept(
    "crossings",
    CROSSED,
    sa.Column("crossing", sa.String(170), primary_key=True),
    sa.Column("code", sa.SmallInteger, primary_key=True, autoincrement=False),
)
# How many responses came by each link on each day in each band.
arrivals = _kept(
    "arrivals",
    ("campaign", "wave"),
    sa.Column("link", sa.String(9), primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("band", sa.SmallInteger, primary_key=True, autoincrement=False),
)

# The results of a closed wave as they were released, with no more in them than anybody may see.
releases = sa.Table(
    "releases",
    SCHEMA,
    sa.Column("campaign", NAME, primary_key=True),
    sa.Column("wave", NAME, primary_key=True),
    sa.Column("document", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)
