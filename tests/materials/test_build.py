import hashlib
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from materials import production
from materials.build import BuildError, Run, build
from materials.campaign import Campaign, Contact, load
from materials.encoder import symbols
from materials.manifest import MANIFEST, read_manifest
from materials.production import Options
from materials.sheets import Output, sheets
from tests.materials.conftest import EXAMPLE, changed, codes_in, edit, run, sheet_of, tree
from translations import catalogs

GERMAN = "screen/found-syringe/flyer-a6/de/schule.pdf"
ARABIC = "screen/found-syringe/flyer-a6/ar/schule.pdf"
STICKERS = "office/how-safe/sticker/de/rabet.pdf"

pytestmark = pytest.mark.usefixtures("inline")


def manifest(out: Path) -> dict[str, Any]:
    """Return the manifest's entries by their files."""
    said = json.loads((out / MANIFEST).read_text("utf-8"))
    return {entry["file"]: entry for entry in said["sheets"]}


def test_every_sheet_is_printed_once(printed: tuple[Run, Path]) -> None:
    made, out = printed
    assert made.printed == len(made.entries) == 3
    assert tree(out).keys() == {GERMAN, ARABIC, STICKERS, MANIFEST}


def test_an_entry_tells_all_about_a_sheet(printed: tuple[Run, Path]) -> None:
    entry = manifest(printed[1])[ARABIC]
    assert re.fullmatch("[0-9A-Z]{6}", entry["code"])
    assert entry["states"]["draft"] == sum(entry["states"].values()) > 10
    told = {key: entry[key] for key in entry if key not in {"states", "source", "sha256", "code"}}
    assert told == {
        "topic": "found-syringe",
        "format": "flyer-a6",
        "language": "ar",
        "place": "schule",
        "survey": "how-safe",
        "output": "screen",
        "file": ARABIC,
        "pages": 2,
        "copies": 100,
        "scanned": True,
        "url": f"HTTPS://PHILOS.EXAMPLE/{entry['code']}",
    }


def test_an_entry_of_serials_has_a_code_for_each_copy(printed: tuple[Run, Path]) -> None:
    entry = manifest(printed[1])[STICKERS]
    assert len(set(entry["codes"])) == entry["copies"] == 3
    assert not {"code", "url"} & entry.keys()


def test_the_run_says_what_the_manifest_says(printed: tuple[Run, Path]) -> None:
    made, out = printed
    said = json.loads(json.dumps(made.to_json()))
    assert json.loads((out / MANIFEST).read_text("utf-8")) == {
        "campaign": "probe",
        "sheets": said["sheets"],
        "questionnaires": [],
    }


def test_the_run_says_what_each_phase_cost(printed: tuple[Run, Path]) -> None:
    spent = printed[0].to_json()["timings"]
    assert list(spent) == ["layout", "stamp", "write", "scan"]
    assert min(spent.values()) > 0


def test_only_german_is_reviewed(printed: tuple[Run, Path]) -> None:
    assert {entry.file for entry in printed[0].entries if entry.reviewed} == {GERMAN, STICKERS}


@pytest.mark.parametrize("file", [GERMAN, ARABIC, STICKERS])
def test_the_manifest_has_the_hash_and_the_pages_of_the_file(
    printed: tuple[Run, Path], file: str
) -> None:
    entry, pdf = manifest(printed[1])[file], (printed[1] / file).read_bytes()
    assert entry["sha256"] == hashlib.sha256(pdf).hexdigest()
    assert entry["pages"] == len(pypdfium2.PdfDocument(pdf))


@pytest.mark.parametrize("file", [GERMAN, ARABIC, STICKERS])
def test_a_camera_reads_the_codes_of_the_manifest(printed: tuple[Run, Path], file: str) -> None:
    entry = manifest(printed[1])[file]
    codes = {
        code.text.rpartition("/")[2] for code in codes_in((printed[1] / file).read_bytes(), 150)
    }
    assert codes == set(entry.get("codes", [entry.get("code")]))


