from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from surveys import releasing
from surveys.definition import ANSWERED, SKIPPED, Instrument
from surveys.disclosure import Paired
from surveys.documents import parse
from surveys.links import Target
from surveys.release import Release, ReleaseError, differs_by_few, from_json
from surveys.releasing import Wave, make, steps
from surveys.storage import Context, Storage
from surveys.weighting import Population
from tests.surveys.conftest import DAY, KINDS, LONG, PLATZ, RABET, SECRET, SHORT, context, older

OPENS, CLOSES = DAY - timedelta(20), DAY + timedelta(10)
AFTER = CLOSES + timedelta(1)
TAP_RABET = replace(RABET, format="sticker", survey="here-now")
TAP_PLATZ = replace(PLATZ, format="sticker", survey="here-now")
AUDIENCES = {"how-safe": "everyone", "traders": "traders"}


@pytest.fixture
def storage(storage: Storage) -> Storage:
    """The storage, with the short form as well."""
    storage.publish([TAP_RABET, TAP_PLATZ], [SHORT], DAY)
    return storage


def wave(*surveys: Instrument, **parts: Any) -> Wave:
    known: dict[str, Any] = {
        "audiences": AUDIENCES,
        "surveys": {each.id: each for each in surveys or (SHORT,)},
    }
    return Wave(campaign="east", id="autumn", opens=OPENS, closes=CLOSES, **known | parts)


def fill(
    storage: Storage,
    target: Target,
    counts: Mapping[int, int],
    asked: Instrument = SHORT,
    **at: Any,
) -> None:
    """Store so many answers with each code to the first question of a survey."""
    item = "dark" if asked.id == "how-safe" else next(iter(asked.items))
    for code, number in counts.items():
        for index in range(number):
            token = f"{target.code}{asked.version}{sorted(at.items())}{code}-{index}"
            storage.save(token, _context(target, asked, **at), {item: code})


def _context(target: Target, asked: Instrument, **at: Any) -> Context:
    made = context(target, asked)
    return replace(made, moment=made.moment - timedelta(at.pop("days", 0)), **at)


def made(storage: Storage, **parts: Any) -> Release:
    return make(storage, wave(**parts), AFTER)


@pytest.mark.parametrize("today", [OPENS - timedelta(1), OPENS, CLOSES])
def test_an_open_wave_is_refused(storage: Storage, today: date) -> None:
    fill(storage, TAP_RABET, {1: 20, 4: 20})
    with pytest.raises(ReleaseError, match=f"open until {CLOSES}"):
        make(storage, wave(), today)


def test_a_release_has_what_was_answered_by_place_and_in_all(storage: Storage) -> None:
    fill(storage, TAP_RABET, {1: 20, 4: 25})
    fill(storage, TAP_PLATZ, {1: 30, 3: 10})
    found = made(storage)
    assert (found.campaign, found.wave, found.released) == ("east", "autumn", AFTER)
    assert (found.opens, found.closes, found.responses) == (OPENS, CLOSES, 85)
    tables = found.surveys["here-now"].items["now"].tables
    assert (tables["all"]["all"].n, tables["all"]["all"].adverse) == (85, 35)
    assert (tables["place"]["rabet"].n, tables["place"]["rabet"].adverse) == (45, 25)
    assert (tables["place"]["platz"].n, tables["place"]["platz"].adverse) == (40, 10)
    assert found.surveys["here-now"].version == SHORT.version


def test_where_everybody_is_of_one_group_there_is_no_table(storage: Storage) -> None:
    fill(storage, TAP_RABET, {1: 20, 4: 25})
    tables = made(storage).surveys["here-now"].items["now"].tables
    assert set(tables) == {"all"}


def test_a_small_group_is_nowhere_in_the_document(storage: Storage) -> None:
    fill(storage, TAP_RABET, {1: 20, 4: 25})
    fill(storage, TAP_PLATZ, {1: 3, 4: 4})
    tables = made(storage).surveys["here-now"].items["now"].tables
    for place in ("rabet", "platz"):  # one of the two would be told by all and the other
        row = tables["place"][place]
        assert (row.n, row.adverse) == (None, None)
        assert set(row.counts.values()) <= {None}


