"""The campaign folder: campaign.toml as frozen dataclasses, every field checked."""

import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field, InstanceOf, StringConstraints
from pydantic.dataclasses import dataclass

from materials.formats import FORMATS, Format
from materials.given import Given
from materials.library import BUNDLED_FONTS, topics
from materials.privacy import Controller, Retention
from surveys.definition import Instrument, Row, instrument, instruments
from surveys.documents import (
    STRICT,
    Day,
    DocumentError,
    Filled,
    Finding,
    Id,
    Switch,
    Text,
    Whole,
    read,
)
from translations.catalogs import usable
from translations.languages import SOURCE, Language, language

FILE = "campaign.toml"
SURVEYS = "surveys"  # the folder of a campaign's own surveys
TRANSLATIONS = "translations"  # and that of their catalogues
CO_FUNDED = "Kofinanziert von der Europäischen Union"
FINE = 0.01  # mm
MOST_COPIES = 1_000_000


def _is_png(data: bytes) -> bool:
    return data.startswith(b"\x89PNG\r\n\x1a\n")


def _is_svg(data: bytes) -> bool:
    """Return whether this is SVG without a document type, which could hold a bomb of entities."""
    try:
        root = ET.fromstring(data) if b"<!" not in data.replace(b"<!--", b"") else None  # noqa: S314
    except ET.ParseError:
        return False
    return root is not None and root.tag == "{http://www.w3.org/2000/svg}svg"


LOGO_TYPES: Mapping[str, Callable[[bytes], bool]] = {".svg": _is_svg, ".png": _is_png}


def _language(tag: str) -> str:
    try:
        return language(tag).tag
    except KeyError:
        raise ValueError(f"{tag!r} is not in the table of languages; use a tag like 'ar'") from None


def _host(name: str) -> str:
    label = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"
    if not re.fullmatch(rf"{label}(\.{label})*(:\d{{1,5}})?", name.lower()):
        raise ValueError("must be a host like umfrage.example.org, without https:// and path")
    return name.lower()


def _zone(name: str) -> str:
    if name not in available_timezones():
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

    A ``programme`` has rules of its own, see ``_programme_fault``. Its logo is the official file,
    with the statement in it, and ``credit`` says the same to those who do not see.
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
class Wave:
    """A time of asking, from the day it opens to the day it closes, both included."""

    id: Id
    name: Filled
    opens: Day
    closes: Day


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
    and its core question. ``changes`` is translated like a survey of the campaign.
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


def load(folder: Path) -> Campaign:
    """Return the campaign of a folder; raise DocumentError with every finding."""
    campaign = read(folder / FILE, Campaign)
    if campaign.surveys:
        raise DocumentError([_finding("surveys", f"belong in files below {SURVEYS}/.")])
    campaign = dataclasses.replace(campaign, surveys=_own_surveys(folder))
    findings = [
        *_clashes(campaign),
        *_doubles(campaign),
        *_references(campaign),
        *_wordless(campaign),
        *_logos(campaign, folder),
        *_programmes(campaign),
        *_folds(campaign),
        *_uncounted(campaign),
    ]
    if findings:
        raise DocumentError(findings)
    return campaign


def _own_surveys(folder: Path) -> dict[str, Instrument]:
    """Return the campaign's own surveys by their ids, which are the names of their files."""
    found = {}
    for path in sorted((folder / SURVEYS).glob("*.toml")):
        own = read(path, Instrument)
        if own.id != path.stem or own.id in instruments():
            raise DocumentError(
                [
                    Finding(
                        f"{SURVEYS}/{path.name}",
                        "must be the name of the file, and none of philos's own.",
                        key="id",
                    )
                ]
            )
        found[own.id] = own
    return found


def _finding(key: str, message: str) -> Finding:
    return Finding(FILE, message, key=key)


