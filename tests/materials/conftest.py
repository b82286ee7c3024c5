"""The example campaign, a small campaign, its prints, and eyes to read a PDF with."""

import json
import shutil
import tomllib
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ParamSpec, TypeVar, cast

import numpy as np
import pypdfium2
import pytest
import zxingcpp
from numpy.typing import NDArray

from materials import runs
from materials.build import USUAL, Run, build, plan
from materials.campaign import FILE, Campaign, load
from materials.formats import FORMATS
from materials.library import home
from materials.production import Made, Options, produce
from materials.sheets import Output, Sheet, sheets
from tests.released import given

P = ParamSpec("P")
T = TypeVar("T")

EXAMPLE = home() / "examples" / "leipziger-osten"
LANGUAGES = ("de", "en", "ar", "rom", "tr", "ru")
GONE = object()  # as a value for ``changed``: the key is taken out

SMALL = """
id = "probe"
title = "Probe"
host = "philos.example"
survey = "how-safe"
languages = ["de", "ar"]
edition = "11/2026"
[organisation]
name = "Probebündnis"
[controller]
name = "Bündnis"
address = "Weg 1, 04315 Leipzig"
contact = "bund@example.org"
legal_basis = "consent"
hosting = "Rechenzentrum"
supervisory_authority = "Behörde"
[imprint.publisher]
name = "Probebündnis"
address = "Musterstraße 1, 04315 Leipzig"
[imprint.printer]
name = "Probedruck"
address = "Musterweg 1, 04315 Leipzig"
[contacts.syringes]
number = ""
[contacts.emergency]
number = "112"
verified_on = 2026-11-22
[contacts.doctor]
number = "116 117"
verified_on = 2026-11-22
[[places]]
id = "schule"
name = "Schule"
outdoors = false
[[places]]
id = "rabet"
name = "Rabet"
outdoors = true
[[waves]]
id = "winter"
name = "Winter"
opens = 2026-10-01
closes = 2027-03-31
[[materials]]
topic = "found-syringe"
format = "flyer-a6"
places = ["schule"]
copies = 100
[[materials]]
topic = "how-safe"
format = "sticker"
survey = "here-now"
places = ["rabet"]
languages = ["de"]
copies = 3
serials = true
"""


class Inline(Executor):
    """Does its work at once in this process, where fonts and styles are parsed already."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001  handed on by the future, as a pool does
            future.set_exception(error)
        return future


@pytest.fixture(scope="session")
def inline() -> Iterator[None]:
    """Let a build print in this process instead of starting one for each core."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "executor", Inline)
        yield


@pytest.fixture(scope="session")
def example() -> Campaign:
    """Return the example campaign as it is shipped, with a released result to give back."""
    campaign = load(EXAMPLE)
    return replace(campaign, given=given(campaign))


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Return the folder of a campaign of three sheets."""
    made = tmp_path / "small"
    made.mkdir()
    (made / FILE).write_text(SMALL, "utf-8")
    return made


@pytest.fixture(scope="session")
def printed(tmp_path_factory: pytest.TempPathFactory, inline: None) -> tuple[Run, Path]:
    """Return the small campaign's print run and its output folder; leave both as they are."""
    base = tmp_path_factory.mktemp("printed")
    (base / FILE).write_text(SMALL, "utf-8")
    campaign = load(base)
    return build(campaign, base, base / "out", sheets(campaign)), base / "out"


@pytest.fixture
def out(tmp_path: Path, printed: tuple[Run, Path]) -> Path:
    """Return a copy of the small campaign's print that a test may spoil."""
    return Path(shutil.copytree(printed[1], tmp_path / "out"))


@dataclass(frozen=True)
class Print:
    """A sheet of the example with what was made of it, and how often a code stands on each."""

    sheet: Sheet
    html: str
    styles: str
    files: dict[Output, bytes]
    made: dict[Output, Made]

    def urls(self, output: Output) -> list[str]:
        """Return what a camera should read from an output, once for each copy."""
        codes = self.sheet.codes * self.made[output].instances
        return sorted(f"HTTPS://PHILOS.EXAMPLE/{code}" for code in codes)


