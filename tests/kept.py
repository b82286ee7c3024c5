"""What a storage keeps beside the responses, read past the program."""

from collections import Counter

import sqlalchemy as sa

from surveys.storage import SCHEMA, Storage

Key = tuple[str, ...]  # the columns of the counts' key


def kept(storage: Storage) -> dict[Key, int]:
    """Return the counts as they are kept, without empty ones."""
    counts = SCHEMA.tables["counts"]
    with storage._engine.connect() as connection:
        rows = connection.execute(sa.select(*counts.primary_key, counts.c.n))
        return {tuple(map(str, row[:-1])): row[-1] for row in rows if row[-1]}


def recounted(storage: Storage) -> dict[Key, int]:
    """Return the counts as they should be, and every crossing or arrival that is wrong."""
    found = kept(storage)
    for cells in storage.recount().values():
        for key, (_, should) in cells.items():
            found[tuple(map(str, key))] = should
    return {key: n for key, n in found.items() if n}


def counted_by(storage: Storage, campaign: str, item: str, column: str) -> dict[str, Counter[int]]:
    """Return how often each code was given to an item, by a column of the counts."""
    place = list(SCHEMA.tables["counts"].primary_key.columns.keys()).index(column)
    found: dict[str, Counter[int]] = {}
    for key, n in kept(storage).items():
        if (key[0], key[-2]) == (campaign, item):
            found.setdefault(key[place], Counter())[int(key[-1])] += n
    return found
