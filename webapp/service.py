"""What every view works with: the campaign, its storage and the time."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from threading import Lock
from typing import cast

from flask import Flask, current_app

from materials.campaign import TRANSLATIONS, Campaign
from materials.campaign import load as load_campaign
from materials.sheets import Sheet, sheets
from materials.waves import Wave
from surveys.daylight import BAND, Daylight, daylight
from surveys.definition import Instrument, messages, wordings
from surveys.links import Target
from surveys.recordings import Recordings, load
from surveys.storage import Storage, StorageError
from translations.catalogs import Texts, gaps
from translations.errors import UserError
from translations.languages import Language
from webapp.clock import Clock
from webapp.comparing import Results
from webapp.compressed import Compressed
from webapp.config import Settings
from webapp.guessing import Guessing
from webapp.invitations import Invitations
from webapp.ratelimits import RateLimits
from webapp.tokens import Tokens

RESULTS_AREAS = (
    "webapp/templates/respond/",
    "materials/wording/",
    "materials/pictures/",
    "materials/waves.py",
    "surveys/comparison.py",
)
MOST_PAGES = 5_000  # kept in memory, each some 5 kB; a survey has a hundred in a language


@dataclass
class Service:
    """A campaign that is being served."""

    settings: Settings
    campaign: Campaign
    storage: Storage
    clock: Clock
    pages: dict[tuple[object, ...], Compressed] = field(default_factory=dict)
    _offered: dict[str, tuple[Language, ...]] = field(default_factory=dict)
    _released: bool = False
    _rendering: Lock = field(default_factory=Lock)
    tokens: Tokens = field(init=False)
    limits: RateLimits = field(init=False)
    guessing: Guessing = field(init=False)
    invitations: Invitations = field(init=False)

    def __post_init__(self) -> None:
        self.tokens = Tokens(self.settings.secret)
        self.limits = RateLimits(self.settings.per_link, self.settings.workers)
        self.guessing = Guessing(self.settings.secret)
        self.invitations = Invitations(self.settings.secret)

    def page(self, key: tuple[object, ...], render: Callable[[], Compressed]) -> Compressed:
        """Return a page that was rendered before, or is now."""
        found = self.pages.get(key)
        return found if found is not None else self._rendered(key, render)

    def _rendered(self, key: tuple[object, ...], render: Callable[[], Compressed]) -> Compressed:
        """Render a page, and let all who ask for it in the meantime have the same."""
        with self._rendering:
            if key not in self.pages:
                if len(self.pages) >= MOST_PAGES:
                    self.pages.clear()
                self.pages[key] = render()
            return self.pages[key]

    @cached_property
    def recordings(self) -> Recordings:
        """Return the questions that are read aloud."""
        campaign = self.campaign
        return load(self.settings.folder, campaign.instruments.values(), campaign.languages)

    @property
    def results(self) -> Results:
        """Return the released results; made up are those of a trial."""
        return Results(self.campaign, self.storage, made_up=self.settings.demo)

    @cached_property
    def sheets(self) -> list[Sheet]:
        """Return the sheets of the campaign."""
        return sheets(self.campaign)

    @property
    def is_edited(self) -> bool:
        """Return whether the folder has no longer the campaign that is served."""
        try:
            return load_campaign(self.settings.folder) != self.campaign
        except (UserError, OSError):
            return True

    @property
    def moment(self) -> datetime:
        """Return the present moment where the campaign is."""
        return self.clock(self.campaign.zone)

    @property
    def today(self) -> date:
        """Return the day it is where the campaign is."""
        return self.moment.date()

    @property
    def wave(self) -> Wave | None:
        """Return the wave that is open today."""
        return self.campaign.wave_on(self.today)

    def daylight(self, moment: datetime) -> Daylight:
        """Return whether it was light in the band of a moment; nothing where no place is known."""
        campaign = self.campaign
        if campaign.position is None:
            return ""
        return daylight(campaign.position, campaign.zone, moment.date(), moment.hour // BAND)

    @property
    def offered(self) -> tuple[Language, ...]:
        """Return the languages of the campaign's own survey, for pages that belong to none."""
        return self.offered_for(self.campaign.instruments[self.campaign.survey])

    def offered_for(self, asked: Instrument) -> tuple[Language, ...]:
        """Return the campaign's languages that have every text a respondent of a survey meets."""
        if asked.version not in self._offered:
            sources = [text for text, _ in wordings(asked)]
            self._offered[asked.version] = tuple(
                row
                for row in self.campaign.rows
                if not gaps(row, "public", "webapp/templates/respond/")
                and not self.texts(row).lacks(sources)
            )
        return self._offered[asked.version]

    def prepare(self) -> None:
        """Read the catalogues before the first respondents come.

        It takes a second; else each of the threads that meet the first of them would read them all.
        """
        for asked in self.campaign.instruments.values():
            self.offered_for(asked)

    @property
    def results_offered(self) -> tuple[Language, ...]:
        """Return the campaign's languages that have every text of the public results."""
        asked = self.campaign.instruments[self.campaign.survey]
        if "results" not in self._offered:
            sources = [text for text, _ in messages(asked)]
            self._offered["results"] = tuple(
                row
                for row in self.campaign.rows
                if not gaps(row, "public", *RESULTS_AREAS) and not self.texts(row).lacks(sources)
            )
        return self._offered["results"]

    def released(self) -> bool:
        """Return whether there are results to see; once there are, there always are."""
        if not self._released:
            with suppress(StorageError):  # no page that only leads there fails for it
                self._released = bool(self.storage.released_waves(self.campaign.id))
        return self._released

    def texts(self, row: Language) -> Texts:
        """Return the texts of a reader, those of the campaign's own surveys included."""
        return Texts(row, folders=[self.settings.folder / TRANSLATIONS])


def latest_wave(campaign: Campaign, today: date) -> Wave:
    """Return the wave that is open or was the last to be, else the first to come."""
    begun = [wave for wave in campaign.waves if wave.opens <= today]
    return max(begun, key=lambda wave: wave.opens, default=campaign.waves[0])


def place_name(target: Target | None) -> str:
    """Return the name of a sheet's place; a printed code outlives its place in the campaign."""
    places = service().campaign.places
    return next((each.name for each in places if target and each.id == target.place), "")


def init_app(app: Flask, service: Service) -> None:
    """Give an application its campaign."""
    app.extensions["philos"] = service


def service() -> Service:
    """Return the campaign of the request that is being answered."""
    return cast("Service", current_app.extensions["philos"])
