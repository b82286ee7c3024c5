"""What a campaign owes: its funders' credit lines, and numbers that somebody has tried."""

from collections.abc import Iterator, Sequence
from datetime import date

from materials.blanks import stale
from materials.campaign import Campaign
from materials.inspection.paper import Finding


def findings(texts: Sequence[str], campaign: Campaign, today: date) -> Iterator[Finding]:
    """Yield the duties that the text of all pages does not meet."""
    said = _letters("".join(texts))
    for funder in campaign.funders:
        if not funder.programme and _letters(funder.credit) not in said:
            message = f"The credit line of {funder.name} is missing: {funder.credit!r}."
            yield Finding(0, "credit", "warning", message)
    for contact in campaign.contacts.values():
        if contact.number and _letters(contact.number) in said and stale(contact, today):
            message = f"Nobody has tried {contact.number} for over a year; call it first."
            yield Finding(0, "contact", "warning", message)


def _letters(text: str) -> str:
    """Return a text without what a line break or a hyphen may change."""
    return "".join(char for char in text if char.isalnum())
