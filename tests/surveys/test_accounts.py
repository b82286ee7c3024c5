"""Those who sign in, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext

from surveys.storage import SCHEMA, Account, Entry, Passkey, Storage
from tests.surveys.conftest import SECRET, older

DAY = date(2026, 11, 22)
KEY = Passkey(credential=b"\x00\xff", public_key=b"k", sign_count=3, label="Telefon", added=DAY)


@pytest.fixture
def storage(database_url: str) -> Iterator[Storage]:
    made = Storage(database_url, SECRET)
    made.upgrade()
    made.add_account("anna", "admin", "hash")
    yield made
    made.close()


def anna(storage: Storage) -> Account:
    found = storage.account("anna")
    assert found is not None
    return found


def whole(storage: Storage) -> str:
    """Return all that is stored of those who sign in."""
    tables = ("users", "recovery_codes", "passkeys", "api_tokens", "sign_ins", "journal")
    with storage._engine.connect() as connection:
        return repr([list(connection.execute(sa.select(SCHEMA.tables[name]))) for name in tables])


def test_who_had_an_account_before_roles_is_an_admin(database_url: str) -> None:
    storage = Storage(database_url, SECRET)
    with older(storage) as (connection, _):
        connection.exec_driver_sql("INSERT INTO users VALUES ('old', '$argon2id$old')")
    storage.upgrade()
    old = storage.account("old")
    assert old is not None
    assert (old.role, old.password_hash, old.disabled, old.epoch) == (
        *("admin", "$argon2id$old"),
        *(False, 0),
    )
    with storage._engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_heads() == ("0005",)
    storage.close()


def test_a_name_is_given_once(storage: Storage) -> None:
    assert not storage.add_account("anna", "viewer", "other")
    assert (anna(storage).role, anna(storage).password_hash) == ("admin", "hash")
    assert storage.account("Anna") is None
    storage.add_account("bert", "viewer")
    assert [account.name for account in storage.accounts()] == ["anna", "bert"]


def begun(storage: Storage, token: str = "token", at: int = 100, oldest: int = 0) -> None:
    storage.begin_sign_in(token, anna(storage), at=at, complete=True, oldest=oldest)


@pytest.mark.parametrize(
    "change",
    [
        lambda storage: storage.set_password("anna", "new"),
        lambda storage: storage.set_role("anna", "viewer"),
        lambda storage: storage.set_disabled("anna", disabled=True),
        lambda storage: storage.set_disabled("anna", disabled=False),
        lambda storage: storage.end_all("anna"),
        lambda storage: storage.end_password("anna"),
        lambda storage: storage.remove_factors("anna"),
        lambda storage: storage.accept_invitation("anna", 0, "new"),
    ],
)
def test_whatever_changes_an_account_ends_its_sessions_and_tokens(
    storage: Storage, change: Any
) -> None:
    begun(storage)
    storage.add_account("bert", "viewer")
    for name in ("anna", "bert"):
        storage.add_api_token(f"philos_{name}", name, "Skript", DAY)
    assert storage.sign_in("token") is not None
    assert change(storage)
    assert storage.sign_in("token") is None
    assert anna(storage).epoch == 1
    assert storage.holder("philos_anna", DAY) is None
    assert storage.holder("philos_bert", DAY) is not None


def test_a_second_factor_that_comes_or_goes_ends_sessions_and_leaves_tokens(
    storage: Storage,
) -> None:
    storage.add_api_token("philos_x", "anna", "Skript", DAY)
    for change in (
        lambda: storage.set_totp("anna", "SECRET"),
        lambda: storage.set_totp("anna", None),
        lambda: storage.add_passkey("anna", KEY),
        lambda: storage.remove_passkey("anna", KEY.credential),
    ):
        begun(storage)
        change()
        assert storage.sign_in("token") is None
        storage.end_sign_in("token")
    assert storage.holder("philos_x", DAY) == anna(storage)


def test_a_password_that_was_ended_is_none(storage: Storage) -> None:
    assert storage.end_password("anna")
    assert anna(storage).password_hash is None


def test_an_invitation_that_is_used_up_ends_no_token(storage: Storage) -> None:
    storage.add_api_token("philos_x", "anna", "Skript", DAY)
    assert not storage.accept_invitation("anna", 7, "new")
    assert storage.holder("philos_x", DAY) is not None


def test_a_change_of_nobody_says_so(storage: Storage) -> None:
    assert not storage.set_password("nobody", "x")
    assert not storage.remove_factors("nobody")


def test_a_stronger_hash_of_the_same_password_signs_nobody_out(storage: Storage) -> None:
    begun(storage)
    storage.renew_hash("anna", "hash", "stronger")
    storage.renew_hash("anna", "hash", "too late")
    assert anna(storage).password_hash == "stronger"
    assert storage.sign_in("token") is not None


def test_a_session_knows_its_times_and_ends_on_request(storage: Storage) -> None:
    begun(storage)
    storage.see_sign_in("token", 160)
    storage.confirm_sign_in("token", 170)
    found = storage.sign_in("token")
    assert found is not None
    assert (found.began, found.seen, found.confirmed, found.complete) == (100, 160, 170, True)
    assert found.account == anna(storage)
    storage.end_sign_in("token")
    assert storage.sign_in("token") is None


def test_sessions_that_are_too_old_are_forgotten_with_the_next_one(storage: Storage) -> None:
    begun(storage)
    begun(storage, "later", at=1_000, oldest=101)
    assert storage.sign_in("token") is None
    assert storage.sign_in("later") is not None


def test_an_invitation_is_accepted_once_even_by_two_at_once(storage: Storage) -> None:
    storage.add_account("bert", "viewer")
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda n: storage.accept_invitation("bert", 0, f"{n}"), range(4)))
    assert sorted(taken) == [False, False, False, True]


def test_a_disabled_account_can_accept_nothing(storage: Storage) -> None:
    storage.set_disabled("anna", disabled=True)
    assert not storage.accept_invitation("anna", anna(storage).epoch, "new")


def test_a_step_of_one_time_codes_is_used_once_even_by_two_at_once(storage: Storage) -> None:
    storage.set_totp("anna", "SECRET", step=9)
    assert not storage.use_totp_step("anna", 9)
    with ThreadPoolExecutor(4) as pool:
        used = list(pool.map(lambda _: storage.use_totp_step("anna", 10), range(4)))
    assert sorted(used) == [False, False, False, True]
    assert not storage.use_totp_step("anna", 8)


def test_the_secret_of_one_time_codes_is_read_back_with_the_same_secret_alone(
    storage: Storage, database_url: str
) -> None:
    assert storage.totp("anna") is None
    storage.set_totp("anna", "JBSWY3DPEHPK3PXP")
    assert storage.totp("anna") == "JBSWY3DPEHPK3PXP"
    other = Storage(database_url, b"o" * 32)
    assert other.totp("anna") is None
    other.close()
    storage.set_totp("anna", None)
    assert (storage.totp("anna"), anna(storage).has_totp) == (None, False)


def test_a_recovery_code_is_used_once_and_by_its_owner_alone(storage: Storage) -> None:
    storage.add_account("bert", "viewer")
    storage.set_recovery_codes("anna", ["one", "two"])
    assert not storage.use_recovery_code("bert", "one")
    assert storage.use_recovery_code("anna", "one")
    assert not storage.use_recovery_code("anna", "one")
    assert anna(storage).recovery_codes == 1
    storage.set_recovery_codes("anna", ["three"])
    assert not storage.use_recovery_code("anna", "two")


def test_passkeys_are_kept_with_how_often_they_signed(storage: Storage) -> None:
    assert storage.add_passkey("anna", KEY)
    assert not storage.add_passkey("anna", KEY)
    assert storage.use_passkey("anna", KEY, 4)
    assert not storage.use_passkey("anna", KEY, 5)  # as it was read, another was faster
    (kept,) = storage.passkeys("anna")
    assert (kept.sign_count, kept.credential, kept.label) == (4, b"\x00\xff", "Telefon")
    assert anna(storage).has_second_factor
    assert not storage.remove_passkey("bert", KEY.credential)
    assert storage.remove_passkey("anna", KEY.credential)
    assert not anna(storage).has_second_factor


def test_all_factors_go_at_once(storage: Storage) -> None:
    storage.add_passkey("anna", KEY)
    storage.set_totp("anna", "SECRET")
    storage.set_recovery_codes("anna", ["one"])
    assert storage.remove_factors("anna")
    left = anna(storage)
    assert (left.has_totp, left.passkeys, left.recovery_codes) == (False, 0, 0)


def test_a_challenge_is_taken_once_and_in_time(storage: Storage) -> None:
    begun(storage)
    assert storage.take_challenge("token", 0) is None
    storage.set_challenge("token", "sign this", 100)
    assert storage.take_challenge("token", 100) == "sign this"
    assert storage.take_challenge("token", 100) is None
    storage.set_challenge("token", "sign this", 100)
    assert storage.take_challenge("token", 101) is None
    assert storage.take_challenge("token", 100) is None
    assert storage.take_challenge("other", 0) is None


def test_a_token_is_its_owners_until_she_is_disabled(storage: Storage) -> None:
    storage.add_api_token("philos_x", "anna", "Skript", DAY)
    assert storage.holder("philos_y", DAY) is None
    holder = storage.holder("philos_x", DAY)
    assert holder == anna(storage)
    (token,) = storage.api_tokens("anna")
    assert (token.label, token.used) == ("Skript", DAY)
    assert storage.holder("philos_x", DAY) == holder
    assert not storage.remove_api_token("bert", token.id)
    assert storage.remove_api_token("anna", token.id)
    assert storage.api_tokens("anna") == []
    storage.set_disabled("anna", disabled=True)
    storage.add_api_token("philos_x", "anna", "Skript", DAY)
    assert storage.holder("philos_x", DAY) is None


def test_nothing_that_signs_in_stands_in_the_database(storage: Storage) -> None:
    begun(storage, "session-token")
    storage.set_totp("anna", "JBSWY3DPEHPK3PXP")
    storage.set_recovery_codes("anna", ["recovery-code"])
    storage.add_api_token("philos_token", "anna", "Skript", DAY)
    stored = whole(storage)
    for secret in ("session-token", "JBSWY3DPEHPK3PXP", "recovery-code", "philos_token"):
        assert secret not in stored


def entry(minute: datetime, kind: str = "sign-in", **more: str) -> Entry:
    return Entry(minute=minute, name="anna", kind=kind, **more)


def test_the_log_has_minutes_and_the_newest_first(storage: Storage) -> None:
    noon = datetime(2026, 11, 22, 12, 30, 59, 7)  # noqa: DTZ001
    storage.log(entry(noon, subject="x" * 300, reason="r" * 600))
    storage.log(entry(noon.replace(hour=13), kind="printed"))
    newest, oldest = storage.entries(most=10)
    assert (newest.kind, newest.minute) == ("printed", datetime(2026, 11, 22, 13, 30))  # noqa: DTZ001
    assert (len(oldest.subject), len(oldest.reason)) == (200, 500)
    assert storage.entries(["printed"], most=10) == [newest]
    assert storage.entries(most=1) == [newest]
    assert storage.entries(start=1, most=1) == [oldest]


def test_the_log_forgets_earlier_days(storage: Storage) -> None:
    for day in (21, 22, 23):
        storage.log(entry(datetime(2026, 11, day, 12)))  # noqa: DTZ001
    assert storage.outdated_entries(DAY) == 1
    assert storage.forget_entries(DAY) == 1
    assert [each.minute.day for each in storage.entries(most=9)] == [23, 22]
