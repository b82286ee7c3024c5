"""What does not stop a print but must be seen to before anything is handed out."""

from collections.abc import Iterator
from datetime import date, timedelta

from materials.campaign import FILE, Campaign, Contact
from materials.library import topics
from materials.privacy import Controller
from surveys.documents import DocumentError, Finding

STALE_AFTER = timedelta(days=365)


def blanks(campaign: Campaign, today: date) -> list[Finding]:
    """Return what does not stop a print but must be seen to before handing anything out."""
    return [
        *_example(campaign),
        *_unaccounted(campaign),
        *_left_out(campaign),
        *_blank_contacts(campaign),
        *_stale_contacts(campaign, today),
        *_blank_hours(campaign),
        *_blank_hand_in(campaign),
        *_blank_reviews(campaign),
    ]


def _example(campaign: Campaign) -> Iterator[Finding]:
    if campaign.example:
        yield _blank(
            "example", "this is the example; put in your own imprint, then remove this line."
        )


def require_controller(campaign: Campaign) -> Controller:
    """Return who answers for the answers; raise DocumentError where the campaign does not say."""
    if campaign.controller is None:
        raise DocumentError(list(_unaccounted(campaign)))
    return campaign.controller


def _unaccounted(campaign: Campaign) -> Iterator[Finding]:
    if campaign.controller is None:
        message = (
            "is missing, so nothing can be published; add a table [controller] as the example "
            "of `philos init` has it."
        )
        yield Finding(FILE, message, key="controller", kind="no-controller")


def _left_out(campaign: Campaign) -> Iterator[Finding]:
    """Yield the surveys whose texts are left out."""
    for name in campaign.used_surveys:
        texts = campaign.known_surveys[name].texts
        if texts and not campaign.free_text:
            yield _blank(
                "free_text",
                f"is off, so {name} does not ask {', '.join(texts)}; write true, or take them out.",
            )


def stale(contact: Contact, today: date) -> bool:
    """Return whether nobody has tried a number for over a year."""
    return contact.verified_on is not None and today - contact.verified_on > STALE_AFTER


def _blank_contacts(campaign: Campaign) -> Iterator[Finding]:
    wanted = {
        kind
        for material in campaign.materials
        for kind in topics()[material.topic].contacts
        if not (kind in campaign.contacts and campaign.contacts[kind].number)
    }
    for kind in sorted(wanted):
        yield _blank(f"contacts.{kind}.number", "is blank; find out the number, or leave it out.")


def _stale_contacts(campaign: Campaign, today: date) -> Iterator[Finding]:
    for kind, contact in campaign.contacts.items():
        key = f"contacts.{kind}.verified_on"
        if contact.number and contact.verified_on is None:
            yield _blank(key, f"is missing; call {contact.number}, then write today's date.")
        elif stale(contact, today):
            yield _blank(key, f"is over a year old; call {contact.number} and renew the date.")


def _blank_reviews(campaign: Campaign) -> Iterator[Finding]:
    """Yield the medical topics that no professional has checked; their sheets say so, too."""
    for topic in sorted({material.topic for material in campaign.materials}):
        if topics()[topic].medical and topic not in campaign.medical_reviews:
            yield _blank(
                f"medical_reviews.{topic}",
                "is missing; have the text checked by a doctor or paramedic, then write by and on.",
            )


def _blank_hours(campaign: Campaign) -> Iterator[Finding]:
    used = {material.topic for material in campaign.materials}
    if "project" in used and not campaign.organisation.hours:
        yield _blank("organisation.hours", "is blank; write when the alliance can be met.")


def _blank_hand_in(campaign: Campaign) -> Iterator[Finding]:
    if campaign.paper and not campaign.paper.hand_in:
        yield _blank("paper.hand_in", "is blank; write where questionnaires are brought back.")


def _blank(key: str, message: str) -> Finding:
    return Finding(FILE, message, key=key)
