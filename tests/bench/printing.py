"""Print: the same work done by philos, plain WeasyPrint, Chromium, typst and gLabels."""

import gzip
import json
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdfium2
import typst
import weasyprint
from click import echo
from weasyprint.text.fonts import FontConfiguration

from materials.artwork import Artwork, prepare
from materials.build import build, plan
from materials.campaign import FILE, load
from materials.library import font_faces, home
from materials.pdf import LayoutError, sized, typesetter
from materials.production import Job
from materials.qr import QUIET_ZONE, symbol
from materials.sheets import sheets
from surveys.links import address, url
from tests.bench.measure import command, cpu, elapsed, report
from tests.browser import PHILOS, chromium

PLACES = 80  # x 6 languages: 480 flyers
STICKERS = 10_000
SOME = 200  # stickers that the slow ones make; their cost grows in proportion

STICKER_CAMPAIGN = """
[[materials]]
topic = "how-safe"
format = "sticker"
survey = "here-now"
places = ["rabet"]
languages = ["de"]
copies = {copies}
serials = true
"""


def flyer(folder: Path) -> None:
    """Compare one flyer, warm: layout alone, and with fitting, tags and stamp."""
    campaign = load(folder)
    wanted = [
        sheet
        for sheet in sheets(campaign)
        if (sheet.topic.id, sheet.format.id, sheet.tag) == ("emergency", "flyer-a6", "de")
    ]
    (job,) = plan(campaign, folder, wanted)
    page, form, setter = job.page, job.form, typesetter(font_faces(), home())
    styles = next(
        found for step in range(8, -1, -1) if _fits(job, found := sized(page.styles, step / 8))
    )

    def laid_out() -> bytes:
        return setter.set(page.html, styles, pages=2)

    def searched() -> bytes:
        return setter.set(page.html, page.styles, pages=2)

    def plain() -> bytes:
        """Do as the manual of WeasyPrint shows, for the same tagged file."""
        fonts = FontConfiguration()
        sheet = weasyprint.CSS(string=font_faces() + styles, font_config=fonts)
        document = weasyprint.HTML(string=page.html)
        variant = {"stylesheets": [sheet], "font_config": fonts, "pdf_variant": "pdf/ua-1"}
        return bytes(document.write_pdf(**variant) or b"")

    def stamped() -> bytes:
        return Artwork(prepare(laid_out(), form), page.lettering, page.widths).save()

    assert laid_out() == searched()
    assert _pixels(laid_out()) == _pixels(plain())
    floor, ours = cpu(plain, 5, 5), cpu(laid_out, 5, 5)
    report("flyer, warm", ours, floor, "plain WeasyPrint")
    report("the same, in the largest type that fits", cpu(searched, 5), floor, "plain WeasyPrint")
    report("the same, stamped and saved", cpu(stamped, 5), floor, "plain WeasyPrint")
    with _typst([_flyer_words(job, 0)]) as compiler:
        report("flyer, warm", ours, cpu(compiler.compile, 5), "typst, warm")
    seconds = _chromium(page.html, f"{font_faces()}{styles}")
    report("flyer, warm, on the clock", elapsed(laid_out, 5), seconds, "Chromium, warm")


def _fits(job: Job, styles: str) -> bool:
    try:
        typesetter(font_faces(), home()).set(job.page.html, styles, pages=2)
    except LayoutError:
        return False
    return True


def _pixels(pdf: bytes) -> list[bytes]:
    return [page.render(scale=2).to_numpy().tobytes() for page in pypdfium2.PdfDocument(pdf)]


@contextmanager
def _typst(flyers: Sequence[dict[str, Any]]) -> Iterator[typst.Compiler]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "flyer.typ"
        path.write_bytes(_flyer_source(flyers))
        yield typst.Compiler(str(path), font_paths=[str(home() / "fonts")])


def _chromium(html: str, styles: str) -> float:
    with chromium() as browser:
        page = browser.new_page()
        page.set_content(html.replace("</head>", f"<style>{styles}</style></head>"))
        page.pdf()
        best = float("inf")
        for _ in range(5):
            begin = time.perf_counter()
            page.set_content(html.replace("</head>", f"<style>{styles}</style></head>"))
            page.pdf(prefer_css_page_size=True)
            best = min(best, time.perf_counter() - begin)
        return best


