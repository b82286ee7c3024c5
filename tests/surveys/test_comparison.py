from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.comparison import (
    CAVEAT,
    REST,
    Comparison,
    ComparisonError,
    Difference,
    Why,
    across,
    core,
    item_of,
    over_waves,
    questions,
    within,
)
from surveys.definition import Instrument
from surveys.disclosure import Paired, Row
from surveys.release import Release, Result, Without
from surveys.statistics import (
    Interval,
    Weighted,
    benjamini_hochberg,
    cochran_armitage,
    holm,
    newcombe,
    paired_difference,
    wilson,
)
from tests.surveys.conftest import LONG, SHORT
from tests.surveys.releasing import DARK, HIDDEN, release, result, row

VERSIONS = {LONG.version: LONG}
PLACES = {"rabet": "Rabet", "platz": "Platz", "park": "Park"}
THREE = {"park": row(30, 30), "rabet": row(20, 40), "platz": row(45, 15)}


def by_place(found: Release, *chosen: str, question: str = "dark") -> Comparison:
    return within(found, LONG, question, "place", PLACES, chosen=chosen)


def waves(releases: Sequence[Release], **narrowed: Any) -> Comparison:
    return over_waves(releases, VERSIONS, LONG, "dark", {"spring": "Frühling"}, **narrowed)


def kinds(found: Comparison | Difference) -> list[str]:
    return [note.kind for note in found.notes]


@pytest.fixture
def three() -> Release:
    return release(result({"place": THREE}))


def test_groups_stand_in_the_order_of_the_campaign_and_never_of_their_shares(
    three: Release,
) -> None:
    assert [group.id for group in by_place(three).groups] == ["rabet", "platz", "park"]
    unknown = release(result({"place": {"new": row(30, 30)} | THREE}))
    assert [group.id for group in by_place(unknown).groups] == ["rabet", "platz", "park", "new"]


def test_a_group_has_its_share_its_interval_and_its_name(three: Release) -> None:
    rabet = by_place(three).group("rabet")
    assert (rabet.name, rabet.wave, rabet.row.n) == ("Rabet", "spring", 60)
    assert (rabet.share, rabet.interval) == (40 / 60, wilson(40, 60))


def test_each_group_is_compared_with_all_the_others_together(three: Release) -> None:
    found = by_place(three)
    rabet, platz, park = found.differences
    assert [each.one for each in found.differences] == ["rabet", "platz", "park"]
    assert {each.other for each in found.differences} == {REST}
    assert rabet.rest is not None
    assert (rabet.rest.row.n, rabet.rest.row.adverse) == (120, 45)
    assert rabet.rest.row.counts == {1: 75, 2: 0, 3: 0, 4: 45}
    expected = newcombe(40, 60, 45, 120)
    assert not isinstance(expected, str)
    assert (rabet.estimate, rabet.interval, rabet.p) == (
        expected.estimate,
        expected.interval,
        expected.p,
    )
    assert (rabet.verdict, platz.verdict, park.verdict) == ("more", "fewer", "unclear")


def test_scanning_is_adjusted_by_benjamini_and_hochberg_and_what_is_planned_by_holm(
    three: Release,
) -> None:
    for found, correction, adjust in (
        (by_place(three), "benjamini-hochberg", benjamini_hochberg),
        (by_place(three, "rabet", "platz", "park"), "holm", holm),
    ):
        assert found.correction == correction
        values = {place: each.p or 0 for place, each in enumerate(found.differences)}
        expected = adjust(values)
        assert [each.adjusted for each in found.differences] == [
            expected[place] for place in range(3)
        ]
        assert [each.adjusted for each in found.differences] != [
            each.p for each in found.differences
        ]


def test_chosen_groups_are_compared_each_with_each_and_no_other_is_shown(three: Release) -> None:
    found = by_place(three, "park", "rabet")
    assert [group.id for group in found.groups] == ["rabet", "park"]
    (difference,) = found.differences
    assert (difference.one, difference.other, difference.rest) == ("rabet", "park", None)
    assert found.correction is None  # there is one, and nothing to adjust
    assert difference.adjusted == difference.p


