"""Counts: how often each answer was given, by the groups that a comparison asks for."""

from collections import Counter
from collections.abc import Collection, Iterable

import sqlalchemy as sa

from surveys.answers import counted
from surveys.bursts import Cell
from surveys.storage import schema
from surveys.storage.database import matching
from surveys.storage.publications import Publications
from surveys.storage.responses import read_answers
from surveys.storage.schema import GROUPS, Dimension, links, responses


class Counts(Publications):
    """The counts that are kept beside the responses."""

    def counts(
        self, campaign: str, versions: Iterable[str], item: str, by: Dimension, **only: str
    ) -> dict[str, Counter[int]]:
        """Return how often each code was given to an item, by the groups of a dimension.

        ``only`` narrows to one value of other dimensions, such as ``wave="spring-2026"``.
        """
        group = schema.counts.c[by]
        wanted = (
            sa.select(group, schema.counts.c.code, sa.func.sum(schema.counts.c.n))
            .where(*matching(schema.counts, campaign=campaign, item=item, **only))
            .where(schema.counts.c.version.in_(list(versions)))
            .group_by(group, schema.counts.c.code)
        )
        found: dict[str, Counter[int]] = {}
        with self._read() as connection:
            for name, code, n in connection.execute(wanted):
                found.setdefault(name, Counter())[code] = int(n)
        return found

    def arrivals(self, campaign: str, wave: str) -> Counter[Cell]:
        """Return how many responses to a wave came by each link on each day in each band.

        What was typed in from paper came when somebody had the time to, and is left out.
        """
        columns = (links.c.place, links.c.code, responses.c.day, responses.c.band)
        wanted = (
            sa.select(*columns, sa.func.count())
            .join_from(responses, links)
            .where(*matching(responses, campaign=campaign, wave=wave, mode="web"))
            .group_by(*columns)
        )
        with self._read() as connection:
            return Counter({Cell(*row[:-1]): int(row[-1]) for row in connection.execute(wanted)})

    def counts_in(
        self,
        campaign: str,
        versions: Iterable[str],
        item: str,
        wave: str,
        cells: Collection[Cell],
    ) -> dict[str, Counter[int]]:
        """Return how often each code was given to an item in some cells of a wave, by place."""
        if not cells:
            return {}
        cell = sa.tuple_(responses.c.link, responses.c.day, responses.c.band)
        wanted = (
            sa.select(responses.c.version, responses.c.answers, links.c.place)
            .join_from(responses, links)
            .where(*matching(responses, campaign=campaign, wave=wave, mode="web"))
            .where(responses.c.version.in_(list(versions)))
            .where(cell.in_([(each.link, each.day, each.band) for each in cells]))
        )
        found: dict[str, Counter[int]] = {}
        with self._read() as connection:
            for row in connection.execute(wanted):
                answers = counted(self.instrument(row.version), read_answers(row.answers))
                given = {code: n for (name, code), n in answers.items() if name == item}
                found.setdefault(row.place, Counter()).update(given)
        return found

    def recount(self) -> dict[tuple[str, ...], int]:
        """Return what the counts should be, from the responses themselves, without empty ones.

        What is archived is of responses that are kept no more, and stays as it is. Keys are the
        columns of the counts: campaign, version, wave, place, language, topic, format, item and
        code.
        """
        found = Counter(self._kept(schema.counts.c.archived))
        wanted = sa.select(responses, links.c.place, links.c.topic, links.c.format).join(links)
        with self._read() as connection:
            for row in connection.execute(wanted):
                group = tuple(str(getattr(row, name)) for name in GROUPS)
                answers = counted(self.instrument(row.version), read_answers(row.answers))
                for (item, code), n in answers.items():
                    found[(*group, item, str(code))] += n
        return dict(found)

    def kept_counts(self) -> dict[tuple[str, ...], int]:
        """Return the counts as they are kept, in the form of ``recount``."""
        return self._kept(schema.counts.c.n)

    def _kept(self, column: sa.Column[int]) -> dict[tuple[str, ...], int]:
        """Return a column of the counts by their keys, without empty ones."""
        key = schema.counts.primary_key.columns
        with self._read() as connection:
            rows = connection.execute(sa.select(*key, column).where(column != 0))
            return {tuple(map(str, row[:-1])): row[-1] for row in rows}
