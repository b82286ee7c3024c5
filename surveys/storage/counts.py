"""What is kept beside the responses: counts, crossings and arrivals, and whether they are right."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from surveys.answers import counted, is_of_one
from surveys.bursts import Cell
from surveys.storage.database import matching
from surveys.storage.kept import GROUPED, KEPT, Change, Key
from surveys.storage.publications import Publications
from surveys.storage.responses import read_answers
from surveys.storage.schema import arrivals, counts, crossings, links, responses

# The groups by which a wave is counted, each by itself
DIMENSIONS = ("place", "language", "topic", "format", "daylight")
CHUNK = 10_000  # responses that are held at a time

Counts = Mapping[str, Counter[int]]  # how often each code was given, by group
Kind = tuple[str, str, str, str]  # of sheets: survey, topic, format and place


@dataclass(frozen=True)
class Counted:
    """What is counted of a wave.

    ``tables`` has for each version and item and each dimension the counts of its groups.
    ``crossings`` has for each version and place how often each code of each crossing came, see
    ``surveys.answers.crossed``. ``unlinked`` are responses that an older program has archived,
    before it was kept by which link they came, by the kind of their sheets.
    """

    tables: dict[tuple[str, str], dict[str, dict[str, Counter[int]]]] = field(default_factory=dict)
    crossings: dict[tuple[str, str], Counter[tuple[str, int]]] = field(default_factory=dict)
    arrivals: Counter[Cell] = field(default_factory=Counter)
    unlinked: Counter[Kind] = field(default_factory=Counter)


class Kept(Publications):
    """The tables that are kept beside the responses."""

    def counted(self, campaign: str, wave: str) -> Counted:
        """Return what is counted of a wave, all of one moment."""
        found = Counted()
        with self._snapshot() as connection:
            for dimension in DIMENSIONS:
                for version, item, group, code, n in connection.execute(
                    _summed(campaign, wave, dimension)
                ):
                    tables = found.tables.setdefault((version, item), {})
                    tables.setdefault(dimension, {}).setdefault(group, Counter())[code] = int(n)
            for row in connection.execute(_nonzero(crossings, campaign, wave)):
                cell = found.crossings.setdefault((row.version, row.place), Counter())
                cell[row.crossing, row.code] = row.n
            found.arrivals.update(dict(_arrivals(connection, campaign, wave)))
            found.unlinked.update(self._unlinked(connection, campaign, wave))
        return found

    def unlinked(self, campaign: str, wave: str) -> Counter[Kind]:
        """Return how many responses of a wave an older program has archived, see ``Counted``."""
        with self._snapshot() as connection:
            return self._unlinked(connection, campaign, wave)

    def _unlinked(self, connection: sa.Connection, campaign: str, wave: str) -> Counter[Kind]:
        """Return what is archived in the counts and not in the arrivals, response by response.

        Everybody is asked the first item of a survey, and who skips it is counted too.
        """
        answered: Counter[Kind] = Counter()
        for version, topic, form, place, item, code, n in connection.execute(
            _archived(campaign, wave)
        ):
            asked = self.instrument(version)
            if item == next(iter(asked.items)) and is_of_one(asked.items[item], code):
                answered[asked.id, topic, form, place] += int(n)
        linked: Counter[Kind] = Counter()
        for survey, topic, form, place, n in connection.execute(_linked(campaign, wave)):
            linked[survey, topic, form, place] = int(n)
        return answered - linked

    def arrivals(self, campaign: str, wave: str) -> Counter[Cell]:
        """Return how many responses to a wave came by each link on each day in each band."""
        with self._read() as connection:
            return Counter(dict(_arrivals(connection, campaign, wave)))

    def counts_in(
        self, campaign: str, wave: str, cells: Collection[Cell]
    ) -> dict[tuple[str, str], dict[str, Counter[int]]]:
        """Return how often each code was given in some cells, by version and item, and by place.

        It looks at the responses themselves, for which it takes its time.
        """
        if not cells:
            return {}
        cell = sa.tuple_(responses.c.link, responses.c.day, responses.c.band)
        wanted = (
            sa.select(responses.c.version, responses.c.answers, links.c.place)
            .join_from(responses, links)
            .where(*matching(responses, campaign=campaign, wave=wave))
            .where(cell.in_([(each.link, each.day, each.band) for each in cells]))
        )
        found: dict[tuple[str, str], dict[str, Counter[int]]] = {}
        with self._read() as connection:
            for row in connection.execute(wanted):
                answers = read_answers(row.answers)
                for item, code in counted(self.instrument(row.version), answers):
                    places = found.setdefault((row.version, item), {})
                    places.setdefault(row.place, Counter())[code] += 1
        return found

    def recount(self) -> dict[str, dict[Key, tuple[int, int]]]:
        """Return what is kept wrongly: by table and key what it is, and what it should be.

        What it should be is counted from the responses themselves, and what is archived, of
        responses that are kept no more, is added. All of it is of one moment.
        """
        with self._snapshot() as connection:
            return self._wrong(connection)

    def repair(self) -> dict[str, dict[Key, tuple[int, int]]]:
        """Set right what is kept wrongly, while nobody writes; return what was wrong."""
        with self._write() as connection:
            self._hold(connection, responses)
            wrong = self._wrong(connection)
            for table in KEPT:
                key = [column.name for column in table.primary_key]
                right = self._insert(table)
                right = right.on_conflict_do_update(
                    index_elements=key, set_={"n": right.excluded.n}
                )
                rows = [
                    dict(zip(key, cell, strict=True)) | {"n": should}
                    for cell, (_, should) in wrong[table.name].items()
                ]
                if rows:
                    connection.execute(right, rows)
        return wrong

    def _wrong(self, connection: sa.Connection) -> dict[str, dict[Key, tuple[int, int]]]:
        should = self._recounted(connection)
        wrong = {}
        for table in KEPT:
            kept: dict[Key, int] = {}
            expected = should[table.name]
            for *key, n, archived in connection.execute(
                sa.select(*table.primary_key, table.c.n, table.c.archived)
            ):
                kept[tuple(key)] = n
                expected[tuple(key)] += archived
            wrong[table.name] = {
                key: (kept.get(key, 0), n) for key, n in expected.items() if kept.get(key, 0) != n
            }
        return wrong

    def _recounted(self, connection: sa.Connection) -> Change:
        found = Change()
        rows = connection.execute(GROUPED.execution_options(yield_per=CHUNK))
        for row in rows:
            found.add_whole(self.instrument(row.version), row, read_answers(row.answers))
        return found


def _summed(campaign: str, wave: str, dimension: str) -> sa.Select[Any]:
    """Return the query for the counts of a wave by one dimension."""
    names = (counts.c.version, counts.c.item, counts.c[dimension], counts.c.code)
    return (
        sa.select(*names, sa.func.sum(counts.c.n))
        .where(*matching(counts, campaign=campaign, wave=wave))
        .group_by(*names)
        .having(sa.func.sum(counts.c.n) != 0)
    )


def _archived(campaign: str, wave: str) -> sa.Select[Any]:
    """Return the query for what is archived in the counts of a wave, by the kind of sheet."""
    names = ("version", "topic", "format", "place", "item", "code")
    columns = [counts.c[name] for name in names]
    return (
        sa.select(*columns, sa.func.sum(counts.c.archived))
        .where(*matching(counts, campaign=campaign, wave=wave), counts.c.archived != 0)
        .group_by(*columns)
    )


def _linked(campaign: str, wave: str) -> sa.Select[Any]:
    """Return the query for how many archived responses came by a link, by the kind of sheet."""
    kind = (links.c.survey, links.c.topic, links.c.format, links.c.place)
    return (
        sa.select(*kind, sa.func.sum(arrivals.c.archived))
        .join_from(arrivals, links, links.c.code == arrivals.c.link)
        .where(*matching(arrivals, campaign=campaign, wave=wave), arrivals.c.archived != 0)
        .group_by(*kind)
    )


def _nonzero(table: sa.Table, campaign: str, wave: str) -> sa.Select[Any]:
    return sa.select(table).where(*matching(table, campaign=campaign, wave=wave), table.c.n != 0)


def _arrivals(connection: sa.Connection, campaign: str, wave: str) -> Iterable[tuple[Cell, int]]:
    columns = (links.c.place, arrivals.c.link, arrivals.c.day, arrivals.c.band)
    wanted = (
        sa.select(*columns, arrivals.c.n)
        .join_from(arrivals, links, links.c.code == arrivals.c.link)
        .where(*matching(arrivals, campaign=campaign, wave=wave), arrivals.c.n != 0)
    )
    return ((Cell(*row[:-1]), int(row[-1])) for row in connection.execute(wanted))
