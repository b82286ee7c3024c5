"""From a sheet to HTML: topic and layout, texts and their states, codes and fonts."""

import base64
import hashlib
import html as markup
import json
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace

from markupsafe import Markup

from materials.campaign import Campaign
from materials.formats import Format
from materials.library import drawable, environment, font_faces, font_stack, home
from materials.pdf import ENGINE
from materials.qr import fitted
from materials.sheets import Sheet
from surveys.links import address, url
from translations.catalogs import Texts
from translations.review import State


class RenderError(Exception):
    """A sheet that must not be printed."""


@dataclass(frozen=True)
class Page:
    """A sheet's HTML and styles, with the states of the texts that stand on it."""

    html: str
    styles: str
    states: dict[str, int]
    unreviewed: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        """Return a hash of all that the PDF is made of; equal means that nothing changed."""
        made_of = json.dumps([self.html, self.styles, _fonts_hash(), ENGINE])
        return hashlib.sha256(made_of.encode()).hexdigest()


def render(campaign: Campaign, folder: Path, sheet: Sheet) -> Page:
    """Return a sheet as HTML; raise RenderError for a character that no font can draw.

    It is rendered once to learn whether all its texts are reviewed, and where they are not,
    once more with the draft marks.
    """
    texts = Texts(sheet.language, marks=True)
    html = _html(campaign, folder, sheet, texts, final=True)
    if not texts.final:
        html = _html(campaign, folder, sheet, texts, final=False)
    _check_glyphs(sheet, html)
    unreviewed = tuple(source for (_, source), state in texts.used.items() if not state.final)
    states = {state.value: 0 for state in State} | texts.states()
    return Page(html, _styles(sheet.format), states, unreviewed)


def _html(campaign: Campaign, folder: Path, sheet: Sheet, texts: Texts, *, final: bool) -> str:
    qr_box, outdoors = sheet.format.qr_box, campaign.place(sheet.place).outdoors
    drawn = {
        code: SimpleNamespace(
            qr=fitted(url(campaign.host, code), qr_box, outdoors=outdoors).svg(),
            address=address(campaign.host, code),
        )
        for code in sheet.codes
    }
    context = {
        "texts": texts,
        "campaign": campaign,
        "language": sheet.language,
        "format": sheet.format,
        "place": campaign.place(sheet.place),
        "instrument": campaign.instruments[sheet.survey],
        "copies": [drawn[code] for code in sheet.copies],
        "final": final,
        "logos": {
            funder.logo: _data_uri(folder / funder.logo)
            for funder in campaign.funders
            if funder.logo
        },
        "icon": _icon,
        "accent": sheet.topic.accent,
        "fonts": Markup(font_stack(sheet.language)),
    }
    topic = environment().get_template(f"topics/{sheet.topic.id}.jinja").make_module(context)
    title = Markup(topic.headline()).replace("<br>", " ").striptags()  # type: ignore[attr-defined]
    layout = environment().get_template(f"layouts/{sheet.format.id}.jinja")
    return layout.render(context, topic=topic, title=title)


def _icon(name: str, colour: str) -> Markup:
    return Markup(_icon_file(name).replace("currentColor", colour))


@cache
def _icon_file(name: str) -> str:
    return (home() / "icons" / f"{name}.svg").read_text("utf-8")


@cache
def _data_uri(path: Path) -> str:
    kind = mimetypes.types_map[path.suffix.lower()]
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"


def _styles(form: Format) -> str:
    page = f"@page {{ size: {form.width}mm {form.height}mm; margin: 0 }}"
    lengths = {"page-width": form.width, "page-height": form.height, "qr-box": form.qr_box}
    declared = " ".join(f"--{name}: {length}mm;" for name, length in lengths.items())
    files = (_style_file(name) for name in ("base", form.id))
    return "\n".join([font_faces(), page, f":root {{ {declared} }}", *files])


@cache
def _style_file(name: str) -> str:
    return (home() / "styles" / f"{name}.css").read_text("utf-8")


@cache
def _fonts_hash() -> str:
    files = sorted((home() / "fonts").glob("*.ttf"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def _check_glyphs(sheet: Sheet, html: str) -> None:
    text = markup.unescape(Markup(html.partition("<body")[2]).striptags())
    lacking = {
        char for char in text if not char.isspace() and ord(char) not in drawable(sheet.language)
    }
    if lacking:
        named = ", ".join(f"{char!r} (U+{ord(char):04X})" for char in sorted(lacking))
        raise RenderError(f"{sheet}: no font of this language can draw {named}; change the text.")
