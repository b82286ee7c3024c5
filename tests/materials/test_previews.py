"""What is known of a campaign's sheets: their pictures, their states, what has changed."""

import os
import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from materials import previews, runs
from materials.build import build
from materials.campaign import FILE, load
from materials.gallery import HOME, Gallery, picture, read_gallery, state_of, worst_of
from materials.manifest import Part, read_manifest
from materials.pdf import LayoutError
from materials.previews import LONGEST, look
from materials.production import Job
from materials.sheets import Output, questionnaires, sheets
from materials.shelves import answers_by_code, shelves
from surveys.bursts import Cell
from tests.materials.conftest import SMALL, Inline, changed, edit
from translations.errors import Fault
from translations.review import State

pytestmark = pytest.mark.usefixtures("inline")
MATERIALS = 'topic = "found-syringe"\nformat = "flyer-a6"'


@pytest.fixture(scope="session")
def looked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the small campaign, looked at; leave it as it is."""
    base = tmp_path_factory.mktemp("looked")
    (base / FILE).write_text(SMALL, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "executor", Inline)
        look(load(base), base, base / "out")
    return base


@pytest.fixture
def base(tmp_path: Path, looked: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the campaign that a test may change."""
    monkeypatch.setattr(runs, "executor", Inline)
    return Path(shutil.copytree(looked, tmp_path / "base", copy_function=shutil.copy2))


def again(base: Path) -> Gallery:
    return look(load(base), base, base / "out")


def test_every_topic_format_and_language_has_a_picture_with_its_code(looked: Path) -> None:
    gallery = read_gallery(looked)
    assert gallery
    first = {
        (sheet.material.topic, sheet.material.format, sheet.tag): sheet
        for sheet in reversed(sheets(load(looked)))
    }
    assert [artwork.key for artwork in gallery] == sorted(first)
    for artwork in gallery:
        with Image.open(picture(looked, artwork.preview)) as drawn:
            assert drawn.size == (artwork.width, artwork.height)
            assert max(drawn.size) == LONGEST
            (code,) = zxingcpp.read_barcodes(np.asarray(drawn.convert("L")))
        assert code.text == f"HTTPS://PHILOS.EXAMPLE/{first[artwork.key].codes[0]}"


def test_states_and_unreviewed_texts_are_told(looked: Path) -> None:
    gallery = read_gallery(looked)
    assert gallery
    found = {artwork.language: artwork for artwork in gallery if artwork.format == "flyer-a6"}
    assert (found["de"].state, found["de"].unreviewed) == (State.SOURCE, ())
    assert found["ar"].state is State.DRAFT
    assert len(found["ar"].unreviewed) == found["ar"].states["draft"] > 5


def test_what_is_drawn_already_is_not_drawn_again(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previews, "draw", None)
    before = read_gallery(base)
    assert before
    assert again(base).artworks == before.artworks


def test_progress_counts_every_artwork(base: Path) -> None:
    edit(base, 'name = "Schule"', 'name = "Schule am Park"')
    told: list[int] = []
    look(load(base), base, base / "out", progress=told.append)
    assert sum(told) == 3


def test_a_picture_of_the_past_is_removed(base: Path) -> None:
    before = set((base / HOME).glob("*.png"))
    changed(base, ("places", 0, "name"), "Grundschule")
    now = again(base)
    after = set((base / HOME).glob("*.png"))
    assert after == {picture(base, artwork.preview) for artwork in now}
    assert len(after - before) == len(before - after) == 2


