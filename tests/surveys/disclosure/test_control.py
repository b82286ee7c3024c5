import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.disclosure.control import control
from surveys.disclosure.rules import SMALLEST_BASES, showable, sufficient
from surveys.disclosure.shapes import Columns, Row
from surveys.statistics import wilson
from tests.surveys.disclosure.attack import recovered
from tests.surveys.disclosure.reference import REVEALS

Tables = dict[str, dict[str, dict[int, int]]]

SAFE = Columns(scale=(1, 2, 3, 4), adverse=frozenset({3, 4}), beside=(97,))
CODES = (1, 2, 3, 4, 97, 98, 99)
GROUPS = {"place": 3, "language": 3, "topic": 3}
AUDIENCES = {"topic0": "traders", "topic1": "schools", "topic2": "traders"}
UNIONS = {"audience": AUDIENCES}


def wave(size: int, seed: int, *, rare: float = 1.0) -> Tables:
    """Return the tables of a made-up wave; the more ``rare``, the more uneven the groups are."""
    random = np.random.default_rng(seed)
    weights = random.dirichlet(np.full(len(CODES), 0.7))
    codes = random.choice(CODES, size=size, p=weights).tolist()
    tables: Tables = {"all": {"all": dict(Counter(codes))}}
    for dimension, count in GROUPS.items():
        shares = np.arange(1, count + 1) ** -rare
        members = random.choice(count, size=size, p=shares / shares.sum()).tolist()
        counted = Counter(zip(members, codes, strict=True))
        tables[dimension] = {
            f"{dimension}{group}": {code: counted[group, code] for code in CODES}
            for group in range(count)
        }
    return tables


def audiences(tables: Tables) -> Tables:
    """Return the tables with that of the audiences."""
    joined: dict[str, Counter[int]] = {name: Counter() for name in AUDIENCES.values()}
    for topic, counts in tables["topic"].items():
        joined[AUDIENCES[topic]].update(counts)
    return {**tables, "audience": {name: dict(counts) for name, counts in joined.items()}}


def figures(row: Row) -> list[int | None]:
    return [row.n, row.adverse, row.unsaid, *row.counts.values(), *row.beside.values()]


def each(rows: Mapping[str, Mapping[str, Row]]) -> Iterator[tuple[str, str, Row]]:
    return ((by, group, row) for by, table in rows.items() for group, row in table.items())


WAVES = st.builds(wave, st.integers(0, 200), st.integers(0, 10**6), rare=st.floats(0, 2.5))


@settings(max_examples=10, deadline=None)
@given(WAVES)
def test_an_attacker_recovers_no_small_count_and_no_small_base(tables: Tables) -> None:
    """Totals less parts, differences of unions and dimensions, complements: all are equations."""
    rows = control(tables, SAFE, unions=UNIONS)
    assert recovered(rows, SAFE, audiences(tables), UNIONS) == []


@pytest.mark.parametrize("hole", ["topic0", "topic1"])
def test_the_attacker_finds_what_is_hidden_by_itself(hole: str) -> None:
    """A check of the attacker: one hidden row is the difference of the wave and the others."""
    whole = dict.fromkeys(CODES, 81)
    topics = {topic: dict.fromkeys(CODES, 39) for topic in AUDIENCES}
    topics[hole] = dict.fromkeys(CODES, 3)
    bare = {"all": {"all": whole}, "topic": topics}
    rows = {
        by: {
            group: Row(
                n=sum(counts[code] for code in SAFE.scale),
                adverse=counts[3] + counts[4],
                counts={code: counts[code] for code in SAFE.scale},
                beside={97: counts[97]},
                unsaid=counts[98] + counts[99],
            )
            for group, counts in table.items()
        }
        for by, table in bare.items()
    }
    none = {1: None, 2: None, 3: None, 4: None}
    rows["topic"][hole] = Row(counts=none, beside={97: None})
    found = {(group, name) for _, group, name, *_ in recovered(rows, SAFE, bare, {})}
    assert found == {(hole, name) for name in ("1", "2", "3", "4", "97")}


@settings(max_examples=15, deadline=None)
@given(WAVES)
def test_what_is_shown_is_true_and_fit_and_a_row_without_base_shows_nothing(tables: Tables) -> None:
    rows = control(tables, SAFE, unions=UNIONS)
    for by, group, row in each(rows):
        counts = Counter(audiences(tables)[by][group])
        scale = {code: counts[code] for code in SAFE.scale}
        n, adverse = sum(scale.values()), counts[3] + counts[4]
        truth = [n, adverse, counts[98] + counts[99], *scale.values(), counts[97]]
        for shown, count in zip(figures(row), truth, strict=True):
            assert shown in (None, count)
            assert shown is None or showable(shown)
        if row.n is not None:
            assert sufficient(row.n, SMALLEST_BASES.get(by, 10))
            assert row.adverse is None or showable(row.n - row.adverse)
        else:
            assert set(figures(row)) == {None}
        if not counts.total():
            assert set(figures(row)) == {0}


