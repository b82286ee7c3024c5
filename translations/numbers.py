"""Numbers as a reader writes them, by the locale and the digits of the language table."""

from collections.abc import Iterable
from decimal import Decimal

from babel.numbers import format_decimal, format_percent

from translations.languages import Language

_MARKS = str.maketrans("", "", "\u200e\u200f\u061c")  # a span with a direction does their work


def number(value: float, row: Language) -> str:
    """Return a number, such as 1.234 in German."""
    said = format_decimal(value, locale=row.locale, numbering_system=row.digits)
    return said.translate(_MARKS)


def percent(share: float, row: Language) -> str:
    """Return a share, 0 to 1, as a whole percentage, such as 72 % in German and %72 in Turkish."""
    said = format_percent(share, locale=row.locale, numbering_system=row.digits)
    return said.translate(_MARKS)


def add_up(shares: Iterable[float]) -> bool:
    """Return whether shares, 0 to 1, are 100 % together as ``percent`` writes each."""
    return sum((100 * Decimal(str(share))).quantize(Decimal(1)) for share in shares) == 100  # noqa: PLR2004


def points(difference: float, row: Language, *, minus: str = "\u2013") -> str:
    """Return a difference of shares, -1 to 1, as whole percentage points with their sign.

    Our fonts have no minus, so it is a dash of its width; what is read aloud takes a hyphen, which
    screen readers say as "minus".
    """
    whole = round(100 * difference)
    return (minus if whole < 0 else "+" if whole else "") + number(abs(whole), row)


def decimal(value: float, places: int, row: Language, *, signed: bool = False) -> str:
    """Return a number with so many decimal places, such as 0,07 in German; ``signed`` as points."""
    pattern = f"0.{'0' * places}"
    said = format_decimal(abs(value), pattern, locale=row.locale, numbering_system=row.digits)
    if not signed or not round(value, places):
        return said.translate(_MARKS)
    return ("\u2013" if value < 0 else "+") + said.translate(_MARKS)


def probability(value: float, row: Language) -> str:
    """Return a p-value with three decimal places, such as 0,042 in German, or < 0,001."""
    least = 0.001
    if value < least:
        return f"<\u00a0{decimal(least, 3, row)}"
    return decimal(min(value, 1), 3, row)


def rate(share: float, row: Language) -> str:
    """Return a small share, such as 3,3 % or 0,04 % in German."""
    places = ".0" if share >= 0.01 else ".00" if share else ""  # noqa: PLR2004  a percent
    pattern = row.locale.percent_formats[None].pattern.replace("#,##0", f"#,##0{places}")
    said = format_percent(share, pattern, locale=row.locale, numbering_system=row.digits)
    return said.translate(_MARKS)
