"""What the API answers: a function for each resource, from what is asked to what is answered."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter

from materials.campaign import TRANSLATIONS
from materials.sheets import Sheet, sheets
from surveys import wording
from surveys.comparison import core, questions
from surveys.definition import Instrument, Item
from surveys.export.codebook import options
from surveys.export.documents import records
from surveys.export.tables import ExportError
from translations.catalogs import Texts
from translations.languages import source
from webapp.api_documents import (
    Asked,
    Campaign,
    Code,
    CodebookPart,
    Compared,
    InLanguage,
    Named,
    Nothing,
    OfWave,
    Page,
    Part,
    Sheets,
    Survey,
    Wave,
    WishAll,
    WishOne,
    WishPart,
)
from webapp.comparing import Results, Wish
from webapp.downloads import Downloads, Order
from webapp.i18n import named


class NotFound(Exception):
    """There is no such thing as an address names."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """What answers are made of."""

    results: Results
    folder: Path
    today: date

    def texts(self, wish: str | None) -> Texts:
        """Return the texts of a language of the campaign; raise ExportError for any other."""
        rows = self.results.campaign.rows
        row = named(rows, wish) if wish else source()
        if row is None:
            listed = ", ".join(row.tag for row in rows)
            raise ExportError(f"{wish!r} is no language of the campaign; choose from {listed}.")
        return Texts(row, folders=[self.folder / TRANSLATIONS])


@dataclass(frozen=True, kw_only=True)
class Resource:
    """An address of the API: what it tells, what it is asked, what it answers.

    ``entry`` is the type of the entries of a list, which is answered a page at a time.
    """

    path: str
    summary: str
    query: type[Any]
    make: Callable[..., Any]
    answer: Any = None
    entry: Any = None

    @property
    def adapter(self) -> TypeAdapter[Any]:
        """Return the type of the whole answer."""
        page: Any = Page
        return TypeAdapter(self.answer if self.entry is None else page[self.entry])


def campaign(of: Source, _query: Nothing) -> Campaign:
    """Return the campaign."""
    known = of.results.campaign
    return Campaign(
        id=known.id,
        title=known.title,
        host=known.host,
        survey=known.survey,
        surveys=tuple(known.instruments),
        places=tuple(Named(id=place.id, name=place.name) for place in known.places),
        languages=tuple(Named(id=row.tag, name=row.endonym) for row in known.rows),
    )


def waves(of: Source, _query: Part) -> Sequence[Wave]:
    """Return the waves, each with how far it is."""
    released = {each.wave: each.released for each in of.results.releases}
    return [
        Wave(
            id=wave.id,
            name=wave.name,
            opens=wave.opens,
            closes=wave.closes,
            state=_state(wave.opens, wave.closes, released.get(wave.id), of.today),
            released=released.get(wave.id),
        )
        for wave in of.results.campaign.waves
    ]


State = Literal["planned", "open", "closed", "released"]


def _state(opens: date, closes: date, released: date | None, today: date) -> State:
    if released:
        return "released"
    if today < opens:
        return "planned"
    return "open" if today <= closes else "closed"


def surveys(of: Source, _query: Part) -> Sequence[Named]:
    """Return the surveys with their German titles."""
    known = of.results.campaign.instruments
    return [Named(id=name, name=each.title) for name, each in known.items()]


def survey(of: Source, query: InLanguage, survey: str) -> Survey:
    """Return a survey with all that it asks."""
    known = of.results.campaign.instruments.get(survey)
    if known is None:
        raise NotFound
    texts = of.texts(query.language)
    return Survey(
        id=known.id,
        version=known.version,
        title=texts.find(known.title).text,
        minutes=known.minutes,
        language=texts.language.tag,
        items=tuple(_asked(known, item, texts) for item in known.items.values()),
    )


def _asked(known: Instrument, item: Item, texts: Texts) -> Asked:
    question = item.question
    return Asked(
        id=item.id,
        question=question.id,
        row=item.row.id if item.row else None,
        kind=question.kind,
        text=wording.asked(item, texts),
        asked_if=question.show_if,
        compared=item in questions(known),
        codes=tuple(
            Code(
                code=option.code,
                text=wording.worded(option, item.scale, texts),
                means=means,
                adverse=option.code in item.scale.adverse,
            )
            for option, means in options(item)
        ),
        source=question.source,
        licence=question.licence,
    )


def results(of: Source, query: WishOne) -> dict[str, Any]:
    """Return the comparison of a question."""
    return of.results.compare(_wish(query, question=query.question)).to_json()


def all_results(of: Source, query: WishPart) -> Sequence[dict[str, Any]]:
    """Return the comparison of every question, adjusted for all of them together."""
    return [each.to_json() for each in of.results.compare_all(_wish(query))]


def _wish(query: WishAll, question: str | None = None) -> Wish:
    return Wish(
        survey=query.survey,
        question=question,
        by=query.by,
        wave=query.wave,
        place=query.place,
        groups=query.group,
    )


def codebook(of: Source, query: CodebookPart) -> Sequence[dict[str, Any]]:
    """Return the codebook, in all languages of the campaign."""
    downloads = Downloads(of.results, of.folder)
    return list(records(downloads.codes(Order(form="json", survey=query.survey))))


def brought(of: Source, query: OfWave) -> Sequence[Sheets]:
    """Return which sheets brought answers: by topic, by format, by place, never crossed."""
    release = of.results.release_of(query.wave)
    known = of.results.survey_of(query.survey)
    printed = [each for each in sheets(of.results.campaign) if each.survey == known.id]
    return list(_brought(of, release.wave, known, printed))


def _brought(
    of: Source, wave: str, known: Instrument, printed: Sequence[Sheet]
) -> Iterator[Sheets]:
    question = core(known).id
    survey = of.results.release_of(wave).surveys.get(known.id)
    result = survey.items.get(question) if survey else None
    kinds: dict[Literal["topic", "format", "place"], Callable[[Sheet], str]] = {
        "topic": lambda sheet: sheet.topic.id,
        "format": lambda sheet: sheet.format.id,
        "place": lambda sheet: sheet.place,
    }
    for by, kind in kinds.items():
        names = of.results.names(by)
        for group, row in (result.tables.get(by, {}) if result else {}).items():
            copies = _copies([sheet for sheet in printed if kind(sheet) == group])
            answered = row.n
            yield Sheets(
                wave=wave,
                survey=known.id,
                question=question,
                by=by,
                group=group,
                name=names.get(group, group),
                answered=answered,
                copies=copies,
                per_hundred_copies=(
                    100 * answered / copies if copies and answered is not None else None
                ),
                made_up=of.results.made_up,
            )


def _copies(printed: Sequence[Sheet]) -> int | None:
    """Return how many copies there are, if each has a code of its own; else nobody knows."""
    if not printed or not all(sheet.material.serials for sheet in printed):
        return None
    return sum(len(sheet.targets) for sheet in printed)


RESOURCES = (
    Resource(
        path="/campaign", summary="The campaign", query=Nothing, make=campaign, answer=Campaign
    ),
    Resource(path="/waves", summary="The waves", query=Part, make=waves, entry=Wave),
    Resource(path="/surveys", summary="The surveys", query=Part, make=surveys, entry=Named),
    Resource(
        path="/surveys/<survey>",
        summary="A survey with all that it asks",
        query=InLanguage,
        make=survey,
        answer=Survey,
    ),
    Resource(
        path="/results",
        summary="The comparison of a question",
        query=WishOne,
        make=results,
        answer=Compared,
    ),
    Resource(
        path="/results/all",
        summary="The comparison of every question, adjusted for all of them",
        query=WishPart,
        make=all_results,
        entry=Compared,
    ),
    Resource(
        path="/codebook",
        summary="What each code means, in all languages of the campaign",
        query=CodebookPart,
        make=codebook,
        entry=dict[str, str | int],
    ),
    Resource(
        path="/sheets",
        summary="Which sheets brought answers",
        query=OfWave,
        make=brought,
        entry=Sheets,
    ),
)
