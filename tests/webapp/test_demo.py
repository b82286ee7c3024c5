import signal
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path

from flask import Flask

from materials.campaign import Campaign, load
from materials.example import write_example
from materials.sheets import sheets, targets
from surveys.storage import Storage
from tests.browser import PHILOS
from tests.conftest import NOON
from tests.kept import kept, recounted
from tests.trial import leave_the_open_wave
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


def test_a_trial_that_is_still_starting_ends_when_it_is_told_to_and_starts_again(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "east"
    write_example(folder, date.today())  # noqa: DTZ011
    leave_the_open_wave(folder)
    for until in ("Stop with Ctrl-C", "Sign in as demo", "worker"):
        with subprocess.Popen(
            [PHILOS, "serve", folder, "--demo", "--port", "0", "--workers", "1"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            assert process.stdout
            said = iter(process.stdout.readline, "")
            assert next(line for line in said if line.startswith((until, "Sign in as demo")))
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
            while until == "worker" and not children.read_text():
                assert process.poll() is None
            process.terminate()
            rest = process.communicate(timeout=20)[0]
        assert process.returncode in {0, -signal.SIGTERM}, rest
        assert "Traceback" not in rest
