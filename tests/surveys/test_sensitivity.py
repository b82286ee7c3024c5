from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys import disclosure
from surveys.bursts import Cell
from surveys.comparison import Comparison, Heading, load
from surveys.disclosure import Level, Tally
from surveys.sensitivity import Without, _fit, tally, without
from surveys.storage import SCHEMA, Dimension, Storage
from tests.surveys.conftest import DAY, LONG, PLATZ, RABET, context

DARK = LONG.items["dark"]
PLACES = [Heading(id="rabet", name="Rabet"), Heading(id="platz", name="Platz")]
WAVES = [Heading(id="autumn", name="Autumn"), Heading(id="spring", name="Spring")]


def fill(
    storage: Storage, codes: list[int], day: int = 0, wave: str = "autumn", **kind: object
) -> None:
    """Store an answer for each code on a day after the first."""
    for index, code in enumerate(codes):
        known = context(wave=wave, **kind)  # type: ignore[arg-type]
        known = replace(known, moment=known.moment + timedelta(day))
        storage.save(f"{known.target.place}{wave}{day}-{index}", known, {"dark": code})


def usual(storage: Storage, **kind: object) -> None:
    """Store four answers on each of eight days, half of them adverse."""
    for day in range(8):
        fill(storage, [1, 2, 3, 4], day, **kind)  # type: ignore[arg-type]


def compared(storage: Storage, by: Dimension = "place", wave: str | None = "autumn") -> Comparison:
    return load(
        storage,
        campaign="east",
        instrument=LONG,
        question="dark",
        by=by,
        headings=PLACES if by == "place" else WAVES,
        wave=wave if by == "place" else None,
    )


def test_responses_are_counted_by_place_link_day_and_band(storage: Storage) -> None:
    fill(storage, [1, 2, 3])
    fill(storage, [1], day=1)
    fill(storage, [1], target=PLATZ)
    fill(storage, [1], wave="spring")
    assert storage.arrivals("east", "autumn") == {
        Cell("rabet", RABET.code, DAY, 4): 3,
        Cell("rabet", RABET.code, DAY + timedelta(1), 4): 1,
        Cell("platz", PLATZ.code, DAY, 4): 1,
    }
    assert storage.arrivals("west", "autumn") == {}


def test_answers_are_counted_in_some_cells_alone(storage: Storage) -> None:
    fill(storage, [1, 2, 3, 3, 97, -2])
    fill(storage, [1], day=1)
    fill(storage, [4], target=PLATZ)
    cells = [Cell("rabet", RABET.code, DAY, 4), Cell("platz", PLATZ.code, DAY, 4)]
    versions = [LONG.version]
    assert storage.counts_in("east", versions, "dark", "autumn", cells) == {
        "rabet": Counter({3: 2, 1: 1, 2: 1, 97: 1, -2: 1}),
        "platz": Counter({4: 1}),
    }
    assert storage.counts_in("east", versions, "dark", "autumn", cells[1:]).keys() == {"platz"}
    assert storage.counts_in("east", versions, "dark", "spring", cells) == {}
    assert storage.counts_in("east", [], "dark", "autumn", cells) == {}
    assert storage.counts_in("east", versions, "dark", "autumn", []) == {}


def test_a_burst_has_the_share_without_it_beside_the_plain_one(storage: Storage) -> None:
    usual(storage)
    usual(storage, target=PLATZ)
    fill(storage, [3] * 20 + [1] * 10 + [97] * 4, day=20)
    found = compared(storage)
    rabet, platz = found.groups
    assert (rabet.n, rabet.adverse) == (62, 36)
    assert rabet.without_bursts == Without(left_out=30, n=32, adverse=16, share=0.5)
    assert platz.without_bursts is None
    assert not found.bursts_hidden
    assert not found.bursts_unsaid
    document = found.to_json()["groups"][0]["without_bursts"]
    assert document == {"left_out": 30, "n": 32, "adverse": 16, "share": 0.5}
    assert storage.kept_counts() == storage.recount()  # nothing was deleted


def test_by_wave_the_bursts_of_its_places_are_left_out_together(storage: Storage) -> None:
    usual(storage)
    usual(storage, target=PLATZ)
    usual(storage, wave="spring")
    fill(storage, [3] * 20 + [1] * 10, day=20)
    fill(storage, [4] * 15 + [2] * 15, day=21, target=PLATZ)
    autumn, spring = compared(storage, by="wave").groups
    assert autumn.without_bursts == Without(left_out=60, n=64, adverse=32, share=0.5)
    assert spring.without_bursts is None
    whole = compared(storage, wave=None).groups[0]
    assert whole.without_bursts == Without(left_out=30, n=64, adverse=32, share=0.5)


