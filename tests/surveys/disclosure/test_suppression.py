from itertools import combinations
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import milp

from surveys.disclosure import suppression
from surveys.disclosure.audit import Range, audit, recoverable
from surveys.disclosure.rules import BASE, COUNT, showable
from surveys.disclosure.shapes import Sum
from surveys.disclosure.solver import Floats, Solution, State
from surveys.disclosure.suppression import EFFORT, Unprotectable, suppress
from tests.surveys.disclosure.reference import SUPPRESS, Table

Place = tuple[int, int]


def tables(*, rows: int, columns: int, total: int) -> np.ndarray:
    """Return every table of this size and grand total, with its margins, flat."""
    bars = np.array(list(combinations(range(total + rows * columns - 1), rows * columns - 1)))
    edges = np.column_stack(
        (np.full(len(bars), -1), bars, np.full(len(bars), total + rows * columns - 1))
    )
    inner = (np.diff(edges, axis=1) - 1).reshape(-1, rows, columns)
    wide = np.concatenate((inner, inner.sum(axis=2, keepdims=True)), axis=2)
    whole = np.concatenate((wide, wide.sum(axis=1, keepdims=True)), axis=1)
    return whole.reshape(len(bars), -1)


def possible(table: Table, every: np.ndarray, hidden: set[Place]) -> dict[Place, Range]:
    """Return the range of each hidden cell, by looking at every table that there is."""
    keys = list(table.cells)
    shown = [index for index, key in enumerate(keys) if key not in hidden]
    truth = np.array([table.cells[key] for key in keys])
    fits = every[(every[:, shown] == truth[shown]).all(axis=1)]
    return {
        key: Range(fits[:, index].min(), fits[:, index].max())
        for index, key in enumerate(keys)
        if key in hidden
    }


def least(table: Table, every: np.ndarray) -> float | None:
    """Return the cost of the cheapest safe pattern, by trying patterns from the cheapest on."""
    others = [key for key in table.cells if key not in table.unsafe and key != table.grand]
    extras = [chosen for size in range(len(others) + 1) for chosen in combinations(others, size)]
    priced = sorted((sum(table.cells[key] + 0.001 for key in chosen), chosen) for chosen in extras)
    for cost, chosen in priced:
        ranges = possible(table, every, table.unsafe.keys() | set(chosen))
        if all(ranges[key].protects(kept) for key, kept in table.unsafe.items()):
            return cost
    return None


@st.composite
def small_tables(draw: st.DrawFn) -> Table:
    rows, columns, most = draw(st.sampled_from([(2, 2, 9), (2, 3, 3)]))
    count = st.integers(0, most)
    return Table([[draw(count) for _ in range(columns)] for _ in range(rows)])


@pytest.mark.parametrize("case", SUPPRESS, ids=[case["id"] for case in SUPPRESS])
def test_the_reference_hides_no_fewer_records(case: dict[str, Any]) -> None:
    table = Table(case["inputs"]["table"])
    hidden = suppress(table.cells, table.sums, table.unsafe, fixed=[table.grand])
    extra = hidden - table.unsafe.keys()
    assert sum(table.cells[key] for key in extra) == case["expected"]["min_extra_records_hidden"]
    assert not recoverable(table.without(hidden), table.sums, hidden, table.unsafe)


@pytest.mark.parametrize("case", SUPPRESS, ids=[case["id"] for case in SUPPRESS])
def test_the_reference_hides_no_fewer_cells(case: dict[str, Any]) -> None:
    table = Table(case["inputs"]["table"])
    hidden = suppress(
        table.cells, table.sums, table.unsafe, fixed=[table.grand], cost=lambda count: 1
    )
    assert len(hidden - table.unsafe.keys()) == case["expected"]["minimum_extra_cells"]
    assert not recoverable(table.without(hidden), table.sums, hidden, table.unsafe)


@settings(max_examples=40, deadline=None)
@given(small_tables())
def test_a_small_table_hides_as_little_as_any_safe_pattern(table: Table) -> None:
    rows, columns = table.grand
    every = tables(rows=rows, columns=columns, total=table.cells[table.grand])
    try:
        hidden = suppress(table.cells, table.sums, table.unsafe, fixed=[table.grand])
    except Unprotectable:
        assert least(table, every) is None
        return
    ranges = possible(table, every, set(hidden))
    assert all(ranges[key].protects(kept) for key, kept in table.unsafe.items())
    cost = sum(table.cells[key] + 0.001 for key in hidden - table.unsafe.keys())
    assert cost == pytest.approx(least(table, every))


