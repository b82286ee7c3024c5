from dataclasses import replace

from flask import Flask

from materials.campaign import Campaign, load
from materials.sheets import sheets, targets
from surveys.storage import Storage
from tests.conftest import NOON
from tests.kept import kept, recounted
from webapp import demo
from webapp.auth import renew_demo
from webapp.comparing import Results, Wish
from webapp.config import Settings


def fill(storage: Storage, campaign: Campaign) -> int:
    return demo.fill(storage, campaign, targets(sheets(campaign)).values(), NOON.date())


def test_made_up_answers_are_the_same_each_time_and_show_all_that_a_table_can(
    storage: Storage, chosen: Settings
) -> None:
    campaign = load(chosen.folder)
    campaign = replace(campaign, waves=campaign.waves[-2:])  # one closed, one open
    number = fill(storage, campaign)
    before, released = kept(storage), storage.releases(campaign.id)
    assert fill(storage, campaign) == number
    assert kept(storage) == before == recounted(storage)
    assert storage.releases(campaign.id) == released
    assert list(released) == ["summer-2026"]
    found = Results(campaign, storage).compare(Wish(by="place"))
    assert {group.row.n is None for group in found.groups} == {True, False}
    assert {each.verdict for each in found.differences} >= {"unsaid", "unclear"}
    with storage._engine.connect() as connection:
        days = connection.exec_driver_sql("SELECT max(day) FROM responses").scalar()
    assert str(days) <= f"{NOON:%Y-%m-%d}"


def test_the_trial_account_gets_a_new_password_each_time(app: Flask, storage: Storage) -> None:
    first, second = renew_demo(storage), renew_demo(storage)
    assert first != second
    assert len(second) >= 12
