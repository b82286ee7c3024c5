from collections import Counter
from dataclasses import replace

import pytest

from surveys.comparison import CAVEAT, ComparisonError, Heading, compare, core, load, questions
from surveys.definition import Option, instrument
from surveys.disclosure import Level
from surveys.statistics import wilson
from surveys.storage import Storage
from tests.surveys.conftest import DAY, LONG, PLATZ, RABET, context

DARK = LONG.items["dark"]
PLACES = [Heading(id="rabet", name="Rabet"), Heading(id="platz", name="Platz")]


def fill(storage: Storage, counts: dict[int, int], **kind: object) -> None:
    for code, number in counts.items():
        for index in range(number):
            token = f"{sorted(map(str, kind.items()))}{code}{index}"
            storage.save(token, context(**kind), {"dark": code})  # type: ignore[arg-type]


def test_a_comparison_counts_what_was_answered_at_each_place(storage: Storage) -> None:
    fill(storage, {1: 6, 2: 5, 3: 7, 4: 6, 97: 5, -2: 2})
    fill(storage, {1: 20, 2: 9, 3: 0, 4: 0}, target=PLATZ)
    found = load(
        storage, campaign="east", instrument=LONG, question="dark", by="place", headings=PLACES
    )
    rabet, platz = found.groups
    assert (rabet.n, rabet.adverse, rabet.share, rabet.interval) == (
        24,
        13,
        13 / 24,
        wilson(13, 24),
    )
    assert rabet.counts == {1: 6, 2: 5, 3: 7, 4: 6}
    assert rabet.apart == 7
    assert (platz.n, platz.share, platz.level) == (29, 0, Level.FULL)


def test_a_small_group_is_hidden_and_takes_another_with_it(storage: Storage) -> None:
    fill(storage, {1: 10, 3: 10})
    fill(storage, {1: 2, 3: 2}, target=PLATZ)
    found = load(
        storage, campaign="east", instrument=LONG, question="dark", by="place", headings=PLACES
    )
    for group in found.to_json()["groups"]:
        assert group["level"] == "hidden"
        numbers = ("n", "adverse", "share", "interval", "counts")
        assert [group[name] for name in numbers] == [None] * 5


def test_a_share_alone_hides_the_single_answers() -> None:
    counts = {"rabet": Counter({1: 10, 2: 10, 3: 3, 4: 4})}
    (group,) = compare(DARK, PLACES[:1], counts, sum_known=False)
    assert (group.level, group.n, group.adverse, group.counts) == (Level.SHARE, 27, 7, None)


def test_a_group_without_answers_says_so() -> None:
    (group,) = compare(DARK, PLACES[:1], {}, sum_known=True)
    assert (group.n, group.share, group.interval, group.apart) == (0, None, None, 0)


def test_a_place_that_the_campaign_no_longer_has_cannot_be_worked_out(storage: Storage) -> None:
    fill(storage, {1: 10, 3: 10})
    fill(storage, {1: 2, 3: 2}, target=PLATZ)
    found = load(
        storage, campaign="east", instrument=LONG, question="dark", by="place", headings=PLACES[:1]
    )
    assert [(group.id, group.level) for group in found.groups] == [
        ("rabet", Level.HIDDEN),
        ("platz", Level.HIDDEN),
    ]


def test_waves_stand_alone_and_an_open_one_is_provisional(storage: Storage) -> None:
    fill(storage, {1: 10, 3: 10}, wave="spring")
    fill(storage, {1: 2, 3: 2}, wave="autumn")
    waves = [Heading(id="spring", name="Spring"), Heading(id="autumn", name="Autumn", open=True)]
    found = load(
        storage, campaign="east", instrument=LONG, question="dark", by="wave", headings=waves
    )
    assert [group.level for group in found.groups] == [Level.FULL, Level.HIDDEN]
    assert found.provisional
    assert found.to_json()["caveat"] == CAVEAT


def test_answers_to_an_earlier_wording_do_not_count(storage: Storage) -> None:
    fill(storage, {1: 10, 3: 10})
    reworded = [
        replace(each, text="Anders gefragt") if each.id == "dark" else each
        for each in LONG.questions
    ]
    other_question = [
        replace(each, text="Anders gefragt") if each.id == "day" else each
        for each in LONG.questions
    ]
    for questions_now, expected in ((other_question, 20), (reworded, 0)):
        newer = replace(LONG, questions=tuple(questions_now))
        storage.publish([RABET], [newer], DAY)
        found = load(
            storage, campaign="east", instrument=newer, question="dark", by="place", headings=PLACES
        )
        assert found.groups[0].n == expected


def test_an_earlier_wording_counts_where_the_question_says_that_it_means_the_same(
    storage: Storage,
) -> None:
    fill(storage, {1: 10, 3: 10})
    safe = LONG.scales["safe"]
    other_codes = replace(safe, options=(*safe.options, Option(code=5, text="Gar nicht")))
    for scale, expected in ((safe, 20), (other_codes, 0)):
        reworded = [
            replace(each, text="Anders gefragt", comparable_with=(LONG.version,))
            if each.id == "dark"
            else each
            for each in LONG.questions
        ]
        scales = {**LONG.scales, "safe": scale}
        newer = replace(LONG, questions=tuple(reworded), scales=scales)
        storage.publish([RABET], [newer], DAY)
        found = load(
            storage, campaign="east", instrument=newer, question="dark", by="place", headings=PLACES
        )
        assert found.groups[0].n == expected


def test_another_scale_does_not_count_either(storage: Storage) -> None:
    fill(storage, {1: 10, 3: 10})
    safe = LONG.scales["safe"]
    five = replace(safe, options=(*safe.options, Option(code=5, text="Gar nicht")))
    newer = replace(LONG, scales={**LONG.scales, "safe": five})
    storage.publish([RABET], [newer], DAY)
    found = load(
        storage, campaign="east", instrument=newer, question="dark", by="place", headings=PLACES
    )
    assert found.groups[0].n == 0


@pytest.mark.parametrize("question", ["age", "nonsense", "places.gone"])
def test_what_cannot_be_compared_is_refused_with_the_choices(
    storage: Storage, question: str
) -> None:
    with pytest.raises(ComparisonError, match=r"choose a question from day, dark, places\.rabet"):
        load(
            storage,
            campaign="east",
            instrument=LONG,
            question=question,
            by="place",
            headings=PLACES,
        )


def test_a_comparison_begins_with_the_core_question() -> None:
    assert core(LONG).id == "dark"
    assert core(instrument("here-now")).id == "now"
    assert len(questions(LONG)) == 19
