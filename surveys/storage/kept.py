"""What one response adds to the tables that are kept beside the responses."""

from collections import Counter

import sqlalchemy as sa

from surveys.answers import counted, crossed
from surveys.conditions import Answers
from surveys.definition import Instrument
from surveys.storage.schema import CROSSED, GROUPS, arrivals, counts, crossings, links, responses

# In the order in which they are written, so that two processes never wait for each other
KEPT = (counts, crossings, arrivals)
Key = tuple[str | int, ...]
# Responses with what their groups are made of, see ``group``
GROUPED = sa.select(responses, links.c.place, links.c.topic, links.c.format).join(links)


class Change(dict[str, Counter[Key]]):
    """How much more there is in cells of these tables, by the tables' names and the cells' keys."""

    def __init__(self) -> None:
        super().__init__({table.name: Counter() for table in KEPT})

    def add(self, asked: Instrument, group: Key, answers: Answers, n: int = 1) -> None:
        """Add ``n`` times the answers of a respondent."""
        if not answers:
            return
        cells = self[counts.name]
        for cell, times in counted(asked, answers).items():
            cells[*group, *cell] += n * times
        cells = self[crossings.name]
        for cell, times in crossed(asked, answers).items():
            cells[*group[: len(CROSSED)], *cell] += n * times

    def arrive(self, key: Key, n: int = 1) -> None:
        """Add ``n`` responses that came by a link on a day in a band."""
        self[arrivals.name][key] += n

    def add_whole(
        self, asked: Instrument, row: "sa.Row[tuple[object, ...]]", answers: Answers
    ) -> None:
        """Add a whole response, a row of ``GROUPED``."""
        self.add(asked, tuple(getattr(row, name) for name in GROUPS), answers)
        self.arrive(tuple(getattr(row, column.name) for column in arrivals.primary_key))
