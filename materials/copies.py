"""Copies: the pages of a tagged artwork once more for each stamp, each with tags of its own.

What is drawn is shared between the copies; a copy adds its slots, its pages and its part of the
structure tree (ISO 32000-1, 14.7). Spans that say nothing but where a text is are left out.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pikepdf import Array, Dictionary, Name, Object, Page, Pdf, Stream, String

from materials.artwork import ALTERNATIVES, Artwork, Kind, Stamp

_PLAIN = {"/K", "/P", "/Pg", "/S", "/Type"}  # the keys of an element that has nothing to add
_NOT_SHARED = {"/K", "/P", "/Pg", "/ID"}


@dataclass(frozen=True)
class _Element:
    """An element of the structure tree: what all copies share of it, its page, and its content.

    ``kids`` are elements, and the numbers of marked content on the page. ``kind`` is that of the
    slot that a figure stands for.
    """

    shared: dict[str, Object]
    page: int
    kids: tuple["_Element | int", ...]
    kind: Kind | None


@dataclass(frozen=True)
class _Copy:
    """One copy that is being made: its pages, and by page which element has which content."""

    pdf: Pdf
    pages: list[Object]
    marked: list[dict[int, Object]]
    stamp: Stamp

    def element(self, source: _Element, parent: Object) -> Object:
        """Return an element of the tree once more, and note what it has of its page."""
        made = self.pdf.make_indirect(Dictionary(source.shared))
        made.P, made.Pg = parent, self.pages[source.page]
        if source.kind:
            made.Alt = String(self.stamp.texts[source.kind])
        kids: list[Any] = []
        for kid in source.kids:
            if isinstance(kid, int):
                self.marked[source.page][kid] = made
                kids.append(kid)
            else:
                kids.append(self.element(kid, made))
        made.K = Array(kids)
        return made

    def parents(self) -> Iterator[Object]:
        """Yield the entries of the parent tree: the number of each page, and what is on it."""
        for page, found in zip(self.pages, self.marked, strict=True):
            of_page = [found.get(number) for number in range(max(found, default=-1) + 1)]
            yield from (page.StructParents, self.pdf.make_indirect(Array(of_page)))


def multiply(artwork: Artwork, stamps: Iterable[Stamp]) -> None:
    """Replace the pages of an artwork by as many copies of them as there are stamps."""
    pdf = artwork.pdf
    originals = list(pdf.pages)
    tree = pdf.Root.StructTreeRoot
    numbers = {page.obj.objgen: number for number, page in enumerate(originals)}
    (document,) = _kids(tree)
    elements = [kid for kid in _elements(pdf, document, numbers, 0) if isinstance(kid, _Element)]
    sections: list[Object] = []
    parents: list[Object] = []
    for stamp in stamps:
        pages = _pages(artwork, originals, stamp, len(parents) // 2)
        copy = _Copy(pdf, pages, [{} for _ in pages], stamp)
        section = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Sect, P=document))
        section.K = Array([copy.element(each, section) for each in elements])
        sections.append(section)
        parents += copy.parents()
        for page in pages:
            pdf.pages.append(Page(page))
    del pdf.pages[: len(originals)]
    document.K = Array(sections)
    tree.ParentTree = pdf.make_indirect(Dictionary(Nums=Array(parents)))
    tree.ParentTreeNextKey = len(pdf.pages)


def _kids(element: Object) -> list[Any]:
    kids: Any = element.get("/K", Array())
    return list(kids) if isinstance(kids, Array) else [kids]


def _elements(
    pdf: Pdf, element: Object, numbers: dict[tuple[int, int], int], page: int
) -> Iterator[_Element | int]:
    """Yield what an element has, spans without a word of their own replaced by what they have."""
    for kid in _kids(element):
        if not isinstance(kid, Dictionary):
            yield int(kid)
            continue
        on = numbers[kid.Pg.objgen] if "/Pg" in kid else page
        kids = tuple(_elements(pdf, kid, numbers, on))
        if Name.Span == kid.S and set(kid.keys()) <= _PLAIN and on == page:
            yield from kids
            continue
        yield _Element(_shared(pdf, kid), on, kids, ALTERNATIVES.get(str(kid.get("/Alt"))))


def _shared(pdf: Pdf, element: Object) -> dict[str, Object]:
    """Return what all copies of an element share; cells are told by scope, not by ids of heads."""
    shared = {key: value for key, value in element.items() if key not in _NOT_SHARED}
    if element.S in {Name.TH, Name.TD}:
        shared.pop("/A", None)
    if element.S == Name.TH:
        scope = Name.Column if Name.THead == element.P.P.S else Name.Row
        shared["/A"] = Dictionary(O=Name.Table, Scope=scope)
    if "/A" in shared:
        shared["/A"] = pdf.make_indirect(shared["/A"])
    return shared


def _pages(artwork: Artwork, originals: list[Page], stamp: Stamp, first: int) -> list[Object]:
    """Return the pages of one copy, its slots filled."""
    filled = {
        form.objgen: _form(artwork, artwork.drawing(found, stamp)) for form, found in artwork.forms
    }
    made: list[Object] = []
    for number, page in enumerate(originals, start=first):
        copy = Dictionary({key: value for key, value in page.obj.items() if key != "/Parent"})
        copy.Resources = Dictionary(dict(page.Resources.items()))
        copy.Resources.XObject = Dictionary(
            {
                name: filled.get(form.objgen, form)
                for name, form in page.Resources.get("/XObject", Dictionary()).items()
            }
        )
        copy.StructParents = number
        made.append(artwork.pdf.make_indirect(copy))
    return made


def _form(artwork: Artwork, drawn: bytes) -> Stream:
    return Stream(
        artwork.pdf,
        drawn,
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=Array([0, 0, 1, 1]),
        Resources=artwork.resources,
    )
