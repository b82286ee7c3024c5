"""Giving back: what reports, flyers and the public page show, taken from the released results."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from materials.campaign import Campaign
from materials.given import Given
from materials.library import topics
from materials.report import Content, chapters
from surveys.comparison import Comparison
from surveys.release import Dimension, ReleaseError
from surveys.storage import Storage, StorageError
from webapp.comparing import Results, Wish
from webapp.config import has_database, settings


def content(results: Results, *, wave: str | None = None, survey: str | None = None) -> Content:
    """Return what the report of a wave tells, of the newest and of the campaign's survey for None.

    Raise ReleaseError or ComparisonError where there is nothing to tell.
    """
    found, asked = results.release_of(wave), results.survey_of(survey)
    known = [each.wave for each in results.releases if each.opens <= found.opens]

    def compared(by: Dimension) -> list[Comparison]:
        groups = tuple(known) if by == "wave" else ()
        return results.compare_all(Wish(survey=asked.id, by=by, wave=found.wave, groups=groups))

    return Content(
        asked=asked,
        release=found,
        waves=wave_names(results, known),
        chapters=chapters(
            asked, compared("all"), compared("place"), compared("wave") if len(known) > 1 else []
        ),
    )


def wave_names(results: Results, known: list[str]) -> Mapping[str, str]:
    """Return the names of waves by their ids; one that the campaign no longer has is its id."""
    names = results.names("wave")
    return {wave: names.get(wave, wave) for wave in known}


def given(results: Results) -> Given | None:
    """Return the result that a campaign's sheets give back, None while there is none.

    Raise ComparisonError where the campaign names a question that cannot be compared.
    """
    wanted = results.campaign.results
    try:
        found = results.release_of(wanted.wave)
    except ReleaseError:
        return None
    known = [each.wave for each in results.releases if each.opens <= found.opens]
    wish = Wish(survey=wanted.survey, question=wanted.question or None, wave=found.wave)
    return Given(
        overall=results.compare(replace(wish, by="all")),
        waves=results.compare(replace(wish, by="wave", groups=tuple(known))),
        names=wave_names(results, known),
        closes=found.closes,
    )


def with_results(campaign: Campaign, folder: Path) -> Campaign:
    """Return a campaign with what its sheets give back, where it has such sheets.

    Only then is the database read, so that everything else is printed without one.
    """
    gives = any(topics()[each.topic].results for each in campaign.materials)
    if not gives or not has_database(folder):
        return campaign
    chosen = settings(folder)
    storage = Storage(chosen.database_url, chosen.secret)
    try:
        storage.require_current()
        return replace(campaign, given=given(Results(campaign, storage)))
    except StorageError:  # not of this version, so that nothing is released in it yet
        return campaign
    finally:
        storage.close()
