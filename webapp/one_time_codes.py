"""One-time codes of an app (RFC 6238) and recovery codes on paper."""

import re
import secrets

import pyotp

from surveys.storage import Account, Storage

STEP = 30  # seconds
AROUND = 1  # steps that a clock may be wrong
ISSUER = "philos"
RECOVERY_CODES = 10
_SIGNS = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's, 5 bits each
_LENGTH = 16  # signs of a recovery code: 80 bits cannot be guessed
_ALIKE = str.maketrans("oil", "011")


def new_secret() -> str:
    """Return a new secret of 160 bits, in base32."""
    return pyotp.random_base32()


def address(secret: str, name: str, campaign: str) -> str:
    """Return the otpauth: address that an app scans."""
    issuer = f"{ISSUER} {campaign}".replace(":", " ")  # the sign between issuer and name
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=issuer)


def step_of(secret: str, code: str, at: int) -> int | None:
    """Return the step whose code this is, at a moment in seconds since 1970; None if of none."""
    digits = re.sub(r"\s", "", code)
    totp = pyotp.TOTP(secret)
    now = at // STEP
    steps = range(now - AROUND, now + AROUND + 1)
    fitting = [step for step in steps if secrets.compare_digest(_bytes(totp, step), _ascii(digits))]
    return max(fitting, default=None)


def is_code(storage: Storage, account: Account, code: str, at: int) -> bool:
    """Use up a one-time code; return whether it was right, and neither used nor passed over."""
    secret = storage.totp(account.name)
    step = step_of(secret, code, at) if secret else None
    return step is not None and storage.use_totp_step(account.name, step)


def is_recovery_code(storage: Storage, account: Account, code: str) -> bool:
    """Use up a recovery code; return whether it was right."""
    return storage.use_recovery_code(account.name, _tidy(code))


def new_recovery_codes(storage: Storage, name: str) -> list[str]:
    """Put new recovery codes in place of an account's; return them as they are written down."""
    codes = ["".join(map(secrets.choice, [_SIGNS] * _LENGTH)) for _ in range(RECOVERY_CODES)]
    storage.set_recovery_codes(name, codes)
    return ["-".join(re.findall("....", code)) for code in codes]


def _tidy(code: str) -> str:
    """Return a recovery code as it was drawn, however it was typed."""
    return re.sub(r"[\s-]", "", code).lower().translate(_ALIKE)


def _bytes(totp: pyotp.TOTP, step: int) -> bytes:
    return totp.generate_otp(step).encode()


def _ascii(digits: str) -> bytes:
    return digits.encode("ascii", "replace")
