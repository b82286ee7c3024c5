"""Pictures of a comparison for a reader, on its page and as files of their own."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from materials.pictures import Drawn, sketch_map
from materials.worded import plain_name
from surveys.comparison import REST, Comparison, ComparisonError, Difference
from surveys.pictures.comparing import of_differences, of_groups, of_waves
from surveys.pictures.sketch import Spot
from surveys.pictures.whiskers import Whiskers
from translations.catalogs import Texts
from webapp.comparing import Results, Wish

PAIR = "~"  # between the ids of two groups; in none


@dataclass(frozen=True)
class Drawing:
    """Draws comparisons of a campaign's results; ``say`` words them for the reader of ``texts``."""

    results: Results
    texts: Texts
    say: Any

    def pictures(self, wish: Wish, comparison: Comparison) -> dict[str, Drawn]:
        """Return the pictures that a comparison has, by their kind."""
        names = self._names(comparison)
        found: dict[str, Drawn | None] = {
            "bars": of_groups(
                comparison.item, [(names[group.id], group) for group in comparison.groups]
            ),
            "whiskers": self._whiskers(comparison),
            "multiples": self._multiples(wish, comparison),
            "map": self._map(comparison),
        }
        return {kind: drawn for kind, drawn in found.items() if drawn}

    def across(self, comparisons: Sequence[Comparison]) -> dict[str, tuple[str, Whiskers]]:
        """Return how two groups differ in question after question: their names and the picture.

        Each two by their ids, with ``PAIR`` between.
        """
        names: dict[str, str] = {}
        pairs: dict[str, list[tuple[Comparison, Difference]]] = {}
        for each in comparisons:
            for difference, name in zip(each.differences, self._pairs(each), strict=True):
                pair = f"{difference.one}{PAIR}{difference.other}"
                names[pair] = name
                pairs.setdefault(pair, []).append((each, difference))
        return {pair: (names[pair], self._questions(rows)) for pair, rows in pairs.items()}

    def _questions(self, rows: Sequence[tuple[Comparison, Difference]]) -> Whiskers:
        """Return differences in several questions as one picture."""
        differences = tuple(difference for _, difference in rows)
        counted = [
            Markup("{} {}").format(self.say.question(each.item), self.say.counted(each.item))
            for each, _ in rows
        ]
        names = [" ".join(name.striptags().split()) for name in counted]
        return of_differences(replace(rows[0][0], differences=differences), names)

    def _names(self, comparison: Comparison) -> dict[str, str]:
        return {each.id: plain_name(self.say, comparison, each) for each in comparison.groups}

    def _pairs(self, comparison: Comparison) -> list[str]:
        """Return for each difference which two groups differ."""
        rest = str(self.say.group_name(comparison.by, REST, REST).striptags())
        names = self._names(comparison) | {REST: rest}
        return [f"{names[each.one]} – {names[each.other]}" for each in comparison.differences]

    def _whiskers(self, comparison: Comparison) -> Whiskers | None:
        if not comparison.differences:
            return None
        return of_differences(comparison, self._pairs(comparison))

    def _multiples(self, wish: Wish, comparison: Comparison) -> Drawn | None:
        """Return the places over the waves, where there is more than one wave to draw."""
        if comparison.by != "wave" or comparison.place or len(comparison.waves) < 2:  # noqa: PLR2004
            return None
        series = []
        for place, name in self.results.names("place").items():
            try:
                series.append((name, self.results.compare(replace(wish, place=place))))
            except ComparisonError:  # nobody has answered there
                continue
        waves = {group.id: group.name for group in comparison.groups}
        return of_waves(series, waves) if series else None

    def _map(self, comparison: Comparison) -> Drawn | None:
        """Return a sketch of the places whose position is known, where there are two or more."""
        groups = {group.id: group for group in comparison.groups}
        spots = [
            Spot(
                name=place.name,
                latitude=place.position[0],
                longitude=place.position[1],
                share=groups[place.id].share,
                n=groups[place.id].row.n,
            )
            for place in self.results.campaign.places
            if comparison.by == "place" and place.position and place.id in groups
        ]
        return sketch_map(spots, self.texts) if len(spots) > 1 else None
