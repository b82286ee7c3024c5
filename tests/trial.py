"""The example campaign for a trial that is quick to start."""

import re
from pathlib import Path

from materials.campaign import FILE


def leave_the_open_wave(folder: Path) -> None:
    """Take the closed waves out of the example, so that a trial has none to release."""
    file = folder / FILE
    waves = r"(?:\[\[waves\]\]\n(?:.+\n)+)+(?=\[\[waves)"
    file.write_text(re.sub(waves, "", file.read_text("utf-8")), "utf-8")