@settings(max_examples=40, deadline=None)
@given(small_tables(), st.data())
def test_the_audit_finds_just_the_values_that_are_possible(
    table: Table, data: st.DataObject
) -> None:
    keys = [key for key in table.cells if key != table.grand]
    hidden = data.draw(st.sets(st.sampled_from(keys), min_size=1))
    rows, columns = table.grand
    every = tables(rows=rows, columns=columns, total=table.cells[table.grand])
    assert audit(table.without(hidden), table.sums, hidden) == possible(table, every, hidden)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.integers(0, 30), min_size=4, max_size=4), min_size=2, max_size=4))
def test_out_of_time_it_hides_more_but_never_too_little(rows: list[list[int]]) -> None:
    table = Table(rows)
    if table.grand in table.unsafe:
        return
    try:
        hidden = suppress(table.cells, table.sums, table.unsafe, fixed=[table.grand], effort=0)
    except Unprotectable:
        with pytest.raises(Unprotectable):
            suppress(table.cells, table.sums, table.unsafe, fixed=[table.grand])
        return
    assert not recoverable(table.without(hidden), table.sums, hidden, table.unsafe)


def test_nothing_is_hidden_where_nothing_is_unsafe() -> None:
    table = Table([[5, 0], [7, 30]])
    assert suppress(table.cells, table.sums, {}, fixed=[table.grand]) == frozenset()


def test_a_base_is_left_more_uncertain_than_a_count() -> None:
    cells = {"total": 109, "a": 6, "b": 3, "c": 100}
    sums = [Sum("total", ("a", "b", "c"))]
    assert suppress(cells, sums, {"b": COUNT}, fixed=["total"]) == {"a", "b"}
    assert suppress(cells, sums, {"b": BASE}, fixed=["total"]) == {"b", "c"}


def test_what_goes_together_is_hidden_together() -> None:
    cells = {"total": 23, "a": 3, "b": 20, "b1": 12, "b2": 8}
    sums = [Sum("total", ("a", "b")), Sum("b", ("b1", "b2"))]
    together = {"b": ["b", "b1", "b2"]}
    hidden = suppress(cells, sums, {"a": COUNT}, fixed=["total"], together=together)
    assert hidden == set(cells) - {"total"}


def test_what_goes_together_is_hidden_together_when_time_is_up() -> None:
    cells = {"total": 23, "a": 3, "b": 20, "b1": 12, "b2": 8}
    sums = [Sum("total", ("a", "b")), Sum("b", ("b1", "b2"))]
    together = {"b": ["b1", "b2"]}
    hidden = suppress(cells, sums, {"a": COUNT}, fixed=["total"], together=together, effort=0)
    assert hidden == set(cells) - {"total"}


def test_tables_without_a_sum_in_common_are_programs_of_their_own() -> None:
    cells = {"x": 28, "x1": 3, "x2": 25, "y": 50, "y1": 20, "y2": 30}
    sums = [Sum("x", ("x1", "x2")), Sum("y", ("y1", "y2"))]
    assert suppress(cells, sums, {"x1": COUNT}, fixed=["x"]) == {"x1", "x2"}


def test_a_hidden_cell_that_follows_from_fixed_ones_covers_for_nothing() -> None:
    """The sum of two tables is in no row, but both its parts are shown."""
    cells = {"total": 50, "half": 20, "rest": 30, "a": 3, "b": 20, "c": 7}
    sums = [Sum("total", ("half", "rest")), Sum("rest", ("a", "b", "c"))]
    hidden = suppress(cells, sums, {"a": COUNT}, fixed=["total", "half"], hidden=["rest"])
    assert hidden == {"rest", "a", "c"}


