"""Comparisons: how the answers to one item differ between groups, disclosure control included."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

from surveys import disclosure
from surveys.definition import Instrument, Item
from surveys.disclosure import Level, Tally
from surveys.sensitivity import Without, sensitivity, tally, without
from surveys.statistics import Interval, wilson
from surveys.storage import Dimension, Storage
from translations.errors import UserError
from translations.markup import N_

CAVEAT = N_(
    "Freiwillige, selbst ausgewählte Antworten. Die Spannen zeigen nur Zufallsschwankung, nicht "
    "Verzerrung durch Selbstauswahl; keine Aussage über alle Bewohner*innen."
)


class ComparisonError(UserError):
    """A comparison that cannot be made."""


@dataclass(frozen=True, kw_only=True)
class Heading:
    """A group by its id and name. ``open`` says that answers still come in: a provisional row."""

    id: str
    name: str
    open: bool = False


@dataclass(frozen=True, kw_only=True)
class Group:
    """A row of a comparison: what may be shown of a group's answers, None for what may not.

    ``n`` answered on the scale, ``adverse`` of them with an adverse code; ``share`` is their
    part of ``n``, ``interval`` its Wilson interval at 95 %, both in 0 to 1. ``counts`` tells how
    often each code of the scale was given. ``apart`` counts the answers beside the scale,
    skipped ones included. ``without_bursts`` is the share without answers that came in bursts,
    where there are any and both parts may be shown.
    """

    id: str
    name: str
    open: bool
    level: Level
    n: int | None = None
    adverse: int | None = None
    share: float | None = None
    interval: Interval | None = None
    counts: Mapping[int, int] | None = None
    apart: int | None = None
    without_bursts: Without | None = None


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The answers to one item by the groups of a dimension.

    ``bursts_hidden`` says that answers came in bursts and the share without them may not be shown,
    ``bursts_unsaid`` that there are too few days to say whether some did.
    """

    campaign: str
    survey: str
    item: Item
    by: Dimension
    wave: str | None
    groups: tuple[Group, ...]
    bursts_hidden: bool = False
    bursts_unsaid: bool = False

    @property
    def provisional(self) -> bool:
        """Return whether answers still come in for one of the groups."""
        return any(group.open for group in self.groups)

    def to_json(self) -> dict[str, Any]:
        """Return the document of ``philos results --json``."""
        return {
            "campaign": self.campaign,
            "survey": self.survey,
            "question": self.item.id,
            "text": self.item.question.text,
            "row": self.item.row.text if self.item.row else None,
            "counted": self.item.scale.adverse_label,
            "by": self.by,
            "wave": self.wave,
            "provisional": self.provisional,
            "groups": [
                asdict(group) | {"level": group.level.name.lower()} for group in self.groups
            ],
            "bursts_hidden": self.bursts_hidden,
            "bursts_unsaid": self.bursts_unsaid,
            "caveat": CAVEAT,
        }


def questions(instrument: Instrument) -> list[Item]:
    """Return the items whose answers can be compared: those with adverse answers."""
    return [item for item in instrument.items.values() if item.scale.adverse]


def core(instrument: Instrument) -> Item:
    """Return the item with which a comparison begins."""
    items = questions(instrument)
    return next((item for item in items if item.question.core), items[0])


def load(
    storage: Storage,
    *,
    campaign: str,
    instrument: Instrument,
    question: str,
    by: Dimension,
    headings: Sequence[Heading],
    wave: str | None = None,
) -> Comparison:
    """Return the comparison of one item by place, within a wave, or by wave.

    Answers to earlier versions of the survey count where the item asked the same.
    Raise ComparisonError for an item that cannot be compared.
    """
    items = {item.id: item for item in questions(instrument)}
    if question not in items:
        raise ComparisonError(
            f"{question!r} cannot be compared; choose a question from {', '.join(items)}."
        )
    item = items[question]
    same = [
        version.version
        for version in storage.versions(instrument.id)
        if _asks_the_same(item, version)
    ]
    only = {"wave": wave} if wave else {}
    found = storage.counts(campaign, same, question, by, **only)
    # a group that the campaign no longer has is still a part of the sum
    gone = sorted(found.keys() - {heading.id for heading in headings})
    rows = [*headings, *(Heading(id=name, name=name) for name in gone)]
    waves = [wave] if wave else sorted(storage.counts(campaign, same, question, "wave"))
    bursts = sensitivity(storage, campaign=campaign, versions=same, item=item, by=by, waves=waves)
    groups = compare(item, rows, found, sum_known=by != "wave", left_out=bursts.left_out)
    return Comparison(
        campaign=campaign,
        survey=instrument.id,
        item=item,
        by=by,
        wave=wave,
        groups=tuple(groups),
        bursts_hidden=bursts.hidden,
        bursts_unsaid=bursts.unsaid,
    )


def _asks_the_same(item: Item, version: Instrument) -> bool:
    """Return whether a version of the survey asks an item as it is asked now.

    Either in every word, or with the same codes in a wording that the question declares to mean
    the same.
    """
    other = version.items.get(item.id)
    if other is None or other.question.kind != item.question.kind:
        return False
    if version.version in item.question.comparable_with:
        codes = [option.code for option in item.scale.choices]
        known = [option.code for option in other.scale.choices]
        return (codes, item.scale.adverse) == (known, other.scale.adverse)
    return _wording(item) == _wording(other)


def _wording(item: Item) -> tuple[object, ...]:
    question = item.question
    return question.text, question.hint, question.show_if, item.row, item.scale, item.aside


def compare(
    item: Item,
    headings: Sequence[Heading],
    counts: Mapping[str, Counter[int]],
    *,
    sum_known: bool,
    left_out: Mapping[str, Counter[int]] = MappingProxyType({}),
) -> list[Group]:
    """Return a row for each heading, with no more than may be shown of its counts.

    ``left_out`` are those of the answers that came in bursts, as ``sensitivity`` lets them out.
    """
    raw = [counts.get(heading.id, Counter()) for heading in headings]
    tallies = [tally(item, row) for row in raw]
    bursts = [tally(item, left_out.get(heading.id, Counter())) for heading in headings]
    levels = disclosure.levels(tallies, sum_known=sum_known)
    aside = [row.total() - tally.n for row, tally in zip(raw, tallies, strict=True)]
    apart = disclosure.shown(aside, sum_known=sum_known)
    return [_group(*row) for row in zip(headings, tallies, levels, apart, bursts, strict=True)]


def _group(heading: Heading, row: Tally, level: Level, apart: int | None, burst: Tally) -> Group:
    known = asdict(heading) | {"level": level, "apart": apart}
    if level == Level.HIDDEN:
        return Group(**known)
    return Group(
        **known,
        n=row.n,
        adverse=row.x,
        share=row.x / row.n if row.n else None,
        interval=wilson(row.x, row.n) if row.n else None,
        counts=row.counts if level == Level.FULL else None,
        without_bursts=without(row, burst),
    )