def test_a_large_wave_shows_everything() -> None:
    tables = {
        "all": {"all": {1: 40, 2: 40, 3: 30, 4: 20, 97: 10, 99: 12}},
        "place": {
            "park": {1: 30, 2: 20, 3: 20, 4: 10, 97: 5, 99: 12},
            "station": {1: 10, 2: 20, 3: 10, 4: 10, 97: 5, 99: 0},
        },
    }
    rows = control(tables, SAFE)
    assert rows["place"]["station"] == Row(
        n=50, adverse=20, counts={1: 10, 2: 20, 3: 10, 4: 10}, beside={97: 5}, unsaid=0
    )
    assert not any(None in figures(row) for _, _, row in each(rows))


def test_a_small_base_takes_another_row_with_it_and_neither_tells_which() -> None:
    tables = {
        "all": {"all": {1: 66, 3: 61}},
        "place": {"park": {1: 3, 3: 1}, "school": {1: 33, 3: 30}, "station": {1: 30, 3: 30}},
    }
    rows = control(tables, SAFE)["place"]
    assert rows["park"] == rows["station"]
    assert rows["school"].n == 63


def test_few_adverse_answers_hide_the_share_but_not_the_base() -> None:
    tables = {
        "all": {"all": {1: 60, 3: 33}},
        "place": {"park": {1: 30, 3: 3}, "school": {1: 15, 3: 15}, "station": {1: 15, 3: 15}},
    }
    rows = control(tables, SAFE)["place"]
    assert (rows["park"].n, rows["park"].adverse) == (33, None)
    assert sum(row.adverse is None for row in rows.values()) == 2
    assert {row.n for row in rows.values()} == {33, 30}


def test_few_who_are_not_adverse_hide_the_share_too() -> None:
    """Whoever knows base and adverse answers knows the rest."""
    tables = {
        "all": {"all": {1: 33, 3: 60}},
        "place": {"park": {1: 3, 3: 30}, "school": {1: 15, 3: 15}, "station": {1: 15, 3: 15}},
    }
    assert control(tables, SAFE)["place"]["park"].adverse is None


def test_a_language_is_shown_from_twenty_on() -> None:
    languages = {"de": {1: 40, 3: 40}, "rom": {1: 10, 3: 9}, "ar": {1: 10, 3: 10}}
    tables = {"all": {"all": {1: 60, 3: 59}}, "language": languages, "place": languages}
    rows = control(tables, SAFE)
    assert [row.n for row in rows["language"].values()] == [80, None, None]
    assert [row.n for row in rows["place"].values()] == [80, 19, 20]
    assert control(tables, SAFE, smallest_base={})["language"]["rom"].n == 19


def test_a_wave_in_one_language_keeps_to_that_languages_base() -> None:
    tables = {"all": {"all": {1: 10, 3: 5}}, "language": {"de": {1: 10, 3: 5}, "ar": {}}}
    rows = control(tables, SAFE)
    assert rows["all"]["all"].n is rows["language"]["de"].n is None
    assert rows["language"]["ar"].n == 0


def test_a_wave_too_small_for_a_base_shows_nothing() -> None:
    tables = {"all": {"all": {1: 5, 3: 4, 97: 20}}, "place": {"park": {1: 5, 3: 4, 97: 20}}}
    assert {figure for *_, row in each(control(tables, SAFE)) for figure in figures(row)} == {None}


def test_a_wave_without_answers_shows_that() -> None:
    tables: Tables = {"all": {"all": {}}, "place": {"park": {}, "school": {}}}
    assert {figure for *_, row in each(control(tables, SAFE)) for figure in figures(row)} == {0}


def test_the_order_of_groups_and_tables_changes_nothing() -> None:
    tables = wave(120, 7)
    turned = {by: dict(reversed(table.items())) for by, table in reversed(tables.items())}
    once, again = (control(each, SAFE, unions=UNIONS) for each in (tables, turned))
    assert once == again
    assert list(again["place"]) == list(turned["place"])


def test_an_item_without_adverse_answers_is_controlled_by_its_codes() -> None:
    columns = Columns(scale=(1, 2, 3))
    places = {"park": {1: 3, 2: 20, 3: 10}, "school": {1: 15, 2: 10, 3: 9}}
    rows = control({"all": {"all": {1: 18, 2: 30, 3: 19}}, "place": places}, columns)["place"]
    assert rows["park"] == Row(n=33, adverse=0, counts={1: None, 2: 20, 3: None}, unsaid=0)
    assert rows["school"] == Row(n=34, adverse=0, counts={1: None, 2: 10, 3: None}, unsaid=0)


