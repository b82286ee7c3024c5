"""From sheets to HTML: topic and layout, texts and their states, fonts, and slots for stamps."""

import base64
import hashlib
import html as markup
import json
import mimetypes
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace

from markupsafe import Markup

from materials.artwork import SLACK, Kind, Side, slot
from materials.campaign import TRANSLATIONS, Campaign
from materials.formats import BLEED, SMALLEST, Format
from materials.given import answers
from materials.lettering import Lettering, lettering, stampable
from materials.library import drawable, environment, font_stack, home
from materials.pdf import ENGINE
from materials.sheets import Questionnaire, Sheet
from materials.waves import wave_names
from materials.worded import context
from surveys.links import address
from translations.catalogs import Texts
from translations.errors import UserError
from translations.languages import Language, source
from translations.review import State


class RenderError(UserError):
    """A sheet that must not be printed."""


@dataclass(frozen=True)
class Page:
    """The HTML and styles that sheets of one topic, format and language share.

    ``states`` are those of the texts that stand on it; ``letters`` and ``widths``, in em, are for
    what is stamped. ``hashes`` tell what it was made of, each part apart.
    """

    html: str
    styles: str
    states: dict[str, int]
    unreviewed: tuple[str, ...]
    letters: frozenset[str]
    widths: Mapping[Kind, float]
    hashes: Mapping[str, str]

    @property
    def lettering(self) -> Lettering:
        """Return the letters that the sheets' stamps need."""
        return lettering(self.letters)

    @property
    def fingerprint(self) -> str:
        """Return a hash of all that the artwork is made of; equal means that nothing changed."""
        return digest([self.html, self.styles, sorted(self.letters), self.hashes["fonts"], ENGINE])


def render(campaign: Campaign, folder: Path, sheets: Sequence[Sheet]) -> Page:
    """Return sheets that differ in place and code alone as HTML.

    Raise RenderError for a character that no font can draw. The page is rendered once to learn
    whether all its texts are reviewed, and where they are not, once more with the draft marks.
    """
    first = sheets[0]
    check_results(campaign, first)
    names = {campaign.place(sheet.place).name for sheet in sheets}
    addresses = {address(campaign.host, code) for sheet in sheets for code in sheet.codes}
    letters = frozenset("".join(sorted(names | addresses)))
    check_letters(first, names)
    measure = lettering(letters).width
    widths = {Kind.ADDRESS: max(map(measure, addresses)), Kind.PLACE: max(map(measure, names))}
    readers = [first.language] if first.format.halves == 1 else [source(), first.language]
    own = [folder / TRANSLATIONS]
    texts = [Texts(reader, folders=own, marks=True) for reader in readers]
    html = _html(campaign, folder, first, texts, widths, final=True)
    if not all(known.final for known in texts):
        html = _html(campaign, folder, first, texts, widths, final=False)
    check_glyphs(str(first), readers, html, **first.named)
    used = [(key, state, known) for known in texts for key, state in known.used.items()]
    states = {state.value: sum(shown is state for _, shown, _ in used) for state in State}
    said = [[*key, known.find(key[1], context=key[0]).text] for key, _, known in used]
    styles = _styles(first.format, first.topic.accent)
    return Page(
        html=html,
        styles=styles,
        states=states,
        unreviewed=tuple(key[1] for key, state, _ in used if not state.final),
        letters=letters,
        widths=widths,
        hashes={
            "campaign": digest(_said_by(campaign, first)),
            "layout": digest(
                [re.sub(r"width: [\d.]+em", "", html), styles]
            ),  # slots as wide as any
            "template": digest([_templates_hash(first.format, first.topic.id), styles]),
            "catalogue": digest(said),
            "fonts": fonts_hash(),
        },
    )


def _said_by(campaign: Campaign, sheet: Sheet) -> list[object]:
    """Return what a sheet has from its campaign, beside what is stamped."""
    contacts = {kind: campaign.contacts.get(kind) for kind in sheet.topic.contacts}
    review = campaign.medical_reviews.get(sheet.topic.id)
    own = (campaign.organisation, campaign.imprint, review, *campaign.funders, *contacts.values())
    said: list[object] = [campaign.host, campaign.edition]
    said += [asdict(part) if part else None for part in own]
    if sheet.topic.results and campaign.given:
        said += [asdict(campaign.results), *campaign.given.to_json()]
    return said


def digest(content: object) -> str:
    """Return a hash of plain data."""
    return hashlib.sha256(json.dumps(content, default=str, sort_keys=True).encode()).hexdigest()


def _html(
    campaign: Campaign,
    folder: Path,
    sheet: Sheet,
    texts: Sequence[Texts],
    widths: Mapping[Kind, float],
    *,
    final: bool,
) -> str:
    logos = {
        funder.logo: data_uri(folder / funder.logo) for funder in campaign.funders if funder.logo
    }
    shared = {
        "campaign": campaign,
        "format": sheet.format,
        "bleed": BLEED / sheet.format.zoom,
        "instrument": campaign.instruments[sheet.survey],
        "copies": sheet.material.copies,
        "given": campaign.given,
        "answers": answers,
        "final": final,
        "logos": logos,
        "icon": _icon,
        "accent": sheet.topic.accent,
        "medical": sheet.topic.medical,
        "review": campaign.medical_reviews.get(sheet.topic.id),
    }
    sides = [
        _sides(
            sheet,
            {
                **shared,
                **context(known, wave_names(campaign.given.asked if campaign.given else (), known)),
                "language": known.language,
                "slots": _slots(sheet.format, known.language, widths),
            },
        )
        for known in texts
    ]
    headline, _ = sides[-1]
    title = Markup(headline).replace("<br>", " ").striptags()
    pages = zip(*(pages for _, pages in sides), strict=True)
    return (
        environment()
        .get_template("layouts/base.jinja")
        .render(
            {
                **shared,
                "language": texts[-1].language,
                "title": title,
                "pages": [
                    zip((known.language for known in texts), page, strict=True) for page in pages
                ],
                "fonts": lambda reader: Markup(font_stack(reader)),
            }
        )
    )


