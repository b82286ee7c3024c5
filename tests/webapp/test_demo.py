from collections import Counter

from flask import Flask

from materials.campaign import Campaign, load
from materials.sheets import sheets, targets
from surveys.comparison import core
from surveys.comparison import load as load_comparison
from surveys.disclosure import Level
from surveys.storage import Storage
from tests.conftest import NOON
from webapp import demo
from webapp.auth import renew_demo
from webapp.config import Settings
from webapp.service import headings


def fill(storage: Storage, campaign: Campaign) -> int:
    return demo.fill(storage, campaign, targets(sheets(campaign)).values(), NOON.date())


def test_made_up_answers_are_the_same_each_time_and_show_all_that_a_table_can(
    storage: Storage, chosen: Settings
) -> None:
    campaign = load(chosen.folder)
    number = fill(storage, campaign)
    before = storage.kept_counts()
    assert fill(storage, campaign) == number
    assert storage.kept_counts() == before == storage.recount()
    assert levels(storage, campaign) == {Level.HIDDEN: 2, Level.FULL: 2, Level.SHARE: 1}
    with storage._engine.connect() as connection:
        days = connection.exec_driver_sql("SELECT max(day) FROM responses").scalar()
    assert str(days) <= f"{NOON:%Y-%m-%d}"


def levels(storage: Storage, campaign: Campaign) -> Counter[Level]:
    asked = campaign.instruments["how-safe"]
    found = load_comparison(
        storage,
        campaign=campaign.id,
        instrument=asked,
        question=core(asked).id,
        by="place",
        headings=headings(campaign, "place", "winter-2026", NOON.date()),
        wave="winter-2026",
    )
    return Counter(group.level for group in found.groups)


def test_the_trial_account_gets_a_new_password_each_time(app: Flask, storage: Storage) -> None:
    first, second = renew_demo(storage), renew_demo(storage)
    assert first != second
    assert len(second) >= 12
