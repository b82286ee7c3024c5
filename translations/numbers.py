"""Numbers as a reader writes them, by the locale and the digits of the language table."""

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


def points(difference: float, row: Language, *, minus: str = "\u2013") -> str:
    """Return a difference of shares, -1 to 1, as whole percentage points with their sign.

    Our fonts have no minus, so it is a dash of its width; what is read aloud takes a hyphen, which
    screen readers say as "minus".
    """
    whole = round(100 * difference)
    return (minus if whole < 0 else "+" if whole else "") + number(abs(whole), row)


def rate(share: float, row: Language) -> str:
    """Return a small share, such as 3,3 % or 0,04 % in German."""
    places = ".0" if share >= 0.01 else ".00"  # noqa: PLR2004  a percent
    pattern = row.locale.percent_formats[None].pattern.replace("#,##0", f"#,##0{places}")
    said = format_percent(share, pattern, locale=row.locale, numbering_system=row.digits)
    return said.translate(_MARKS)
