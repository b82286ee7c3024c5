from pathlib import Path

import pytest
from openpyxl import load_workbook
from pyxform.xls2xform import convert

from materials.campaign import load
from surveys.definition import instruments
from surveys.xlsform.writing import complete
from tests.surveys.xlsform.conftest import SURVEY, book, changed, saved
from tests.webapp.test_cli import document, run
from translations.catalogs import Texts
from translations.languages import language

TYPES = "use select_one LIST, select_multiple LIST, text or note."


@pytest.mark.parametrize("name", instruments())
def test_export_writes_a_built_in_survey_with_places_in_every_language(
    name: str, folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "form.xlsx"
    result = run("survey", "export", name, folder, "--out", out)
    assert (result.exit_code, result.output.split(" in ")[1]) == (0, "ar, de, en, rom, ru, tr.\n")
    made = convert(out)
    assert made.warnings == []
    assert ("Rabet" in made.xform) == (name == "how-safe")


def test_export_goes_into_the_present_folder_and_knows_the_surveys(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    assert run("survey", "export", "here-now").exit_code == 0
    assert load_workbook("here-now.xlsx").sheetnames == ["survey", "choices", "settings"]
    told = document(run("survey", "export", "here-now", "--json"))
    assert (told["file"], told["questions"], len(told["languages"])) == (
        "here-now.xlsx",
        ["now"],
        6,
    )
    result = run("survey", "export", "how-lit")
    assert (result.exit_code, "choose from here-now, how-safe" in result.stderr) == (2, True)


def test_import_adds_a_survey_that_the_campaign_can_ask_in_both_languages(
    folder: Path, tmp_path: Path
) -> None:
    form = tmp_path / "lit.xlsx"
    form.write_bytes(saved(book()))
    result = run("survey", "import", form, folder)
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[0].endswith("surveys/how-lit.toml")
    asked = load(folder).with_places("how-lit")
    texts = [Texts(language(tag), folders=[folder / "translations"]) for tag in ("de", "ar", "tr")]
    assert complete(asked, texts) == texts[:2]
    back = tmp_path / "back.xlsx"
    assert run("survey", "export", "how-lit", folder, "--out", back).exit_code == 0
    (folder / "surveys" / "how-lit.toml").unlink()
    assert run("survey", "import", back, folder).exit_code == 0
    again = load(folder).with_places("how-lit")
    assert again == asked


def test_import_refuses_in_sentences_and_writes_nothing(folder: Path, tmp_path: Path) -> None:
    form = tmp_path / "lit.xlsx"
    form.write_bytes(saved(book(changed(SURVEY, A4="geopoint", C2="=A1"))))
    result = run("survey", "import", form, folder)
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "lit.xlsx: survey!C2: is a formula, which is not run here; write its result.",
        f"lit.xlsx: survey!A4: 'geopoint' is not read; {TYPES}",
    ]
    assert not (folder / "surveys").exists()


def test_import_replaces_only_when_asked(folder: Path, tmp_path: Path) -> None:
    form = tmp_path / "lit.xlsx"
    form.write_bytes(saved(book()))
    assert run("survey", "import", form, folder).exit_code == 0
    form.write_bytes(saved(book(changed(SURVEY, C4="Und sonst?"))))
    result = run("survey", "import", form, folder)
    assert (result.exit_code, "how-lit.toml: is already there" in result.stderr) == (1, True)
    assert run("survey", "import", form, folder, "--replace").exit_code == 0
    assert load(folder).surveys["how-lit"].questions[-1].text == "Und sonst?"


def test_import_says_which_recordings_are_still_to_come(folder: Path, tmp_path: Path) -> None:
    form = tmp_path / "lit.xlsx"
    form.write_bytes(saved(book(changed(SURVEY, H1="media::audio::x (ar)", H2="a.opus"))))
    result = run("survey", "import", form, folder)
    assert "1 recording not copied; say with --media where they are." in result.output
    told = document(run("survey", "import", form, folder, "--json"))
    assert told["recordings_not_copied"] == ["a.opus"]
    assert [Path(name).name for name in told["files"]] == ["how-lit.toml", "public.po"]


def test_import_does_not_read_a_file_that_is_far_too_large(folder: Path, tmp_path: Path) -> None:
    form = tmp_path / "lit.xlsx"
    form.write_bytes(bytes(2_000_001))
    result = run("survey", "import", form, folder)
    assert (result.exit_code, result.stderr) == (1, "lit.xlsx: is larger than 2,000,000 bytes.\n")
