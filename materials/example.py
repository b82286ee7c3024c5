"""The example campaign, as `philos init` writes it."""

import re
import shutil
from datetime import date
from pathlib import Path

from materials.campaign import FILE
from materials.library import home
from translations.errors import UserError

EXAMPLE = "leipziger-osten"
SUMMER = range(4, 10)  # months


class ExampleError(UserError):
    """A folder that the example cannot be written into."""


def write_example(folder: Path, today: date) -> None:
    """Write the example campaign into a new folder, with a wave that is open today.

    Raise ExampleError where there is already something.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ExampleError(f"{folder} is already there; name a new folder.")
    try:
        shutil.copytree(home() / "examples" / EXAMPLE, folder, dirs_exist_ok=True)
        path = folder / FILE
        text = re.sub(r"(?:\[\[waves\]\]\n(?:.+\n)+)+", _waves(today), path.read_text("utf-8"))
        path.write_text(text, "utf-8")
    except OSError as error:
        raise ExampleError(f"{folder} cannot be written ({error.strerror}).") from error


def _waves(today: date) -> str:
    """Return this half-year and the three before it as waves."""
    summer = SUMMER[0] <= today.month <= SUMMER[-1]
    year = today.year if today.month >= SUMMER[0] else today.year - 1
    halves = [_winter(year - 2), _summer(year - 1), _winter(year - 1), _summer(year)]
    return "".join(halves if summer else [*halves[1:], _winter(year)])


def _summer(year: int) -> str:
    return _wave(f"summer-{year}", f"Sommerhalbjahr {year}", date(year, 4, 1), date(year, 9, 30))


def _winter(year: int) -> str:
    name = f"Winterhalbjahr {year}/{(year + 1) % 100:02}"
    return _wave(f"winter-{year}", name, date(year, 10, 1), date(year + 1, 3, 31))


def _wave(name: str, title: str, opens: date, closes: date) -> str:
    return f'[[waves]]\nid = "{name}"\nname = "{title}"\nopens = {opens}\ncloses = {closes}\n'
