import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from materials.blanks import blanks
from materials.build import build
from materials.campaign import FILE, Campaign, load
from materials.privacy import Retention
from materials.sheets import sheets
from surveys.documents import DocumentError
from tests.materials.test_campaign import TODAY

KINDS = Path(__file__).parents[1] / "surveys" / "kinds.toml"


@pytest.mark.parametrize(
    ("today", "months", "expected"),
    [
        ("2026-11-22", 12, "2025-11-22"),
        ("2026-01-31", 1, "2025-12-31"),
        ("2026-03-31", 1, "2026-02-28"),
        ("2028-02-29", 12, "2027-02-28"),
        ("2028-03-31", 1, "2028-02-29"),
        ("2026-12-31", 13, "2025-11-30"),
        ("2026-11-22", 120, "2016-11-22"),
    ],
)
def test_months_are_counted_by_the_calendar(today: str, months: int, expected: str) -> None:
    kept = Retention(microdata_months=months)
    assert kept.responses_before(date.fromisoformat(today)) == date.fromisoformat(expected)


def test_days_are_counted() -> None:
    assert Retention().texts_before(date(2026, 11, 22)) == date(2026, 8, 24)


def test_a_campaign_that_says_nothing_keeps_answers_a_year_and_texts_90_days(
    folder: Path, example: Campaign
) -> None:
    text = (folder / FILE).read_text("utf-8")
    assert "[retention]\nmicrodata_months = 12\nfree_text_days = 90\n" in text
    (folder / FILE).write_text(
        text.replace("[retention]", "[folds]").replace(
            "microdata_months = 12\nfree_text_days = 90\n", ""
        ),
        "utf-8",
    )
    assert load(folder) == replace(example, given=None)


WRONG = {
    "no way to reach anybody": ('contact = "datenschutz@philos.example"', 'contact = "bei uns"'),
    "an unknown basis": ('"legitimate-interest"', '"because"'),
    "a public task without law": ('"legitimate-interest"', '"public-task"'),
    "a law without public task": ('"legitimate-interest"', '"consent"\nlaw = "§ 1"'),
    "no authority": ('supervisory_authority = "Muster', 'supervisory_authority = ""  # "'),
    "no hosting": ("hosting = ", "hoster = "),
    "no months": ("microdata_months = 12", "microdata_months = 0"),
    "too many days": ("free_text_days = 90", "free_text_days = 100_000"),
    "days as text": ("free_text_days = 90", 'free_text_days = "90"'),
    "a switch as text": ("free_text = false", 'free_text = "no"'),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_with_its_key(folder: Path, name: str) -> None:
    old, new = WRONG[name]
    text = (folder / FILE).read_text("utf-8")
    assert old in text
    (folder / FILE).write_text(text.replace(old, new), "utf-8")
    with pytest.raises(DocumentError) as raised:
        load(folder)
    assert str(raised.value).startswith(f"{FILE}: ")
    assert any(key in str(raised.value) for key in ("controller", "retention", "free_text"))


def test_a_campaign_without_controller_is_printed_and_told(folder: Path, example: Campaign) -> None:
    nobody = replace(example, controller=None)
    assert "controller" in [found.key for found in blanks(nobody, TODAY)]
    wanted = [sheet for sheet in sheets(nobody) if sheet.tag == "de"][:1]
    run = build(nobody, folder, folder / "out", wanted)
    assert run.printed == 1
    with pytest.raises(DocumentError, match="controller: is missing, so nothing can be published"):
        build(nobody, folder, folder / "out", wanted, final=True)


@pytest.fixture
def with_texts(folder: Path) -> Callable[[str], Campaign]:
    """Return the example asking with a survey of every kind; texts as the switch says."""

    def made(switch: str) -> Campaign:
        text = (folder / FILE).read_text("utf-8").replace('survey = "how-safe"', 'survey = "kinds"')
        (folder / FILE).write_text(text.replace("free_text = false", f"free_text = {switch}"))
        (folder / "surveys").mkdir()
        shutil.copy(KINDS, folder / "surveys")
        return load(folder)

    return made


def test_texts_are_left_out_until_the_campaign_wants_them(
    with_texts: Callable[[str], Campaign],
) -> None:
    campaign = with_texts("false")
    assert "words" not in campaign.instruments["kinds"].items
    assert len(campaign.instruments["kinds"].items) == 6
    (told,) = [found for found in blanks(campaign, TODAY) if found.key == "free_text"]
    assert "kinds does not ask words" in told.message


def test_texts_are_asked_where_the_campaign_wants_them(
    with_texts: Callable[[str], Campaign],
) -> None:
    campaign = with_texts("true")
    assert "words" in campaign.instruments["kinds"].items
    assert "free_text" not in [found.key for found in blanks(campaign, TODAY)]
    off = replace(campaign, free_text=False)
    assert off.instruments["kinds"].version != campaign.instruments["kinds"].version
    assert off.instruments["here-now"].version == campaign.instruments["here-now"].version


def test_a_survey_of_nothing_but_texts_needs_the_switch(
    folder: Path, with_texts: Callable[[str], Campaign]
) -> None:
    with_texts("true")
    survey = folder / "surveys" / "kinds.toml"
    head, *questions = survey.read_text("utf-8").split("[[questions]]")
    survey.write_text(f"{head}[[questions]]{questions[-1]}", "utf-8")
    assert list(load(folder).instruments["kinds"].items) == ["words"]
    file = folder / FILE
    file.write_text(file.read_text("utf-8").replace("free_text = true", "free_text = false"))
    with pytest.raises(DocumentError, match="free_text: is off, and kinds asks for nothing but"):
        load(folder)
