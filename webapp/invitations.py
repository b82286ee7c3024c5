"""Invitations: a signed address with which somebody sets her own password, once.

It names an account and the account's epoch. Whatever changes the account raises the epoch, the
new password as well: the address is used up, and a newer one puts an older one out of force.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from itsdangerous import BadSignature, URLSafeSerializer

from surveys.storage import Account, Storage

OPEN = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """An account that waits for a password, and its epoch."""

    name: str
    epoch: int


class Invitations:
    """Signs and reads addresses under a key that is derived from the secret."""

    def __init__(self, secret: bytes) -> None:
        key = hmac.digest(secret, b"philos invitation", "sha256")
        self._signer = URLSafeSerializer(key, signer_kwargs={"digest_method": hashlib.sha256})

    def token(self, account: Account, moment: datetime) -> str:
        """Return what stands in the address of an account's invitation."""
        until = int((moment + OPEN).timestamp())
        return str(self._signer.dumps([account.name, account.epoch, until]))

    def read(self, token: str, moment: datetime) -> Invitation | None:
        """Return what a token stands for; None where it is forged or too old."""
        try:
            name, epoch, until = self._signer.loads(token)
        except (BadSignature, ValueError, UnicodeError):
            return None
        return Invitation(name=name, epoch=epoch) if moment.timestamp() <= until else None

    def account(self, storage: Storage, token: str, moment: datetime) -> Account | None:
        """Return the account that a token still lets set a password."""
        found = self.read(token, moment)
        account = storage.account(found.name) if found else None
        if found is None or account is None or account.disabled or account.epoch != found.epoch:
            return None
        return account
