"""Single answers as a table: a line a respondent, without what could tell who or when she was.

The order and the numbers of the lines are drawn anew for each export, the day is left out, and so
is the language where only few of a wave speak it. It is still the most sensitive output there is.
"""

import secrets
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

from surveys.conditions import Answer, codes_of
from surveys.definition import NOT_ASKED, Instrument, Item
from surveys.disclosure import SMALLEST_BASES, SMALLEST_COUNT
from surveys.export.codebook import NO_ANSWER, OWN
from surveys.export.spools import Spool
from surveys.export.tables import Cell, Table
from surveys.storage import Individual
from surveys.versions import asks_the_same
from surveys.wording import asked, worded
from surveys.xlsform.names import to_name
from translations.catalogs import Texts
from translations.markup import N_

Measure = Literal["nominal", "ordinal", "scale"]
Names = Mapping[str, Mapping[str, str]]  # of groups, by dimension and id

# What an export knows of a respondent beside her answers; each is a column
ABOUT = ("version", "wave", "place", "language", "topic", "format", "mode", "daylight")
SURROUNDINGS = ABOUT[1:]  # what somebody who knows her could know of them
OTHER = "other"  # one of the languages that few speak
CHOSEN = {0: N_("nicht gewählt"), 1: N_("gewählt")}
# Names that SPSS keeps for itself
_RESERVED = frozenset(
    ["all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"]
)


@dataclass(frozen=True, kw_only=True)
class Variable:
    """A column: an item as some versions of the survey ask it, or one option of several.

    ``values`` words each code, ``missing`` are those that are no answer.
    """

    name: str
    item: Item
    option: int | None = None
    versions: frozenset[str] = frozenset()

    @property
    def measure(self) -> Measure:
        """Return how the codes may be read: as names, in their order, or as numbers."""
        scale = self.item.scale
        if self.option is not None:
            return "nominal"
        if scale.points:
            return "scale"
        return "ordinal" if scale.bands or scale.adverse else "nominal"

    @property
    def missing(self) -> tuple[int, ...]:
        """Return the codes that are no answer."""
        return (*(option.code for option in self.item.missing), *OWN.values())

    @property
    def scale(self) -> tuple[int, ...]:
        """Return the codes of the scale, in its order."""
        if self.option is not None:
            return tuple(CHOSEN)
        return tuple(option.code for option in self.item.scale.choices)

    def label(self, texts: Texts) -> str:
        """Return what was asked."""
        text = asked(self.item, texts)
        if self.option is None:
            return text
        return f"{text} – {worded(self.item.offered[self.option], self.item.scale, texts)}"

    def values(self, texts: Texts) -> dict[int, str]:
        """Return every code in words."""
        item = self.item
        own = {code: texts.find(text).text for code, text in NO_ANSWER.items()}
        if self.option is not None:
            chosen = {code: texts.find(text).text for code, text in CHOSEN.items()}
            return chosen | _worded(item, item.alone, texts) | own
        return _worded(item, item.offered, texts) | own

    def code(self, answer: Answer) -> int:
        """Return the code of an answer."""
        codes = codes_of(answer)
        if self.option is None or not self.item.alone.union(OWN).isdisjoint(codes):
            (code,) = codes
            return OWN.get(code, code)
        return int(self.option in codes)


def _worded(item: Item, codes: Iterable[int], texts: Texts) -> dict[int, str]:
    return {code: worded(item.offered[code], item.scale, texts) for code in codes}


def variables(versions: Sequence[Instrument]) -> list[Variable]:
    """Return the columns for the versions of a survey, the newest first.

    An item that an earlier version asks in other words has a column of its own, with the begin of
    that version behind its name: what was asked differently is not put together. Texts have none.
    """
    found: dict[str, Variable] = {}
    for version in versions:
        for item in version.items.values():
            if item.question.kind == "text":
                continue
            options: list[int | None] = [None]
            if item.question.form.several:
                options = [option.code for option in item.scale.choices]
            for option in options:
                _add(found, item, option, version)
    return list(found.values())


def _add(found: dict[str, Variable], item: Item, option: int | None, version: Instrument) -> None:
    """Let a version have part in the column of an item, or begin one."""
    for name, known in found.items():
        same = (known.item.id, known.option) == (item.id, option)
        if same and asks_the_same(known.item, version):
            found[name] = replace(known, versions=known.versions | {version.version})
            return
    plain = to_name(item.id) + ("" if option is None else f"__{option}")
    taken = {"id", *ABOUT, *_RESERVED, *found}
    name = plain if plain not in found else f"{plain}_{version.version[:4]}"
    while name in taken:
        name += "_x"
    found[name] = Variable(
        name=name, item=item, option=option, versions=frozenset({version.version})
    )


