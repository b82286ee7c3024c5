"""Passkeys as a second factor. The only module that knows ``webauthn``."""

import json
from dataclasses import dataclass
from datetime import date
from ipaddress import ip_address
from typing import Any

from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from surveys.storage import Passkey

WITHIN = 300  # seconds in which a browser has to answer
_LOCAL = "localhost"
# A password was asked for before, so a key without PIN or fingerprint is a second factor, too.
_VERIFY = UserVerificationRequirement.PREFERRED
_CHOICE = AuthenticatorSelectionCriteria(
    resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=_VERIFY
)


class PasskeyError(ValueError):
    """What a browser answered does not fit what it was asked."""


@dataclass(frozen=True, kw_only=True)
class Party:
    """For whom a passkey signs: a host, and the origin of the pages that may ask for it."""

    host: str
    origin: str


def party(campaign_host: str, asked: str, scheme: str) -> Party | None:
    """Return the party of a campaign at the host that was asked; None where passkeys cannot be.

    Browsers have passkeys over HTTPS and on the machine itself under its name, never for a bare
    address (Web Authentication, 5.1.3 and 13.4.9).
    """
    host = asked.partition(":")[0]
    if host == _LOCAL:
        return Party(host=host, origin=f"{scheme}://{asked}")
    if scheme != "https" or asked != campaign_host or _is_address(host):
        return None
    return Party(host=host, origin=f"https://{asked}")


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def creation(whose: Party, name: str, handle: bytes, known: list[Passkey]) -> tuple[str, str]:
    """Return what a browser needs to make a passkey, as JSON, and the challenge in it.

    ``handle`` stands for the account and tells nothing about it.
    """
    options = generate_registration_options(
        rp_id=whose.host,
        rp_name=whose.host,
        user_name=name,
        user_id=handle,
        authenticator_selection=_CHOICE,
        exclude_credentials=_descriptors(known),
        timeout=WITHIN * 1000,
    )
    return options_to_json(options), bytes_to_base64url(options.challenge)


def created(whose: Party, answer: str, challenge: str, label: str, day: date) -> Passkey:
    """Return the passkey that a browser has made; raise PasskeyError where that cannot be told."""
    try:
        made = verify_registration_response(
            credential=_read(answer),
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=whose.host,
            expected_origin=whose.origin,
        )
    except _FAULTS as error:
        raise PasskeyError(str(error)) from error
    return Passkey(
        credential=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        label=label,
        added=day,
    )


def request(whose: Party, known: list[Passkey]) -> tuple[str, str]:
    """Return what a browser needs to sign with a passkey, as JSON, and the challenge in it."""
    options = generate_authentication_options(
        rp_id=whose.host,
        allow_credentials=_descriptors(known),
        user_verification=_VERIFY,
        timeout=WITHIN * 1000,
    )
    return options_to_json(options), bytes_to_base64url(options.challenge)


def used(whose: Party, answer: str, challenge: str, known: list[Passkey]) -> tuple[Passkey, int]:
    """Return which passkey a browser has signed with, and how often it has signed.

    Raise PasskeyError where it is none of those, or has signed less often than before, as a copy
    would.
    """
    try:
        said = _read(answer)
        raw = base64url_to_bytes(str(said.get("rawId", "")))
        passkey = next(each for each in known if each.credential == raw)
        verified = verify_authentication_response(
            credential=said,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=whose.host,
            expected_origin=whose.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
        )
    except StopIteration as error:
        raise PasskeyError("None of the account's passkeys.") from error
    except _FAULTS as error:
        raise PasskeyError(str(error)) from error
    return passkey, verified.new_sign_count


# What webauthn and the libraries under it raise where an answer is broken
_FAULTS = (WebAuthnException, ValueError, TypeError, LookupError, AttributeError, RecursionError)


def _read(answer: str) -> dict[str, Any]:
    said = json.loads(answer)
    if not isinstance(said, dict):
        raise TypeError("Not a credential.")
    return said


def _descriptors(known: list[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=passkey.credential) for passkey in known]
