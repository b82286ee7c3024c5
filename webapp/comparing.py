"""Comparisons as they are asked for: by a page's address, a command, the API or a report."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from materials.campaign import Campaign
from materials.formats import FORMATS
from materials.library import topics
from materials.waves import Wave
from surveys import release, releasing
from surveys.comparison import (
    Comparison,
    ComparisonError,
    Names,
    Why,
    across,
    core,
    over_waves,
    questions,
    within,
)
from surveys.definition import Instrument
from surveys.release import WITHIN, Dimension, Release, ReleaseError
from surveys.storage import Storage
from surveys.weighting import Population

BY: tuple[Dimension, ...] = ("all", *WITHIN, "wave")


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is to be compared; what is None or empty is chosen as most would.

    ``groups`` are those that are compared with each other; ``place`` narrows waves to one place.
    """

    survey: str | None = None
    question: str | None = None
    by: str = "place"
    wave: str | None = None
    place: str | None = None
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Results:
    """The released results of a campaign as they are now; those of a trial are ``made_up``."""

    campaign: Campaign
    storage: Storage
    made_up: bool = False

    @cached_property
    def documents(self) -> Mapping[str, str]:
        """Return the releases of the campaign's waves as they are stored; read once."""
        return self.storage.releases(self.campaign.id)

    @cached_property
    def releases(self) -> list[Release]:
        """Return what is released of the campaign's waves, in their order of time."""
        found = (release.from_json(document) for document in self.documents.values())
        return sorted(found, key=lambda each: each.opens)

    @cached_property
    def versions(self) -> Mapping[str, Instrument]:
        """Return every published version of the campaign's surveys by its name; read once."""
        return {each.version: each for each in self.storage.versions(*self.campaign.instruments)}

    def release_of(self, wave: str | None) -> Release:
        """Return the release of a wave, of the newest one for None.

        Raise ReleaseError where it is not released.
        """
        known = self.releases
        if not known:
            raise ReleaseError(
                "No results have been released yet; when a wave is closed, a coordinator releases "
                "them with `philos release` or on the page Overview."
            )
        found = known[-1] if wave is None else {each.wave: each for each in known}.get(wave)
        if found is None:
            listed = ", ".join(each.wave for each in known)
            raise ReleaseError(f"{wave!r} has not been released; choose from {listed}.")
        return found

    def waves_of(self, known: Iterable[Release]) -> tuple[Wave, ...]:
        """Return the waves of releases; one that the campaign no longer has is called by its id."""
        names = self.names("wave")
        return tuple(
            Wave(
                id=each.wave,
                name=names.get(each.wave, each.wave),
                opens=each.opens,
                closes=each.closes,
            )
            for each in known
        )

    def survey_of(self, name: str | None) -> Instrument:
        """Return a survey of the campaign; raise ComparisonError for any other."""
        asked = self.campaign.instruments.get(name or self.campaign.survey)
        if asked is None or not questions(asked):
            listed = ", ".join(self.campaign.instruments)
            raise ComparisonError(
                Why.SURVEY, f"{name!r} has nothing to compare; choose from {listed}."
            )
        return asked

    def compare(self, wish: Wish) -> Comparison:
        """Return a comparison; raise ComparisonError or ReleaseError where there is none."""
        return replace(self._compared(wish), made_up=self.made_up)

    def _compared(self, wish: Wish) -> Comparison:
        asked = self.survey_of(wish.survey)
        question = wish.question or core(asked).id
        by = next((each for each in BY if each == wish.by), None)
        if by is None:
            raise ComparisonError(
                Why.DIMENSION, f"{wish.by!r} is no way to compare; choose from {', '.join(BY)}."
            )
        if by != "wave":
            found = self.release_of(wish.wave)
            return within(found, asked, question, by, self.names(by), chosen=wish.groups)
        if wish.place and wish.place not in self.names("place"):
            raise ComparisonError(Why.PLACE, f"{wish.place!r} is no place of the campaign.")
        chosen = [self.release_of(each) for each in dict.fromkeys(wish.groups) or (None,)]
        waves = sorted(chosen, key=lambda each: each.opens) if wish.groups else self.releases
        names = self.names("wave")
        return over_waves(waves, self.versions, asked, question, names, place=wish.place)

    def compare_all(self, wish: Wish) -> list[Comparison]:
        """Return the comparison of every question, adjusted for all of them together."""
        asked = self.survey_of(wish.survey)
        found, refused = [], None
        for item in questions(asked):
            try:
                found.append(self.compare(replace(wish, question=item.id)))
            except ComparisonError as error:  # of this question; of all, where no other is found
                refused = error
        if refused and not found:
            raise refused
        return across(found)

    def names(self, by: Dimension) -> Names:
        """Return the groups of a dimension in the order of the campaign, with their own names.

        Names that are texts of philos, those of topics, formats, readers and light, are worded
        where they are shown.
        """
        campaign = self.campaign
        names: Mapping[Dimension, Iterable[tuple[str, str]]] = {
            "place": ((place.id, place.name) for place in campaign.places),
            "wave": ((wave.id, wave.name) for wave in campaign.waves),
            "language": ((row.tag, row.endonym) for row in campaign.rows),
        }
        plain: Mapping[Dimension, Iterable[str]] = {
            "all": ("all",),
            "topic": dict.fromkeys([*(each.topic for each in campaign.materials), *topics()]),
            "format": dict.fromkeys([*(each.format for each in campaign.materials), *FORMATS]),
            "audience": ("everyone", "schools", "traders"),
            "daylight": ("light", "mixed", "dark"),
        }
        return dict(names[by]) if by in names else {name: name for name in plain[by]}


