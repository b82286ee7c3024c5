"""What WeasyPrint leaves out of a PDF's tags: whether a header is that of a row or a column."""

from collections.abc import Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf


def scope_headers(pdf: Pdf) -> None:
    """Say of each header of a table whether it heads a column or a row (ISO 32000-1, 14.8.5.7)."""
    for header, in_head in _headers(pdf.Root.StructTreeRoot, in_head=False):
        scope = Name.Column if in_head else Name.Row
        header.A = Dictionary(O=Name.Table, Scope=scope)


def _headers(node: Object, *, in_head: bool) -> Iterator[tuple[Object, bool]]:
    """Yield every header cell below a node of the tree, and whether a table's head has it."""
    kind = node.get("/S")
    if kind == Name.TH:
        yield node, in_head
    for kid in _kids(node):
        yield from _headers(kid, in_head=in_head or kind == Name.THead)


def _kids(node: Object) -> Iterator[Object]:
    kids = node.get("/K", Array())
    for kid in kids if isinstance(kids, Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary):
            yield kid
