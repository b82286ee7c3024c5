"""What a campaign.toml says, as frozen dataclasses: every field is checked by itself."""

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import field
from datetime import date
from functools import cache, cached_property
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field, InstanceOf, StringConstraints
from pydantic.dataclasses import dataclass
from pydantic_core import PydanticCustomError

from materials.formats import FORMATS, Format
from materials.given import Given
from materials.privacy import Controller, Retention
from materials.waves import Wave
from surveys.definition import Instrument, instrument, instruments
from surveys.documents import STRICT, Day, Filled, Id, Switch, Text, Whole
from surveys.questions import Row
from translations.languages import SOURCE, Language, language

FILE = "campaign.toml"
SURVEYS = "surveys"  # the folder of a campaign's own surveys
TRANSLATIONS = "translations"  # and that of their catalogues
MOST_COPIES = 1_000_000


def _language(tag: str) -> str:
    try:
        return language(tag).tag
    except KeyError:
        raise PydanticCustomError("unknown_language", "unknown", {"name": tag}) from None


def _host(name: str) -> str:
    label = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"
    if not re.fullmatch(rf"{label}(\.{label})*(:\d{{1,5}})?", name.lower()):
        raise ValueError("must be a host like umfrage.example.org, without https:// and path")
    return name.lower()


_zones = cache(available_timezones)  # reads a folder of hundreds of files


def _zone(name: str) -> str:
    if name not in _zones():
        raise ValueError(f"{name!r} is not a time zone; use one like 'Europe/Berlin'")
    return name