def test_a_difference_counts_only_when_it_does_among_all_that_were_made() -> None:
    table = {"rabet": row(20, 30), "platz": row(31, 19)} | {
        f"place-{number}": row(25, 25) for number in range(8)
    }
    alone = by_place(release(result({"place": table})), "rabet", "platz").differences[0]
    assert (alone.p or 1) < 0.05
    assert alone.verdict == "more"
    among = by_place(release(result({"place": table})), *table)
    same = next(each for each in among.differences if {each.one, each.other} == {"rabet", "platz"})
    assert (same.p, same.verdict) == (alone.p, "unclear")


@given(st.lists(st.tuples(st.integers(0, 80), st.integers(0, 80)), min_size=2, max_size=5))
def test_the_verdict_says_what_the_figures_say(counts: list[tuple[int, int]]) -> None:
    table = {f"place-{number}": row(*each) for number, each in enumerate(counts)}
    found = by_place(release(result({"place": table})))
    assert len(found.differences) == len(counts)
    for difference in found.differences:
        group, rest = found.group(difference.one).row, difference.rest
        assert rest is not None
        if difference.verdict == "unsaid":
            assert difference.adjusted is None
            assert difference.notes
        else:
            assert difference.estimate is not None
            assert difference.adjusted is not None
            assert min(group.n or 0, rest.row.n or 0) >= 30
            assert (difference.verdict == "unclear") == (
                difference.adjusted > 0.05 or not difference.estimate
            )
            if difference.verdict != "unclear":
                assert (difference.verdict == "more") == (difference.estimate > 0)


@pytest.mark.parametrize(("n", "tested"), [(29, False), (30, True)])
def test_a_group_under_thirty_is_not_tested_and_it_is_said_why(n: int, tested: bool) -> None:
    table = {"rabet": row(n - 9, 9), "platz": row(40, 60)}
    found = by_place(release(result({"place": table})), "rabet", "platz").differences[0]
    assert (found.p is not None, found.verdict != "unsaid") == (tested, tested)
    assert found.estimate is not None
    assert kinds(found) == ([] if tested else ["few-for-test"])
    if not tested:
        assert found.notes[0].refusal
        assert found.notes[0].figures == {"n": 29, "smallest": 30}


@pytest.mark.parametrize(("n", "shown"), [(9, False), (10, True)])
def test_a_share_of_fewer_than_ten_is_not_even_that_of_the_others(n: int, shown: bool) -> None:
    whole = {"rabet": row(40, 60), "platz": HIDDEN}
    found = by_place(release(result({"place": whole}, whole=row(40, 60 + n))))
    rest = found.differences[0].rest
    assert rest is not None
    assert rest.row.n == n
    assert (rest.share is not None, found.differences[0].estimate is not None) == (shown, shown)
    assert kinds(found.differences[0]) == ["few-for-test"]


def test_of_a_hidden_group_nothing_is_said_and_neither_of_its_difference() -> None:
    hidden = by_place(release(result({"place": {**THREE, "rabet": HIDDEN}}, whole=row(95, 85))))
    rabet = hidden.group("rabet")
    assert (rabet.share, rabet.interval, rabet.weighted) == (None, None, None)
    assert kinds(hidden.differences[0]) == ["hidden-difference"]
    assert hidden.differences[0].notes[0].refusal
    assert hidden.differences[0].verdict == "unsaid"
    assert (hidden.differences[0].estimate, hidden.differences[0].p) == (None, None)


def test_what_all_answered_being_hidden_hides_every_difference_from_the_others() -> None:
    found = by_place(release(result({"place": THREE}, whole=HIDDEN)))
    assert {each.verdict for each in found.differences} == {"unsaid"}


def test_a_share_that_is_hidden_beside_a_base_that_is_not_is_no_difference() -> None:
    table = {**THREE, "rabet": row(20, 40, adverse=None)}
    found = by_place(release(result({"place": table}, whole=row(95, 85))))
    assert found.group("rabet").share is None
    assert found.differences[0].estimate is None


