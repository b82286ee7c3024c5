"""Spools: rows in a new random order, more than fit into memory, to be read several times."""

import json
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from tempfile import SpooledTemporaryFile
from typing import Any
from weakref import finalize

IN_MEMORY = 1 << 20  # bytes of each file, before it goes to the disk
BUCKETS = 64

_draw = secrets.SystemRandom()


class Spool:
    """Rows of JSON values. On the disk they lie in files without a name, gone when closed."""

    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        """Take rows and shuffle them, every order as likely as any other.

        Each row falls into a random bucket, and each bucket is shuffled by itself (Rao 1961,
        Sankhya 23:305; Sandelius 1962, JRSS B 24:467), so that only one is in memory.
        """
        self._file = _file()
        self.close = finalize(self, self._file.close)  # at the latest when nobody reads it any more
        self._length = 0
        with ExitStack() as stack:
            buckets = [stack.enter_context(_file()) for _ in range(BUCKETS)]
            for row in rows:
                _draw.choice(buckets).write(json.dumps(row, separators=(",", ":")) + "\n")
                self._length += 1
            for bucket in buckets:
                bucket.seek(0)
                lines = list(bucket)
                _draw.shuffle(lines)
                self._file.writelines(lines)

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[list[Any]]:
        """Yield the rows, in the same order each time."""
        self._file.seek(0)
        for line in self._file:
            yield json.loads(line)


def _file() -> SpooledTemporaryFile[str]:
    return SpooledTemporaryFile(IN_MEMORY, "w+", encoding="utf-8")
