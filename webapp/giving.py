"""Giving back: what reports, flyers and the public page show, taken from the released results."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from materials.campaign import Campaign
from materials.given import Given
from materials.library import topics
from materials.report import Content, chapters
from surveys.comparison import Comparison
from surveys.release import Dimension, Release, ReleaseError
from surveys.storage import Storage, StorageError
from webapp.clock import now
from webapp.comparing import Results, Wish
from webapp.config import has_database, settings


def content(
    results: Results,
    *,
    wave: str | None = None,
    survey: str | None = None,
) -> Content:
    """Return what the report of a wave tells, of the newest and of the campaign's survey for None.

    Raise ReleaseError or ComparisonError where there is nothing to tell.
    """
    found, asked = results.release_of(wave), results.survey_of(survey)
    known = _until(results, found)

    def compared(by: Dimension) -> list[Comparison]:
        groups = _ids(known) if by == "wave" else ()
        return results.compare_all(Wish(survey=asked.id, by=by, wave=found.wave, groups=groups))

    return Content(
        asked=asked,
        release=found,
        waves=results.waves_of(known),
        chapters=chapters(
            asked, compared("all"), compared("place"), compared("wave") if len(known) > 1 else []
        ),
    )


def _until(results: Results, found: Release) -> list[Release]:
    """Return the releases up to one, in their order of time."""
    return [each for each in results.releases if each.opens <= found.opens]


def _ids(known: Sequence[Release]) -> tuple[str, ...]:
    return tuple(each.wave for each in known)


def given(results: Results, today: date) -> Given | None:
    """Return the result that a campaign's sheets give back, None while there is none.

    Raise ComparisonError where the campaign names a question that cannot be compared.
    """
    campaign, wanted = results.campaign, results.campaign.results
    try:
        found = results.release_of(wanted.wave)
    except ReleaseError:
        return None
    known = _until(results, found)
    wish = Wish(survey=wanted.survey, question=wanted.question or None, wave=found.wave)
    return Given(
        overall=results.compare(replace(wish, by="all")),
        waves=results.compare(replace(wish, by="wave", groups=_ids(known))),
        asked=results.waves_of(known),
        again=campaign.wave_on(today) or campaign.next_wave(today),
    )


def with_results(campaign: Campaign, folder: Path) -> Campaign:
    """Return a campaign with what its sheets give back, where it has such sheets.

    Only then is the database read, so that everything else is printed without one.
    """
    gives = any(topics()[each.topic].results for each in campaign.materials)
    if not gives or not has_database(folder):
        return campaign
    chosen, today = settings(folder), now(campaign.zone).date()
    storage = Storage(chosen.database_url, chosen.secret)
    try:
        storage.require_current()
        found = given(Results(campaign, storage, made_up=chosen.demo), today)
        return replace(campaign, given=found)
    except StorageError:  # not of this version, so that nothing is released in it yet
        return campaign
    finally:
        storage.close()
