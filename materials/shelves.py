"""A campaign's sheets as a gallery hangs them: by topic and format, a picture for each language."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from materials.formats import FORMATS, Format
from materials.gallery import Artwork, Gallery
from materials.sheets import Output, Sheet
from surveys.arrivals import tellable
from surveys.bursts import Cell
from surveys.disclosure import SMALLEST_BASES
from translations.languages import Language, language


@dataclass(frozen=True, kw_only=True)
class Printed:
    """A file of a sheet as it was printed last, and which of its parts have changed since."""

    output: Output
    copies: int
    changed: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Hung:
    """A sheet, how many answers its codes have brought, and what has been printed of it.

    Here and below answers are rounded down to tens, and None where they are hidden.
    """

    sheet: Sheet
    answers: int | None
    printed: tuple[Printed, ...]


@dataclass(frozen=True, kw_only=True)
class Picture:
    """An artwork, nothing of which is known yet where it is None, and its sheets by place."""

    language: Language
    artwork: Artwork | None
    sheets: tuple[Hung, ...]
    answers: int | None

    @property
    def changed(self) -> list[str]:
        """Return which parts have changed since any of its sheets was printed."""
        printed = (each for hung in self.sheets for each in hung.printed)
        return sorted({part for each in printed for part in each.changed})


@dataclass(frozen=True, kw_only=True)
class Card:
    """A topic in a format."""

    form: Format
    pictures: tuple[Picture, ...]
    answers: int | None

    @property
    def copies(self) -> int:
        """Return how many copies the campaign wants in all languages and places."""
        return sum(hung.sheet.material.copies for each in self.pictures for hung in each.sheets)


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """A topic by its id, in all its formats."""

    topic: str
    cards: tuple[Card, ...]


def shelves(
    found: Sequence[Sheet],
    gallery: Gallery | None,
    manifest: Mapping[str, Any],
    answers: Mapping[str, int],
) -> list[Shelf]:
    """Return sheets as a gallery hangs them, topics in the order of the campaign.

    ``manifest`` has what was printed by its files, ``answers`` how many responses came by a code.
    """
    known = {artwork.key: artwork for artwork in gallery or ()}
    changed = gallery.changed if gallery else {}

    def hung(sheet: Sheet, told: int | None) -> Hung:
        return Hung(
            sheet=sheet,
            answers=told,
            printed=tuple(
                Printed(
                    output=output,
                    copies=entry.get("copies", 0),
                    changed=tuple(changed.get(entry["sha256"], ())),
                )
                for output in sheet.outputs
                if (entry := manifest.get(sheet.file(output)))
            ),
        )

    def card(topic: str, form: str, group: Sequence[Sheet]) -> Card:
        brought = [sum(answers.get(code, 0) for code in sheet.codes) for sheet in group]
        by_tag = Counter(dict.fromkeys((sheet.tag for sheet in group), 0))
        for sheet, number in zip(group, brought, strict=True):
            by_tag[sheet.tag] += number
        sheets = tellable(dict(enumerate(brought)), tens=True)
        tags = tellable(by_tag, smallest=SMALLEST_BASES["language"], tens=True)
        return Card(
            form=FORMATS[form],
            pictures=tuple(
                Picture(
                    language=language(tag),
                    artwork=known.get((topic, form, tag)),
                    sheets=tuple(
                        hung(sheet, sheets[n]) for n, sheet in enumerate(group) if sheet.tag == tag
                    ),
                    answers=told,
                )
                for tag, told in tags.items()
            ),
            answers=tellable({form: sum(brought)}, tens=True)[form],
        )

    topics = dict.fromkeys(sheet.material.topic for sheet in found)
    return [
        Shelf(
            topic=topic,
            cards=tuple(
                card(topic, form, [sheet for sheet in own if sheet.material.format == form])
                for form in dict.fromkeys(sheet.material.format for sheet in own)
            ),
        )
        for topic in topics
        for own in [[sheet for sheet in found if sheet.material.topic == topic]]
    ]


def answers_by_code(arrivals: Iterable[Mapping[Cell, int]]) -> Counter[str]:
    """Return how many responses came by each code, of the arrivals of several waves."""
    found: Counter[str] = Counter()
    for wave in arrivals:
        for cell, number in wave.items():
            found[cell.link] += number
    return found