def test_a_release_is_the_same_after_it_was_stored(storage: Storage) -> None:
    fill(storage, TAP_RABET, {1: 20, 4: 25})
    fill(storage, TAP_PLATZ, {1: 30, 3: 10})
    found = made(storage)
    storage.put_release("east", "autumn", found.to_json())
    assert from_json(storage.releases("east")["autumn"]) == found
    assert storage.released_waves("east") == {"autumn"}
    assert storage.released_waves("west") == set()


def test_later_answers_and_deletions_change_nothing_of_it(storage: Storage) -> None:
    fill(storage, TAP_RABET, {1: 20, 4: 25})
    fill(storage, TAP_PLATZ, {1: 30, 3: 10})
    storage.put_release("east", "autumn", made(storage).to_json())
    before = storage.releases("east")
    fill(storage, TAP_RABET, {1: 9}, mode="paper")
    storage.forget("east", f"{TAP_PLATZ.code}{SHORT.version}[]1-0")
    assert storage.releases("east") == before
    assert made(storage).surveys != from_json(before["autumn"]).surveys


def test_each_kind_of_sheet_has_what_it_brought(storage: Storage) -> None:
    fill(storage, TAP_RABET, {1: 20})
    fill(storage, TAP_PLATZ, {1: 3})
    fill(storage, RABET, {1: 2}, LONG)
    found = {
        (each.survey, each.format, each.place): each.responses for each in made(storage).sheets
    }
    assert found == {
        ("here-now", "sticker", "rabet"): 20,
        ("here-now", "sticker", "platz"): None,  # few are hidden
        ("how-safe", "flyer-a6", "rabet"): None,
    }
    assert made(storage).responses == 25


def of_an_older_program(
    path: Path, asked: Instrument, archived: Mapping[tuple[Target, int], int]
) -> Storage:
    """Return a storage in whose time nothing but counts was kept, brought to the newest schema.

    ``archived`` tells how often each code was given to the first item by the sheets of a target.
    """
    storage = Storage(f"sqlite:///{path}", SECRET)
    with older(storage) as (connection, old):
        counts = [
            {
                "campaign": "east",
                "version": asked.version,
                "wave": "autumn",
                "language": "ar",
                **{name: getattr(target, name) for name in ("place", "topic", "format")},
                "item": next(iter(asked.items)),
                "code": code,
                "n": n,
                "archived": n,
            }
            for (target, code), n in archived.items()
        ]
        connection.execute(sa.insert(old.tables["counts"]), counts)
    storage.upgrade()
    storage.publish([TAP_RABET, TAP_PLATZ, RABET], [SHORT, asked], DAY)
    return storage


def test_what_an_older_program_has_archived_is_in_the_number_of_responses(tmp_path: Path) -> None:
    archived = {(TAP_RABET, 1): 20, (TAP_RABET, 4): 25, (TAP_PLATZ, 1): 3}
    storage = of_an_older_program(tmp_path / "old.sqlite", SHORT, archived)
    fill(storage, TAP_RABET, {1: 12})
    fill(storage, TAP_PLATZ, {4: 11}, days=9)
    storage.retain("east", DAY - timedelta(5), date.min)  # arrivals of these are kept
    found = made(storage)
    assert found.surveys["here-now"].items["now"].tables["all"]["all"].n == 71
    assert found.responses == found.surveys["here-now"].responses == 71
    assert storage.unlinked("east", "autumn") == {
        ("here-now", TAP_RABET.topic, TAP_RABET.format, "rabet"): 45,
        ("here-now", TAP_PLATZ.topic, TAP_PLATZ.format, "platz"): 3,
    }
    assert {(each.place, each.language): each.responses for each in found.sheets} == {
        ("rabet", "ar"): 12,
        ("platz", "ar"): 11,
        ("rabet", ""): 45,  # what is archived is not told from the languages of the sheets
        ("platz", ""): None,
    }
    storage.close()


