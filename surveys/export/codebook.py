"""The codebook: what each code of each item means, in every language, and where it comes from."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from surveys.definition import NOT_ASKED, SKIPPED, Instrument, Item
from surveys.export.tables import Cell, Table
from surveys.questions import Option
from surveys.wording import asked, worded
from translations.catalogs import Texts
from translations.markup import N_

Means = Literal["scale", "beside", "no answer"]
COLUMNS = (
    *("survey", "version", "newest", "question", "row", "kind", "code", "means", "adverse"),
    *("asked_if", "source", "licence"),
)
# philos's own codes for no answer, put above all of an instrument's, so that SPSS takes all missing
# codes for one range: it knows a range and one value, or three values.
OWN = {NOT_ASKED: 9001, SKIPPED: 9002}
NO_ANSWER = {9001: N_("nicht gefragt"), 9002: N_("übersprungen")}


def table(surveys: Iterable[Sequence[Instrument]], readers: Sequence[Texts]) -> Table:
    """Return the codebook of surveys, each in its versions with the newest first.

    A line without a code is of the question itself. ``means`` says whether a code is on the scale,
    an answer of substance beside it, or no answer. Each reader has a column ``text_TAG``.
    """
    lines = [
        line
        for versions in surveys
        for number, version in enumerate(versions)
        for line in _version(version, readers, newest=number == 0)
    ]
    texts = tuple(_column(reader) for reader in readers)
    columns = (*COLUMNS, *texts)
    return Table(
        name="codebook",
        columns=columns,
        rows=[tuple(line.get(column) for column in columns) for line in lines],
    )


def _column(reader: Texts) -> str:
    return f"text_{reader.language.tag}"


def _version(
    version: Instrument, readers: Sequence[Texts], *, newest: bool
) -> Iterator[dict[str, Cell]]:
    for item in version.items.values():
        question = item.question
        own: dict[str, Cell] = {
            "survey": version.id,
            "version": version.version,
            "newest": int(newest),
            "question": question.id,
            "row": item.row.id if item.row else "",
            "kind": question.kind,
        }
        told: dict[str, Cell] = {
            "asked_if": question.show_if,
            "source": question.source,
            "licence": question.licence,
        }
        for each in readers:
            told[_column(each)] = asked(item, each)
        yield own | told
        for option, means in options(item):
            line: dict[str, Cell] = {
                "code": option.code,
                "means": means,
                "adverse": int(option.code in item.scale.adverse),
            }
            for each in readers:
                line[_column(each)] = worded(option, item.scale, each)
            yield own | line
        for code, text in NO_ANSWER.items():
            line = {"code": code, "means": "no answer", "adverse": 0}
            for each in readers:
                line[_column(each)] = each.find(text).text
            yield own | line


def options(item: Item) -> Iterator[tuple[Option, Means]]:
    """Yield every answer to an item, each with what it means."""
    yield from ((option, "scale") for option in item.scale.choices)
    yield from ((option, "beside") for option in item.question.extra)
    yield from ((option, "no answer") for option in item.missing)
