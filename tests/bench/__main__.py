"""`make bench`: what printing and answering cost, side by side with others."""

import sys
import tempfile
from pathlib import Path

from materials.example import write_example
from tests.bench import comparison, pages, printing, service, survey
from tests.conftest import NOON

PARTS = {
    "flyer": printing.flyer,
    "campaign": printing.campaign,
    "stickers": printing.stickers,
    "survey": survey.survey,
    "pages": pages.pages,
    "service": service.service,
    "comparison": comparison.comparison,
}

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        example = Path(scratch) / "campaign"
        write_example(example, NOON.date())
        for name in sys.argv[1:] or PARTS:
            PARTS[name](example)