def test_a_sheet_that_does_not_fit_says_so_and_the_others_are_drawn(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def draw(job: Job, path: Path) -> tuple[int, int]:
        if job.form.sticker:
            raise LayoutError("the headline is too long.", kind="too-long")
        path.touch()
        return 1, 1

    monkeypatch.setattr(previews, "draw", draw)
    shutil.rmtree(base / HOME)
    found = {artwork.format: artwork for artwork in again(base)}
    fault = found["sticker"].fault
    assert fault == Fault(sentence="the headline is too long.", kind="too-long")
    assert found["sticker"].preview == ""
    assert found["flyer-a6"].fault is None


def test_a_sheet_that_cannot_be_rendered_says_so(base: Path) -> None:
    edit(base, 'name = "Schule"', 'name = "学校"')
    faults = [artwork.fault for artwork in again(base) if artwork.fault]
    assert len(faults) == 2
    assert "which cannot be stamped" in faults[0].sentence
    assert faults[0].kind == "letters"


@pytest.mark.parametrize(
    ("path", "value", "parts"),
    [
        (("organisation", "name"), "Anderes Bündnis", ("campaign",)),
        (("imprint", "publisher", "name"), "Andere", ("campaign",)),
        (("places", 0, "name"), "Grundschule", ("place",)),
        (("materials", 0, "copies"), 7, ()),
    ],
)
def test_what_has_changed_since_it_was_printed_is_told(
    base: Path, path: tuple[str | int, ...], value: object, parts: tuple[str, ...]
) -> None:
    campaign = load(base)
    flyers = [sheet for sheet in sheets(campaign) if sheet.material.format == "flyer-a6"]
    run = build(campaign, base, base / "out", [flyers[0].of(3)], outputs=[Output.OFFICE])
    assert again(base).changed == {}
    changed(base, path, value)
    (entry,) = run.entries
    assert again(base).changed.get(entry.sha256, ()) == parts


def test_a_printed_sheet_that_the_campaign_no_longer_has_is_told(base: Path) -> None:
    campaign = load(base)
    run = build(campaign, base, base / "out", sheets(campaign)[:1])
    edit(base, 'languages = ["de", "ar"]', 'languages = ["ar"]')
    changed(base, ("materials", 1, "languages"), ["ar"])
    assert again(base).changed == {run.entries[0].sha256: ("sheet",)}


def test_a_printed_file_that_is_gone_or_damaged_is_passed_over(base: Path) -> None:
    campaign = load(base)
    run = build(campaign, base, base / "out", sheets(campaign)[:2])
    (base / "out" / run.entries[0].file).unlink()
    (base / "out" / run.entries[1].file).write_bytes(b"no PDF")
    changed(base, ("organisation", "name"), "Anderes Bündnis")
    assert again(base).changed == {}


def test_the_state_of_a_folder_changes_with_what_sheets_are_made_of(base: Path) -> None:
    before = state_of(base)
    assert state_of(base) == before
    (base / "notes.txt").write_text("nothing to print")
    (base / "out").mkdir(exist_ok=True)
    (base / "out" / "manifest.json").write_text("{}")
    assert state_of(base) == before
    os.utime(base / FILE, ns=(0, 1))
    after = state_of(base)
    assert after != before
    (base / "surveys").mkdir()
    (base / "surveys" / "own.toml").write_text("")
    assert state_of(base) != after


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"state": 1}', b"\xff", b'{"state": "a"}'])
def test_a_damaged_gallery_is_none(tmp_path: Path, content: bytes) -> None:
    assert read_gallery(tmp_path) is None
    (tmp_path / HOME).mkdir(parents=True)
    (tmp_path / HOME / "gallery.json").write_bytes(content)
    assert read_gallery(tmp_path) is None


@pytest.mark.parametrize(
    ("states", "worst"),
    [
        ({}, State.SOURCE),
        ({"source": 3, "reviewed": 2, "draft": 0}, State.REVIEWED),
        ({"reviewed": 2, "unreviewed": 1}, State.UNREVIEWED),
        ({"missing": 1, "draft": 9}, State.MISSING),
    ],
)
def test_the_worst_state_counts(states: dict[str, int], worst: State) -> None:
    assert worst_of(states) is worst


def test_shelves_have_pictures_answers_and_prints_of_each_sheet(base: Path) -> None:
    campaign = load(base)
    found = sheets(campaign)
    build(campaign, base, base / "out", found[:1], outputs=[Output.SCREEN, Output.PRESS])
    changed(base, ("organisation", "name"), "Anderes Bündnis")
    gallery = again(base)
    day = date(2026, 11, 22)
    codes = [found[0].codes[0], *found[2].codes[:2]]
    waves = [{Cell("x", code, day, 1): 12, Cell("x", code, day, 2): 5} for code in codes]
    made = shelves(found, gallery, read_manifest(base / "out"), answers_by_code(waves))
    assert [shelf.topic for shelf in made] == ["found-syringe", "how-safe"]
    (flyer,), (sticker,) = (shelf.cards for shelf in made)
    assert (flyer.copies, flyer.answers, sticker.copies, sticker.answers) == (200, 10, 3, 30)
    german, arabic = flyer.pictures
    assert (german.answers, german.sheets[0].answers) == (None, 10)  # 17; a language needs 20
    assert (arabic.answers, sticker.pictures[0].answers) == (0, 30)
    assert (german.language.tag, german.changed, arabic.changed) == ("de", ["campaign"], [])
    assert [(each.output, each.copies) for each in german.sheets[0].printed] == [
        (Output.SCREEN, 100),
        (Output.PRESS, 100),
    ]
    assert arabic.artwork
    assert arabic.artwork.language == "ar"


def test_shelves_stand_before_anything_is_known(looked: Path) -> None:
    (flyer, sticker) = shelves(sheets(load(looked)), None, {}, {})
    assert [picture.artwork for picture in flyer.cards[0].pictures] == [None, None]
    assert sticker.cards[0].answers == 0


def test_sheets_in_other_copies_keep_their_codes(looked: Path) -> None:
    flyer, _, stickers = sheets(load(looked))
    assert (flyer.of(7).material.copies, flyer.of(7).codes) == (7, flyer.codes)
    assert stickers.of(2).codes == stickers.codes[:2]
    assert not questionnaires(load(looked))


def test_no_foreign_file_is_taken_for_a_questionnaire(tmp_path: Path) -> None:
    entry = {"source": "", "sha256": "", "pages": 2}
    names = ["paper/a/de/b-1-2.pdf", "../a.pdf", "paper/a/de/../b-1-2.pdf", "paper/a/de/b-1-٢.pdf"]
    entries = [{**entry, "file": name} for name in names]
    (tmp_path / "manifest.json").write_text(str({"questionnaires": entries}).replace("'", '"'))
    assert list(read_manifest(tmp_path, Part.QUESTIONNAIRES)) == names[:1]
