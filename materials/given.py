"""What a flyer gives back: one figure of a released wave, and where it has gone since the last."""

from dataclasses import asdict, dataclass, replace

from markupsafe import Markup

from materials.waves import Wave
from surveys.cautions import Note
from surveys.comparison import Comparison, Difference, Group
from surveys.definition import Item
from surveys.pictures.bars import Part
from surveys.pictures.comparing import of_groups
from translations.catalogs import Texts


@dataclass(frozen=True, kw_only=True)
class Given:
    """The answers to one item in a wave, and over the waves up to it, which are ``asked``.

    ``again`` is the wave in which it is asked again, None where none is planned.
    """

    overall: Comparison
    waves: Comparison | None
    asked: tuple[Wave, ...]
    again: Wave | None

    @property
    def made_up(self) -> bool:
        """Return whether the answers are those of a trial."""
        return self.overall.made_up

    @property
    def item(self) -> Item:
        """Return what was asked."""
        return self.overall.item

    @property
    def group(self) -> Group:
        """Return all who answered; its share is None where it may not be shown."""
        return self.overall.groups[0]

    @property
    def change(self) -> Difference | None:
        """Return the difference from the wave before, None where it cannot be told."""
        last = self.waves.differences[-1] if self.waves and self.waves.differences else None
        told = last and last.one == self.group.wave and last.estimate is not None
        return last if told else None

    @property
    def cautions(self) -> list[Note]:
        """Return what must be said beside that difference."""
        notes = self.waves.notes if self.waves else ()
        return [each for each in notes if each.figures.get("other") == self.group.wave]

    def to_json(self) -> list[object]:
        """Return all that a sheet has from it, as plain data."""
        waves = self.waves and self.waves.to_json()
        named = [each and asdict(each) for each in (*self.asked, self.again)]
        return [self.overall.to_json(), waves, *named]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A part of the bar on a flyer, with what it stands for; ``text`` is None for all others."""

    part: Part
    text: Markup | None
    share: float


def answers(given: Given, texts: Texts) -> list[Answer]:
    """Return the parts of a bar that is as long as all answers, the adverse ones at its end.

    It runs as the bars of every picture do: in the direction of the text.
    """
    (bar,) = of_groups(given.item, [("", given.group)]).bars
    whole = sum(part.width for part in bar.parts)
    found, left = [], 0.0
    for part in bar.parts:
        width = 100 * part.width / whole
        start = left if texts.language.direction == "ltr" else 100 - left - width
        placed = replace(part, left=start, width=width)
        found.append(Answer(part=placed, text=_text(given.item, part, texts), share=width / 100))
        left += width
    return found


def _text(item: Item, part: Part, texts: Texts) -> Markup | None:
    if part.code is not None:
        return texts.text(item.offered[part.code].text)
    return texts.text(item.scale.adverse_label) if part.tone > 0 else None
