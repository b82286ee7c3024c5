"""What the commands share: the campaign's folder, and how they answer."""

import json
from collections.abc import Iterable
from math import isfinite
from pathlib import Path
from typing import Any

import click


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
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


def echo_json(document: object) -> None:
    """Print a document as JSON."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=1))


def many(number: int, noun: str) -> str:
    """Return a number with its noun."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def listed(names: Iterable[str]) -> str:
    """Return names in their order, with commas."""
    return ", ".join(sorted(names))