def test_of_several_answers_an_older_program_has_archived_persons_are_counted(
    tmp_path: Path,
) -> None:
    several = replace(KINDS, questions=KINDS.questions[1:2])
    assert several.questions[0].form.several
    archived = {(RABET, 1): 30, (RABET, 2): 40, (RABET, ANSWERED): 50, (RABET, SKIPPED): 2}
    storage = of_an_older_program(tmp_path / "old.sqlite", several, archived)
    assert make(storage, wave(several), AFTER).responses == 52
    storage.close()


def test_topics_are_gathered_by_those_for_whom_they_were_made(storage: Storage) -> None:
    traders = replace(TAP_PLATZ, topic="traders")
    storage.publish([traders], [], DAY)
    fill(storage, TAP_RABET, {1: 20, 4: 20})
    fill(storage, traders, {1: 30, 4: 15})
    tables = made(storage).surveys["here-now"].items["now"].tables
    assert {name: row.n for name, row in tables["audience"].items()} == {
        "everyone": 40,
        "traders": 45,
    }
    gone = made(storage, audiences={"how-safe": "everyone"})
    assert set(gone.surveys["here-now"].items["now"].tables["audience"]) == {"everyone", "traders"}
    same = made(storage, audiences={"how-safe": "everyone", "traders": "everyone"})
    assert "audience" not in same.surveys["here-now"].items["now"].tables


def reworded(**changes: Any) -> Instrument:
    (question,) = SHORT.questions
    return replace(SHORT, questions=(replace(question, **changes),))


def test_answers_to_another_wording_are_left_out_and_counted(storage: Storage) -> None:
    before = reworded(text="Wie sicher ist es hier?")
    storage.publish([], [before], DAY)
    fill(storage, TAP_RABET, {1: 12, -2: 5}, before)
    fill(storage, TAP_RABET, {1: 20, 4: 25})
    found = made(storage).surveys["here-now"].items["now"]
    assert (found.tables["all"]["all"].n, found.left_out) == (45, 12)


def test_answers_to_a_wording_that_means_the_same_are_counted_together(storage: Storage) -> None:
    before = reworded(text="Wie sicher ist es hier?")
    now = reworded(comparable_with=(before.version,))
    storage.publish([], [before, now], DAY)
    fill(storage, TAP_RABET, {1: 12}, before)
    fill(storage, TAP_RABET, {1: 20, 4: 25}, now)
    found = make(storage, wave(now), AFTER).surveys["here-now"].items["now"]
    assert (found.tables["all"]["all"].n, found.left_out) == (57, 0)


def days(storage: Storage, target: Target, each: Mapping[int, int], number: int = 8) -> None:
    for day in range(1, number + 1):
        fill(storage, target, each, days=day)


def test_a_burst_is_named_and_what_is_left_without_it(storage: Storage) -> None:
    days(storage, TAP_RABET, {1: 1, 2: 1, 3: 1, 4: 1})
    days(storage, TAP_PLATZ, {1: 1, 2: 1, 3: 1, 4: 1})
    fill(storage, TAP_RABET, {4: 24, 1: 6})
    found = made(storage)
    assert (found.bursts, found.bursts_hidden, found.bursts_unsaid) == (("rabet",), False, False)
    without = found.surveys["here-now"].items["now"].without_bursts
    assert (without["rabet"].left_out, without["rabet"].n, without["rabet"].adverse) == (30, 32, 16)
    assert (without["all"].left_out, without["all"].n, without["all"].adverse) == (30, 64, 32)


def test_a_burst_that_would_tell_of_a_few_is_said_to_be_hidden(storage: Storage) -> None:
    days(storage, TAP_RABET, {1: 1, 2: 1, 3: 1, 4: 1})
    fill(storage, TAP_RABET, {4: 27, 1: 3})
    found = made(storage)
    assert found.bursts_hidden
    assert found.surveys["here-now"].items["now"].without_bursts == {}