@pytest.mark.parametrize(
    ("codes", "why"),
    [
        ([3] * 27 + [1] * 3, "three of those that are left out are safe"),
        ([97] * 22 + [3] * 4 + [1] * 4, "only eight of them are on the scale"),
    ],
)
@pytest.mark.parametrize("by", ["place", "wave"])
def test_a_part_that_is_too_small_hides_the_adjusted_share_of_the_wave(
    storage: Storage, codes: list[int], why: str, by: Dimension
) -> None:
    usual(storage)
    usual(storage, target=PLATZ)
    fill(storage, codes, day=20)
    fill(storage, [3] * 20 + [1] * 10, day=20, target=PLATZ)  # which alone could be shown
    found = compared(storage, by=by)
    assert all(group.without_bursts is None for group in found.groups), why
    assert found.bursts_hidden


def test_with_few_days_it_is_said_that_nothing_can_be_said(storage: Storage) -> None:
    fill(storage, [3] * 20 + [1] * 10)
    found = compared(storage)
    assert (found.bursts_unsaid, found.bursts_hidden) == (True, False)
    assert found.to_json()["bursts_unsaid"]


def test_where_nothing_came_densely_nothing_is_said(storage: Storage) -> None:
    usual(storage)
    found = compared(storage)
    assert not found.bursts_hidden
    assert not found.bursts_unsaid
    assert found.groups[0].without_bursts is None


COUNT = st.one_of(st.just(0), st.integers(1, 6), st.integers(5, 40))
PLACE = st.tuples(*[st.tuples(COUNT, COUNT)] * 4)  # of each code: in bursts, and beside them


def total(rows: list[Tally]) -> Tally:
    summed = rows[0]
    for row in rows[1:]:
        summed += row
    return summed


@settings(max_examples=400, deadline=None)
@given(st.lists(PLACE, min_size=1, max_size=5))
def test_no_difference_of_adjusted_and_plain_figures_is_a_small_group(
    rows: list[tuple[tuple[int, int], ...]],
) -> None:
    """The attack: from all that is shown, work out the parts of places, and of their sum."""
    inside = {
        f"place{at}": Counter({code: pair[0] for code, pair in enumerate(row, start=1)})
        for at, row in enumerate(rows)
    }
    whole = {
        f"place{at}": Counter({code: sum(pair) for code, pair in enumerate(row, start=1)})
        for at, row in enumerate(rows)
    }
    if not _fit(DARK, whole, inside):
        return
    plain = [tally(DARK, whole[place]) for place in whole]
    parts = [tally(DARK, inside[place]) for place in whole]
    levels = disclosure.levels(plain, sum_known=True)
    for shown, row, part in zip(levels, plain, parts, strict=True):
        if part.n:
            assert shown > Level.HIDDEN
            assert disclosure.level(part) > Level.HIDDEN
            assert disclosure.level(row - part) > Level.HIDDEN
    wave, left_out = total(plain), total(parts)
    assert disclosure.level(left_out) > Level.HIDDEN
    if disclosure.level(wave) > Level.HIDDEN:
        assert disclosure.level(wave - left_out) > Level.HIDDEN


def test_nothing_is_left_out_of_a_group_that_has_nothing_else() -> None:
    row = tally(DARK, Counter({1: 10, 3: 10}))
    assert without(row, row) is None
    assert without(row, tally(DARK, Counter())) is None


def test_paper_that_is_typed_in_at_one_sitting_is_no_burst(storage: Storage) -> None:
    usual(storage)
    fill(storage, [3] * 20 + [1] * 10, day=20)
    table = SCHEMA.tables["responses"]
    typed = sa.update(table).where(table.c.day == DAY + timedelta(20)).values(mode="paper")
    with storage._engine.begin() as connection:
        connection.execute(typed)
    (rabet, _) = compared(storage).groups
    assert (rabet.n, rabet.without_bursts) == (62, None)
    cells = [Cell("rabet", RABET.code, DAY + timedelta(20), 4)]
    assert storage.counts_in("east", [LONG.version], "dark", "autumn", cells) == {}
