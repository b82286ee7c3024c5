"""Make the pictures of the README out of what the program itself prints and serves.

Run `.venv/bin/python -m docs.pictures` in the source folder, with Debian's Chromium and
fonts-noto-core.
"""

import io
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pypdfium2
from PIL import Image

from materials.build import build
from materials.campaign import load
from materials.example import write_example
from materials.formats import FORMATS
from materials.questionnaire import build as build_questionnaires
from materials.report import report
from materials.sheets import Output, questionnaires, sheets
from surveys.storage import Storage
from tests.browser import chromium, served
from translations.languages import language
from webapp.comparing import Results
from webapp.config import settings
from webapp.giving import content, given

HERE = Path(__file__).parent / "pictures"
GREY = "#8a8f98"
SCALE = 38 / 72  # of the gallery: pixels to a point


def side_by_side(pictures: list[Image.Image], gap: int = 24) -> Image.Image:
    width = sum(picture.width + gap for picture in pictures) + gap
    height = max(picture.height for picture in pictures) + 2 * gap
    joined = Image.new("RGB", (width, height), GREY)
    left = gap
    for picture in pictures:
        joined.paste(picture, (left, gap))
        left += picture.width + gap
    return joined


def keep(picture: Image.Image, name: str) -> None:
    """Save a picture of the README in 256 colours, which print and pages hardly exceed."""
    picture.quantize(256).save(HERE / name, optimize=True)


def pages(pdf: Path, width: int) -> list[Image.Image]:
    document = pypdfium2.PdfDocument(pdf)
    scales = [width / page.get_width() if width else SCALE for page in document]
    found = [
        page.render(scale=scale).to_pil() for page, scale in zip(document, scales, strict=True)
    ]
    document.close()
    return found


def printed(folder: Path, out: Path) -> None:
    campaign = load(folder)
    chosen = {("found-syringe", "flyer-a6"), ("how-safe", "poster-a3"), ("traders", "poster-a3")}
    wanted = [
        sheet
        for sheet in sheets(campaign)
        if sheet.tag in {"de", "ar"} and (sheet.topic.id, sheet.format.id) in chosen
    ]
    run = build(campaign, folder, out, wanted)
    found = {(entry.topic, entry.language): out / entry.file for entry in reversed(run.entries)}
    for tag in ("de", "ar"):
        flyer = pages(out / f"screen/found-syringe/flyer-a6/{tag}/wurzner-schule.pdf", 420)
        keep(side_by_side(flyer), f"flyer-{tag}.png")
    posters = [pages(found[topic, tag], 420)[0] for topic, tag in POSTERS]
    keep(side_by_side(posters), "posters.png")


def on_paper(folder: Path, out: Path) -> None:
    campaign = load(folder)
    first = {sheet.tag: sheet for sheet in reversed(questionnaires(campaign))}
    entries = build_questionnaires(campaign, folder, out, [first["de"], first["ar"]])
    files = {entry.language: out / entry.file for entry in entries}
    german, arabic = (pages(files[tag], 620) for tag in ("de", "ar"))
    keep(side_by_side([german[0], arabic[1]]), "paper.png")


POSTERS = [("traders", "de"), ("how-safe", "ar")]


def gallery(folder: Path, out: Path) -> None:
    """Draw a sheet of each format, in German, Arabic and Russian, all at the same scale."""
    campaign = load(folder)
    for tag in ("de", "ar", "ru"):
        first = {sheet.format.id: sheet for sheet in reversed(sheets(campaign)) if sheet.tag == tag}
        wanted = [first[name] for name in FORMATS if name in first]
        run = build(campaign, folder, out, wanted, outputs=[Output.PRESS])
        files = {entry.format: out / entry.file for entry in run.entries}
        drawn = [
            picture
            for sheet in wanted
            for picture in pages(files[sheet.format.id], 0)[: sheet.format.pages]
        ]
        keep(rows(drawn, 1500), f"gallery-{tag}.png")


