from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.arrivals import Arrived, arrived, brought, tellable
from surveys.bursts import Cell
from surveys.links import Target
from surveys.paper import FORMAT
from surveys.statistics import wilson

FIRST, LAST = date(2026, 10, 1), date(2026, 10, 5)
FLYER = Target("east", "rabet", "how-safe", "flyer-a6", "de", "how-safe")
POSTER = Target("east", "platz", "how-safe", "poster-a3", "de", "how-safe")
CARD = Target("east", "platz", "how-safe", "card", "de", "how-safe")
PAPER = Target("east", "platz", "how-safe", FORMAT, "de", "how-safe", 1)
TRADERS = Target("east", "platz", "traders", FORMAT, "de", "traders", 1)
LINKS = {target.code: target for target in (FLYER, POSTER, CARD, PAPER, TRADERS)}


def cell(target: Target = FLYER, day: int = 0, band: int = 3) -> Cell:
    return Cell(target.place, target.code, FIRST + timedelta(day), band)


def test_responses_are_told_by_day_by_place_and_by_mode() -> None:
    found = arrived(
        {cell(): 14, cell(band=4): 1, cell(day=2): 2, cell(POSTER, band=-1): 13}, FIRST, LAST
    )
    assert list(found.days.values()) == [28, 0, 2, 0, 0]
    assert list(found.days) == [FIRST + timedelta(n) for n in range(5)]
    assert found.places == {"rabet": 17, "platz": 13}
    assert (found.total, found.paper, found.online, found.busiest) == (30, 13, 17, 28)


def test_a_day_outside_of_the_wave_is_still_counted_in_its_place() -> None:
    found = arrived({cell(day=-1): 2, cell(day=9): 1}, FIRST, LAST)
    assert list(found.days.values()) == [2, 0, 0, 0, 0, 0, 1]


def test_what_an_older_program_has_archived_is_told_by_place_and_sheet_without_day_or_mode() -> (
    None
):
    cells = {cell(): 14, cell(PAPER, band=-1): 20}
    unlinked = {
        ("how-safe", "how-safe", "flyer-a6", "rabet"): 30,
        ("here-now", "how-safe", "sticker", "platz"): 11,
    }
    found = arrived(cells, FIRST, LAST, unlinked=unlinked)
    assert (found.total, found.undated, found.busiest) == (75, 41, 34)
    assert found.places == {"rabet": 44, "platz": 31}
    assert found.online is found.paper is None
    sheets = brought(cells, LINKS.get, {}, [], unlinked)
    assert {(each.topic, each.format): each.responses for each in sheets} == {
        ("how-safe", "flyer-a6"): 44,
        ("how-safe", FORMAT): 20,
        ("how-safe", "sticker"): 11,
    }


def test_few_of_what_is_archived_are_hidden_with_what_would_tell_them() -> None:
    unlinked = {("how-safe", "how-safe", FORMAT, "platz"): 4}
    sheets = brought({cell(): 14, cell(CARD): 40}, LINKS.get, {}, [], unlinked)
    assert {each.format: each.responses for each in sheets} == {
        "flyer-a6": None,
        "card": 40,
        FORMAT: None,
    }


def test_a_wave_without_answers_has_its_days_and_nothing_else() -> None:
    found = arrived({}, FIRST, FIRST)
    assert (found.days, found.total, found.busiest) == ({FIRST: 0}, 0, 0)
    assert Arrived(days={}, places={}, online=0, paper=0).busiest == 0


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ([], []),
        ([0, 0], [0, 0]),
        ([10, 0], [10, 0]),
        ([7], [None]),
        ([7, 0], [None, None]),  # a place alone would have the total
        ([9, 50, 30, 0], [None, 50, None, 0]),  # the next smallest too
        ([1, 1, 12, 40], [None, None, None, 40]),  # two that are one each are two in all
        ([9, 9, 40], [None, None, 40]),  # 18 in all, which 1 and 17 would be as well
    ],
)
def test_few_are_hidden_with_what_would_tell_them(
    counts: list[int], told: list[int | None]
) -> None:
    assert list(tellable(dict(enumerate(counts))).values()) == told


