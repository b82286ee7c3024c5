"""The campaign folder: what its campaign.toml says, and what is wrong with it."""

from materials.campaign.checks import CO_FUNDED
from materials.campaign.document import (
    FILE,
    MOST_COPIES,
    SURVEYS,
    TRANSLATIONS,
    Campaign,
    Contact,
    Material,
    Paper,
    Review,
)
from materials.campaign.loading import load

__all__ = [
    "CO_FUNDED",
    "FILE",
    "MOST_COPIES",
    "SURVEYS",
    "TRANSLATIONS",
    "Campaign",
    "Contact",
    "Material",
    "Paper",
    "Review",
    "load",
]