def test_a_group_without_answers_is_not_compared() -> None:
    found = by_place(release(result({"place": {**THREE, "rabet": row(0, 0)}})))
    assert found.group("rabet").share is None
    assert kinds(found.differences[0]) == ["no-answers"]


def test_the_effect_is_of_the_whole_scale_and_grows_towards_the_adverse_end() -> None:
    table = {"rabet": row(0, 40), "platz": row(40, 0)}
    (found,) = by_place(release(result({"place": table})), "rabet", "platz").differences
    assert found.effect is None  # separated: the data has no spread
    table = {"rabet": row(10, 40), "platz": row(40, 10)}
    (found,) = by_place(release(result({"place": table})), "rabet", "platz").differences
    assert found.effect is not None
    assert found.effect.estimate > 0
    lacking = {**table, "rabet": row(10, 40, counts={1: None, 2: None, 3: 40, 4: 0})}
    (found,) = by_place(release(result({"place": lacking})), "rabet", "platz").differences
    assert found.effect is None


def test_a_scale_that_begins_with_the_adverse_answers_is_turned_for_the_effect() -> None:
    police = LONG.items["trust.police"]
    assert min(police.scale.adverse) == police.scale.choices[0].code
    mistrust = Row(n=50, adverse=40, counts={1: 40, 2: 0, 3: 0, 4: 10}, beside={}, unsaid=0)
    trust = Row(n=50, adverse=10, counts={1: 10, 2: 0, 3: 0, 4: 40}, beside={}, unsaid=0)
    table = {"rabet": mistrust, "platz": trust}
    found = release(result({"place": table}, whole=row(50, 50)), items=("trust.police",))
    (difference,) = by_place(found, "rabet", "platz", question="trust.police").differences
    assert difference.effect is not None
    assert (difference.effect.estimate > 0, difference.verdict) == (True, "more")


def test_languages_are_shown_and_never_tested_against_each_other() -> None:
    tables = {"language": {"de": row(40, 40), "ar": row(20, 60)}}
    for chosen in ((), ("de", "ar")):
        found = within(release(result(tables)), LONG, "dark", "language", {}, chosen=chosen)
        assert [group.share for group in found.groups] == [0.75, 0.5]
        assert (found.differences, found.correction) == ((), None)
        assert "languages" in kinds(found)
        assert next(note for note in found.notes if note.kind == "languages").refusal


def test_all_together_is_one_group_without_a_difference(three: Release) -> None:
    found = within(three, LONG, "dark", "all", {"all": "all"})
    assert [group.row.n for group in found.groups] == [180]
    assert (found.differences, found.place, found.waves) == ((), None, ("spring",))


@pytest.mark.parametrize(
    ("question", "by", "chosen", "why"),
    [
        ("age", "place", (), Why.QUESTION),
        ("nothing", "place", (), Why.QUESTION),
        ("dark", "wave", (), Why.DIMENSION),
        ("dark", "topic", (), Why.SAME),
        ("dark", "place", ("rabet", "nowhere"), Why.GROUP),
        ("day", "place", (), Why.UNASKED),
    ],
)
def test_what_cannot_be_compared_is_refused_with_a_reason(
    three: Release, question: str, by: Any, chosen: tuple[str, ...], why: Why
) -> None:
    with pytest.raises(ComparisonError) as refused:
        within(three, LONG, question, by, PLACES, chosen=chosen)
    assert refused.value.why is why
    assert str(refused.value).endswith(".")


def test_what_does_not_exist_is_told_from_what_cannot_be_said() -> None:
    assert {why for why in Why if not why.unknown} == {Why.SAME, Why.UNASKED, Why.UNANSWERED}


def test_a_survey_that_the_wave_did_not_ask_is_not_compared(three: Release) -> None:
    with pytest.raises(ComparisonError, match="did not ask"):
        within(three, SHORT, "now", "place", PLACES)