@cache
def printed_sheet(form: str, tag: str, options: Options = USUAL) -> Print:
    """Return the example's first sheet of a format and language, in every output."""
    campaign = load(EXAMPLE)
    sheet = sheet_of(campaign, form, tag)
    (job,) = plan(campaign, EXAMPLE, [sheet], sheet.outputs, options)
    with TemporaryDirectory() as staging:
        found = produce(job, Path(staging)).made
        names = {output: sheet.file(output) for output in sheet.outputs}
        files = {output: (Path(staging) / name).read_bytes() for output, name in names.items()}
    made = {output: found[name] for output, name in names.items()}
    return Print(sheet, job.page.html, job.page.styles, files, made)


SAMPLES = [
    (form, tag) for form in FORMATS for tag in LANGUAGES if FORMATS[form].halves == 1 or tag != "de"
]


# Scope session lets the tests of a sheet follow each other, so that one process prints it.
# Coverage sees how it is made, and need not see how it is read.
@pytest.fixture(
    scope="session",
    params=SAMPLES,
    ids=["-".join(each) for each in SAMPLES],
)
def sample(request: pytest.FixtureRequest) -> Print:
    """Return a sheet of each format in each language in turn."""
    return printed_sheet(*request.param)


def sheet_of(campaign: Campaign, form: str, tag: str, topic: str = "") -> Sheet:
    """Return a campaign's first sheet of a format, language and topic."""
    return next(
        sheet
        for sheet in sheets(campaign)
        if sheet.format.id == form and sheet.tag == tag and topic in {"", sheet.topic.id}
    )


def run(folder: Path, out: Path, *, final: bool = False) -> Run:
    """Print all of a campaign folder."""
    campaign = load(folder)
    return build(campaign, folder, out, sheets(campaign), final=final)


def edit(folder: Path, old: str, new: str) -> None:
    """Replace a part of the campaign file that must be there."""
    text = (folder / FILE).read_text("utf-8")
    assert old in text
    (folder / FILE).write_text(text.replace(old, new, 1), "utf-8")


def changed(folder: Path, path: tuple[str | int, ...], value: object) -> None:
    """Set one key of the campaign file, or take it out if the value is GONE."""
    data = tomllib.loads((folder / FILE).read_text("utf-8"))
    place: Any = data
    for step in path[:-1]:
        place = place[step]
    if value is GONE:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    (folder / FILE).write_text(toml(data), "utf-8")


def toml(data: dict[str, Any]) -> str:
    """Return a document in TOML, each of its keys on a line."""
    return "".join(f"{json.dumps(key)} = {_value(value)}\n" for key, value in data.items())


def _value(value: object) -> str:
    if isinstance(value, dict):
        pairs = (f"{json.dumps(str(key))} = {_value(inner)}" for key, inner in value.items())
        return f"{{ {', '.join(pairs)} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False)


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder with its bytes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def raster(pdf: bytes, dpi: int) -> list[NDArray[np.uint8]]:
    """Return a grey picture of each page."""
    pages = pypdfium2.PdfDocument(pdf)
    return [page.render(scale=dpi / 72, grayscale=True).to_numpy().copy() for page in pages]


def codes_in(pdf: bytes, dpi: int) -> list[zxingcpp.Barcode]:
    """Return the barcodes of any kind that a camera would find on the pages."""
    return [code for picture in raster(pdf, dpi) for code in zxingcpp.read_barcodes(picture)]


def words(pdf: bytes) -> list[str]:
    """Return the text of each page as a PDF reader extracts it, lines joined by a space."""
    pages = pypdfium2.PdfDocument(pdf)
    return [" ".join(cast("str", page.get_textpage().get_text_range()).split()) for page in pages]