def _clashes(campaign: Campaign) -> Iterator[Finding]:
    lists: Mapping[str, Iterable[Place | Wave]] = {
        "places": campaign.places,
        "waves": campaign.waves,
    }
    for key, entries in lists.items():
        seen = set()
        for number, entry in enumerate(entries, start=1):
            if entry.id in seen:
                yield _finding(f"{key}[{number}].id", f"{entry.id!r} stands twice; rename one.")
            seen.add(entry.id)
    for number, wave in enumerate(campaign.waves, start=1):
        if wave.closes < wave.opens:
            yield _finding(f"waves[{number}].closes", "is before the day on which the wave opens.")
        for other in campaign.waves[number:]:
            if other.opens <= wave.closes and wave.opens <= other.closes:
                yield _finding(
                    f"waves[{number}]", f"is open at the same time as {other.id!r}; change a date."
                )


def _doubles(campaign: Campaign) -> Iterator[Finding]:
    """Yield materials that would print a sheet of another material again."""
    first: dict[tuple[str, ...], int] = {}
    for number, material in enumerate(campaign.materials, start=1):
        for tag in campaign.tags(material):
            for place in material.places or [place.id for place in campaign.places]:
                sheet = (material.topic, material.format, tag, place)
                other = first.setdefault(sheet, number)
                if other != number:
                    yield _finding(
                        f"materials[{number}]",
                        f"prints {', '.join(sheet)} again, after materials[{other}]; keep one.",
                    )


def _references(campaign: Campaign) -> Iterator[Finding]:
    """Yield what names something that is not there."""
    places = {place.id for place in campaign.places}
    for number, tag in enumerate(campaign.languages, start=1):
        yield from _unusable(f"languages[{number}]", tag)
    known = campaign.known_surveys
    if campaign.survey not in known:
        yield _finding("survey", _unknown(campaign.survey, known))
    for number, material in enumerate(campaign.materials, start=1):
        key = f"materials[{number}]"
        if material.survey and material.survey not in known:
            yield _finding(f"{key}.survey", _unknown(material.survey, known))
        for name in set(material.places) - places:
            yield _finding(f"{key}.places", _unknown(name, sorted(places)))
        for tag in set(material.languages) - set(campaign.languages):
            yield _finding(f"{key}.languages", _unknown(tag, campaign.languages))
        yield from _unsuited(key, material)
    yield from _unknown_results(campaign)
    if campaign.paper:
        yield from _unknown_on_paper(campaign, campaign.paper)


def _unknown_results(campaign: Campaign) -> Iterator[Finding]:
    wave, survey = campaign.results.wave, campaign.results.survey
    waves = [each.id for each in campaign.waves]
    if wave and wave not in waves:
        yield _finding("results.wave", _unknown(wave, waves))
    if survey and survey not in campaign.used_surveys:
        yield _finding("results.survey", _unknown(survey, campaign.used_surveys))


def _unknown_on_paper(campaign: Campaign, paper: Paper) -> Iterator[Finding]:
    for key, names, known in (
        ("surveys", paper.surveys, list(campaign.known_surveys)),
        ("places", paper.places, [place.id for place in campaign.places]),
        ("languages", paper.languages, campaign.languages),
    ):
        for name in set(names) - set(known):
            yield _finding(f"paper.{key}", _unknown(name, known))


def _wordless(campaign: Campaign) -> Iterator[Finding]:
    """Yield the surveys that ask for nothing but texts, in a campaign that wants none."""
    for name in campaign.used_surveys:
        asked = campaign.known_surveys.get(name)
        if asked and not campaign.free_text and len(asked.texts) == len(asked.questions):
            yield _finding("free_text", f"is off, and {name} asks for nothing but texts.")


def _unsuited(key: str, material: Material) -> Iterator[Finding]:
    topic = topics().get(material.topic)
    if topic is None:
        yield _finding(f"{key}.topic", _unknown(material.topic, sorted(topics())))
    if material.format not in FORMATS:
        yield _finding(f"{key}.format", _unknown(material.format, sorted(FORMATS)))
    elif topic and material.format not in topic.formats:
        yield _finding(
            f"{key}.format",
            f"{material.topic} does not suit {material.format}; it suits {_listed(topic.formats)}.",
        )
    elif FORMATS[material.format].halves > 1 and SOURCE in material.languages:
        yield _finding(
            f"{key}.languages",
            f"{material.format} has {SOURCE} beside each language; leave it out.",
        )
    elif material.serials and not FORMATS[material.format].sticker:
        yield _finding(
            f"{key}.serials", f"{material.format} is laid out once; only stickers have serials."
        )


