"""What coverage need not look at: under its eyes every function of Python is half as fast."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def unmeasured(function: Callable[P, T]) -> Callable[P, T]:
    """Return a function of a library that does its work without being looked at."""

    @wraps(function)
    def alone(*args: P.args, **kwargs: P.kwargs) -> T:
        looking = sys.gettrace()
        sys.settrace(None)
        try:
            return function(*args, **kwargs)
        finally:
            sys.settrace(looking)

    return alone
