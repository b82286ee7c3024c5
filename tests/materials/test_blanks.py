import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from materials.blanks import blanks
from materials.campaign import Campaign, Contact, load
from tests.materials.conftest import changed, edit

TODAY = dt.date(2026, 11, 22)


def test_the_blanks_of_the_example_are_told(example: Campaign) -> None:
    assert [found.key for found in blanks(example, TODAY)] == [
        "example",
        "contacts.office.number",
        "contacts.syringes.number",
        "organisation.hours",
        "paper.hand_in",
        "medical_reviews.emergency",
        "medical_reviews.found-syringe",
    ]


@pytest.mark.parametrize(("days", "stale"), [(365, False), (366, True)])
def test_a_number_is_stale_after_a_year(example: Campaign, days: int, stale: bool) -> None:
    found = blanks(example, TODAY + dt.timedelta(days=days))
    assert any(finding.key == "contacts.police.verified_on" for finding in found) is stale


def test_a_number_that_nobody_verified_is_told(example: Campaign) -> None:
    unsure = replace(example, contacts={**example.contacts, "police": Contact(number="110")})
    found = {finding.key: finding.message for finding in blanks(unsure, TODAY)}
    assert "call 110" in found["contacts.police.verified_on"]


def test_a_line_that_no_sheet_names_may_stay_blank(example: Campaign) -> None:
    named = replace(example, materials=example.materials[3:4])  # for traders
    assert "contacts.syringes.number" not in {found.key for found in blanks(named, TODAY)}


def test_a_line_that_is_left_out_is_told(example: Campaign) -> None:
    fewer = {kind: line for kind, line in example.contacts.items() if kind != "emergency"}
    found = blanks(replace(example, contacts=fewer), TODAY)
    assert "contacts.emergency.number" in {finding.key for finding in found}


def test_a_filled_campaign_has_no_blanks(folder: Path) -> None:
    edit(folder, "example = true", "")
    edit(folder, 'hours = ""', 'hours = "dienstags 16 bis 18 Uhr"')
    edit(folder, 'hand_in = ""', 'hand_in = "Stadtteilladen"')
    for kind in ("syringes", "office"):
        changed(folder, ("contacts", kind), {"number": "0341 1", "verified_on": TODAY})
    review = {"by": "Dr. Probe", "on": TODAY}
    changed(folder, ("medical_reviews",), {"emergency": review, "found-syringe": review})
    assert blanks(load(folder), TODAY) == []
