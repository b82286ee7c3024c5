"""What one response adds to the tables that are kept beside the responses."""

from collections import Counter

import sqlalchemy as sa

from surveys.answers import counted, crossed
from surveys.conditions import Answers
from surveys.definition import Instrument
from surveys.storage.schema import CROSSED, GROUPS, arrivals, counts, crossings, links, responses

# In the order in which they are written, so that two processes never wait for each other
KEPT = (counts, crossings, arrivals)
KEYS = {table.name: [column.name for column in table.primary_key] for table in KEPT}
Key = tuple[str | int, ...]
Cell = tuple[str, int]  # an item or a crossing, and a code of it
# Responses with what their groups are made of, see ``group``
GROUPED = sa.select(responses, links.c.place, links.c.topic, links.c.format).join(links)


class Change(dict[str, Counter[Key]]):
    """How much more there is in cells of these tables, by the tables' names and the cells' keys."""

    def __init__(self) -> None:
        super().__init__({table.name: Counter() for table in KEPT})

    def replace(self, asked: Instrument, group: Key, before: Answers, answers: Answers) -> None:
        """Count the answers of a respondent in the place of those that she gave before."""
        self._replace(counts, group, counted(asked, before), counted(asked, answers))
        crossed_by = group[: len(CROSSED)]
        self._replace(crossings, crossed_by, crossed(asked, before), crossed(asked, answers))

    def _replace(self, table: sa.Table, group: Key, before: set[Cell], after: set[Cell]) -> None:
        cells = self[table.name]
        for cell in after - before:
            cells[*group, *cell] += 1
        for cell in before - after:
            cells[*group, *cell] -= 1

    def arrive(self, key: Key, n: int = 1) -> None:
        """Add ``n`` responses that came by a link on a day in a band."""
        self[arrivals.name][key] += n

    def add_whole(
        self, asked: Instrument, row: "sa.Row[tuple[object, ...]]", answers: Answers
    ) -> None:
        """Add a whole response, a row of ``GROUPED``."""
        self.replace(asked, tuple(getattr(row, name) for name in GROUPS), {}, answers)
        self.arrive(tuple(getattr(row, column.name) for column in arrivals.primary_key))