def test_of_too_few_days_nothing_can_be_said_of_bursts(storage: Storage) -> None:
    days(storage, TAP_RABET, {1: 2, 4: 2}, number=3)
    fill(storage, TAP_RABET, {4: 15, 1: 15})
    found = made(storage)
    assert (found.bursts, found.bursts_unsaid) == ((), True)


def test_a_survey_tells_how_many_steps_its_release_takes(storage: Storage) -> None:
    storage.publish([], [KINDS], DAY)
    asked = wave(KINDS, SHORT)
    told: list[int] = []
    make(storage, asked, AFTER, told.append)
    assert sum(told) == steps(asked.surveys) == len(KINDS.items) - 1 + 1  # texts are not counted


def test_several_answers_are_told_option_by_option(storage: Storage) -> None:
    storage.publish([], [KINDS], DAY)
    for index in range(40):
        given = (1, 2) if index < 12 else (2,)
        storage.save(f"s{index}", context(asked=KINDS), {"several": given})
    found = make(storage, wave(KINDS), AFTER).surveys["kinds"]
    assert "several" not in found.items
    assert "words" not in found.items
    assert {code: row.adverse for code, row in found.options["several"].items()} == {
        1: 12,
        2: 40,
        3: 0,
    }
    assert found.options["several"][1].n == 40


def pairs(storage: Storage, counts: Mapping[tuple[int, int], int]) -> None:
    for (by_day, dark), number in counts.items():
        for index in range(number):
            answers = {"day": by_day, "dark": dark, "age": 2 + index % 2, "gender": 1 + index % 2}
            storage.save(f"p{by_day}{dark}-{index}", context(), answers)


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> Instrument:
    """The long form, of which a release has the two twins and age and gender alone."""
    kept = {"day", "dark", "age", "gender"}
    told = [item for item in LONG.items.values() if item.id in kept]
    monkeypatch.setattr(releasing, "_told", lambda _: told)
    return LONG


NOBODY: dict[tuple[int, ...], int] = {(a, g): 0 for a in (1, 2, 3, 4, 5) for g in (1, 2, 3)}
SOME: dict[tuple[int, ...], int] = {(a, g): 100 for a in (2, 3) for g in (1, 2)}
PEOPLE = Population(source="test", people=NOBODY | SOME)


@pytest.mark.parametrize(
    ("by_day_alone", "shown"), [(6, Paired(both=12, first=6, second=15, neither=20)), (4, None)]
)
def test_what_the_same_persons_said_by_day_and_after_dark_is_kept_where_it_may_be(
    storage: Storage, only: Instrument, by_day_alone: int, shown: Paired | None
) -> None:
    pairs(storage, {(1, 1): 20, (1, 4): 15, (4, 1): by_day_alone, (4, 4): 12})
    found = make(storage, wave(only), AFTER).surveys["how-safe"].pairs
    assert found == {"day&dark": shown}


def test_the_share_is_weighted_where_the_campaign_knows_its_population(
    storage: Storage, only: Instrument
) -> None:
    pairs(storage, {(1, 1): 40, (4, 4): 40})
    plain = make(storage, wave(only), AFTER).surveys["how-safe"].items
    assert plain["dark"].weighted is None
    items = make(storage, wave(only, population=PEOPLE), AFTER).surveys["how-safe"].items
    assert items["age"].weighted is None  # nothing of it is adverse
    weighted = items["dark"].weighted
    assert weighted is not None
    assert not isinstance(weighted, str)
    assert weighted.share == pytest.approx(0.5)


def test_a_wave_without_answers_can_be_released_and_says_so(storage: Storage) -> None:
    found = made(storage)
    assert found.responses == 0
    assert found.surveys["here-now"].items["now"].tables["all"]["all"].n == 0


