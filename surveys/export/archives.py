"""ZIP: several files as one. It is written as it is made, and tells no time."""

import zipfile
from collections.abc import Iterable
from typing import IO


def archive(files: Iterable[tuple[str, Iterable[bytes]]], target: IO[bytes]) -> None:
    """Write files, each a name and its content in parts, into a ZIP."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, parts in files:
            told = zipfile.ZipInfo(name)
            told.compress_type = zipfile.ZIP_DEFLATED
            with packed.open(told, "w", force_zip64=True) as file:
                for part in parts:
                    file.write(part)
