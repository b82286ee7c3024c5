"""What the fields of a campaign must be to each other, and to what lies in its folder."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

from materials.campaign.document import FILE, Campaign, Funder, Material, Paper, Place
from materials.formats import FORMATS
from materials.library import BUNDLED_FONTS, topics
from materials.waves import Wave
from surveys.documents import Finding
from translations.catalogs import usable
from translations.languages import SOURCE, language

CO_FUNDED = "Kofinanziert von der Europäischen Union"
FINE = 0.01  # mm


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


def findings(campaign: Campaign, folder: Path) -> Iterator[Finding]:
    """Yield all that is wrong with a campaign although each of its fields is right."""
    yield from _clashes(campaign)
    yield from _doubles(campaign)
    yield from _references(campaign)
    yield from _wordless(campaign)
    yield from _logos(campaign, folder)
    yield from _programmes(campaign)
    yield from _folds(campaign)
    yield from _uncounted(campaign)


def _finding(key: str, message: str, kind: str = "file", **values: str) -> Finding:
    return Finding(FILE, message, key=key, kind=kind, values=values)


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
            message = "is before the day on which the wave opens."
            yield _finding(f"waves[{number}].closes", message, kind="closes-first")
        for other in campaign.waves[number:]:
            if other.opens <= wave.closes and wave.opens <= other.closes:
                message = f"is open at the same time as {other.id!r}; change a date."
                yield _finding(f"waves[{number}]", message, kind="overlap", name=other.id)


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
        yield _unknown("survey", campaign.survey, known)
    for number, material in enumerate(campaign.materials, start=1):
        key = f"materials[{number}]"
        if material.survey and material.survey not in known:
            yield _unknown(f"{key}.survey", material.survey, known)
        for name in set(material.places) - places:
            yield _unknown(f"{key}.places", name, sorted(places))
        for tag in set(material.languages) - set(campaign.languages):
            yield _unknown(f"{key}.languages", tag, campaign.languages)
        yield from _unsuited(key, material)
    yield from _unknown_results(campaign)
    if campaign.paper:
        yield from _unknown_on_paper(campaign, campaign.paper)


def _unknown_results(campaign: Campaign) -> Iterator[Finding]:
    wave, survey = campaign.results.wave, campaign.results.survey
    waves = [each.id for each in campaign.waves]
    if wave and wave not in waves:
        yield _unknown("results.wave", wave, waves)
    if survey and survey not in campaign.used_surveys:
        yield _unknown("results.survey", survey, campaign.used_surveys)


def _unknown_on_paper(campaign: Campaign, paper: Paper) -> Iterator[Finding]:
    for key, names, known in (
        ("surveys", paper.surveys, list(campaign.known_surveys)),
        ("places", paper.places, [place.id for place in campaign.places]),
        ("languages", paper.languages, campaign.languages),
    ):
        for name in set(names) - set(known):
            yield _unknown(f"paper.{key}", name, known)


def _wordless(campaign: Campaign) -> Iterator[Finding]:
    """Yield the surveys that ask for nothing but texts, in a campaign that wants none."""
    for name in campaign.used_surveys:
        asked = campaign.known_surveys.get(name)
        if asked and not campaign.free_text and len(asked.texts) == len(asked.questions):
            yield _finding("free_text", f"is off, and {name} asks for nothing but texts.")


def _unsuited(key: str, material: Material) -> Iterator[Finding]:
    topic = topics().get(material.topic)
    if topic is None:
        yield _unknown(f"{key}.topic", material.topic, sorted(topics()))
    if material.format not in FORMATS:
        yield _unknown(f"{key}.format", material.format, sorted(FORMATS))
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


def _unknown(key: str, name: str, known: Iterable[str]) -> Finding:
    listed = _listed(known)
    message = f"{name!r} is not known; choose from {listed}."
    return _finding(key, message, kind="unknown-name", name=name, known=listed)


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
