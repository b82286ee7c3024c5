"""Trust in a translation: the state of each message, told by the seal in its translator comment.

A seal is a comment line in the PO file, the one place that Babel, msgmerge, polib, Poedit and an
XLIFF round trip all keep:

    # draft: machine ENGINE DATE            a machine wrote it; the message is fuzzy as well
    # review: INITIALS DATE ROLE HASH       a person reviewed exactly this text

The hash covers context, source and every translated form, so any later edit voids the review.
"""

import hashlib
import json
from datetime import date
from enum import StrEnum

import polib


class State(StrEnum):
    """How far a text may be trusted, the best first."""

    SOURCE = "source"
    REVIEWED = "reviewed"
    UNREVIEWED = "unreviewed"
    DRAFT = "draft"
    MISSING = "missing"

    @property
    def final(self) -> bool:
        """Return whether a text in this state may be printed for distribution."""
        return self in {State.SOURCE, State.REVIEWED}


def forms(entry: polib.POEntry) -> list[str]:
    """Return the translated forms in the order of their plural index."""
    if not entry.msgid_plural:
        return [entry.msgstr]
    return [text for _, text in sorted(entry.msgstr_plural.items())]


def seal_hash(entry: polib.POEntry) -> str:
    """Return the first 16 hexadecimal digits of SHA-256 over all that a review vouches for."""
    said = [entry.msgctxt, entry.msgid, entry.msgid_plural, *forms(entry)]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()[:16]


def state(entry: polib.POEntry) -> State:
    """Return the state of one catalogue entry; the fuzzy flag always wins over a review."""
    if not all(forms(entry)):
        return State.MISSING
    if "fuzzy" in entry.flags:
        return State.DRAFT
    seals = [line.split() for line in entry.tcomment.splitlines() if line.startswith("review:")]
    if any(seal[-1] == seal_hash(entry) for seal in seals):
        return State.REVIEWED
    return State.UNREVIEWED


def mark_draft(entry: polib.POEntry, engine: str, day: date) -> None:
    """Seal an entry as written by a machine and seen by nobody."""
    _reseal(entry, f"draft: machine {engine} {day}")
    if "fuzzy" not in entry.flags:
        entry.flags.append("fuzzy")


def mark_reviewed(entry: polib.POEntry, initials: str, role: str, day: date) -> None:
    """Seal an entry as reviewed by a person, in exactly its present wording.

    ``initials`` and ``role`` are single words, such as "MK" and "interpreter"; raise ValueError
    for others, since the seal is read back by its words.
    """
    if len(initials.split()) != 1 or len(role.split()) != 1:
        raise ValueError("initials and role are one word each")
    entry.flags = [flag for flag in entry.flags if flag != "fuzzy"]
    _reseal(entry, f"review: {initials} {day} {role} {seal_hash(entry)}")


def mark_unreviewed(entry: polib.POEntry) -> None:
    """Take every seal off an entry: a person wrote its wording, and nobody has reviewed it."""
    entry.flags = [flag for flag in entry.flags if flag != "fuzzy"]
    _reseal(entry, "")


def _reseal(entry: polib.POEntry, seal: str) -> None:
    kept = [
        line for line in entry.tcomment.splitlines() if not line.startswith(("draft:", "review:"))
    ]
    entry.tcomment = "\n".join([*kept, seal]).strip()
