"""JSON: a table as a list of objects."""

import json
from collections.abc import Iterator
from typing import Any

from surveys.export.tables import HIDDEN, Table


def records(table: Table) -> Iterator[dict[str, Any]]:
    """Yield the rows by their columns: what is hidden is null, what is not there is left out."""
    for row in table.rows:
        cells = zip(table.columns, row, strict=True)
        yield {name: None if cell is HIDDEN else cell for name, cell in cells if cell is not None}


def document(table: Table) -> bytes:
    """Return a table as one JSON document."""
    return json.dumps({table.name: list(records(table))}, ensure_ascii=False, indent=1).encode()