def _unusable(key: str, tag: str) -> Iterator[Finding]:
    row = language(tag)
    if row not in usable("public"):
        yield _finding(key, f"{row.endonym} ({tag}) has no catalogue yet; leave it out for now.")
    elif not set(row.fonts) <= BUNDLED_FONTS:
        yield _finding(key, f"{row.endonym} ({tag}) has no font in philos yet; leave it out.")


def _unknown(name: str, known: Iterable[str]) -> str:
    return f"{name!r} is not known; choose from {_listed(known)}."


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)


def _logos(campaign: Campaign, folder: Path) -> Iterator[Finding]:
    for number, funder in enumerate(campaign.funders, start=1):
        if funder.logo and (fault := _logo_fault(folder, funder.logo)):
            yield _finding(f"funders[{number}].logo", f"{funder.logo[:80]!r} {fault}")


def _logo_fault(folder: Path, name: str) -> str:
    """Return what is wrong with a logo, empty where nothing is."""
    try:
        path = (folder / name).resolve()
        if not path.is_relative_to(folder.resolve()):
            return "leads out of the campaign folder; copy it in."
        if path.suffix.lower() not in LOGO_TYPES:
            return "is neither SVG nor PNG; save it as one of them."
        if not LOGO_TYPES[path.suffix.lower()](path.read_bytes()):
            return "cannot be read as a picture; export it again."
    except (OSError, RuntimeError):
        return "is not in the campaign folder; copy it there."
    return ""


def _folds(campaign: Campaign) -> Iterator[Finding]:
    for name, widths in campaign.folds.items():
        form = FORMATS.get(name)
        if form is None or not form.folds:
            leaflets = [known for known, each in FORMATS.items() if each.folds]
            yield _finding(
                f"folds.{name}", f"is no folded leaflet; choose from {_listed(leaflets)}."
            )
        elif len(widths) != len(form.folds) or not abs(sum(widths) - form.width) < FINE:
            yield _finding(
                f"folds.{name}",
                f"needs {len(form.folds)} widths in mm that make {form.width:g} together.",
            )
        elif min(widths) < form.width / len(widths) * 0.9:
            yield _finding(f"folds.{name}", "has a panel far narrower than the others.")


def _uncounted(campaign: Campaign) -> Iterator[Finding]:
    """Yield rows of the population that no stratum of the survey has, or that stand twice."""
    asked = campaign.known_surveys.get(campaign.survey)
    if campaign.population is None or asked is None:
        return
    key, known = "population.people", [asked.items[name].on_scale for name in asked.weight_by]
    for number, row in enumerate(campaign.population.people, start=1):
        *codes, people = row
        if not known or len(codes) != len(known) or people < 0:
            items = _listed(asked.weight_by) or "nothing"
            yield _finding(f"{key}[{number}]", f"needs a code each for {items}, and people.")
        elif any(code not in scale for code, scale in zip(codes, known, strict=True)):
            yield _finding(f"{key}[{number}]", "has a code that the survey does not offer.")
    if len(campaign.population.table) < len(campaign.population.people):
        yield _finding(key, "has the same codes twice; keep one row.")


def _programmes(campaign: Campaign) -> Iterator[Finding]:
    for number, funder in enumerate(campaign.funders, start=1):
        if funder.programme and not funder.logo:
            yield _finding(
                f"funders[{number}].logo",
                "is missing; put in the programme's official file, statement included.",
            )
        if fault := _programme_fault(funder):
            yield _finding(f"funders[{number}].credit", fault)


def _programme_fault(funder: Funder) -> str:
    """Return what a programme's statement lacks, empty where nothing is known to be wrong.

    2021 to 2027: Regulation (EU) 2021/1060, Annex IX. The period before named the fund as well.
    """
    if funder.programme == "eu-2021" and CO_FUNDED not in funder.credit:
        return f"must be {CO_FUNDED!r}, as the emblem's statement says."
    if funder.programme == "eu-2014" and not re.search("Europäische Union.*Fonds", funder.credit):
        return "must name the Europäische Union and the fund, as the emblem's statement says."
    return ""
