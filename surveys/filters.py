"""Filter questions: whom an item is asked, which tells of the answers that lead to it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from surveys.definition import Item
from surveys.disclosure import Row
from surveys.release import Result


@dataclass(frozen=True)
class Filters:
    """Which rows would tell of a hidden answer to a filter question, by how many were asked.

    How many answered is how many gave one of the answers that lead to an item.
    """

    items: Mapping[str, Result]
    options: Mapping[str, Mapping[int, Row]]

    def hide(self, item: Item, dimension: str, group: str) -> bool:
        """Return whether a row of an item would tell of an answer that is hidden."""
        condition = item.question.condition
        return condition is not None and any(
            self._is_hidden(given.item, code, dimension, group)
            for given in condition.given()
            for code in given.codes
        )

    def _is_hidden(self, name: str, code: int, dimension: str, group: str) -> bool:
        if name in self.options:
            row = self.options[name].get(code)
            return row is not None and row.adverse is None
        table = self.items[name].tables.get(dimension, {}) if name in self.items else {}
        row = table.get(group)
        return row is not None and {**row.counts, **row.beside}.get(code, 0) is None

    def result(self, item: Item, result: Result) -> Result:
        """Return a result without such rows, and without what else would tell of them."""
        hidden = {
            (dimension, group)
            for dimension, table in result.tables.items()
            for group in table
            if self.hide(item, dimension, group)
        }
        if not hidden:
            return result
        tables = {
            dimension: {
                group: row.hidden if (dimension, group) in hidden else row
                for group, row in table.items()
            }
            for dimension, table in result.tables.items()
        }
        return replace(result, tables=tables, weighted=None, without_bursts={})