def test_a_second_run_prints_nothing(small: Path, out: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*.pdf")}
    again = run(small, out)
    assert again.printed == 0
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*.pdf")} == before


def test_a_second_run_says_the_same(small: Path, out: Path, printed: tuple[Run, Path]) -> None:
    assert run(small, out).entries == printed[0].entries
    assert tree(out) == tree(printed[1])


def test_a_contact_reprints_only_the_sheets_that_name_it(
    small: Path, out: Path, printed: tuple[Run, Path]
) -> None:
    edit(small, "116 117", "116 118")
    assert run(small, out).printed == 2
    before, after = tree(printed[1]), tree(out)
    assert {file for file in after if after[file] != before[file]} == {GERMAN, ARABIC, MANIFEST}


def test_a_deleted_file_is_printed_again(small: Path, out: Path, printed: tuple[Run, Path]) -> None:
    (out / ARABIC).unlink()
    assert run(small, out).printed == 1
    assert tree(out) == tree(printed[1])


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 other", None], ids=["empty", "other", "more"])
def test_a_tampered_file_is_printed_again(
    small: Path, out: Path, printed: tuple[Run, Path], content: bytes | None
) -> None:
    whole = (out / GERMAN).read_bytes()
    (out / GERMAN).write_bytes(whole + b"\n" if content is None else content)
    assert run(small, out).printed == 1
    assert tree(out) == tree(printed[1])


def test_a_run_of_some_sheets_keeps_the_others_in_the_manifest(
    small: Path, out: Path, printed: tuple[Run, Path]
) -> None:
    edit(small, "116 117", "116 118")
    campaign = load(small)
    build(campaign, small, out, [sheet_of(campaign, "flyer-a6", "ar")])
    before, after = tree(printed[1]), tree(out)
    assert {file for file in after if after[file] != before[file]} == {ARABIC, MANIFEST}
    assert list(manifest(out)) == [GERMAN, ARABIC, STICKERS]


def test_a_sheet_that_the_campaign_no_longer_has_is_removed(small: Path, out: Path) -> None:
    changed(small, ("materials", 0, "languages"), ["de"])
    assert run(small, out).printed == 0
    assert tree(out).keys() == manifest(out).keys() | {MANIFEST} == {GERMAN, STICKERS, MANIFEST}


def test_a_file_that_we_did_not_print_stays(small: Path, out: Path) -> None:
    (out / "notes.txt").write_text("mine")
    changed(small, ("materials", 0, "languages"), ["de"])
    run(small, out)
    assert (out / "notes.txt").read_text() == "mine"


def test_progress_is_told_for_every_sheet(small: Path, out: Path) -> None:
    (out / STICKERS).unlink()
    told: list[int] = []
    campaign = load(small)
    build(campaign, small, out, sheets(campaign), progress=told.append)
    assert told == [2, 1]


def test_a_final_print_refuses_what_nobody_reviewed(small: Path, tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"flyer-a6, ar, schule: \d+ texts are not reviewed"):
        run(small, tmp_path / "new", final=True)
    assert not (tmp_path / "new").exists()


def test_a_final_print_of_german_alone_is_made(small: Path, out: Path) -> None:
    changed(small, ("materials", 0, "languages"), ["de"])
    assert all(entry.reviewed for entry in run(small, out, final=True).entries)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param('"116 117"', f'"{"0" * 90}"', r"flyer-a6, de, .*: '0{90}'", id="overflow"),
        pytest.param('"116 117"', '"116 漢"', r"draw '漢' \(U\+6F22\)", id="glyph"),
    ],
)
def test_nothing_changes_when_one_sheet_fails(
    small: Path, out: Path, old: str, new: str, said: str
) -> None:
    before = tree(out)
    edit(small, old, new)
    edit(small, 'edition = "11/2026"', 'edition = "12/2026"')
    with pytest.raises(BuildError, match=said):
        run(small, out)
    assert tree(out) == before
    assert sorted(path.name for path in out.iterdir()) == [MANIFEST, "office", "screen"]


def test_every_sheet_that_fails_is_named(small: Path, out: Path) -> None:
    edit(small, '"116 117"', f'"{"0" * 90}"')
    with pytest.raises(BuildError) as error:
        run(small, out)
    lines = str(error.value).splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "found-syringe, flyer-a6, ar, schule",
        "found-syringe, flyer-a6, de, schule",
    ]


