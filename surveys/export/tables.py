"""Tables as they leave philos: named columns, and cells of which some are hidden."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final, TypeAlias

from translations.errors import UserError


class Hidden(Enum):
    """What stands in a cell that nobody may see: one sign, whatever the reason.

    The point is what Germany's official statistics print for a figure that is kept secret. An
    empty cell is another thing: there is no such figure.
    """

    HIDDEN = "."


HIDDEN: Final = Hidden.HIDDEN
Cell: TypeAlias = str | int | float | Hidden | None


class ExportError(UserError):
    """Something that cannot be exported like this."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows of cells below named columns. Those of ``rows`` may be too many to be held at once."""

    name: str
    columns: tuple[str, ...]
    rows: Iterable[Sequence[Cell]]

    def marked(self, mark: str) -> "Table":
        """Return the table with a first column that says of every row that it is made up."""
        columns = ("made_up", *self.columns)
        return replace(self, columns=columns, rows=_Marked(mark, self.rows))


@dataclass(frozen=True)
class _Marked:
    """Rows behind a mark, to be read as often as those."""

    mark: str
    rows: Iterable[Sequence[Cell]]

    def __iter__(self) -> Iterator[Sequence[Cell]]:
        return ((self.mark, *row) for row in self.rows)
