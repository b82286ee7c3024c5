import pytest

from translations.languages import language
from translations.numbers import add_up, decimal, number, percent, points, probability


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("de", ("1.234", "72\xa0%", "–17", "+5")),
        ("en", ("1,234", "72%", "–17", "+5")),
        ("ar", ("1,234", "72%", "–17", "+5")),
        ("tr", ("1.234", "%72", "–17", "+5")),
        ("ru", ("1\xa0234", "72\xa0%", "–17", "+5")),
        ("rom", ("1.234", "72\xa0%", "–17", "+5")),
    ],
)
def test_numbers_are_written_as_the_reader_writes_them(
    tag: str, expected: tuple[str, str, str, str]
) -> None:
    row = language(tag)
    assert (number(1234, row), percent(0.724, row), points(-0.17, row), points(0.051, row)) == (
        expected
    )


def test_a_difference_of_nothing_has_no_sign() -> None:
    assert points(-0.004, language("de")) == "0"


def test_a_screen_reader_is_given_a_minus_that_it_says() -> None:
    assert points(-0.17, language("de"), minus="-") == "-17"


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("de", ("0,042", "<\xa00,001", "+0,50", "–0,07")),
        ("en", ("0.042", "<\xa00.001", "+0.50", "–0.07")),
        ("ru", ("0,042", "<\xa00,001", "+0,50", "–0,07")),
    ],
)
def test_figures_of_tests_are_written_as_the_reader_writes_them(
    tag: str, expected: tuple[str, str, str, str]
) -> None:
    row = language(tag)
    assert expected == (
        probability(0.04217, row),
        probability(0.00004, row),
        decimal(0.5, 2, row, signed=True),
        decimal(-0.0651, 2, row, signed=True),
    )


def test_an_effect_of_nothing_has_no_sign_and_a_certainty_no_more_than_one() -> None:
    assert decimal(-0.001, 2, language("de"), signed=True) == "0,00"
    assert probability(1.0, language("de")) == "1,000"


@pytest.mark.parametrize(
    ("shares", "whole"),
    [
        ((0.335, 0.335, 0.33), False),
        ((1 / 3, 1 / 3, 1 / 3), False),
        ((0.5, 0.25, 0.25), True),
        ((0.575, 0.425), True),
        ((), False),
    ],
)
def test_parts_add_up_where_what_is_written_of_them_does(
    shares: tuple[float, ...], whole: bool
) -> None:
    written = sum(int(percent(share, language("en"))[:-1]) for share in shares)
    assert add_up(shares) == (written == 100) == whole