def rows(pictures: list[Image.Image], width: int, gap: int = 14) -> Image.Image:
    """Return pictures in rows, the tallest first."""
    joined = Image.new("RGB", (width, sum(picture.height + gap for picture in pictures)), GREY)
    left, top, high = gap, gap, 0
    for picture in sorted(pictures, key=lambda each: -each.height):
        if left + picture.width + gap > width:
            left, top, high = gap, top + high + gap, 0
        joined.paste(picture, (left, top))
        left, high = left + picture.width + gap, max(high, picture.height)
    return joined.crop((0, 0, width, top + high + gap))


def shown(folder: Path) -> None:
    with served(folder, "--demo") as base, chromium() as browser:
        log = (folder.parent / "serve.log").read_text("utf-8")
        password = log.split("Sign in as demo with ")[1].split()[0]
        codes = dict(line.split()[-2:] for line in log.splitlines() if line.startswith("  "))
        taken: list[Image.Image] = []
        for name in ("Deutsch", "العربية"):
            url = codes[name]
            phone = browser.new_page(
                viewport={"width": 390, "height": 844}, device_scale_factor=1.25
            )
            phone.goto(url)
            for _ in range(2):
                phone.click("[name=skip]")
            phone.locator("label.choice").nth(1).click()
            file = folder.parent / f"{len(taken)}.png"
            phone.screenshot(path=file, full_page=True)
            taken.append(Image.open(file).convert("RGB"))
        keep(side_by_side(taken), "survey.png")
        desk = browser.new_page(viewport={"width": 1180, "height": 1560})
        desk.goto(f"{base}/staff/results?language=de")
        desk.fill("#name", "demo")
        desk.fill("#password", password)
        desk.click("button.primary")
        desk.wait_for_load_state()
        desk.goto(f"{base}/staff/results?language=de")
        keep(Image.open(io.BytesIO(desk.screenshot())).convert("RGB"), "comparison.png")


CHAPTERS = ("Das Wichtigste in Kürze", "Die Antworten, Frage für Frage")


def page_of(pdf: Path, title: str) -> int:
    """Return the index of the page to which a bookmark leads."""
    document = pypdfium2.PdfDocument(pdf)
    found = next(mark for mark in document.get_toc() if mark.get_title() == title)
    index: int = found.get_dest().get_index()
    document.close()
    return index


def given_back(folder: Path, out: Path) -> None:
    """Print what the answers of the trial give back: flyers, and pages of the report."""
    chosen = settings(folder, demo=True)
    database = Storage(chosen.database_url, chosen.secret)
    results = Results(load(folder), database, made_up=chosen.demo)
    campaign = replace(results.campaign, given=given(results, date.today()))  # noqa: DTZ011
    first = {
        sheet.tag: sheet
        for sheet in reversed(sheets(campaign))
        if (sheet.topic.id, sheet.format.id) == ("results", "flyer-a6")
    }
    run = build(campaign, folder, out, [first["de"], first["ar"]], outputs=[Output.SCREEN])
    files = {entry.language: out / entry.file for entry in run.entries}
    sides = [picture for tag in ("de", "ar") for picture in pages(files[tag], 380)]
    keep(side_by_side(sides), "results-flyer.png")
    pdf = out / "report.pdf"
    pdf.write_bytes(report(campaign, folder, content(results), language("de")).pdf)
    book = pages(pdf, 520)
    leaves = [book[0], *(book[page_of(pdf, title)] for title in CHAPTERS)]
    keep(side_by_side(leaves), "report.png")


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "campaign"
        write_example(folder, date.today())  # noqa: DTZ011
        shown(folder)
        given_back(folder, Path(scratch) / "given")
        printed(folder, Path(scratch) / "out")
        on_paper(folder, Path(scratch) / "out")
        gallery(folder, Path(scratch) / "gallery")
