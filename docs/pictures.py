"""Make the pictures of the README out of what the program itself prints and serves.

Run `.venv/bin/python -m docs.pictures` in the source folder, with Debian's Chromium and
fonts-noto-core.
"""

import tempfile
from datetime import date
from pathlib import Path

import pypdfium2
from PIL import Image

from materials.build import build
from materials.campaign import load
from materials.example import write_example
from materials.sheets import sheets
from tests.browser import chromium, served

HERE = Path(__file__).parent / "pictures"
GREY = "#8a8f98"


def side_by_side(pictures: list[Image.Image], gap: int = 24) -> Image.Image:
    width = sum(picture.width + gap for picture in pictures) + gap
    height = max(picture.height for picture in pictures) + 2 * gap
    joined = Image.new("RGB", (width, height), GREY)
    left = gap
    for picture in pictures:
        joined.paste(picture, (left, gap))
        left += picture.width + gap
    return joined


def pages(pdf: Path, width: int) -> list[Image.Image]:
    document = pypdfium2.PdfDocument(pdf)
    found = [page.render(scale=width / page.get_width()).to_pil() for page in document]
    document.close()
    return found


def printed(folder: Path, out: Path) -> None:
    campaign = load(folder)
    wanted = [
        sheet
        for sheet in sheets(campaign)
        if sheet.tag in {"de", "ar"}
        and (sheet.topic.id, sheet.format.id)
        in {
            ("found-syringe", "flyer-a6"),
            ("how-safe", "poster-a3"),
            ("traders", "poster-a3"),
            ("emergency", "stickers-a4"),
        }
    ]
    run = build(campaign, folder, out, wanted)
    found = {(entry.topic, entry.language): out / entry.file for entry in reversed(run.entries)}
    for tag in ("de", "ar"):
        flyer = pages(out / f"found-syringe/flyer-a6/{tag}/wurzner-schule.pdf", 420)
        side_by_side(flyer).save(HERE / f"flyer-{tag}.png", optimize=True)
    posters = [pages(found[topic, tag], 420)[0] for topic, tag in POSTERS]
    side_by_side(posters).save(HERE / "posters.png", optimize=True)


POSTERS = [("traders", "de"), ("how-safe", "ar")]


def shown(folder: Path) -> None:
    with served(folder, "--demo") as base, chromium() as browser:
        log = (folder.parent / "serve.log").read_text("utf-8")
        password = log.split("Sign in as demo with ")[1].split()[0]
        codes = dict(line.split()[-2:] for line in log.splitlines() if line.startswith("  "))
        taken = []
        for name in ("Deutsch", "العربية"):
            url = codes[name]
            phone = browser.new_page(
                viewport={"width": 390, "height": 844}, device_scale_factor=1.25
            )
            phone.goto(url)
            for _ in range(2):
                phone.click("button.link")
            phone.locator("label.choice").nth(1).click()
            file = folder.parent / f"{len(taken)}.png"
            phone.screenshot(path=file, full_page=True)
            taken.append(Image.open(file).convert("RGB"))
        side_by_side(taken).save(HERE / "survey.png", optimize=True)
        desk = browser.new_page(viewport={"width": 1180, "height": 700})
        desk.goto(f"{base}/staff/results?language=de")
        desk.fill("#name", "demo")
        desk.fill("#password", password)
        desk.click("button.primary")
        desk.goto(f"{base}/staff/results?language=de&wave={load(folder).waves[0].id}")
        desk.screenshot(path=HERE / "comparison.png", full_page=True)


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "campaign"
        write_example(folder, date.today())  # noqa: DTZ011
        shown(folder)
        printed(folder, Path(scratch) / "out")
