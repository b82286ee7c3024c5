"""Several comparisons at once: p-values adjusted for how many there are, by key."""

from collections.abc import Hashable, Mapping
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)


def holm(values: Mapping[Key, float], *, others: int = 0) -> dict[Key, float]:
    """Return adjusted p-values: reject where one is within the level, for comparisons declared.

    S. Holm (1979), Scand J Stat 6:65-70: the probability to reject any that is true stays within
    the level, whatever depends on what. ``others`` is how many more there are, with values of 1.
    Raise ValueError where a value is no probability.
    """
    adjusted: dict[Key, float] = {}
    largest = 0.0
    for rank, (key, value) in enumerate(_ordered(values)):
        largest = max(largest, value * (others + len(values) - rank))
        adjusted[key] = min(1.0, largest)
    return {key: adjusted[key] for key in values}


def benjamini_hochberg(values: Mapping[Key, float]) -> dict[Key, float]:
    """Return adjusted p-values for comparisons that are scanned: what is found, not declared.

    Benjamini and Hochberg (1995), JRSS-B 57:289-300: of those within the level no larger part
    than the level is expected to be false. Raise ValueError where a value is no probability.
    """
    adjusted: dict[Key, float] = {}
    smallest = 1.0
    for left_out, (key, value) in enumerate(reversed(_ordered(values))):
        smallest = min(smallest, value * (len(values) / (len(values) - left_out)))
        adjusted[key] = smallest
    return {key: adjusted[key] for key in values}


def _ordered(values: Mapping[Key, float]) -> list[tuple[Key, float]]:
    for key, value in values.items():
        if not 0 <= value <= 1:
            raise ValueError(f"{key!r}: {value} is no probability")
    return sorted(values.items(), key=lambda each: each[1])
