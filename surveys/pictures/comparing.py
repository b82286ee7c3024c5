"""From comparisons to pictures: each shows what a comparison says, and nothing that it hides."""

from collections.abc import Iterable, Mapping, Sequence

from surveys.comparison import Comparison, Group
from surveys.definition import Item
from surveys.pictures.bars import Answered, Bars, bars
from surveys.pictures.multiples import Moment, Multiples, Series, multiples
from surveys.pictures.whiskers import Contrast, Whiskers, whiskers


def of_groups(item: Item, groups: Iterable[tuple[str, Group]]) -> Bars:
    """Return the bars of groups, each with its name, that answered an item or one of its rows."""
    return bars(
        [_answered(name, group) for name, group in groups],
        scale=[option.code for option in item.scale.choices],
        adverse=frozenset(item.scale.adverse),
        beside=[option.code for option in item.question.extra],
    )


def of_differences(comparison: Comparison, names: Sequence[str]) -> Whiskers:
    """Return the differences of a comparison, each with its name."""
    return whiskers(
        [
            Contrast(
                name=name,
                estimate=each.estimate,
                low=each.interval.low if each.interval else None,
                high=each.interval.high if each.interval else None,
                clear=each.verdict in {"more", "fewer"},
            )
            for name, each in zip(names, comparison.differences, strict=True)
        ]
    )


def of_waves(series: Iterable[tuple[str, Comparison]], waves: Mapping[str, str]) -> Multiples:
    """Return comparisons over ``waves``, names by ids, each as a panel with its name."""
    return multiples(
        [
            Series(name=name, moments=tuple(_moments(comparison, waves)))
            for name, comparison in series
        ],
        list(waves.values()),
    )


def _answered(name: str, group: Group) -> Answered:
    row = group.row
    return Answered(
        name=name,
        n=row.n,
        adverse=row.adverse,
        low=group.interval.low if group.interval else None,
        high=group.interval.high if group.interval else None,
        counts=row.counts,
        beside=row.beside,
        unsaid=row.unsaid,
    )


def _moments(comparison: Comparison, waves: Iterable[str]) -> Iterable[Moment]:
    known = {group.wave: group for group in comparison.groups}
    for wave in waves:
        group = known.get(wave)
        if group is None or group.share is None or group.interval is None:
            yield Moment()
        else:
            low, high = group.interval
            yield Moment(share=group.share, low=low, high=high, n=group.row.n)
