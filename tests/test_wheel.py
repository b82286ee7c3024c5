"""The wheel: what `pip install` brings must print and serve from an empty folder."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel's content in a folder, as pip lays it out."""
    made, folder = tmp_path_factory.mktemp("wheel"), tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(made)]
    subprocess.run(command, check=True, cwd=ROOT, capture_output=True)
    (wheel,) = made.glob("philos-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def test_the_wheel_holds_the_four_layers_with_their_data_and_nothing_else(installed: Path) -> None:
    top = {path.name for path in installed.iterdir() if not path.name.endswith(".dist-info")}
    assert top == {"translations", "surveys", "materials", "webapp"}
    for data in (
        "translations/languages.toml",
        "translations/ar/LC_MESSAGES/public.po",
        "surveys/instruments/how-safe.toml",
        "surveys/migrations/versions/0001_first.py",
        "materials/fonts/NotoSansArabic-Black.ttf",
        "materials/examples/leipziger-osten/logos/funder.svg",
        "webapp/templates/respond/question.jinja",
        "webapp/static/respond.css",
    ):
        assert (installed / data).is_file(), data
    licences = {path.name for path in installed.glob("*.dist-info/licenses/**/*")}
    assert {"LICENSE", "OFL.txt"} <= licences


def test_the_installed_program_works_in_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(installed)}
    start = f"import webapp.cli; assert webapp.cli.__file__.startswith({str(installed)!r}); "

    def philos(*arguments: str) -> str:
        command = [sys.executable, "-c", f"{start}webapp.cli.main()", *arguments]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    philos("init", "east")
    philos("print", "east", "--topic", "project", "--format", "flyer-a6", "--language", "ar")
    assert len(list((tmp_path / "east" / "out").glob("**/*.pdf"))) == 1
    philos("db", "upgrade", "east")
    assert "right" in philos("db", "recount", "east")
