import pytest

from translations.languages import language
from translations.numbers import number, percent, points


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