@pytest.mark.parametrize(
    ("tables", "unions"),
    [
        ({"all": {"all": {1: 20}}, "place": {"park": {1: 19}}}, {}),
        ({"all": {"all": {1: 20}}, "topic": {"shop": {1: 20}}}, {"audience": {"found": "all"}}),
    ],
)
def test_tables_that_do_not_fit_are_refused(
    tables: Tables, unions: Mapping[str, Mapping[str, str]]
) -> None:
    with pytest.raises(ValueError, match=r"add up|union"):
        control(tables, SAFE, unions=unions)


def test_a_printed_interval_gives_base_and_count_away() -> None:
    """So where either is hidden no interval may be printed, and a row has none but these two."""

    def printed(x: int, n: int, digits: int) -> tuple[float, ...]:
        return tuple(round(100 * end, digits) for end in wilson(x, n))

    low, high = REVEALS["inputs"]["all_n"]
    pairs = [(x, n) for n in range(low, high + 1) for x in range(n + 1)]
    for digits, name in ((1, "at_0.1pp"), (0, "at_whole_percent")):
        seen = Counter(printed(*pair, digits) for pair in pairs)
        alone = sum(seen[printed(*pair, digits)] == 1 for pair in pairs) / len(pairs)
        expected = next(v for key, v in REVEALS["expected"].items() if key.endswith(name))
        assert alone == pytest.approx(expected, abs=REVEALS["abs_tolerance"])
    known = tuple(REVEALS["inputs"]["published_wilson95_percent"])
    found = [list(pair) for pair in pairs if printed(*pair, 1) == known]
    assert found == [REVEALS["expected"]["recovered_x_n"]]


def agrees(table: Mapping[str, Row], split: Mapping[str, tuple[int, int]]) -> bool:
    """Return whether a table shows nothing else than what groups with these answers would show."""
    return all(
        figure in (None, count)
        for group, (safe, unsafe) in split.items()
        for figure, count in zip(
            figures(table[group]), (safe + unsafe, unsafe, 0, safe, unsafe), strict=True
        )
    )


def splits(safe: int, unsafe: int) -> Iterator[tuple[str, dict[str, tuple[int, int]]]]:
    """Yield every table of two places, of two formats and of all with these answers in all."""
    yield "all", {"all": (safe, unsafe)}
    for by, (one, other) in (("place", ("park", "school")), ("format", ("flyer", "poster"))):
        for x, y in product(range(safe + 1), range(unsafe + 1)):
            yield by, {one: (x, y), other: (safe - x, unsafe - y)}


def possible(rows: Mapping[str, Mapping[str, Row]]) -> dict[tuple[str, str], list[tuple[int, int]]]:
    """Return for each group the answers that it may have had, by trying every wave."""
    found: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for whole in product(range(16), range(16)):
        if not agrees(rows["all"], {"all": whole}):
            continue
        fits = [(by, split) for by, split in splits(*whole) if agrees(rows[by], split)]
        if {by for by, _ in fits} == rows.keys():
            for by, split in fits:
                for group, pair in split.items():
                    found.setdefault((by, group), []).append(pair)
    return found


PAIR = st.tuples(st.integers(0, 7), st.integers(0, 7))


@settings(max_examples=25, deadline=None)
@given(PAIR, PAIR, st.data())
def test_among_all_waves_that_show_the_same_a_small_count_varies(
    park: tuple[int, int], school: tuple[int, int], data: st.DataObject
) -> None:
    """Brute force: two places and two formats, and every wave of up to 15 answers to each code."""
    whole = (park[0] + school[0], park[1] + school[1])
    flyer = data.draw(st.tuples(*(st.integers(0, count) for count in whole)))
    poster = (whole[0] - flyer[0], whole[1] - flyer[1])
    truth = {
        "all": {"all": whole},
        "place": {"park": park, "school": school},
        "format": {"flyer": flyer, "poster": poster},
    }
    rows = control(
        {
            by: {group: dict(zip((1, 2), pair, strict=True)) for group, pair in table.items()}
            for by, table in truth.items()
        },
        Columns(scale=(1, 2), adverse=frozenset({2})),
    )
    found = possible(rows)
    for by, table in truth.items():
        for group, code in product(table, (0, 1)):
            counts = [pair[code] for pair in found[by, group]]
            if not showable(table[group][code]):
                assert min(counts) <= 3
                assert max(counts) >= 5
            assert table[group][code] in counts


def test_reading_what_is_released_loads_no_solver() -> None:
    """The residents' pages import the rules, and would carry it along in each process."""
    code = "import sys, surveys.disclosure; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