def campaign(folder: Path) -> None:
    """Compare 480 flyers with 480 codes, in a file each; typst is handed the codes drawn."""
    whole = load(folder)
    places = tuple(
        replace(whole.places[0], id=f"place-{number}", name=f"Platz {number}")
        for number in range(PLACES)
    )
    material = next(one for one in whole.materials if one.topic == "emergency")
    many = replace(whole, places=places, materials=(replace(material, places=()),))
    wanted = sheets(many)
    with tempfile.TemporaryDirectory() as out:
        run = build(many, folder, Path(out), wanted)
    made = run.timings.layout + run.timings.stamp + run.timings.write
    jobs = plan(many, folder, wanted)
    words = [_flyer_words(job, number) for job in jobs for number in range(len(job.copies))]

    def peer() -> None:
        for each in words:
            with _typst([each]) as compiler:
                compiler.compile()

    def one_file() -> None:
        with _typst(words) as compiler:
            compiler.compile()

    report(f"{len(wanted)} flyers, a file each", made, cpu(peer, runs=1), "typst, a file each")
    report(f"{len(wanted)} flyers, a file each", made, cpu(one_file, runs=1), "typst, in one file")
    echo(f"  and every code read back from its page: {run.timings.scan:.1f} s CPU")


def _flyer_words(job: Job, number: int) -> dict[str, Any]:
    """Return what stands on a flyer, for typst."""
    sheet = job.copies[number].sheet
    content = url(job.host, sheet.codes[0])
    return {
        "language": sheet.tag,
        "direction": sheet.language.direction,
        "address": address(job.host, sheet.codes[0]),
        "code": _svg(content),
        "texts": _texts(job.page.html),
    }


def _texts(html: str) -> list[str]:
    """Return the texts of a page, in order."""
    body = html.partition("<body")[2].partition(">")[2]
    found, inside = [], False
    text = ""
    for char in body:
        if char == "<":
            inside = True
            if text.strip():
                found.append(" ".join(text.split()))
            text = ""
        elif char == ">":
            inside = False
        elif not inside:
            text += char
    return found


def _svg(content: str) -> str:
    found = symbol(content, "Q")
    path = "".join(
        f"M{x + QUIET_ZONE} {y + QUIET_ZONE}h1v1h-1z"
        for y, row in enumerate(found.rows)
        for x, dark in enumerate(row)
        if dark
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {found.size} {found.size}">'
        f'<path d="{path}"/></svg>'
    )