@pytest.mark.parametrize(
    ("cells", "fixed"),
    [
        ({"total": 3, "a": 3, "b": 0}, ["total", "a", "b"]),  # unsafe, and shown
        ({"total": 3, "a": 3, "b": 0}, ["total", "b"]),  # the difference of what is shown
        ({"total": 4, "a": 3, "b": 1}, ["total"]),  # no more than four
    ],
)
@pytest.mark.parametrize("effort", [0, EFFORT])
def test_what_cannot_be_protected_is_said(
    cells: dict[str, int], fixed: list[str], effort: int
) -> None:
    unsafe = {key: COUNT for key, count in cells.items() if not showable(count) and key != "total"}
    with pytest.raises(Unprotectable):
        suppress(cells, [Sum("total", ("a", "b"))], unsafe, fixed=fixed, effort=effort)


def test_values_that_are_no_whole_numbers_protect_nothing() -> None:
    """From 0.5 to 5.5 it is 5 wide, but of whole numbers only 1 to 5 are in it."""
    cells = {"a": 3, "b": 17, "c": 17, "d": 5, "e": 5, "h": 8}
    cells |= {"ab": 20, "ac": 20, "bcd": 39, "ah": 11}
    sums = [
        Sum("ab", ("a", "b")),
        Sum("ac", ("a", "c")),
        Sum("bcd", ("b", "c", "d")),
        Sum("h", ("a", "e")),
        Sum("ah", ("a", "h")),
    ]
    inner = ["b", "c", "d", "e", "h"]
    shown = {key: cells[key] for key in cells if key not in ("a", *inner)}
    assert audit(shown, sums, ["a", *inner])["a"] == (1, 5)
    hidden = suppress(cells, sums, {"a": COUNT}, hidden=inner)
    assert hidden == {"a", *inner, "ah"}


@pytest.mark.parametrize("state", [State.FAILED, State.SOLVED])
def test_a_solver_that_fails_or_errs_never_makes_a_cell_safe(
    monkeypatch: pytest.MonkeyPatch, state: State
) -> None:
    def errs(aim: Floats, *_: object) -> Solution:
        return Solution(state, np.full(len(aim), 5.0), np.zeros(0))

    monkeypatch.setattr(suppression, "minimise_whole", errs)
    table = Table([[3, 20, 30], [40, 50, 60], [25, 35, 45]])
    with pytest.raises(Unprotectable):
        suppress(table.cells, table.sums, table.unsafe, fixed=[table.grand], effort=0)


def test_without_multipliers_it_hides_more(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> Solution:
        return Solution(State.FAILED, np.zeros(0), np.zeros(0))

    monkeypatch.setattr(suppression, "minimise", fails)
    table = Table([[3, 2, 30], [40, 50, 60], [2, 35, 45]])
    hidden = suppress(table.cells, table.sums, table.unsafe, fixed=[table.grand], effort=0)
    assert not recoverable(table.without(hidden), table.sums, hidden, table.unsafe)


def test_a_program_that_takes_too_long_is_completed_by_hiding_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    late = SimpleNamespace(status=State.TIMEOUT, x=None, mip_node_count=EFFORT)
    monkeypatch.setattr(suppression, "milp", lambda *_, **__: late)
    table = Table([[3, 2, 30], [40, 50, 60], [2, 35, 45]])
    hidden = suppress(table.cells, table.sums, table.unsafe, fixed=[table.grand])
    assert not recoverable(table.without(hidden), table.sums, hidden, table.unsafe)


@pytest.mark.parametrize("effort", [1, 2])
def test_no_more_programs_are_solved_than_the_effort_allows(
    monkeypatch: pytest.MonkeyPatch, effort: int
) -> None:
    """Nodes are counted, not seconds: a busy machine hides the same cells."""
    solved = []

    def count(*given: Any, **options: Any) -> Any:
        solved.append(options["options"]["node_limit"])
        return milp(*given, **options)

    monkeypatch.setattr(suppression, "milp", count)
    draw = np.random.default_rng(5)
    table = Table(draw.integers(1, 40, (9, 9)).tolist())
    suppress(table.cells, table.sums, table.unsafe, fixed=[table.grand])
    assert len(solved) > 2
    solved.clear()
    suppress(table.cells, table.sums, table.unsafe, fixed=[table.grand], effort=effort)
    assert solved == list(range(effort, 0, -1))


def test_the_same_table_gives_the_same_pattern() -> None:
    table = Table([[3, 20, 20, 2], [40, 20, 20, 9], [25, 20, 20, 4]])
    once, again = (
        suppress(table.cells, table.sums, table.unsafe, fixed=[table.grand]) for _ in range(2)
    )
    assert once == again
