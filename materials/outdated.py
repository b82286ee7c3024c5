"""Whether a printed sheet is still as its campaign is now."""

from pathlib import Path

from materials.build import plan
from materials.campaign import load
from materials.sheets import sheets
from materials.trace import Origin


def changed_since(origin: Origin, folder: Path) -> list[str]:
    """Return which parts of a sheet have changed since it was printed, empty for none.

    They are the names of ``Origin.hashes``, or "sheet" where the campaign has it no longer.
    """
    campaign = load(folder)
    for sheet in sheets(campaign):
        material = sheet.material
        said = (campaign.id, material.topic, material.format, sheet.tag, sheet.place)
        told = (origin.campaign, origin.topic, origin.format, origin.language, origin.place)
        outputs = [output for output in sheet.outputs if output == origin.output]
        if said == told and outputs:
            (job,) = plan(campaign, folder, [sheet], outputs)
            now = job.hashes(job.copies[0])
            changed = [part for part, value in now.items() if origin.hashes.get(part) != value]
            # the layout changes with every other part; alone it tells of the rest, a logo or so
            return [part for part in changed if part != "layout"] or changed
    return ["sheet"]
