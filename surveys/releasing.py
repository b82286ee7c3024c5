"""Releasing: how the results of a wave are made, see ``surveys.release``.

A release is made once, when a wave is closed and its sheets of paper are typed in. Later answers,
sheets and deletions change nothing of it, so that nobody's answer is the difference of a result
before and after. Disclosure control goes over all tables of the wave together.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from surveys.bursts import find
from surveys.definition import ANSWERED, Instrument, Item
from surveys.disclosure import (
    SMALLEST_COUNT,
    Columns,
    Paired,
    Row,
    control,
    control_pair,
    showable,
    sufficient,
)
from surveys.filters import Filters
from surveys.links import Target
from surveys.release import ALL, Release, ReleaseError, Result, Sheet, SurveyResult, Without
from surveys.statistics import Weighted
from surveys.storage import Counted, Counts, Storage
from surveys.versions import asks_the_same
from surveys.weighting import Population, Unweighted, weighted

UNKNOWN = ""  # the language of sheets by whose links it is not known what came
Tables = Mapping[str, Mapping[str, Counter[int]]]  # by dimension, then by group


@dataclass(frozen=True, kw_only=True)
class Wave:
    """What a release needs to know of a wave and its campaign.

    ``surveys`` are the campaign's in their newest version, ``audiences`` tells for whom each topic
    is made, ``population`` who lives there.
    """

    campaign: str
    id: str
    opens: date
    closes: date
    surveys: Mapping[str, Instrument]
    audiences: Mapping[str, str]
    population: Population | None = None


def steps(surveys: Mapping[str, Instrument]) -> int:
    """Return how many steps it takes to make a release: one for each item that is counted."""
    return sum(len(_told(asked)) for asked in surveys.values())


def make(
    storage: Storage, wave: Wave, today: date, step: Callable[[int], None] = lambda _: None
) -> Release:
    """Return the results of a wave; raise ReleaseError while it is open.

    Disclosure control takes its time: ``step`` is told of each item that is done, see ``steps``.
    """
    if today <= wave.closes:
        raise ReleaseError(
            f"The wave {wave.id} is open until {wave.closes}; results are released when it is "
            "closed and every sheet of paper is typed in.",
            kind="open",
        )
    found = storage.counted(wave.campaign, wave.id)
    bursts = find({cell: n for cell, n in found.arrivals.items() if cell.band >= 0})
    inside = storage.counts_in(wave.campaign, wave.id, bursts.flagged)
    came, surveys, hidden = _came(storage, found), {}, False
    for name, asked in wave.surveys.items():
        answered = _Answered(found, inside, storage.versions(name), wave, step)
        responses = sum(n for kind, n in came.items() if kind[0] == name)
        surveys[name] = answered.to(asked, responses)
        hidden |= answered.bursts_hidden
    return Release(
        campaign=wave.campaign,
        wave=wave.id,
        opens=wave.opens,
        closes=wave.closes,
        released=today,
        responses=came.total(),
        surveys=surveys,
        sheets=tuple(_sheets(came)),
        audiences=wave.audiences,
        bursts=tuple(sorted({cell.place for cell in bursts.flagged})),
        bursts_hidden=hidden,
        bursts_unsaid=bool(bursts.unsaid),
    )


def _came(storage: Storage, found: Counted) -> Counter[tuple[str, ...]]:
    """Return how many responses each kind of sheet brought, as ``_kind`` names it."""
    sums: Counter[tuple[str, ...]] = Counter()
    for cell, n in found.arrivals.items():
        target = storage.target(cell.link)
        assert target
        sums[_kind(target)] += n
    sums.update({(*kind, UNKNOWN): n for kind, n in found.unlinked.items()})
    return sums


def _sheets(came: Mapping[tuple[str, ...], int]) -> Iterable[Sheet]:
    """Yield how many responses each kind of sheet brought.

    Few are hidden: how many answered, less how many gave an answer, is how many did not.
    """
    names = ("survey", "topic", "format", "place", "language")
    for kind, n in sorted(came.items()):
        shown = n if sufficient(n) else None
        yield Sheet(**dict(zip(names, kind, strict=True)), responses=shown)


def _kind(target: Target) -> tuple[str, ...]:
    return target.survey, target.topic, target.format, target.place, target.language


class _Answered:
    """What was answered in a wave, before disclosure control."""

    def __init__(
        self,
        found: Counted,
        inside: Mapping[tuple[str, str], Counts],
        versions: Iterable[Instrument],
        wave: Wave,
        step: Callable[[int], None],
    ) -> None:
        self._found, self._inside, self._wave, self._step = found, inside, wave, step
        self._versions = list(versions)
        self.bursts_hidden = False

    def to(self, asked: Instrument, responses: int) -> SurveyResult:
        """Return what may be shown of the answers to a survey."""
        told = _told(asked)
        items: dict[str, Result] = {}
        for item in told:
            if not item.question.form.several:
                items[item.id] = self._result(asked, item)
        options = {item.id: self._options(item) for item in told if item.question.form.several}
        shown = Filters(items, options)
        items = {item.id: shown.result(item, items[item.id]) for item in told if item.id in items}
        options = {
            item.id: {} if shown.hide(item, ALL, ALL) else options[item.id]
            for item in told
            if item.id in options
        }
        return SurveyResult(
            version=asked.version,
            responses=responses,
            items=items,
            options=options,
            pairs={
                f"{one}&{other}": control_pair(
                    self._pair(asked, one, other),
                    items[one].tables[ALL][ALL],
                    items[other].tables[ALL][ALL],
                )
                for one, other in asked.twins
            },
        )

    def _same(self, item: Item) -> list[str]:
        """Return the versions of the survey that ask an item as it is asked now."""
        return [each.version for each in self._versions if asks_the_same(item, each)]

    def _result(self, asked: Instrument, item: Item) -> Result:
        raw = self._tables(item)
        columns = Columns(
            scale=tuple(option.code for option in item.scale.choices),
            adverse=frozenset(item.scale.adverse),
            beside=tuple(option.code for option in item.question.extra),
        )
        tables = control(raw, columns, unions=self._unions(raw))
        self._step(1)
        weights = self._wave.population
        return Result(
            tables=tables,
            left_out=_told_of(self._left_out(item)),
            weighted=self._weighted(asked, item, weights, tables[ALL][ALL]) if weights else None,
            without_bursts=self._without(item, tables),
        )

    def _tables(self, item: Item) -> dict[str, dict[str, Counter[int]]]:
        """Return the counts of an item by the groups of each dimension, and in all.

        Where everybody is of one group, that is no table.
        """
        tables: dict[str, dict[str, Counter[int]]] = {"place": {}}
        for version in self._same(item):
            for dimension, groups in self._found.tables.get((version, item.id), {}).items():
                table = tables.setdefault(dimension, {})
                for group, counts in groups.items():
                    table.setdefault(group, Counter()).update(counts)
        whole = _sum(tables["place"].values())
        several = {name: rows for name, rows in tables.items() if len(rows) > 1}
        return {**several, ALL: {ALL: whole}}

    def _unions(self, raw: Tables) -> dict[str, dict[str, str]]:
        """Return which topics are read by whom, where there is more than one audience."""
        members = {topic: self._audience(topic) for topic in raw.get("topic", ())}
        return {"audience": members} if len(set(members.values())) > 1 else {}

    def _audience(self, topic: str) -> str:
        """Return for whom a topic was made; one that the campaign no longer has is its own."""
        return self._wave.audiences.get(topic, topic)

    def _left_out(self, item: Item) -> int:
        same = self._same(item)
        others = (
            groups["place"].values()
            for (version, name), groups in self._found.tables.items()
            if name == item.id and version not in same
        )
        codes = item.on_scale
        return sum(n for rows in others for row in rows for code, n in row.items() if code in codes)

    def _options(self, item: Item) -> dict[int, Row]:
        """Return for each code who chose it of those who answered, each as a table of its own."""
        self._step(1)
        counts = self._tables(item)[ALL][ALL]
        answered = counts[ANSWERED]
        columns = Columns(scale=(0, 1), adverse=frozenset({1}))
        chosen = {option.code: counts[option.code] for option in item.scale.choices}
        rows = {
            code: control({ALL: {ALL: {1: n, 0: answered - n}}}, columns)[ALL][ALL]
            for code, n in chosen.items()
        }
        return _beyond_the_least(rows, answered)

    def _crossed(self, asked: Instrument, crossing: str, items: Iterable[str]) -> Counter[int]:
        """Return how often each code of a crossing came, where its items were asked the same."""
        versions = [set(self._same(asked.items[item])) for item in items]
        found: Counter[int] = Counter()
        for (version, _), crossings in self._found.crossings.items():
            if all(version in same for same in versions):
                for (name, code), n in crossings.items():
                    if name == crossing:
                        found[code] += n
        return found

    def _pair(self, asked: Instrument, one: str, other: str) -> Paired:
        counts = self._crossed(asked, f"{one}&{other}", [one, other])
        return Paired(both=counts[3], first=counts[2], second=counts[1], neither=counts[0])

    def _weighted(
        self, asked: Instrument, item: Item, population: Population, row: Row
    ) -> Weighted | Unweighted | None:
        """Return the weighted share of a row that may be shown."""
        if not item.scale.adverse or row.adverse is None or row.n is None:
            return None
        strata = {}
        for codes in population.strata(asked):
            name = f"{item.id}@{'.'.join(map(str, codes))}"
            counts = self._crossed(asked, name, [item.id, *asked.weight_by])
            strata[codes] = (counts[1], counts.total())
        return weighted(strata, population, adverse=row.adverse, n=row.n)

    def _without(self, item: Item, tables: Mapping[str, Mapping[str, Row]]) -> dict[str, Without]:
        """Return the places without their bursts, and all of them; none if any must be hidden.

        Both parts can be worked out from the two shares, so each must be fit to be shown. One place
        without would be the difference of the others, so there are all or none.
        """
        inside: dict[str, Counter[int]] = {}
        for version in self._same(item):
            for place, counts in self._inside.get((version, item.id), {}).items():
                inside.setdefault(place, Counter()).update(counts)
        parts = {place: _part(item, counts) for place, counts in inside.items()}
        parts = {place: part for place, part in parts.items() if part[1]}
        if not parts or not item.scale.adverse:
            return {}
        places = tables.get("place", {})
        rows = {place: places.get(place, tables[ALL][ALL]) for place in parts}
        rows[ALL] = tables[ALL][ALL]
        parts[ALL] = tuple(map(sum, zip(*parts.values(), strict=True)))  # type: ignore[assignment]
        found = {name: _rest(rows[name], *part) for name, part in parts.items()}
        if any(
            _leaves_few(row, *parts[ALL]) for table in tables.values() for row in table.values()
        ):
            found[ALL] = None  # a burst came by one sheet, and so is of one topic and one language
        known = {name: rest for name, rest in found.items() if rest}
        if len(known) < len(found):
            self.bursts_hidden = True
            return {}
        return known


def _told(asked: Instrument) -> list[Item]:
    """Return the items of a survey that are counted: all but texts."""
    return [item for item in asked.items.values() if item.question.kind != "text"]


def _beyond_the_least(rows: Mapping[int, Row], answered: int) -> dict[int, Row]:
    """Return the rows of options without one that the others would tell.

    Whoever answered has chosen one at least, so that the options which are hidden have together
    all whom the others leave. Where that is more than a few, one option more is hidden.
    """
    shown = {code: row.adverse for code, row in rows.items() if row.adverse is not None}
    least = answered - sum(shown.values())
    if len(shown) == len(rows) or not shown or least < SMALLEST_COUNT - 1:
        return dict(rows)
    smallest = min(shown, key=lambda code: shown[code])
    return {**rows, smallest: rows[smallest].hidden}


def _told_of(n: int) -> int | None:
    """Return how many there were; None for a few."""
    return n if not n or sufficient(n) else None


def _sum(rows: Iterable[Counter[int]]) -> Counter[int]:
    total: Counter[int] = Counter()
    for row in rows:
        total.update(row)
    return total


def _part(item: Item, counts: Counter[int]) -> tuple[int, int]:
    """Return how many gave an adverse answer, and how many one on the scale."""
    return (
        sum(counts[code] for code in item.scale.adverse),
        sum(counts[code] for code in item.on_scale),
    )


def _rest(row: Row, adverse: int, n: int) -> Without | None:
    """Return a row without a part of it, where both may be shown."""
    if row.n is None or row.adverse is None or not _fit(adverse, n):
        return None
    rest = Without(left_out=n, n=row.n - n, adverse=row.adverse - adverse)
    return rest if _fit(rest.adverse, rest.n) and rest.n else None


def _leaves_few(row: Row, adverse: int, n: int) -> bool:
    """Return whether a row would be of a few without answers that may all be in it."""
    if row.n is None or row.adverse is None or row.n < n or row.adverse < adverse:
        return False
    return not (row.n == n or _fit(row.adverse - adverse, row.n - n))


def _fit(adverse: int, n: int) -> bool:
    """Return whether a group may be shown by itself."""
    return sufficient(n) and showable(adverse) and showable(n - adverse)
