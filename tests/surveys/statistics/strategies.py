"""Counts of every kind: none, few, tied, separated, millions."""

from math import isfinite
from typing import TypeVar

from hypothesis import strategies as st

from surveys.statistics import Unsaid

Result = TypeVar("Result")

COUNTS = st.one_of(st.just(0), st.integers(0, 5), st.integers(0, 300), st.integers(0, 10**7))
FEW = st.integers(0, 3)


def groups(
    counts: st.SearchStrategy[int] = COUNTS, number: int = 2
) -> st.SearchStrategy[list[list[int]]]:
    """Return groups by counts of the same scale, of two to six codes."""
    return st.integers(2, 6).flatmap(
        lambda size: st.lists(
            st.lists(counts, min_size=size, max_size=size), min_size=number, max_size=number
        )
    )


def tables(counts: st.SearchStrategy[int] = COUNTS) -> st.SearchStrategy[list[list[int]]]:
    """Return one to five groups by counts of the same scale."""
    return st.integers(1, 5).flatmap(lambda number: groups(counts, number))


def raw(counts: list[int]) -> list[int]:
    """Return the answers one by one."""
    return [code for code, count in enumerate(counts) for _ in range(count)]


def said(result: Result | Unsaid) -> Result:
    assert not isinstance(result, Unsaid), result
    return result


def sound(*figures: float) -> bool:
    return all(map(isfinite, figures))
