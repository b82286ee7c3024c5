"""What print runs share: a process for each core, and a folder that fills all at once or not."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path


def executor() -> Executor:
    """Return a process for each core."""
    return ProcessPoolExecutor(max_workers=os.cpu_count() or 1)


@contextmanager
def staged(out: Path) -> Iterator[Path]:
    """Yield a folder whose files go to their places below ``out`` when all is done.

    Where something is raised meanwhile, nothing there has changed.
    """
    out.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=".printing-", dir=out))
    try:
        yield staging
        for made in [path for path in staging.rglob("*") if path.is_file()]:
            place = out / made.relative_to(staging)
            place.parent.mkdir(parents=True, exist_ok=True)
            made.replace(place)
    finally:
        shutil.rmtree(staging)