def test_nothing_changes_when_a_code_leads_elsewhere(
    small: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tree(out)
    (out / STICKERS).unlink()
    monkeypatch.setattr(production, "symbols", lambda some, level: symbols(some[:1] * 3, level))
    with pytest.raises(BuildError, match=r"how-safe, sticker, de, rabet: the QR code HTTPS://"):
        run(small, out)
    assert tree(out).items() == before.items() - {(STICKERS, before[STICKERS])}


def test_nothing_changes_when_a_code_is_too_small(
    small: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tree(out)
    monkeypatch.setattr("materials.qr.SMALLEST_OUTDOORS", 5)
    with pytest.raises(BuildError, match="Use a shorter host"):
        run(small, out)
    assert tree(out) == before


SHAPES = {
    "empty": b"",
    "not JSON": b"{",
    "not UTF-8": b"\xff\xfe",
    "list": b"[]",
    "null": b"null",
    "number for sheets": b'{"sheets": 3}',
    "numbers as sheets": b'{"sheets": [1, null]}',
    "no file": b'{"sheets": [{"source": "x", "sha256": "x", "pages": 1}]}',
    "a list as file": b'{"sheets": [{"file": [], "source": "x", "sha256": "x", "pages": 1}]}',
    "a huge number": b'{"sheets": ' + b"9" * 5000 + b"}",
    "deep": b"[" * 100_000,
}


@pytest.mark.parametrize("content", SHAPES.values(), ids=SHAPES)
def test_a_manifest_of_another_shape_is_no_manifest(tmp_path: Path, content: bytes) -> None:
    (tmp_path / MANIFEST).write_bytes(content)
    assert read_manifest(tmp_path) == {}


def test_without_a_usable_manifest_all_is_printed_again(
    small: Path, out: Path, printed: tuple[Run, Path]
) -> None:
    (out / MANIFEST).write_bytes(b"{")
    assert run(small, out).printed == 3
    assert tree(out) == tree(printed[1])


@pytest.mark.parametrize(
    "file",
    [
        "../victim",
        "{victim}",
        "screen/../../victim",
        "other/found-syringe/flyer-a6/de/schule.pdf",
        "a/../..",
        "..",
        ".",
        "",
        "found-syringe",
        "a\0b",
        5,
        None,
        True,
        "notes.txt",
        pytest.param("x" * 5000, id="long"),
    ],
)
def test_a_manifest_that_names_other_files_harms_nothing(
    small: Path, out: Path, printed: tuple[Run, Path], file: object
) -> None:
    victims = [out.parent / "victim", out / "notes.txt"]
    for victim in victims:
        victim.write_text("mine")
    said = json.loads((out / MANIFEST).read_text("utf-8"))
    named = file.format(victim=victims[0]) if isinstance(file, str) else file
    said["sheets"].append({"file": named, "source": "x", "sha256": "x", "pages": 1})
    (out / MANIFEST).write_text(json.dumps(said))
    assert run(small, out).printed == 0
    assert [victim.read_text() for victim in victims] == ["mine", "mine"]
    assert tree(out) == tree(printed[1]) | {"notes.txt": b"mine"}


def test_a_link_in_the_place_of_an_old_sheet_is_not_followed(small: Path, out: Path) -> None:
    victim = out.parent / "victim"
    victim.write_text("mine")
    (out / ARABIC).unlink()
    (out / ARABIC).symlink_to(victim)
    changed(small, ("materials", 0, "languages"), ["de"])
    run(small, out)
    assert victim.read_text() == "mine"


@pytest.mark.parametrize("values", [{"source": None}, {"sha256": 5}, {"sha256": "0" * 64}])
def test_an_entry_that_does_not_fit_the_file_is_printed_again(
    small: Path, out: Path, printed: tuple[Run, Path], values: dict[str, object]
) -> None:
    said = json.loads((out / MANIFEST).read_text("utf-8"))
    said["sheets"][0] |= values
    (out / MANIFEST).write_text(json.dumps(said))
    assert run(small, out).printed == 1
    assert tree(out) == tree(printed[1])


PRINT = """
import sys
from pathlib import Path
from materials.build import build
from materials.campaign import load
from materials.sheets import Output, sheets
folder, out = map(Path, sys.argv[1:])
campaign = load(folder)
build(campaign, folder, out, sheets(campaign), outputs=list(Output))
"""


@pytest.mark.parametrize("fonts", ["empty", "system"])
def test_other_processes_and_no_fonts_of_the_system_print_the_same_bytes(
    small: Path, tmp_path: Path, fonts: str
) -> None:
    campaign = load(small)
    build(campaign, small, tmp_path / "here", sheets(campaign), outputs=list(Output))
    environ = os.environ | {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    if fonts == "empty":
        config = tmp_path / "fonts.conf"
        cache = tmp_path / "cache"
        config.write_text(f"<fontconfig><cachedir>{cache}</cachedir></fontconfig>")
        environ |= {"FONTCONFIG_FILE": str(config), "FONTCONFIG_PATH": str(tmp_path)}
    command = [sys.executable, "-c", PRINT, str(small), str(tmp_path / "new")]
    subprocess.run(command, env=environ, check=True, timeout=120, cwd=tmp_path)
    assert len(tree(tmp_path / "new")) == 2 * 3 + 2 + 1
    assert tree(tmp_path / "new") == tree(tmp_path / "here")


def test_a_fault_in_another_process_comes_back_with_its_sheet(small: Path, tmp_path: Path) -> None:
    edit(small, '"116 117"', f'"{"0" * 90}"')
    command = [sys.executable, "-c", PRINT, str(small), str(tmp_path / "new")]
    done = subprocess.run(command, check=False, timeout=120, capture_output=True, text=True)
    assert done.returncode == 1
    assert "BuildError: found-syringe, flyer-a6, ar, schule: '0000" in done.stderr
    assert tree(tmp_path / "new") == {}


def test_the_folder_may_lie_anywhere(
    small: Path, tmp_path: Path, printed: tuple[Run, Path]
) -> None:
    moved = small.rename(tmp_path / "Kampagne mit Leerzeichen & Ümlaut")
    assert run(moved, tmp_path / "tief" / "im Ordner").entries == printed[0].entries


def test_a_changed_contact_is_on_the_paper(small: Path, out: Path) -> None:
    campaign = load(small)
    contacts = {**campaign.contacts, "doctor": Contact(number="0341 4711")}
    german = sheet_of(campaign, "flyer-a6", "de")
    build(replace(campaign, contacts=contacts), small, out, [german])
    page = pypdfium2.PdfDocument(out / GERMAN)[1]
    assert "0341 4711" in page.get_textpage().get_text_range()


@pytest.fixture
def wordy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every translation two fifths longer, as some languages are."""

    def longer(text: str) -> str:
        words = text.split(" ")
        plain = [word for word in words if "%" not in word and "<" not in word]
        return " ".join(words + plain[::2])

    real = catalogs.catalog

    def stretched(tag: str, domain: str, folder: Path | None = None) -> dict[Any, Any]:
        return {
            key: replace(known, forms=tuple(map(longer, known.forms)))
            for key, known in real(tag, domain, folder).items()
        }

    monkeypatch.setattr(catalogs, "catalog", stretched)


@pytest.mark.parametrize(
    "form", ["flyer-a6", "flyer-dl", "card", "poster-a4", "tear-off", "sticker"]
)
@pytest.mark.usefixtures("wordy")
def test_words_too_many_are_refused_with_box_language_and_overrun(
    tmp_path: Path, form: str, example: Campaign
) -> None:
    sheet = sheet_of(every_format(example, form), form, "ru")
    with pytest.raises(
        BuildError, match=rf"{form}, ru, .*: '.*' \(ru\) stands \d+\.\d mm out of its box, '\w+'"
    ):
        build(every_format(example, form), EXAMPLE, tmp_path / "out", [sheet])
    assert tree(tmp_path) == {}


def every_format(campaign: Campaign, form: str) -> Campaign:
    """Return the campaign with its longest text in a format."""
    topic = "how-safe" if "sticker" in form else "found-syringe"
    material = replace(campaign.materials[0], topic=topic, format=form, places=("rabet",))
    return replace(campaign, materials=(material,))


def test_each_output_is_a_file_of_its_own(small: Path, tmp_path: Path) -> None:
    campaign = load(small)
    outputs = [Output.OFFICE, Output.PRESS]
    out = tmp_path / "out"
    made = build(campaign, small, out, sheets(campaign), outputs=outputs)
    assert {entry.output for entry in made.entries} == {"office", "press"}
    assert len(tree(out)) == 2 * 3 + 1


def test_what_a_sheet_is_not_made_for_is_left_out(small: Path, tmp_path: Path) -> None:
    campaign = load(small)
    made = build(campaign, small, tmp_path / "out", sheets(campaign), outputs=[Output.SCREEN])
    assert {entry.format for entry in made.entries} == {"flyer-a6"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (Options(labels="L9999"), "'L9999' is no label sheet that philos knows"),
        (Options(labels="L7163", start_at=15), "L7163 has the labels 1 to 14; 15 is none"),
        (Options(labels="L7651"), "sticker needs labels of 63.5 by 38.1 mm; those of L7651 are"),
        (Options(labels="L3416"), "those of L3416 are round, 60 by 60 mm"),
    ],
)
def test_a_sheet_of_labels_that_does_not_fit_is_refused(
    small: Path, tmp_path: Path, options: Options, said: str
) -> None:
    campaign = load(small)
    sheet = sheet_of(campaign, "sticker", "de")
    with pytest.raises(BuildError, match=re.escape(said)):
        build(campaign, small, tmp_path / "out", [sheet], options=options)
    assert not (tmp_path / "out").exists()


def test_other_options_print_the_sheets_again_that_they_are_for(small: Path, out: Path) -> None:
    campaign = load(small)
    found = sheets(campaign)
    assert build(campaign, small, out, found, options=Options(start_at=4)).printed == 1
    assert build(campaign, small, out, found, options=Options(start_at=4)).printed == 0
