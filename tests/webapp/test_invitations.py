import base64
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.storage import Account, Storage
from webapp.invitations import OPEN, Invitation, Invitations

NOON = datetime(2026, 11, 22, 12, 30, tzinfo=timezone(timedelta(hours=1)))
INVITATIONS = Invitations(b"k" * 32)


def account(name: str = "bert", epoch: int = 3) -> Account:
    return Account(
        name=name,
        role="viewer",
        password_hash=None,
        disabled=False,
        epoch=epoch,
        signed_in=None,
        has_totp=False,
        passkeys=0,
        recovery_codes=0,
    )


@given(st.text(min_size=1, max_size=80), st.integers(0, 2**31 - 1))
def test_an_address_names_an_account_for_seven_days(name: str, epoch: int) -> None:
    token = INVITATIONS.token(account(name, epoch), NOON)
    for late in (timedelta(0), OPEN):
        assert INVITATIONS.read(token, NOON + late) == Invitation(name=name, epoch=epoch)
    assert INVITATIONS.read(token, NOON + OPEN + timedelta(seconds=1)) is None


@given(st.text(max_size=200))
def test_what_was_not_signed_here_opens_nothing(token: str) -> None:
    assert INVITATIONS.read(token, NOON) is None


@given(st.data())
def test_a_changed_address_opens_nothing(data: st.DataObject) -> None:
    token = INVITATIONS.token(account(), NOON)
    where = data.draw(st.integers(0, len(token) - 2))  # the last sign has bits that say nothing
    sign = data.draw(st.characters(codec="ascii", categories=["L", "N"]))
    changed = token[:where] + sign + token[where + 1 :]
    assert (INVITATIONS.read(changed, NOON) is None) == (changed != token)


def test_another_secret_signs_for_nothing_here() -> None:
    token = Invitations(b"o" * 32).token(account(), NOON)
    assert INVITATIONS.read(token, NOON) is None


def test_an_address_with_another_name_in_it_opens_nothing() -> None:
    token = INVITATIONS.token(account(), NOON)
    body, signature = token.rsplit(".", 1)
    plain = base64.urlsafe_b64decode(body + "==").replace(b"bert", b"anna")
    forged = base64.urlsafe_b64encode(plain).rstrip(b"=").decode()
    assert INVITATIONS.read(f"{forged}.{signature}", NOON) is None


@pytest.mark.parametrize("change", ["password", "role", "end_all", "disabled"])
def test_whatever_changes_the_account_ends_its_invitations(storage: Storage, change: str) -> None:
    storage.add_account("bert", "viewer")
    bert = storage.account("bert")
    assert bert is not None
    token = INVITATIONS.token(bert, NOON)
    assert INVITATIONS.account(storage, token, NOON) == bert
    {
        "password": lambda: storage.set_password("bert", "x"),
        "role": lambda: storage.set_role("bert", "admin"),
        "end_all": lambda: storage.end_all("bert"),
        "disabled": lambda: storage.set_disabled("bert", disabled=True),
    }[change]()
    assert INVITATIONS.account(storage, token, NOON) is None


def test_an_invitation_to_nobody_opens_nothing(storage: Storage) -> None:
    token = INVITATIONS.token(account("nobody"), NOON)
    assert INVITATIONS.account(storage, token, NOON) is None
