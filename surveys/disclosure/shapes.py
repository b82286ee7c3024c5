"""What goes into disclosure control and what comes out of it. Imports no solver."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Sum(Generic[Key]):
    """A cell that is the sum of others."""

    total: Key
    parts: tuple[Key, ...]


@dataclass(frozen=True, kw_only=True)
class Columns:
    """What the answers to one item are counted as.

    ``scale`` are the codes on the scale, in order, ``adverse`` those of them that a comparison
    counts, ``beside`` the codes of answers of substance beside the scale. All others are unsaid.
    """

    scale: tuple[int, ...]
    adverse: frozenset[int] = frozenset()
    beside: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Row:
    """What may be shown of one group's answers to one item, None for what is hidden.

    ``n`` answered on the scale, ``adverse`` of them with an adverse code. Nothing tells whether a
    count is hidden because it is small or because it would give another away. Where ``adverse``
    or ``n`` is hidden so is what is made of them: share, interval, p-value, length of a bar.
    """

    n: int | None = None
    adverse: int | None = None
    counts: Mapping[int, int | None] = field(default_factory=dict)
    beside: Mapping[int, int | None] = field(default_factory=dict)
    unsaid: int | None = None

    @property
    def hidden(self) -> "Row":
        """Return a row of the same group that shows nothing."""
        return Row(counts=dict.fromkeys(self.counts), beside=dict.fromkeys(self.beside))
