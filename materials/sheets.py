"""Sheets: what a campaign prints, one for each topic, format, language and place."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from materials.campaign import Campaign, Material
from materials.formats import Format
from materials.library import Topic, topics
from surveys import paper
from surveys.links import Target, by_code
from translations.languages import Language, language


class Output(StrEnum):
    """What a sheet is made for: a screen, an office printer, or the press of a print shop."""

    SCREEN = "screen"
    OFFICE = "office"
    PRESS = "press"


@dataclass(frozen=True)
class Sheet:
    """One thing to print. It has one code for all its copies, or with serials one for each."""

    material: Material
    format: Format
    tag: str
    place: str
    targets: tuple[Target, ...]

    @property
    def topic(self) -> Topic:
        """Return the sheet's text."""
        return topics()[self.material.topic]

    @property
    def language(self) -> Language:
        """Return the sheet's language."""
        return language(self.tag)

    @property
    def survey(self) -> str:
        """Return the id of the survey that its code opens."""
        return self.targets[0].survey

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Return the sheet's codes, in the order of its copies."""
        return tuple(target.code for target in self.targets)

    def of(self, copies: int) -> "Sheet":
        """Return the sheet in so many copies; one with serials has no more than it was given."""
        targets = self.targets[:copies] if self.material.serials else self.targets
        return replace(self, material=replace(self.material, copies=copies), targets=targets)

    def file(self, output: Output) -> str:
        """Return the path of one of the sheet's outputs below the output folder."""
        material = self.material
        return f"{output}/{material.topic}/{material.format}/{self.tag}/{self.place}.pdf"

    @property
    def outputs(self) -> tuple[Output, ...]:
        """Return what can be made of the sheet, the usual one first."""
        every = (Output.SCREEN, Output.OFFICE, Output.PRESS)
        return every[1:] if self.format.sticker else every

    @property
    def named(self) -> Mapping[str, str]:
        """Return the ids that tell the sheet from all others."""
        material = self.material
        return {
            "topic": material.topic,
            "format": material.format,
            "language": self.tag,
            "place": self.place,
        }

    def __str__(self) -> str:
        """Return the sheet's name in a sentence."""
        return ", ".join(self.named.values())


def matching(
    found: Iterable[Sheet],
    *,
    topics: Collection[str] = (),
    formats: Collection[str] = (),
    languages: Collection[str] = (),
    places: Collection[str] = (),
) -> list[Sheet]:
    """Return those of some sheets that are of the topics, formats, languages and places named.

    Where none is named, all are meant.
    """
    return [
        sheet
        for sheet in found
        if (not topics or sheet.material.topic in topics)
        and (not formats or sheet.material.format in formats)
        and (not languages or sheet.tag in languages)
        and (not places or sheet.place in places)
    ]


def sheets(campaign: Campaign) -> list[Sheet]:
    """Return every sheet of a campaign; raise LinkError where two would bear the same code."""
    found = unproved(campaign)
    targets(found)
    return found


def ready(campaign: Campaign, found: Iterable[Sheet]) -> list[Sheet]:
    """Return the sheets that can be made now: those of results as soon as there are some."""
    return [sheet for sheet in found if campaign.given or not sheet.topic.results]


def unproved(campaign: Campaign) -> list[Sheet]:
    """Return every sheet of a campaign; whether two would bear the same code is not looked at."""
    return [
        Sheet(
            material, campaign.form(material), tag, place, _targets(campaign, material, tag, place)
        )
        for material in campaign.materials
        for tag in campaign.tags(material)
        for place in material.places or [place.id for place in campaign.places]
    ]


def _targets(campaign: Campaign, material: Material, tag: str, place: str) -> tuple[Target, ...]:
    serials: Sequence[int] = range(1, material.copies + 1) if material.serials else (0,)
    return tuple(
        Target(
            campaign=campaign.id,
            place=place,
            topic=material.topic,
            format=material.format,
            language=tag,
            survey=material.survey or campaign.survey,
            serial=serial,
        )
        for serial in serials
    )


def targets(found: Sequence[Sheet]) -> dict[str, Target]:
    """Return what every printed code stands for; raise LinkError at a clash."""
    return by_code(target for sheet in found for target in sheet.targets)


@dataclass(frozen=True)
class Questionnaire:
    """A survey on paper for one language and place, with a code for each of its copies."""

    survey: str
    tag: str
    place: str
    targets: tuple[Target, ...]

    @property
    def language(self) -> Language:
        """Return the questionnaire's language."""
        return language(self.tag)

    @property
    def file(self) -> str:
        """Return the path of its copies below the output folder."""
        serials = f"{self.targets[0].serial}-{self.targets[-1].serial}"
        return f"paper/{self.survey}/{self.tag}/{self.place}-{serials}.pdf"

    @property
    def named(self) -> Mapping[str, str]:
        """Return the ids that tell the questionnaire from all others."""
        return {
            "topic": self.survey,
            "format": paper.FORMAT,
            "language": self.tag,
            "place": self.place,
        }

    def __str__(self) -> str:
        """Return the questionnaire's name in a sentence."""
        return f"{self.survey}, on paper, {self.tag}, {self.place}"


def questionnaires(campaign: Campaign) -> list[Questionnaire]:
    """Return what a campaign asks on paper, nothing where it does not."""
    return list(_questionnaires(campaign))


def _questionnaires(campaign: Campaign) -> Iterator[Questionnaire]:
    if campaign.paper is None:
        return
    for survey in campaign.paper.surveys or (campaign.survey,):
        for tag in campaign.paper.languages or campaign.languages:
            for place in campaign.paper.places or [place.id for place in campaign.places]:
                common = (campaign.id, place, survey, paper.FORMAT, tag, survey)
                serials = range(1, campaign.paper.copies + 1)
                copies = tuple(Target(*common, serial=serial) for serial in serials)
                yield Questionnaire(survey, tag, place, copies)


def published(campaign: Campaign) -> dict[str, Target]:
    """Return what every code stands for that a campaign prints; raise LinkError at a clash."""
    found: list[Sheet | Questionnaire] = [*sheets(campaign), *questionnaires(campaign)]
    return by_code(target for sheet in found for target in sheet.targets)
