"""The time, which tests can set."""

from collections.abc import Callable
from datetime import datetime, tzinfo

Clock = Callable[[tzinfo], datetime]


def now(zone: tzinfo) -> datetime:
    """Return the present moment in a time zone."""
    return datetime.now(zone)