def _slots(form: Format, reader: Language, widths: Mapping[Kind, float]) -> SimpleNamespace:
    start = Side.LEFT if reader.direction == "ltr" else Side.RIGHT
    middle = Side.MIDDLE if form.centred else start
    return SimpleNamespace(
        qr=slot(Kind.QR),
        address=lambda colour: slot(Kind.ADDRESS, colour, widths[Kind.ADDRESS], middle),
        place=lambda colour: slot(Kind.PLACE, colour, widths[Kind.PLACE], start),
    )


def _sides(sheet: Sheet, context: dict[str, object]) -> tuple[str, list[Markup]]:
    """Return the headline and the content of each page, in one language."""
    topic = environment().get_template(f"topics/{sheet.topic.id}.jinja").make_module(context)
    layout = environment().get_template(f"layouts/{sheet.format.layout}.jinja")
    module = layout.make_module({**context, "topic": topic})
    headline = topic.headline()  # type: ignore[attr-defined]
    return headline, [getattr(module, f"page_{n}")() for n in range(1, sheet.format.pages + 1)]


@cache
def _icon(name: str, colour: str) -> Markup:
    """Return the style of a box that shows a symbol: it says nothing that words do not say."""
    drawn = (home() / "icons" / f"{name}.svg").read_text("utf-8").replace("currentColor", colour)
    data = base64.b64encode(drawn.encode()).decode()
    return Markup("background-image: url(data:image/svg+xml;base64,{})").format(data)


@cache
def data_uri(path: Path) -> str:
    """Return a file as an address that holds it."""
    kind = mimetypes.types_map[path.suffix.lower()]
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"


def _styles(form: Format, accent: str) -> str:
    width, height = form.width / form.zoom, form.height / form.zoom
    size = f"{width:.5f}mm {height * (1 + SLACK):.5f}mm"
    page = f"@page {{ size: {size}; margin: 0; bleed: {BLEED / form.zoom:.5f}mm }}"
    lengths = {
        "page-width": width,
        "page-height": height,
        "side-width": width / form.halves,
        "bleed": BLEED / form.zoom,
        "into-bleed": -BLEED / form.zoom,
        "qr-box": form.qr_box,
    }
    # an enlarged layout has no smaller type than the one that it enlarges
    smallest = {
        f"smallest-{script}": f"{size / min(1, form.zoom):.5f}pt"
        for script, size in SMALLEST[form.read].items()
    }
    known = {name: f"{length:.5f}mm" for name, length in lengths.items()} | smallest
    styles = "\n".join([page, style_file("base"), style_file(form.layout)])
    for name, value in (known | {"accent": accent}).items():
        # WeasyPrint resolves a variable anew for every element
        styles = styles.replace(f"var(--{name})", value)
    return styles


@cache
def style_file(name: str) -> str:
    """Return the text of a style of ours."""
    return (home() / "styles" / f"{name}.css").read_text("utf-8")


@cache
def _templates_hash(form: Format, topic: str) -> str:
    names = ("layouts/base", "layouts/parts", f"layouts/{form.layout}", f"topics/{topic}")
    return digest([(home() / f"{name}.jinja").read_text("utf-8") for name in names])


@cache
def fonts_hash() -> str:
    """Return a hash of the fonts that come with philos."""
    files = sorted((home() / "fonts").glob("*.ttf"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def check_results(campaign: Campaign, sheet: Sheet) -> None:
    """Raise RenderError where a sheet of results has no figure that may be shown."""
    if not sheet.topic.results:
        return
    if campaign.given is None:
        raise RenderError(
            f"{sheet}: there is no result to show yet; release a closed wave with `philos "
            "release` or on the page Overview.",
            kind="no-result",
            **sheet.named,
        )
    if campaign.given.group.share is None:
        raise RenderError(
            f"{sheet}: the answers to {campaign.given.item.id!r} are too few to be shown, or "
            "hidden so that nobody can be told; name another question in [results].",
            kind="hidden-result",
            **sheet.named,
        )


def check_letters(sheet: Sheet | Questionnaire, names: set[str]) -> None:
    """Raise RenderError where a name of a place has a character that cannot be stamped."""
    lacking = set().union(*names) - stampable()
    if lacking:
        raise RenderError(
            f"{sheet}: the name of a place has {_named(lacking)}, which cannot be stamped; write "
            "it as on the street sign.",
            kind="letters",
            characters=_named(lacking),
            **sheet.named,
        )


def check_glyphs(name: str, readers: Sequence[Language], html: str, **named: str) -> None:
    """Raise RenderError where the fonts of the languages lack a character of a page.

    ``name`` says in a sentence what the page is, ``named`` by ids.
    """
    text = markup.unescape(Markup(html.partition("<body")[2]).striptags())
    known = frozenset().union(*(drawable(reader) for reader in readers))
    lacking = {char for char in text if not char.isspace() and ord(char) not in known}
    if lacking:
        raise RenderError(
            f"{name}: no font of this language can draw {_named(lacking)}; change the text.",
            kind="glyphs",
            characters=_named(lacking),
            **named,
        )


def _named(chars: set[str]) -> str:
    return ", ".join(f"{char!r} (U+{ord(char):04X})" for char in sorted(chars))