def _once(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"names {name!r} twice; remove one")
    return names


Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Tag = Annotated[str, StringConstraints(max_length=35), AfterValidator(_language)]
Tags = Annotated[tuple[Tag, ...], AfterValidator(_once)]
Count = Annotated[Whole, Field(ge=1, le=MOST_COPIES)]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Organisation:
    """The alliance. ``hours`` tells when it can be met; empty prints a blank to fill in."""

    name: Filled
    hours: Text = ""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Address:
    """Name or firm, and postal address, as § 6 SächsPresseG asks of printer and publisher."""

    name: Filled
    address: Filled


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Imprint:
    """Who answers for every sheet. ``responsible`` is the custom of V.i.S.d.P."""

    publisher: Address
    printer: Address
    responsible: Text = ""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Funder:
    """Who pays: the credit line that the grant asks for, and a logo inside the folder.

    A ``programme`` has rules of its own, see ``materials.campaign.checks``. Its logo is the
    official file, with the statement in it, and ``credit`` says the same to those who do not see.
    """

    name: Filled
    credit: Filled
    logo: Text = ""
    programme: Literal["eu-2021", "eu-2014", "staedtebau"] | None = None


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Review:
    """Who has checked the medical text of a topic, and when."""

    by: Filled
    on: Day


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Contact:
    """A telephone line. An empty ``number`` is a blank that is still to be found out."""

    number: Text
    verified_on: Day | None = None
    label: Text = ""
    price: Text = ""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Place:
    """Where sheets hang or lie; the survey asks about the first five.

    ``position`` is its latitude and longitude in degrees, for the map and for the daylight.
    """

    id: Id
    name: Filled
    outdoors: Switch
    position: tuple[Latitude, Longitude] | None = None


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Residents:
    """Who lives in the district: rows of a code of each item that weights a survey, and people.

    The survey of philos is weighted by age and gender: ``[2, 1, 840]`` are 840 women of 18 to 29.
    ``source`` says who has counted them, and when.
    """

    source: Filled
    people: Annotated[tuple[tuple[Whole, ...], ...], Field(min_length=2, max_length=1000)]

    @property
    def table(self) -> Mapping[tuple[int, ...], int]:
        """Return how many people there are by their codes."""
        return {tuple(row[:-1]): row[-1] for row in self.people}


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Material:
    """One topic in one format, for places and languages; all of the campaign's if left out.

    With ``serials`` every copy has a code of its own.
    """

    topic: Id
    format: Id
    places: Annotated[tuple[Id, ...], AfterValidator(_once)] = ()
    languages: Tags = ()
    copies: Count = 1
    serials: Switch = False
    survey: Id | None = None


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Paper:
    """Questionnaires on paper: so many copies for each place and language, each with a code.

    Without ``surveys``, ``places`` or ``languages`` it is the campaign's survey, and all of them.
    ``hand_in`` says where they are brought back; empty prints a blank to fill in.
    """

    copies: Annotated[Whole, Field(ge=1, le=10_000)]
    surveys: Annotated[tuple[Id, ...], AfterValidator(_once)] = ()
    places: Annotated[tuple[Id, ...], AfterValidator(_once)] = ()
    languages: Tags = ()
    hand_in: Text = ""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class GivingBack:
    """Which result the sheets of the topic ``results`` show, and what the alliance does about it.

    Without ``wave``, ``survey`` or ``question`` it is the newest that is released, the campaign's,
    and its core question. ``changes`` is translated like a survey of the campaign, as are the names
    of waves.
    """

    wave: Id | None = None
    survey: Id | None = None
    question: Text = ""
    changes: Text = ""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Campaign:
    """A campaign as its folder says it; ``surveys`` are its own, each in a file of ``surveys/``.

    Without a ``controller`` nothing is published; without ``free_text`` no survey asks for words.
    ``given`` is the released result that ``results`` asks for, put in by who reads the database.
    """

    id: Id
    title: Filled
    host: Annotated[str, StringConstraints(max_length=120), AfterValidator(_host)]
    survey: Id
    languages: Annotated[Tags, Field(min_length=1)]
    organisation: Organisation
    imprint: Imprint
    places: Annotated[tuple[Place, ...], Field(min_length=1)]
    waves: Annotated[tuple[Wave, ...], Field(min_length=1)]
    materials: Annotated[tuple[Material, ...], Field(min_length=1)]
    contacts: dict[Id, Contact] = field(default_factory=dict)
    funders: tuple[Funder, ...] = ()
    medical_reviews: dict[Id, Review] = field(default_factory=dict)
    folds: dict[Id, tuple[float, ...]] = field(default_factory=dict)
    surveys: dict[Id, Instrument] = field(default_factory=dict)
    controller: Controller | None = None
    retention: Retention = field(default_factory=Retention)
    free_text: Switch = False
    paper: Paper | None = None
    population: Residents | None = None
    results: GivingBack = field(default_factory=GivingBack)
    given: InstanceOf[Given] | None = None
    timezone: Annotated[str, AfterValidator(_zone)] = "Europe/Berlin"
    edition: Text = ""
    example: Switch = False

    @cached_property
    def zone(self) -> ZoneInfo:
        """Return the time zone in which days and waves are counted."""
        return ZoneInfo(self.timezone)

    @cached_property
    def position(self) -> tuple[float, float] | None:
        """Return where the campaign is: the mean of the places whose position is known."""
        known = [place.position for place in self.places if place.position]
        if not known:
            return None
        north, east = zip(*known, strict=True)
        return sum(north) / len(known), sum(east) / len(known)

    @cached_property
    def rows(self) -> tuple[Language, ...]:
        """Return the campaign's languages."""
        return tuple(language(tag) for tag in self.languages)

    def place(self, name: str) -> Place:
        """Return a place by its id."""
        return next(place for place in self.places if place.id == name)

    def wave_on(self, day: date) -> Wave | None:
        """Return the wave that is open on a day."""
        return next((wave for wave in self.waves if wave.opens <= day <= wave.closes), None)

    def next_wave(self, day: date) -> Wave | None:
        """Return the first wave that opens after a day."""
        later = [wave for wave in self.waves if wave.opens > day]
        return min(later, key=lambda wave: wave.opens, default=None)

    def form(self, material: Material) -> Format:
        """Return the format of a material, folded as the campaign's print shop wants it."""
        form = FORMATS[material.format]
        return dataclasses.replace(form, folds=self.folds.get(form.id, form.folds))

    def tags(self, material: Material) -> tuple[str, ...]:
        """Return the languages of a material; a sheet of two languages has German beside it."""
        chosen = material.languages or self.languages
        form = FORMATS.get(material.format)
        return tuple(tag for tag in chosen if not (form and form.halves > 1 and tag == SOURCE))

    @cached_property
    def instruments(self) -> Mapping[str, Instrument]:
        """Return the surveys that the campaign's sheets lead to, as they are published.

        They have its places as rows, and texts to write only where the campaign wants them.
        """
        filled = {name: self.with_places(name) for name in self.used_surveys}
        if self.free_text:
            return filled
        return {name: asked.without_texts() for name, asked in filled.items()}

    @cached_property
    def used_surveys(self) -> tuple[str, ...]:
        """Return the names of the surveys that the campaign's sheets lead to."""
        named = (material.survey or self.survey for material in self.materials)
        return tuple(sorted({self.survey, *named, *(self.paper.surveys if self.paper else ())}))

    def with_places(self, name: str) -> Instrument:
        """Return a survey by its id, with the campaign's places as rows."""
        rows = [Row(id=place.id, text=place.name, name=True) for place in self.places]
        return self.known_surveys[name].with_places(rows)

    @cached_property
    def known_surveys(self) -> Mapping[str, Instrument]:
        """Return the surveys that a material can name: those of philos, and the campaign's own."""
        return {name: instrument(name) for name in instruments()} | self.surveys