def test_a_few_answers_to_another_wording_are_not_numbered(storage: Storage) -> None:
    now = reworded(text="Wie sicher ist es hier?")
    storage.publish([], [now], DAY)
    fill(storage, TAP_RABET, {1: 3})
    fill(storage, TAP_RABET, {1: 20, 4: 25}, now)
    assert make(storage, wave(now), AFTER).surveys["here-now"].items["now"].left_out is None


def answered(storage: Storage, asked: Instrument, answers: Mapping[str, int], number: int) -> None:
    for index in range(number):
        token = f"{asked.version}{sorted(answers.items())}-{index}"
        storage.save(token, context(asked=asked), answers)


FILTERED = """
id = "filtered"
title = "Mit Filter"
minutes = 1
[scales.three]
options = [{ code = 1, text = "Ja" }, { code = 2, text = "Ein wenig" }, { code = 3, text = "Nein" }]
[scales.safe]
adverse = [2]
adverse_label = "unsicher"
options = [{ code = 1, text = "Sicher" }, { code = 2, text = "Unsicher" }]
[scales.things]
options = [{ code = 1, text = "Müll" }, { code = 2, text = "Lärm" }]
[[questions]]
id = "one"
text = "Kennen Sie das?"
scale = "three"
missing = []
source = "test"
licence = "own"
[[questions]]
id = "then"
text = "Wie sicher fühlen Sie sich?"
scale = "safe"
missing = []
show_if = "one in 1, 2"
source = "test"
licence = "own"
[[questions]]
id = "which"
kind = "multiple"
text = "Was stört Sie?"
scale = "things"
missing = []
show_if = "one in 1, 2"
source = "test"
licence = "own"
"""


@pytest.mark.parametrize(("a_little", "shown"), [(3, False), (12, True)])
def test_what_is_asked_after_a_filter_is_hidden_where_the_filters_answer_is(
    storage: Storage, a_little: int, shown: bool
) -> None:
    asked = parse(FILTERED.encode(), "filtered.toml", Instrument)
    storage.publish([], [asked], DAY)
    answered(storage, asked, {"one": 1, "then": 1}, 30)
    answered(storage, asked, {"one": 1, "then": 2}, 20)
    answered(storage, asked, {"one": 2, "then": 2}, a_little)
    answered(storage, asked, {"one": 3}, 40)
    for index in range(20):
        token = f"w{index}"
        storage.save(token, context(asked=asked), {"one": 1, "then": 1, "which": (1,)})
    found = make(storage, wave(asked), AFTER).surveys["filtered"]
    assert (found.items["one"].tables["all"]["all"].counts[2] is not None) is shown
    assert (found.items["then"].tables["all"]["all"].n is not None) is shown
    assert bool(found.options["which"]) is shown


def test_an_option_that_the_others_leave_over_is_hidden_with_another(storage: Storage) -> None:
    """103 have chosen one thing at least, 60 and 39 the two that are shown: four are left."""
    storage.publish([], [KINDS], DAY)
    for code, number in ((1, 60), (2, 39), (3, 4)):
        for index in range(number):
            storage.save(f"m{code}-{index}", context(asked=KINDS), {"several": (code,)})
    options = make(storage, wave(KINDS), AFTER).surveys["kinds"].options["several"]
    assert {code: row.adverse for code, row in options.items()} == {1: 60, 2: None, 3: None}


@pytest.mark.parametrize(("more", "tells"), [(1, True), (4, True), (10, False)])
def test_two_releases_of_a_wave_whose_difference_is_a_few_are_told(
    storage: Storage, more: int, tells: bool
) -> None:
    fill(storage, TAP_RABET, {1: 40, 4: 40})
    fill(storage, TAP_PLATZ, {1: 40, 4: 40})
    before = made(storage)
    assert not differs_by_few(before, before)
    fill(storage, TAP_RABET, {1: more}, days=1)
    assert differs_by_few(before, made(storage)) is tells
