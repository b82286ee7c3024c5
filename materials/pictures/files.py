"""Pictures as files to download: SVG for whoever sets them anew, PNG for everybody else."""

import io
from dataclasses import dataclass
from math import ceil

from markupsafe import Markup
from PIL.PngImagePlugin import PngInfo

from materials.library import environment, font_faces, font_stack, home
from materials.pictures import COLOURS, Drawn, Words, component, module, number_formats, styles
from materials.pictures.canvas import PAD, SOFT, WARN, Canvas
from materials.pictures.flat import flat
from materials.pictures.layouts import LAYOUTS, Pen, width
from translations.catalogs import Texts
from translations.languages import Language

_SCALE = 2  # dots to a pixel


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture with what a reader needs who sees nothing else.

    ``title`` is the question and who was compared, ``note`` what the figures do not say. ``mark``
    stands above everything else, such as that the answers are made up.
    """

    drawn: Drawn
    words: Words
    title: str
    note: str
    mark: str = ""

    @property
    def heading(self) -> str:
        """Return its title behind its mark, for whoever sees nothing else."""
        return f"{self.mark}: {self.title}" if self.mark else self.title


def svg(picture: Picture, texts: Texts) -> str:
    """Return a picture as a document of SVG, with texts as texts, for a reader.

    Every label is escaped; characters that XML does not know are left out.
    """
    row = texts.language
    canvas = Canvas(row, width(picture.drawn))
    pen = Pen(
        say=module("words", texts, _isolated),
        geometry=module("geometry", texts),
        words=picture.words,
        figures=number_formats(row, _isolated),
    )
    if picture.mark:
        canvas.paragraph(picture.mark, size=15, weight=700, fill=WARN)
    canvas.paragraph(picture.title, size=19, weight=700, after=14)
    LAYOUTS[picture.drawn.kind](canvas, _for_reader(picture.drawn, row), pen)
    canvas.paragraph(picture.note, size=12, fill=SOFT)
    made = (
        environment()
        .get_template("pictures/standalone.jinja")
        .render(
            canvas=canvas,
            height=ceil(canvas.y + PAD),
            pad=PAD,
            families=", ".join(f"'Noto {family}'" for family in row.fonts) + ", sans-serif",
            colours=COLOURS,
            flat=flat,
            title=picture.heading,
            said=pen(pen.say.of_picture(picture.drawn, picture.words)),
        )
    )
    return "".join(filter(_is_xml, made))


def _for_reader(drawn: Drawn, row: Language) -> Drawn:
    return drawn.mirrored if row.direction == "rtl" else drawn


def _isolated(number: str) -> Markup:
    """Return a number between characters that keep it from the order of the text around it."""
    return Markup("\u2066{}\u2069").format(number)


def _is_xml(char: str) -> bool:
    """Return whether XML 1.0 knows a character (section 2.2, Char)."""
    return (
        char in "\t\n\r"
        or "\x20" <= char <= "\ud7ff"
        or "\ue000" <= char <= "\ufffd"
        or char >= "\U00010000"
    )


def png(picture: Picture, texts: Texts, *, across: int = 820) -> bytes:
    """Return a picture as PNG, set by the component of pages; ``across`` is its width in px.

    There are two dots to a pixel. What it shows stands in its description as well.
    """
    from materials.pdf import typesetter  # noqa: PLC0415  what serves pages needs no print engine

    row = texts.language
    drawn = component(texts).show(picture.drawn, picture.words)
    mark = Markup('<p class="mark">{}</p>').format(picture.mark) if picture.mark else ""
    html = Markup(
        '<html lang="{}" dir="{}"><body>{}<h1>{}</h1>{}<p class="note">{}</p></body></html>'
    ).format(row.tag, row.direction, mark, picture.title, drawn, picture.note)
    sheet = (
        f"body {{ margin: 0; padding: {PAD}px; color: #14181f; background: #fff; "
        f"font: 15px/1.4 {font_stack(row)} }} "
        f"h1 {{ margin: 0 0 16px; font-size: 20px; font-weight: 900; line-height: 1.25 }} "
        f".mark {{ margin: 0 0 6px; font-weight: 900; color: {WARN} }} "
        f".note {{ margin: 0; font-size: 12px; color: {SOFT} }}"
    )
    image = typesetter(font_faces(), home()).image(
        str(html), styles() + sheet, width=across, scale=_SCALE
    )
    said = PngInfo()
    said.add_itxt("Title", picture.heading, row.tag)
    said.add_itxt("Description", _said(picture, texts), row.tag)
    file = io.BytesIO()
    image.save(file, "PNG", pnginfo=said, optimize=True)
    return file.getvalue()


def _said(picture: Picture, texts: Texts) -> str:
    said: Markup = module("words", texts).of_picture(picture.drawn, picture.words)
    return said.striptags()
