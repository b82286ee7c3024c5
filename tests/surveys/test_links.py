from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from surveys.links import (
    ALPHABET,
    CODE_LENGTH,
    SERIAL_LENGTH,
    LinkError,
    Target,
    address,
    by_code,
    near,
    read_code,
    url,
)

RABET = Target("east", "rabet", "how-safe", "flyer-a6", "ar", "how-safe")
ID = st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,5}){0,2}", fullmatch=True)
TARGET = st.builds(Target, ID, ID, ID, ID, ID, ID, st.integers(0, 10**6))


@pytest.mark.parametrize(
    ("target", "code"),
    [
        (RABET, "DCVXGG"),
        (replace(RABET, serial=1), "3C9A7E01N"),
        (replace(RABET, serial=10_000), "HQS3MC4N3"),
    ],
)
def test_a_code_that_may_be_printed_already_never_changes(target: Target, code: str) -> None:
    assert target.code == code


@given(TARGET)
def test_a_code_is_read_back_as_it_is_printed(target: Target) -> None:
    code = target.code
    assert len(code) == (SERIAL_LENGTH if target.serial else CODE_LENGTH)
    assert set(code) <= set(ALPHABET)
    assert read_code(code) == code


@given(TARGET)
def test_the_survey_is_no_part_of_the_code(target: Target) -> None:
    assert replace(target, survey="another").code == target.code


@given(TARGET, st.sampled_from(["campaign", "place", "topic", "format", "language"]))
def test_every_other_part_changes_the_code(target: Target, part: str) -> None:
    changed: dict[str, Any] = {part: f"{getattr(target, part)}x"}
    assert replace(target, **changed).code != target.code


@given(TARGET, st.data())
def test_every_single_mistake_is_noticed(target: Target, data: st.DataObject) -> None:
    code = target.code
    at = data.draw(st.integers(0, len(code) - 1))
    wrong = data.draw(st.sampled_from(ALPHABET))
    assume(wrong != code[at])
    with pytest.raises(LinkError, match="mistyped"):
        read_code(code[:at] + wrong + code[at + 1 :])


@given(TARGET)
def test_every_swap_of_two_symbols_is_noticed(target: Target) -> None:
    code = target.code
    for left, right in combinations(range(len(code)), 2):
        swapped = list(code)
        swapped[left], swapped[right] = swapped[right], swapped[left]
        if swapped != list(code):
            with pytest.raises(LinkError, match="mistyped"):
                read_code("".join(swapped))


@given(TARGET, st.data())
def test_case_spaces_hyphens_and_lookalikes_do_not_matter(
    target: Target, data: st.DataObject
) -> None:
    alike = {"0": "0Oo", "1": "1IiLl"}
    typed = ""
    for symbol in target.code:
        typed += data.draw(st.sampled_from(["", " ", "-", "\t"]))
        typed += data.draw(st.sampled_from(alike.get(symbol, symbol + symbol.lower())))
    assert read_code(typed) == target.code


@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_code_or_a_sentence(typed: str) -> None:
    try:
        code = read_code(typed)
    except LinkError as error:
        assert "code" in str(error) or "mistyped" in str(error)  # noqa: PT017
    else:
        assert set(code) <= set(ALPHABET)


@pytest.mark.parametrize("typed", ["", "ABC", "ABCDEFG", "ABCDEFGH", "U00000", "ABC/../", "Ａ" * 6])
def test_what_cannot_be_a_code_is_refused(typed: str) -> None:
    with pytest.raises(LinkError, match="is not a code of 6 or 9 symbols"):
        read_code(typed)


@given(TARGET, st.data())
def test_a_code_is_among_those_near_to_every_slip_of_it(
    target: Target, data: st.DataObject
) -> None:
    code = target.code
    at = data.draw(st.integers(0, len(code) - 2))
    wrong = data.draw(st.sampled_from(ALPHABET))
    slips = [
        code[:at] + wrong + code[at + 1 :],
        code[:at] + wrong + code[at:],
        code[:at] + code[at + 1 :],
        code[:at] + code[at + 1] + code[at] + code[at + 2 :],
    ]
    for slip in slips:
        assert code in near(slip.lower())


@given(st.text(max_size=60))
def test_what_is_near_is_always_well_formed_and_not_much(typed: str) -> None:
    assert len(near(typed)) < 60
    assert all(read_code(code) == code for code in near(typed))


def test_ten_thousand_stickers_bear_ten_thousand_codes() -> None:
    stickers = [replace(RABET, serial=serial) for serial in range(1, 10_001)]
    assert len(by_code(stickers)) == 10_000


def test_two_sheets_that_would_bear_the_same_code_are_refused_by_name() -> None:
    known: dict[str, Target] = {}
    places = (replace(RABET, place=f"place-{number}") for number in range(100_000))
    first, second = next(
        (known[place.code], place)
        for place in places
        if known.setdefault(place.code, place) is not place
    )
    with pytest.raises(LinkError) as caught:
        by_code([first, second])
    told = str(caught.value)
    assert first.place in told
    assert second.place in told
    assert told.endswith("rename the place of one of them.")


def test_the_same_sheet_twice_is_no_clash() -> None:
    assert by_code([RABET, RABET]) == {RABET.code: RABET}


def test_addresses_are_upper_case_for_the_code_and_small_for_people() -> None:
    assert url("Philos.Example", "ABC123") == "HTTPS://PHILOS.EXAMPLE/ABC123"
    assert address("Philos.Example", "ABC123") == "philos.example/ABC123"
