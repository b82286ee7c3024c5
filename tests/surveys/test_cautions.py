from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from surveys import cautions
from surveys.cautions import Note
from surveys.release import Release, Result
from surveys.statistics import Interval, Weighted
from surveys.weighting import Unweighted
from tests.surveys.conftest import LONG
from tests.surveys.releasing import DARK, DAYS, HIDDEN, release, result, row, sheet

TABLE = {"rabet": row(40, 40), "platz": row(40, 40)}


def on_row(*args: Any, **hidden: Any) -> list[str]:
    return [note.kind for note in cautions.on_row(DARK, row(*args, **hidden))]


@pytest.mark.parametrize(
    ("n", "said"), [(10, ["small-base"]), (49, ["small-base"]), (50, []), (0, ["no-answers"])]
)
def test_a_share_of_fewer_than_fifty_is_said_to_be_uncertain(n: int, said: list[str]) -> None:
    assert on_row(n, 0) == said


def test_the_warning_has_the_base_and_refuses_nothing() -> None:
    (note,) = cautions.on_row(DARK, row(9, 11))
    assert note == Note(kind="small-base", refusal=False, figures={"n": 20})


def test_what_is_hidden_is_said_to_be_so_and_nothing_else_is() -> None:
    (note,) = cautions.on_row(DARK, HIDDEN)
    assert (note.kind, note.refusal, note.figures) == ("hidden", True, {})
    (note,) = cautions.on_row(DARK, row(9, 11, adverse=None))
    assert (note.kind, note.refusal) == ("hidden-share", True)
    (note,) = cautions.on_row(DARK, row(0, 0))
    assert note.refusal


def test_a_question_without_adverse_answers_has_no_share_to_hide() -> None:
    assert list(cautions.on_row(LONG.items["age"], row(60, 0, adverse=None))) == []


@pytest.mark.parametrize(("away", "said"), [(11, []), (12, ["avoidance"]), (None, [])])
def test_more_than_a_tenth_who_stay_away_are_also_counted_as_unsafe(
    away: int | None, said: list[str]
) -> None:
    assert on_row(50, 50, away) == said


def test_what_staying_away_would_make_of_the_share_is_told() -> None:
    (note,) = cautions.on_row(DARK, row(60, 40, 25))
    assert note.figures == {"share": 25 / 125, "counted": 65 / 125}
    assert not note.refusal


def test_a_question_that_nobody_avoids_has_no_such_note() -> None:
    assert list(cautions.on_row(LONG.items["change"], row(60, 40, 50))) == []
    assert on_row(60, 40, 50, adverse=None) == ["hidden-share"]


def on_result(**parts: Any) -> list[Note]:
    return list(cautions.on_result(result({"place": TABLE}, **parts)))


def test_answers_to_another_wording_are_said_to_be_left_out() -> None:
    assert on_result() == []
    assert on_result(left_out=7) == [Note(kind="left-out", figures={"n": 7})]


@pytest.mark.parametrize("why", Unweighted)
def test_why_there_is_no_weighted_share_is_told(why: Unweighted) -> None:
    assert on_result(weighted=why) == [Note(kind=f"unweighted-{why}", refusal=True)]


@pytest.mark.parametrize(("design_effect", "said"), [(1.5, 0), (1.51, 1)])
def test_a_strong_weighting_is_warned_of_with_what_it_is_worth(
    design_effect: float, said: int
) -> None:
    share = Weighted(
        share=0.5, interval=Interval(0.4, 0.6), effective=52.6, design_effect=design_effect
    )
    found = on_result(weighted=share)
    figures = {"design_effect": design_effect, "n": 52.6}
    assert found == [Note(kind="design-effect", figures=figures)] * said


def on_wave(**parts: Any) -> list[Note]:
    return list(cautions.on_wave(release(result({"place": TABLE}), **parts), "how-safe"))


@pytest.mark.parametrize(
    ("flyers", "posters", "said"), [(50, 50, []), (51, 49, ["one-sheet"]), (80, 0, ["one-sheet"])]
)
def test_one_kind_of_sheet_that_brought_more_than_half_is_named(
    flyers: int, posters: int, said: list[str]
) -> None:
    sheets = (sheet("flyer-a6", flyers), *([sheet("poster-a3", posters)] if posters else []))
    found = on_wave(sheets=sheets)
    assert [note.kind for note in found] == said
    if said:
        part = flyers / (flyers + posters)
        expected = {"topic": "how-safe", "format": "flyer-a6", "share": part, "wave": "spring"}
        assert found[0].figures == expected


