"""A Flask that keeps respondents out of its log: no address, no form, no time of its own."""

import traceback
from collections.abc import Callable
from logging import Formatter
from types import TracebackType
from typing import Any

from flask import Flask, request
from flask.logging import default_handler

default_handler.setFormatter(Formatter("%(levelname)s in %(name)s: %(message)s"))


class Quiet(Flask):
    """An application that tells where a fault of its own is, and not for whom it happened.

    The path of an address holds the respondent's token, and the message of an error may hold what
    she wrote. The name of the view, the kind of the error and the lines of code hold neither.
    """

    def log_exception(
        self,
        exc_info: tuple[type, BaseException, TracebackType] | tuple[None, None, None],
    ) -> None:
        """Log the kind and the place of a fault of ours."""
        self.logger.error("%s failed\n%s", request.endpoint, "\n".join(_places(exc_info[1])))

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return a view or a hook as it is: none of ours is asynchronous, so none is looked at."""
        return func


def _places(error: BaseException | None) -> list[str]:
    """Return the kinds of an error and of those that led to it, each with its lines of code."""
    if error is None:
        return []
    lines = "".join(traceback.format_tb(error.__traceback__))
    return [*_places(error.__cause__ or error.__context__), f"{type(error).__qualname__}\n{lines}"]
