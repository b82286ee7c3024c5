"""Control: what may be shown of the answers to one item of one wave, in all its tables at once.

The tables by place, language, topic and so on are linked, since each adds up to the same wave, and
the audiences are sums of topics. So they are one system of cells. Its cells are, for each group,
the counts of the codes, the adverse ones together, the rest of the base, the base, the answers
beside the scale and what was left unsaid. The rest is in no row, but it can be worked out. So can
how many gave no answer on the scale, by whoever knows how many were asked: it is taken as known.
That somebody said nothing is not protected, only not told of a few; that few of those who gave no
answer on the scale said something else is.

A row whose base is hidden shows nothing at all, whether the base is too small or covers for
another. A group of nobody is shown as that and never covers for another: that nobody had a sheet
in a language is often known.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from surveys.disclosure.rules import (
    BASE,
    COUNT,
    SMALLEST_BASE,
    SMALLEST_BASES,
    Protection,
    showable,
    sufficient,
)
from surveys.disclosure.shapes import Columns, Row, Sum

Table = Mapping[str, Mapping[int, int]]  # group, code, count

ALL = "all"
PARTS = MappingProxyType({"audience": "topic"})  # which dimension's groups a union joins


class Cell(NamedTuple):
    """A count: of which group of which dimension, and what it counts, a code or a sum of codes."""

    dimension: str
    group: str
    column: int | str


TOTAL = Cell(ALL, ALL, "n")
OTHER = "other"  # answers that are not on the scale


def control(
    tables: Mapping[str, Table],
    columns: Columns,
    *,
    unions: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
    smallest_base: Mapping[str, int] = SMALLEST_BASES,
) -> dict[str, dict[str, Row]]:
    """Return what may be shown of each group of each dimension, as safe together as alone.

    ``tables`` are the counts by dimension, group and code, "all" of the one group "all" among
    them. ``unions`` tell of which groups of another dimension those of a dimension are sums;
    their counts are worked out. ``smallest_base`` is the smallest base by dimension where it is
    not 10. As little is hidden in all tables together as can be, and never the base of the wave,
    if that suffices. Where a group is all of the wave and too small for a row of its own, nothing
    is shown: a dimension with only one group says nothing, so leave it out.

    Raise ValueError where a table does not add up to "all" or a union misses a group.
    """
    whole = dict(tables)
    for union, members in unions.items():
        whole[union] = _joined(whole[PARTS[union]], members)
    cells = {  # in an order of their own, so that the same counts give the same pattern
        Cell(dimension, group, column): count
        for dimension, table in sorted(whole.items())
        for group, counts in sorted(table.items())
        for column, count in _columns(counts, columns).items()
    }
    sums = [*_across(cells, columns), *_down(cells, unions)]
    hidden = _hidden(cells, sums, smallest_base, columns.beside)
    return {
        dimension: {
            group: _row(
                {
                    column: None if Cell(dimension, group, column) in hidden else count
                    for column, count in _columns(counts, columns).items()
                },
                columns,
            )
            for group, counts in table.items()
        }
        for dimension, table in whole.items()
    }


def _joined(parts: Table, members: Mapping[str, str]) -> dict[str, dict[int, int]]:
    """Return the table of unions of groups."""
    joined: dict[str, dict[int, int]] = {}
    for group, counts in parts.items():
        if group not in members:
            raise ValueError(f"{group!r} belongs to no union")
        sums = joined.setdefault(members[group], {})
        for code, count in counts.items():
            sums[code] = sums.get(code, 0) + count
    return joined


def _columns(counts: Mapping[int, int], columns: Columns) -> dict[int | str, int]:
    """Return the cells of one row."""
    named: dict[int | str, int] = {
        code: counts.get(code, 0) for code in (*columns.scale, *columns.beside)
    }
    n = sum(named[code] for code in columns.scale)
    adverse = sum(named[code] for code in columns.adverse)
    unsaid = sum(counts.values()) - sum(named.values())
    other = sum(counts.values()) - n
    row: dict[int | str, int] = {"n": n, "adverse": adverse, "rest": n - adverse, "unsaid": unsaid}
    return {**named, **row, OTHER: other} if columns.beside else {**named, **row}


def _across(cells: Mapping[Cell, int], columns: Columns) -> Iterator[Sum[Cell]]:
    """Yield the sums within each row."""
    rest = tuple(code for code in columns.scale if code not in columns.adverse)
    parts: dict[str, tuple[int | str, ...]] = {
        "n": ("adverse", "rest"),
        "adverse": tuple(sorted(columns.adverse)),
        "rest": rest,
        OTHER: (*columns.beside, "unsaid"),
    }
    for cell in cells:
        if cell.column in parts:
            yield Sum(cell, tuple(cell._replace(column=part) for part in parts[str(cell.column)]))


def _down(
    cells: Mapping[Cell, int], unions: Mapping[str, Mapping[str, str]]
) -> Iterator[Sum[Cell]]:
    """Yield the sums of groups, column by column; raise ValueError where one is wrong."""
    parts: dict[tuple[Cell, str], list[Cell]] = {}  # by total and dimension of the parts
    for cell in cells:
        if cell.dimension != ALL:
            total = Cell(ALL, ALL, cell.column)
            parts.setdefault((total, cell.dimension), []).append(cell)
        for union, members in unions.items():
            if cell.dimension == PARTS[union]:
                total = Cell(union, members[cell.group], cell.column)
                parts.setdefault((total, cell.dimension), []).append(cell)
    for (total, dimension), addends in parts.items():
        if sum(cells[cell] for cell in addends) != cells[total]:
            raise ValueError(f"{dimension!r} does not add up to {total.group!r}")
        yield Sum(total, tuple(addends))


def _hidden(
    cells: Mapping[Cell, int],
    sums: Sequence[Sum[Cell]],
    smallest_base: Mapping[str, int],
    besides: Collection[int],
) -> frozenset[Cell]:
    """Return the cells that are hidden or in no row."""
    # scipy takes 50 MB and a third of a second, and only who releases a wave needs it
    from surveys.disclosure.suppression import Unprotectable, suppress  # noqa: PLC0415

    unsafe = dict(_unsafe(cells, smallest_base, besides))
    known = {cell for cell in cells if cell.column == OTHER}
    rows: dict[tuple[str, str], list[Cell]] = {}
    for cell in cells:
        if cell not in known:
            rows.setdefault((cell.dimension, cell.group), []).append(cell)
    nobody = {cell for row in rows.values() if not any(map(cells.get, row)) for cell in row}
    unpublished = {cell for cell in cells if cell.column == "rest"} - nobody
    together = {row[0]._replace(column="n"): row for row in rows.values()}
    try:
        return suppress(
            cells,
            sums,
            unsafe,
            fixed=nobody | known if TOTAL in unsafe else nobody | known | {TOTAL},
            hidden=unpublished,
            together=together,
        )
    except Unprotectable:
        return frozenset(cells.keys() - nobody - known)


def _unsafe(
    cells: Mapping[Cell, int], smallest_base: Mapping[str, int], besides: Collection[int]
) -> Iterator[tuple[Cell, Protection]]:
    for cell, count in cells.items():
        smallest = smallest_base.get(cell.dimension, SMALLEST_BASE)
        if cell.column == "n" and not sufficient(count, smallest):
            yield cell, BASE
        elif cell.column not in {"unsaid", OTHER} and not showable(count):
            other = cells.get(cell._replace(column=OTHER), 0)
            beside = cell.column in besides
            yield cell, Protection(0, other, other) if beside and not showable(other) else COUNT


def _row(shown: Mapping[int | str, int | None], columns: Columns) -> Row:
    unsaid = shown["unsaid"]
    return Row(
        n=shown["n"],
        adverse=shown["adverse"],
        counts={code: shown[code] for code in columns.scale},
        beside={code: shown[code] for code in columns.beside},
        unsaid=unsaid if unsaid is not None and showable(unsaid) else None,
    )
