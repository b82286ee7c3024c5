import csv
import stat
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from surveys.storage import Storage
from tests.webapp.conftest import CAMPAIGN
from webapp.audit import Kind
from webapp.cli import main
from webapp.config import Settings

REASON = "for the alliance's yearly report"


def run(chosen: Settings, *words: str) -> Result:
    return CliRunner().invoke(main, ["export", str(chosen.folder), *words])


@pytest.mark.usefixtures("release")
def test_results_are_written_to_a_folder_a_file_or_standard_output(
    chosen: Settings, tmp_path: Path
) -> None:
    made = run(chosen, "--out", str(tmp_path), "--wave", "summer-2026")
    assert made.exit_code == 0, made.output
    path = tmp_path / f"{CAMPAIGN}-results.csv"
    assert run(chosen, "--as", "zip", "--out", str(tmp_path / "new" / "r.zip")).exit_code == 0
    assert zipfile.is_zipfile(tmp_path / "new" / "r.zip")
    assert run(chosen, "--out", "-").stdout_bytes == path.read_bytes()


@pytest.mark.usefixtures("answered")
def test_single_answers_need_a_reason_and_are_logged(
    chosen: Settings, storage: Storage, tmp_path: Path
) -> None:
    path = tmp_path / "answers.csv"
    wanted = ("--what", "microdata", "--wave", "summer-2026", "--out", str(path))
    refused = run(chosen, *wanted)
    assert (refused.exit_code, path.exists()) == (1, False)
    assert "need a reason" in refused.output
    assert run(chosen, *wanted, "--reason", REASON, "--language", "en").exit_code == 0
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sorted(row["dark"] for row in rows) == ["A bit unsafe", "Fairly safe", "Very safe"]
    assert {row["place"] for row in rows} == {"Rabet"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (entry,) = storage.entries([Kind.EXPORTED], most=9)
    assert (entry.name, entry.reason) == ("", REASON)


@pytest.mark.usefixtures("release")
@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--wave", "nix"), 1, "has not been released"),
        (("--survey", "nix"), 1, "is no survey of the campaign"),
        (("--as", "sav"), 1, "There is no results as 'sav'"),
        (("--language", "xx"), 2, "'xx' is none of"),
        (("--language", "fr"), 2, "'fr' is none of"),
        (("--language", "de", "--codes"), 2, "--language or --codes"),
        (("--what", "microdata", "--reason", REASON, "--wave", "nix"), 1, "is no wave"),
        (("--what", "microdata", "--reason", REASON, "--wave", "winter-2026"), 1, "is open until"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    chosen: Settings, storage: Storage, words: tuple[str, ...], code: int, said: str
) -> None:
    result = run(chosen, *words, "--out", "-")
    assert result.exit_code == code
    assert said in result.output
    assert not storage.entries([Kind.EXPORTED], most=9)


def test_the_codebook_needs_no_release(chosen: Settings, storage: Storage, tmp_path: Path) -> None:
    out = ("--what", "codebook", "--as", "json", "--out", str(tmp_path / "c.json"))
    assert run(chosen, *out).exit_code == 0
    assert '"text_ar"' in (tmp_path / "c.json").read_text("utf-8")


@pytest.mark.usefixtures("storage")
def test_before_anything_is_released_it_says_how_to(chosen: Settings) -> None:
    result = run(chosen, "--out", "-")
    assert result.exit_code == 1
    assert "philos release" in result.output