def test_one_tap_is_never_pooled_with_the_long_form() -> None:
    both = release(result({"place": THREE}))
    tapped = release(result({"place": THREE}, whole=row(500, 500)), items=("now",), asked=SHORT)
    both = replace(both, surveys={**both.surveys, **tapped.surveys})
    assert within(both, LONG, "dark", "all", {}).groups[0].row.n == 180
    assert within(both, SHORT, "now", "all", {}).groups[0].row.n == 1000


def test_the_weighted_share_is_told_of_all_answers_alone() -> None:
    share = Weighted(share=0.4, interval=Interval(0.3, 0.5), effective=90.0, design_effect=1.1)
    found = release(result({"place": THREE}, weighted=share))
    assert within(found, LONG, "dark", "all", {}).groups[0].weighted == share
    assert {group.weighted for group in by_place(found).groups} == {None}
    assert waves([found]).groups[0].weighted == share


def test_what_bursts_change_is_told_of_places_and_of_all_and_of_no_other_group() -> None:
    left = {
        "rabet": Without(left_out=20, n=40, adverse=30),
        "all": Without(left_out=20, n=160, adverse=75),
    }
    tables = {"place": THREE, "topic": {"rabet": row(90, 80), "other": row(5, 5)}}
    found = release(result(tables, without_bursts=left))
    assert by_place(found).group("rabet").without_bursts == left["rabet"]
    assert by_place(found).group("platz").without_bursts is None
    assert within(found, LONG, "dark", "all", {}).groups[0].without_bursts == left["all"]
    topic = within(found, LONG, "dark", "topic", {})
    assert topic.group("rabet").without_bursts is None  # a topic that is called as a place
    assert waves([found]).groups[0].without_bursts == left["all"]
    assert waves([found], place="rabet").groups[0].without_bursts == left["rabet"]


def wave(name: str, safe: int, unsafe: int, **parts: Any) -> Release:
    tables = {"place": {"rabet": row(safe, unsafe), "platz": row(30, 30)}}
    return release(result(tables, whole=row(safe, unsafe)), wave=name, **parts)


def test_waves_are_compared_each_with_the_one_before_and_adjusted_by_holm() -> None:
    found = waves([wave("spring", 20, 60), wave("autumn", 40, 40), wave("spring-2", 60, 20)])
    assert [(each.one, each.other) for each in found.differences] == [
        ("autumn", "spring"),
        ("spring-2", "autumn"),
    ]
    assert found.correction == "holm"
    assert [each.verdict for each in found.differences] == ["fewer", "fewer"]
    assert [group.name for group in found.groups] == ["Frühling", "autumn", "spring-2"]
    values = {0: found.differences[0].p or 0, 1: found.differences[1].p or 0}
    assert [each.adjusted for each in found.differences] == list(holm(values).values())


def test_a_trend_takes_three_waves_and_scores_them_by_their_dates() -> None:
    three = [wave("spring", 20, 60), wave("autumn", 40, 40), wave("spring-2", 60, 20)]
    assert waves(three[:2]).trend is None
    trend = waves(three).trend
    days = [each.opens + timedelta(14) for each in three]
    expected = cochran_armitage([60, 40, 20], [80, 80, 80], [day.toordinal() for day in days])
    assert not isinstance(expected, str)
    assert trend is not None
    assert trend.p == pytest.approx(expected.p)
    assert trend.verdict == "fewer"
    up = waves([wave("spring", 60, 20), wave("autumn", 40, 40), wave("spring-2", 20, 60)]).trend
    flat = waves([wave(name, 40, 40) for name in ("spring", "autumn", "spring-2")]).trend
    assert up is not None
    assert flat is not None
    assert (up.verdict, flat.verdict) == ("more", "unclear")


@pytest.mark.parametrize("safe", [row(9, 20), HIDDEN, row(20, 20, adverse=None)])
def test_of_a_trend_with_a_small_or_hidden_wave_nothing_is_said(safe: Row) -> None:
    small = release(result({"place": THREE}, whole=safe), wave="autumn")
    trend = waves([wave("spring", 20, 60), small, wave("spring-2", 60, 20)]).trend
    assert trend is not None
    assert (trend.verdict, trend.p) == ("unsaid", None)


