"""How many copies of each kind of sheet there are, as far as it is known."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from materials.formats import FORMATS
from materials.sheets import Output, Questionnaire, Sheet
from surveys.arrivals import Kind
from surveys.paper import FORMAT as PAPER

PASSED_ON = (  # the formats of which each copy is handed to somebody
    PAPER,
    *(name for name, form in FORMATS.items() if form.read == "hand" and not form.sticker),
)


def editions(
    sheets: Iterable[Sheet], questionnaires: Iterable[Questionnaire], manifest: Mapping[str, Any]
) -> dict[Kind, int]:
    """Return the number of copies by topic and format, in the order of the campaign.

    Of a sheet that was printed for an office or a press, these are the copies that were printed
    last; of any other those that the campaign wants.
    """
    found: Counter[Kind] = Counter()
    for sheet in sheets:
        printed = [
            entry.get("copies", 0)
            for output in (Output.OFFICE, Output.PRESS)
            if (entry := manifest.get(sheet.file(output)))
        ]
        kind = sheet.material.topic, sheet.material.format
        found[kind] += max(printed, default=0) or sheet.material.copies
    for questionnaire in questionnaires:
        found[questionnaire.survey, PAPER] += len(questionnaire.targets)
    return dict(found)
