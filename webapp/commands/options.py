"""What the commands share: the campaign's folder, and how they answer."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from math import isfinite
from pathlib import Path
from typing import Any

import click

AS_JSON = "philos.json"  # in click's own notes: whether a command is to print JSON


class _Millimetres(click.FloatRange):
    """A length that can stand on paper."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        length = float(super().convert(value, param, ctx))
        if not isfinite(length):
            self.fail(f"{value} is no length in mm.", param, ctx)
        return length


MM = _Millimetres(-500, 500)

folder_argument = click.argument(
    "folder", metavar="[DIR]", default=".", type=click.Path(file_okay=False, path_type=Path)
)
json_option = click.option(
    "--json",
    "as_json",
    is_flag=True,
    callback=lambda ctx, _, wanted: ctx.meta.setdefault(AS_JSON, wanted),
    help="Print one JSON document.",
)
# Told to a program that waits: a line such as 3/20 on standard error for each step.
steps_option = click.option("--steps", is_flag=True, hidden=True)


def echo_json(document: object) -> None:
    """Print a document as JSON."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=1))


def many(number: int, noun: str) -> str:
    """Return a number with its noun."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def listed(names: Iterable[str]) -> str:
    """Return names in their order, with commas."""
    return ", ".join(sorted(names))


@contextmanager
def progress(length: int, label: str, *, steps: bool) -> Iterator[Callable[[int], None]]:
    """Yield what is to be told how many of ``length`` pieces of work are ready.

    It shows a bar on a terminal and nothing in a pipe, unless a program asks for ``steps``.
    """
    if steps:
        with _told(length) as tell:
            yield tell
        return
    with click.progressbar(
        length=length, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:
        yield bar.update


@contextmanager
def _told(length: int) -> Iterator[Callable[[int], None]]:
    done = 0

    def tell(more: int) -> None:
        nonlocal done
        done += more
        click.echo(f"{done}/{length}", err=True)

    tell(0)
    yield tell