def offers(releases: Sequence[Release], wish: Wish, *, every: bool = False) -> bool:
    """Return whether there is something to compare of a question, or of ``every`` one.

    Pages offer nothing else. What is None may be any, but the wave, which is the newest.
    """
    by = wish.by
    if by == "wave":
        by, chosen = "place" if wish.place else "all", releases
    else:
        newest = releases[-1:]
        chosen = [each for each in releases if each.wave == wish.wave] if wish.wave else newest
    tables = (
        result.tables.get(by, {})
        for each in chosen
        for survey, found in each.surveys.items()
        for name, result in found.items.items()
        if wish.survey in (None, survey) and (every or wish.question in (None, name))
    )
    return any(
        row.n != 0  # hidden, and so not known, are some
        for table in tables
        for group, row in table.items()
        if wish.place in (None, group)
    )


def release_wave(
    storage: Storage,
    campaign: Campaign,
    wave: str,
    today: date,
    *,
    again: bool = False,
    step: Callable[[int], None] = lambda _: None,
) -> Release:
    """Release the results of a closed wave, once for all, and return them.

    Raise ReleaseError where the wave is open, unknown, or released and not to be so ``again``.
    ``step`` is told of each of the steps of ``surveys.releasing.steps``.
    """
    found = next((each for each in campaign.waves if each.id == wave), None)
    if found is None:
        listed = ", ".join(each.id for each in campaign.waves)
        raise ReleaseError(f"{wave!r} is no wave of the campaign; choose from {listed}.")
    if wave in storage.released_waves(campaign.id) and not again:
        raise ReleaseError(
            f"The results of the wave {wave} are released already. To release them anew, say why: "
            "`philos release --again REASON`.",
            kind="released",
        )
    residents = campaign.population
    population = Population(source=residents.source, people=residents.table) if residents else None
    made = releasing.make(
        storage,
        releasing.Wave(
            campaign=campaign.id,
            id=wave,
            opens=found.opens,
            closes=found.closes,
            surveys=campaign.instruments,
            audiences={name: topic.readers for name, topic in topics().items()},
            population=population,
        ),
        today,
        step,
    )
    before = storage.releases(campaign.id).get(wave)
    if before and release.shows_the_same(release.from_json(before), made):
        raise ReleaseError(
            f"Nothing has come to the wave {wave} since its results were released; they stay as "
            "they are, since another choice of what is hidden would tell more.",
            kind="nothing-new",
        )
    if before and release.differs_by_few(release.from_json(before), made):
        raise ReleaseError(
            f"Beside what was released of the wave {wave} before, its results would tell what "
            "single persons have answered. Let them be, or wait until more has been typed in.",
            kind="tells-few",
        )
    storage.put_release(campaign.id, wave, made.to_json())
    return made


def closed_waves(campaign: Campaign, releases: Sequence[Release], today: date) -> list[str]:
    """Return the waves that are closed and whose results are not released yet."""
    known = {each.wave for each in releases}
    return [each.id for each in campaign.waves if each.closes < today and each.id not in known]