@given(st.lists(st.integers(0, 40), max_size=8))
def test_nobody_can_work_out_a_few_from_the_total(counts: list[int]) -> None:
    told = tellable(dict(enumerate(counts)))
    hidden = [n for n, shown in zip(counts, told.values(), strict=True) if shown is None]
    assert all(shown in {None, n} for n, shown in zip(counts, told.values(), strict=True))
    assert all(shown is None for n, shown in zip(counts, told.values(), strict=True) if 0 < n < 10)
    whole = len(hidden) == len(counts)
    assert not hidden or whole or (len(hidden) > 1 and sum(hidden) - len(hidden) + 1 >= 10)
    assert bool(hidden) == any(0 < n < 10 for n in counts)


@pytest.mark.parametrize(
    ("n", "smallest", "told"),
    [(0, 10, 0), (9, 10, None), (10, 10, 10), (39, 10, 30), (19, 20, None), (29, 20, 20)],
)
def test_with_tens_a_number_is_rounded_down(n: int, smallest: int, told: int | None) -> None:
    assert tellable({"a": n, "b": 70}, smallest=smallest, tens=True) == {"a": told, "b": 70}


def test_few_at_a_place_or_on_paper_are_hidden_with_their_neighbour() -> None:
    found = arrived({cell(): 30, cell(POSTER, band=-1): 3}, FIRST, LAST, ["schule", "rabet"])
    assert found.places == {"schule": 0, "rabet": None, "platz": None}
    assert (found.total, found.online, found.paper) == (33, None, None)


def test_the_number_on_paper_does_not_tell_of_a_sheet_on_paper() -> None:
    cells = {cell(): 40, cell(POSTER): 9, cell(CARD): 12}
    cells |= {cell(PAPER, band=-1): 20, cell(TRADERS, band=-1): 3}
    assert arrived(cells, FIRST, LAST).paper == 23
    told = {(each.topic, each.format): each.responses for each in brought(cells, LINKS.get, {}, [])}
    assert told["how-safe", FORMAT] is told["traders", FORMAT] is None
    assert told["how-safe", "flyer-a6"] == 40
    assert told["how-safe", "card"] is told["how-safe", "poster-a3"] is None


def rates(n: int, copies: int | None, form: str = "flyer-a6") -> tuple[object, object]:
    known = {("how-safe", form): copies} if copies is not None else {}
    target = FLYER if form == "flyer-a6" else POSTER
    (found,) = brought({cell(target): n}, LINKS.get, known, ["flyer-a6"])
    return found.rate, found.interval


@pytest.mark.parametrize("n", [0, 10, 30])
def test_what_a_flyer_brought_is_a_share_of_its_copies(n: int) -> None:
    known = {("how-safe", "flyer-a6"): 500}
    found = brought({cell(): n} if n else {}, LINKS.get, known, ["flyer-a6"])
    assert [(each.rate, each.interval) for each in found] == [(n / 500, wilson(n, 500))]


def test_what_is_hidden_has_no_rate() -> None:
    assert rates(9, 500) == rates(1, 500, "poster-a3") == (None, None)


def test_what_hangs_on_a_wall_is_seen_by_many_and_has_no_share() -> None:
    assert rates(30, 10, "poster-a3") == (3.0, None)


def test_a_flyer_that_brought_more_answers_than_there_are_copies_has_no_share() -> None:
    assert rates(30, 20) == (1.5, None)
    assert rates(20, 20)[1] == wilson(20, 20)


@pytest.mark.parametrize("copies", [None, 0])
def test_without_knowing_the_copies_there_is_no_rate(copies: int | None) -> None:
    assert rates(30, copies) == (None, None)


def test_sheets_stand_in_the_order_of_the_campaign_with_those_that_brought_nothing() -> None:
    known = {("how-safe", "poster-a3"): 10, ("traders", "card"): 50}
    found = brought({cell(): 14, cell(POSTER, band=5): 12}, LINKS.get, known, ["card"])
    assert [(each.topic, each.format, each.responses) for each in found] == [
        ("how-safe", "poster-a3", 12),
        ("traders", "card", 0),
        ("how-safe", "flyer-a6", 14),
    ]


def test_a_link_that_nobody_knows_is_no_sheet() -> None:
    assert brought({Cell("rabet", "NOTHING", FIRST, 3): 4}, LINKS.get, {}, []) == []