@dataclass(frozen=True, kw_only=True)
class Risk:
    """How many of ``people`` share all that is known of them with fewer than five, or nobody."""

    people: int
    few: int
    alone: int


@dataclass(frozen=True, kw_only=True)
class Microdata:
    """The single answers to a survey, to be read several times.

    ``rare`` are the waves and languages that are not told.
    """

    campaign: str
    survey: str
    versions: Sequence[Instrument]
    variables: Sequence[Variable]
    spool: Spool
    rare: frozenset[tuple[str, str]] = field(default_factory=frozenset)

    @cached_property
    def risk(self) -> Risk:
        """Return how well people are hidden among each other.

        What might be known of them: their surroundings, and what answers are weighted by, such as
        age and gender.
        """
        names = [*SURROUNDINGS, *(to_name(item) for item in self.versions[0].weight_by)]
        places = [self.columns.index(name) for name in names if name in self.columns]
        groups = Counter(tuple(row[place] for place in places) for row in self.rows())
        few = sum(n for n in groups.values() if n < SMALLEST_COUNT)
        alone = sum(n for n in groups.values() if n == 1)
        return Risk(people=groups.total(), few=few, alone=alone)

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names of all columns."""
        return ("id", *ABOUT, *(variable.name for variable in self.variables))

    def rows(self) -> Iterator[list[Any]]:
        """Yield the lines in codes; who broke off has None for what she was never shown."""
        wave, language = (1 + ABOUT.index(name) for name in ("wave", "language"))
        for row in self.spool:
            if (row[wave], row[language]) in self.rare:
                row[language] = OTHER
            yield row

    def table(self, texts: Texts | None = None, names: Names | None = None) -> Table:
        """Return the lines in codes, or with ``texts`` in words, and groups by their ``names``."""
        rows: Iterable[Sequence[Cell]] = _Again(self)
        if texts:
            rows = _Again(self, [each.values(texts) for each in self.variables], names or {})
        return Table(name="microdata", columns=self.columns, rows=rows)


class _Again:
    """Rows that can be read again and again; in words where there are some."""

    def __init__(
        self,
        data: Microdata,
        values: Sequence[Mapping[int, str]] | None = None,
        names: Names | None = None,
    ) -> None:
        self._data, self._values = data, values
        self._names = [(names or {}).get(name, {}) for name in ABOUT]

    def __iter__(self) -> Iterator[Sequence[Cell]]:
        begin = 1 + len(ABOUT)
        for row in self._data.rows():
            if self._values is None:
                yield row
                continue
            about = zip(self._names, row[1:begin], strict=True)
            answers = zip(self._values, row[begin:], strict=True)
            yield [
                row[0],
                *(names.get(known, known) for names, known in about),
                *(values.get(code) for values, code in answers),
            ]


def gather(
    campaign: str, versions: Sequence[Instrument], individuals: Iterable[Individual]
) -> Microdata:
    """Return single answers; ``versions`` of one survey, the newest first."""
    columns = variables(versions)
    known = {version.version: version for version in versions}
    languages: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def rows() -> Iterator[list[Any]]:
        for each in individuals:
            languages[each.wave][each.language] += 1
            about = [getattr(each, name) for name in ABOUT]
            yield [secrets.token_hex(8), *about, *_codes(columns, known[each.version], each)]

    spool = Spool(rows())
    return Microdata(
        campaign=campaign,
        survey=versions[0].id,
        versions=versions,
        variables=columns,
        spool=spool,
        rare=frozenset((wave, tag) for wave, spoken in languages.items() for tag in _rare(spoken)),
    )


def _rare(spoken: Counter[str]) -> list[str]:
    """Return the languages of a wave that are not told, the smallest first.

    Those that fewer than twenty speak each, and the next smallest until they are two or more and
    twenty people or more together, as far as there are so many: fewer would be told by "other" as
    well as by their own name, and "other" that stands for one language hides nothing.
    """
    rising = sorted(spoken, key=lambda tag: (spoken[tag], tag))
    smallest = SMALLEST_BASES["language"]
    rare = [tag for tag in rising if spoken[tag] < smallest]
    following = rising[len(rare) :] if rare else []
    for tag in following:
        if len(rare) > 1 and sum(spoken[each] for each in rare) >= smallest:
            break
        rare.append(tag)
    return rare


def _codes(
    columns: Sequence[Variable], version: Instrument, individual: Individual
) -> Iterator[int | None]:
    reached = {item.id: answer for item, answer in version.reached(individual.answers)}
    for column in columns:
        if column.item.id not in reached or version.version not in column.versions:
            yield OWN[NOT_ASKED]
        else:
            answer = reached[column.item.id]
            yield None if answer is None else column.code(answer)