def _string(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _flyer_source(flyers: Sequence[dict[str, Any]]) -> bytes:
    """Return a typst document of the same flyers: block of colour, code, steps, imprint."""
    fonts = '("Noto Sans", "Noto Sans Arabic")'
    page = "#set page(width: 105mm, height: 148mm, margin: 0mm)\n"
    parts = [f"{page}#set text(font: {fonts}, size: 10pt)\n"]
    for words in flyers:
        texts = [_string(text) for text in words["texts"]]
        parts.append(
            f"#[#set text(lang: {_string(words['language'][:2])}, dir: {words['direction']})\n"
            '#block(width: 100%, height: 94mm, fill: rgb("#1F4E8C"), inset: 8mm, '
            f"text(fill: white)[#{texts[0]} #line(length: 100%) "
            f"#text(size: 37pt, weight: 900, {texts[1]}) #text(size: 13pt, {texts[2]})])\n"
            f'#grid(columns: (34mm, 1fr), image(bytes({_string(words["code"])}), format: "svg", '
            f"width: 34mm), [#text(size: 15pt, weight: 900, {texts[3]}) "
            f"#{_string(words['address'])}])\n"
            "#pagebreak()\n#pad(8mm)["
            + " ".join(f"#par({text})" for text in texts[4:])
            + "]\n#pagebreak(weak: true)]\n"
        )
    return "".join(parts).encode()


def stickers(folder: Path) -> None:
    """Compare 10,000 stickers with a code each: the whole command with those of the others."""
    own = folder.with_name("stickers")
    shutil.copytree(folder, own, dirs_exist_ok=True)
    text = (folder / FILE).read_text("utf-8").partition("[[materials]]")[0]
    (own / FILE).write_text(text + STICKER_CAMPAIGN.format(copies=STICKERS), "utf-8")
    out = own / "out"
    shutil.rmtree(out, ignore_errors=True)
    whole, peak, said = command([PHILOS, "print", own, "--out", out, "--json"])
    timings = json.loads(said)["timings"]
    scan = timings["scan"]
    ours = whole - scan
    file = next(out.rglob("*.pdf"))
    size = file.stat().st_size / 1e6
    echo(f"  {STICKERS:,} stickers: made in {ours:.2f} s CPU, start-up and workers' included")
    echo(f"  of which {timings}; {peak:.0f} MB at the peak, {size:.2f} MB written")
    loaded = load(own)
    contents = [url(loaded.host, code) for sheet in sheets(loaded) for code in sheet.codes]
    source = own / "stickers.typ"
    source.write_bytes(_sticker_source(contents))
    compiler = typst.Compiler(str(source), font_paths=[str(home() / "fonts")])
    theirs = cpu(compiler.compile, runs=1)
    report(f"{STICKERS:,} stickers, start-up included", ours, theirs, "typst, codes drawn already")
    share = STICKERS / SOME
    report(
        f"{STICKERS:,} stickers, start-up included",
        ours,
        share * _plain_stickers(contents[:SOME]),
        f"plain WeasyPrint, {SOME} measured",
    )
    if program := shutil.which("glabels-3-batch"):
        seconds = share * _glabels(program, contents[:SOME], own)
        report(
            f"{STICKERS:,} stickers, start-up included", ours, seconds, f"gLabels, {SOME} measured"
        )
    else:
        echo("  gLabels is not installed (Debian: glabels); left out")


def _sticker_source(contents: Sequence[str]) -> bytes:
    cells = "\n".join(
        f"box(width: 63.5mm, height: 38.1mm)[#grid(columns: (25mm, 1fr), image(bytes("
        f'{_string(_svg(content))}), format: "svg", width: 24mm), block(fill: rgb("#0B5C63"), '
        f"width: 100%, height: 38.1mm, inset: 2.6mm)[#text(fill: white, size: 15pt, weight: 900)"
        f"[Wie sicher fühlen Sie sich gerade hier?] #text(fill: white, size: 6pt)"
        f"[#{_string(content[8:])}]])],"
        for content in contents
    )
    return (
        '#set page(paper: "a4", margin: (x: 7.2mm, y: 15.1mm))\n#set text(font: "Noto Sans")\n'
        f"#grid(columns: 3, column-gutter: 2.54mm,\n{cells}\n)"
    ).encode()


def _plain_stickers(contents: Sequence[str]) -> float:
    cells = "".join(
        f'<div class="s"><div class="q">{_svg(content)}</div><div class="f"><h1>Wie sicher fühlen '
        f"Sie sich gerade hier?</h1><p>{content[8:]}</p></div></div>"
        for content in contents
    )
    styles = (
        "@page { size: A4; margin: 15.1mm 7.2mm } .s { display: inline-block; width: 63.5mm; "
        "height: 38.1mm } .q svg { width: 24mm; height: 24mm } .q, .f { float: left } "
        ".f { width: 38mm; height: 38mm; background: #0b5c63; color: white }"
    )
    sheet = weasyprint.CSS(string=styles)
    return cpu(lambda: weasyprint.HTML(string=cells).write_pdf(stylesheets=[sheet]), runs=1)


def _glabels(program: str, contents: Sequence[str], folder: Path) -> float:
    """Return gLabels' CPU seconds for a merge of codes from a CSV file."""
    data = folder / "codes.csv"
    data.write_text("code\n" + "\n".join(contents) + "\n", "ascii")
    template = folder / "stickers.glabels"
    xml = (
        '<?xml version="1.0"?><Glabels-document xmlns="http://glabels.org/xmlns/3.0/">'
        '<Template brand="Avery" part="7160" size="A4">'
        '<Label-rectangle id="0" width="180pt" height="108pt" round="5pt">'
        '<Layout nx="3" ny="7" x0="20.41pt" y0="42.95pt" dx="187.2pt" dy="108pt"/>'
        "</Label-rectangle></Template>"
        '<Objects id="0" rotate="False">'
        '<Object-barcode x="3pt" y="3pt" w="68pt" h="68pt" style="IEC18004" text="False" '
        'checksum="True" color="0x000000ff"><Data field="1"/></Object-barcode>'
        '<Object-text x="75pt" y="5pt" w="100pt" h="60pt" justify="Left"><Span font_family="Sans" '
        'font_size="12" font_weight="Bold" color="0x000000ff">Wie sicher fühlen Sie sich gerade '
        "hier?</Span></Object-text></Objects>"
        f'<Merge type="Text/Comma" src="{data}"/></Glabels-document>'
    )
    template.write_bytes(gzip.compress(xml.encode()))
    seconds, _, _ = command([program, "-o", folder / "glabels.pdf", template])
    return seconds