def test_sheets_of_another_survey_do_not_make_one_too_large() -> None:
    taps = sheet("sticker", 500, survey="here-now")
    assert on_wave(sheets=(sheet("flyer-a6", 50), sheet("poster-a3", 50), taps)) == []
    assert on_wave(sheets=(taps,)) == []
    assert on_wave(sheets=(sheet("flyer-a6", 0),)) == []


@pytest.mark.parametrize(
    ("parts", "kind", "refusal"),
    [
        ({"bursts": ("rabet",)}, "bursts", False),
        ({"bursts_hidden": True}, "bursts-hidden", True),
        ({"bursts_unsaid": True}, "bursts-unsaid", False),
    ],
)
def test_what_is_known_of_bursts_is_said(parts: dict[str, Any], kind: str, refusal: bool) -> None:
    assert on_wave(**parts) == [Note(kind=kind, refusal=refusal, figures={"wave": "spring"})]


def spoken(languages: Mapping[str, Any], whole: int = 200) -> Result:
    """Return a result in which so many answered in each language, None where it is hidden."""
    rows = {tag: row(n, 0) if n is not None else HIDDEN for tag, n in languages.items()}
    tables = {"language": rows} if len(rows) > 1 else {}
    return result(tables, whole=row(whole, 0))


def on_waves(
    one: Result, other: Result, wave: str = "spring-2", days: int = 0
) -> list[dict[str, Any]]:
    releases: list[Release] = [release(one), release(other, wave=wave)]
    later = timedelta(days)
    releases[1] = replace(
        releases[1], opens=releases[1].opens + later, closes=releases[1].closes + later
    )
    found = cautions.on_waves(releases, [one, other])
    return [{"kind": note.kind, **note.figures} for note in found]


SAME = spoken({"de": 100, "ar": 100})


@pytest.mark.parametrize(("wave", "said"), [("spring-2", []), ("winter", ["season"])])
def test_waves_of_other_seasons_are_warned_of(wave: str, said: list[str]) -> None:
    found = on_waves(SAME, SAME, wave)
    assert [each["kind"] for each in found] == said
    if said:
        assert found == [{"kind": "season", "wave": "spring", "other": wave}]


@pytest.mark.parametrize(("days", "said"), [(14, 0), (45, 1)])
def test_a_season_is_another_from_ten_degrees_of_the_sun_on(days: int, said: int) -> None:
    assert len(on_waves(SAME, SAME, days=days)) == said


@pytest.mark.parametrize(
    ("languages", "whole", "said"),
    [
        ({"de": 100, "ar": 100}, 200, 0),
        ({"de": 119, "ar": 81}, 200, 0),
        ({"de": 121, "ar": 79}, 200, 1),
        ({"de": 140, "ar": 30, "tr": 30}, 200, 1),
        ({"de": 100, "ar": None}, 200, 0),  # hidden is not nought
        ({"de": 100, "ar": 79}, 200, 1),  # of all answers, not of those that are shown
        ({"de": 200}, 200, 1),  # all speak one language, whichever it is
    ],
)
def test_a_mix_of_languages_that_shifted_by_more_than_ten_points_is_warned_of(
    languages: dict[str, Any], whole: int, said: int
) -> None:
    for pair in ((SAME, spoken(languages, whole)), (spoken(languages, whole), SAME)):
        found = on_waves(*pair)
        assert [each["kind"] for each in found] == ["language-mix"] * said
    if said:
        assert found[0]["other"] == "spring-2"


def test_nothing_is_said_of_languages_of_which_nothing_is_known() -> None:
    assert on_waves(spoken({"de": 200}), spoken({"ar": 200})) == []
    assert on_waves(spoken({"de": None, "ar": None}), SAME) == []
    unknown = result({"language": {"de": row(100, 0), "ar": row(100, 0)}}, whole=HIDDEN)
    assert on_waves(unknown, SAME) == []


def test_each_wave_is_looked_at_beside_the_one_before() -> None:
    waves = [release(SAME, wave=wave) for wave in ("spring", "winter", "spring-2")]
    found = cautions.on_waves(waves, [SAME] * 3)
    assert [(note.figures["wave"], note.figures["other"]) for note in found] == [
        ("spring", "winter"),
        ("winter", "spring-2"),
    ]


def test_the_middle_of_a_wave_is_between_its_days() -> None:
    assert cautions.middle(release(SAME)) == DAYS["spring"] + timedelta(14)
