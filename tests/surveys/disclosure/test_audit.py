from math import inf
from typing import Any

import pytest

from surveys.disclosure.audit import AuditError, Range, audit, recoverable
from surveys.disclosure.rules import BASE, COUNT
from surveys.disclosure.shapes import Sum
from tests.surveys.disclosure.reference import SUPPRESS, Table


def cell(name: str) -> tuple[int, int]:
    row, column = name.split(",")
    return int(row), int(column)


@pytest.mark.parametrize("case", SUPPRESS, ids=[case["id"] for case in SUPPRESS])
def test_the_reference_intervals_are_found(case: dict[str, Any]) -> None:
    table, expected = Table(case["inputs"]["table"]), case["expected"]
    alone, pattern = expected["intervals_if_only_primary_hidden"], expected["intervals_min_records"]
    for ranges in (alone, pattern):
        hidden = [cell(name) for name in ranges]
        found = audit(table.without(hidden), table.sums, hidden)
        assert found == {cell(name): tuple(ends) for name, ends in ranges.items()}


@pytest.mark.parametrize("case", SUPPRESS, ids=[case["id"] for case in SUPPRESS])
def test_what_is_hidden_alone_is_recovered(case: dict[str, Any]) -> None:
    table = Table(case["inputs"]["table"])
    unsafe = table.unsafe
    assert recoverable(table.without(unsafe), table.sums, list(unsafe), unsafe).keys() == set(
        unsafe
    )


def test_a_total_in_two_tables_is_one_cell() -> None:
    """Each table by itself leaves the total between 20 and 23, or 21 and 24."""
    cells = {"park": 20, "german": 21, "total": 23}
    sums = [Sum("total", ("park", "school")), Sum("total", ("german", "arabic"))]
    shown = {"park": cells["park"], "german": cells["german"]}
    found = audit(shown, sums, ["total", "school", "arabic"])
    assert found == {"total": (21, inf), "school": (1, inf), "arabic": (0, inf)}


def test_a_shown_unsafe_cell_is_recovered() -> None:
    assert recoverable({"a": 3}, [], [], {"a": COUNT}) == {"a": (3, 3)}


def test_counts_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(AuditError, match="contradict"):
        audit({"total": 3, "a": 5}, [Sum("total", ("a", "b"))], ["b"])


@pytest.mark.parametrize(
    ("ends", "count", "base"),
    [
        ((0, 5), True, False),
        ((3, 8), True, False),
        ((4, 30), False, False),
        ((0, 4), False, False),
        ((1, 5), False, False),
        ((3, 13), True, True),
        ((3, 12), True, False),
        ((0, inf), True, True),
    ],
)
def test_a_range_protects_if_it_is_wide_and_on_both_sides(
    ends: tuple[float, float], count: bool, base: bool
) -> None:
    assert (Range(*ends).protects(COUNT), Range(*ends).protects(BASE)) == (count, base)