def test_a_trend_over_waves_in_which_all_say_the_same_is_unsaid() -> None:
    trend = waves([wave(name, 40, 0) for name in ("spring", "autumn", "spring-2")]).trend
    assert trend is not None
    assert trend.verdict in {"unsaid", "unclear"}


def reworded(asked: Instrument, **changes: Any) -> Instrument:
    """Return a version of the survey that asks about the dark in other words."""
    other = tuple(
        replace(each, **changes) if each.id == "dark" else each for each in asked.questions
    )
    return replace(asked, questions=other)


def test_a_wave_that_asked_in_other_words_is_refused_and_named() -> None:
    before = reworded(LONG, text="Haben Sie nachts Angst?")
    assert before.version != LONG.version
    old = wave("spring", 20, 60, asked=before)
    new = wave("autumn", 40, 40)
    versions = {**VERSIONS, before.version: before}
    found = over_waves([old, new], versions, LONG, "dark", {})
    assert [group.id for group in found.groups] == ["autumn"]
    refusal = next(note for note in found.notes if note.kind == "changed-wording")
    assert (refusal.refusal, refusal.figures) == (True, {"wave": "spring"})
    with pytest.raises(ComparisonError) as refused:
        over_waves([old], versions, LONG, "dark", {})
    assert refused.value.why is Why.UNASKED


def test_a_wording_that_is_declared_to_mean_the_same_is_compared() -> None:
    before = reworded(LONG, text="Wie sicher fühlen Sie sich nachts?")
    now = reworded(LONG, comparable_with=(before.version,))
    versions = {each.version: each for each in (before, now)}
    old, new = wave("spring", 20, 60, asked=before), wave("autumn", 40, 40, asked=now)
    found = over_waves([old, new], versions, now, "dark", {})
    assert [group.id for group in found.groups] == ["spring", "autumn"]


def test_a_wave_whose_version_is_not_published_here_is_not_compared() -> None:
    with pytest.raises(ComparisonError):
        over_waves([wave("spring", 20, 60)], {}, LONG, "dark", {})


def test_a_wave_that_did_not_ask_the_question_is_left_out_without_a_word() -> None:
    other = release(result({"place": THREE}), wave="autumn", items=("day",))
    tapped = release(result({"place": THREE}), wave="winter", items=("now",), asked=SHORT)
    found = waves([wave("spring", 20, 60), other, tapped])
    assert [group.id for group in found.groups] == ["spring"]
    assert "changed-wording" not in kinds(found)


def test_waves_are_compared_at_one_place_where_it_was_asked_for() -> None:
    found = waves([wave("spring", 20, 60), wave("autumn", 50, 30)], place="rabet")
    assert [group.row.n for group in found.groups] == [80, 80]
    assert (found.place, found.groups[0].share) == ("rabet", 0.75)


@pytest.mark.parametrize("tables", [{"place": THREE}, {}])
def test_a_place_without_answers_in_any_wave_is_refused(tables: dict[str, Any]) -> None:
    found = release(result(tables, whole=row(40, 40)))
    with pytest.raises(ComparisonError) as refused:
        waves([found], place="nowhere")
    assert refused.value.why is Why.UNANSWERED


def test_a_note_on_the_answers_to_a_wave_stands_at_this_wave() -> None:
    left = release(result({"place": THREE}, left_out=12), wave="autumn")
    found = waves([wave("spring", 20, 60), left])
    assert ["left-out" in kinds_of(group.notes) for group in found.groups] == [False, True]


def kinds_of(notes: Sequence[Any]) -> list[str]:
    return [note.kind for note in notes]


PAIR = Paired(both=30, first=5, second=40, neither=25)


def paired(found: Release, question: str = "dark") -> Any:
    return within(found, LONG, question, "all", {}).pair


