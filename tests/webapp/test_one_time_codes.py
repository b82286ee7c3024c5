import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp import one_time_codes
from webapp.one_time_codes import STEP, step_of

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
AT = 1_795_000_000
NOW = AT // STEP


@pytest.mark.parametrize(
    ("secret", "at", "code"),
    [  # RFC 6238, appendix B, the last six digits
        ("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 59, "287082"),
        ("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 1_111_111_109, "081804"),
        ("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 20_000_000_000, "353130"),
    ],
)
def test_the_codes_are_those_of_the_standard(secret: str, at: int, code: str) -> None:
    assert step_of(secret, code, at) == at // STEP


@pytest.mark.parametrize(
    ("late", "fits"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_clock_may_be_half_a_minute_wrong(late: int, fits: bool) -> None:
    code = pyotp.TOTP(SECRET).generate_otp(NOW + late)
    assert step_of(SECRET, code, AT) == (NOW + late if fits else None)


def test_a_code_may_be_typed_with_a_space() -> None:
    code = pyotp.TOTP(SECRET).generate_otp(NOW)
    assert step_of(SECRET, f" {code[:3]} {code[3:]}", AT) == NOW


@given(st.text(max_size=40))
def test_whatever_is_typed_is_right_or_not(typed: str) -> None:
    right = {pyotp.TOTP(SECRET).generate_otp(NOW + late) for late in (-1, 0, 1)}
    plain = "".join(typed.split())
    assert (step_of(SECRET, typed, AT) is not None) == (plain in right)


def test_the_address_for_an_app_says_whose_it_is() -> None:
    address = one_time_codes.address(SECRET, "Anna Lindner", "Wie sicher: Osten?")
    assert address.startswith("otpauth://totp/philos%20Wie%20sicher%20%20Osten%3F:Anna%20Lindner?")
    assert isinstance(parsed := pyotp.parse_uri(address), pyotp.TOTP)
    assert parsed.at(AT) == pyotp.TOTP(SECRET).at(AT)
