"""A campaign from its folder: campaign.toml, and the surveys beside it."""

import dataclasses
from pathlib import Path

from materials.campaign.checks import findings
from materials.campaign.document import FILE, SURVEYS, Campaign
from surveys.definition import Instrument, instruments
from surveys.documents import DocumentError, Finding, read


def load(folder: Path) -> Campaign:
    """Return the campaign of a folder; raise DocumentError with every finding."""
    campaign = read(folder / FILE, Campaign)
    if campaign.surveys:
        raise DocumentError([Finding(FILE, f"belong in files below {SURVEYS}/.", key="surveys")])
    campaign = dataclasses.replace(campaign, surveys=_own_surveys(folder))
    found = list(findings(campaign, folder))
    if found:
        raise DocumentError(found)
    return campaign


def _own_surveys(folder: Path) -> dict[str, Instrument]:
    """Return the campaign's own surveys by their ids, which are the names of their files."""
    found = {}
    for path in sorted((folder / SURVEYS).glob("*.toml")):
        own = read(path, Instrument)
        if own.id != path.stem or own.id in instruments():
            raise DocumentError(
                [
                    Finding(
                        f"{SURVEYS}/{path.name}",
                        "must be the name of the file, and none of philos's own.",
                        key="id",
                    )
                ]
            )
        found[own.id] = own
    return found