def test_day_and_night_are_compared_within_the_same_persons() -> None:
    both = (result({"place": THREE}), result({"place": THREE}))
    found = release(*both, items=("day", "dark"), pairs={"day&dark": PAIR})
    expected = paired_difference(30, 5, 40, 25)
    assert not isinstance(expected, str)
    for question in ("day", "dark"):
        pair = paired(found, question)
        assert (pair.first, pair.second, pair.counts) == ("day", "dark", PAIR)
        assert (pair.estimate, pair.p, pair.verdict) == (expected.estimate, expected.p, "fewer")
    assert by_place(found).pair is None


@pytest.mark.parametrize(
    "counts",
    [
        None,
        Paired(both=5, first=5, second=14, neither=5),
        Paired(both=30, first=0, second=0, neither=30),
    ],
)
def test_of_a_pair_that_is_hidden_or_small_or_all_alike_nothing_is_claimed(
    counts: Paired | None,
) -> None:
    found = release(result({"place": THREE}), pairs={"day&dark": counts})
    pair = paired(found)
    assert pair.counts == counts
    assert pair.verdict in {"unsaid", "unclear"}


def test_a_wave_without_pairs_and_an_item_without_a_twin_have_none() -> None:
    assert paired(release(result({"place": THREE}))) is None
    change = release(result({"place": THREE}), items=("change",), pairs={"day&dark": PAIR})
    assert paired(change, "change") is None


def test_who_looks_at_every_question_is_adjusted_over_all_of_them() -> None:
    near = {"rabet": row(20, 30), "platz": row(31, 19)}
    even = {"rabet": row(25, 25), "platz": row(25, 25)}
    found = release(
        result({"place": near}),
        *(result({"place": even}) for _ in range(9)),
        items=tuple(item.id for item in questions(LONG)[:10]),
    )
    each = [by_place(found, "rabet", "platz", question=i.id) for i in questions(LONG)[:10]]
    assert each[0].differences[0].verdict == "more"
    adjusted = across(each)
    assert [one.differences[0].p for one in adjusted] == [one.differences[0].p for one in each]
    assert {one.differences[0].verdict for one in adjusted} == {"unclear"}
    assert {one.correction for one in adjusted} == {"benjamini-hochberg"}
    values = {place: one.differences[0].p or 0 for place, one in enumerate(each)}
    assert [one.differences[0].adjusted for one in adjusted] == list(
        benjamini_hochberg(values).values()
    )
    assert across([]) == []


def test_questions_are_those_with_adverse_answers_and_begin_with_the_core() -> None:
    assert core(LONG) is DARK
    assert "age" not in {item.id for item in questions(LONG)}
    assert item_of(LONG, "dark") is DARK
    assert core(reworded(LONG, core=False)).id == "day"


def test_the_document_has_every_figure_and_the_caveat(three: Release) -> None:
    document = by_place(three).to_json()
    assert document["caveat"] == CAVEAT
    assert (document["question"], document["counted"]) == ("dark", DARK.scale.adverse_label)
    assert document["row"] is None
    assert document["groups"][0]["share"] == 40 / 60
    assert document["differences"][0]["other"] == REST
    assert "item" not in document


def test_of_a_hidden_group_no_figure_is_in_the_document() -> None:
    found = by_place(release(result({"place": {**THREE, "rabet": HIDDEN}}, whole=row(95, 85))))
    rabet = found.to_json()["groups"][0]
    assert rabet["id"] == "rabet"
    assert [rabet[name] for name in ("share", "interval", "weighted")] == [None] * 3
    assert {rabet["row"][name] for name in ("n", "adverse", "unsaid")} == {None}
    assert set(rabet["row"]["counts"].values()) == {None}


def test_a_result_reads_nothing_but_the_release(three: Release) -> None:
    before = by_place(three).to_json()
    copy = replace(three, surveys={"how-safe": three.surveys["how-safe"]})
    assert by_place(copy).to_json() == before
    assert isinstance(copy.surveys["how-safe"].items["dark"], Result)
