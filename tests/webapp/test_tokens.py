import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.links import ALPHABET, Target
from webapp.tokens import Tokens

SHEET = Target("east", "rabet", "how-safe", "flyer-a6", "ar", "how-safe")
TOKENS = Tokens(b"k" * 32)
SYMBOLS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def test_a_token_has_22_symbols_and_is_never_drawn_twice() -> None:
    drawn = {TOKENS.draw(SHEET) for _ in range(2_000)}
    assert len(drawn) == len({token[:11] for token in drawn}) == 2_000
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{22}", token) for token in drawn)
    assert all(TOKENS.fits(token, SHEET) for token in drawn)


def test_every_symbol_of_a_token_is_needed() -> None:
    token = TOKENS.draw(SHEET)
    for at in range(len(token)):
        for symbol in SYMBOLS.replace(token[at], ""):
            assert not TOKENS.fits(token[:at] + symbol + token[at + 1 :], SHEET)


@pytest.mark.parametrize(
    "other",
    [
        replace(SHEET, language="de"),
        replace(SHEET, place="platz"),
        replace(SHEET, campaign="west"),
        replace(SHEET, serial=7),
    ],
)
def test_a_token_fits_the_code_that_it_was_drawn_for_and_no_other(other: Target) -> None:
    assert not TOKENS.fits(TOKENS.draw(SHEET), other)


def test_two_campaigns_with_one_secret_that_share_a_code_do_not_share_tokens() -> None:
    one, other = (TOKENS.signature("A" * 11, name, "K7Q2MX") for name in ("east", "west"))
    assert one != other


def test_a_token_of_another_secret_does_not_fit() -> None:
    assert not Tokens(b"x" * 32).fits(TOKENS.draw(SHEET), SHEET)


@given(st.text() | st.text(alphabet=ALPHABET + "abc_-", min_size=22, max_size=22))
def test_no_other_text_is_a_token(text: str) -> None:
    assert not TOKENS.fits(text, SHEET)


@pytest.mark.parametrize("odd", ["\n", "\x00", "é", "３", "\ud800", "="])
def test_a_token_with_anything_beside_it_does_not_fit(odd: str) -> None:
    token = TOKENS.draw(SHEET)
    for text in (token + odd, odd + token, token[:-1] + odd, odd + token[1:]):
        assert not TOKENS.fits(text, SHEET)


def test_the_moment_of_a_tap_is_good_for_its_own_token_under_its_own_secret() -> None:
    tapped = TOKENS.tapped("one")
    assert TOKENS.is_fresh("one", tapped)
    assert not TOKENS.is_fresh("other", tapped)
    assert not Tokens(b"x" * 32).is_fresh("one", tapped)


@given(st.text())
def test_no_other_text_is_the_moment_of_a_tap(text: str) -> None:
    assert not TOKENS.is_fresh("one", text)
