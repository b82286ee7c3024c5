"""Whether a printed sheet is still as its campaign is now."""

from collections.abc import Mapping
from pathlib import Path

from materials.build import plan
from materials.campaign import Campaign
from materials.sheets import sheets
from materials.trace import Origin


def changed_since(origin: Origin, campaign: Campaign, folder: Path) -> list[str]:
    """Return which parts of a sheet have changed since it was printed, empty for none.

    They are the names of ``Origin.hashes``, or "sheet" where the campaign has it no longer.
    """
    for sheet in sheets(campaign):
        material = sheet.material
        said = (campaign.id, material.topic, material.format, sheet.tag, sheet.place)
        told = (origin.campaign, origin.topic, origin.format, origin.language, origin.place)
        outputs = [output for output in sheet.outputs if output == origin.output]
        if said == told and outputs:
            (job,) = plan(campaign, folder, [sheet], outputs)
            return changed_parts(origin.hashes, job.hashes(job.copies[0]))
    return ["sheet"]


def changed_parts(then: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Return which of the parts that a sheet is made of now were not so then."""
    changed = [part for part, value in now.items() if then.get(part) != value]
    # the layout changes with every other part; alone it tells of the rest, a logo or so
    return [part for part in changed if part != "layout"] or changed
