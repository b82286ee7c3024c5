import re
from threading import Event, Thread
from typing import Literal

import pytest
from argon2 import PasswordHasher
from werkzeug.exceptions import ServiceUnavailable

from surveys.storage import Account, Storage
from tests.webapp.conftest import HASH, PASSWORD
from webapp import passwords


def account(storage: Storage, name: str = "anna") -> Account:
    found = storage.account(name)
    assert found is not None
    return found


def test_a_password_is_kept_as_argon2id_alone(storage: Storage) -> None:
    kept = account(storage).password_hash
    assert re.match(r"\$argon2id\$v=19\$m=19456,t=2,p=1\$", kept or "")
    assert passwords.hashed("the same") != passwords.hashed("the same")


@pytest.mark.parametrize(
    ("password", "found"),
    [
        ("a" * 11, "short"),
        ("x1y2z3" * 34, "long"),
        ("a" * 12, "simple"),
        ("abcdabcdabcd", "simple"),
        ("anna-lindner1", "simple"),
        ("ANNA-LINDNER", "simple"),
        ("abcdeabcdeab", ""),
        ("vier-lose-worte", ""),
        ("anna-lindner mag tee und brot", ""),
        ("пароль-из-слов", ""),
    ],
)
def test_a_password_that_is_easy_to_guess_is_not_taken(password: str, found: str) -> None:
    assert passwords.weakness(password, "anna-lindner") == found


def test_a_hash_of_weaker_parameters_is_made_anew_at_the_next_sign_in(storage: Storage) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8_192, parallelism=1).hash(PASSWORD)
    storage.set_password("anna", weak)
    before = account(storage)
    assert not passwords.fits(storage, before, "wrong")
    assert account(storage) == before
    assert passwords.fits(storage, before, PASSWORD)
    after = account(storage)
    assert (after.password_hash or "").startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert after.epoch == before.epoch
    assert passwords.fits(storage, after, PASSWORD)


def test_a_name_that_nobody_has_is_hashed_for_as_well(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    class Counting(PasswordHasher):
        def verify(self, *given: str | bytes) -> Literal[True]:
            asked.append(str(given[0]).rpartition("$")[0].rpartition("$")[0])
            return super().verify(*given)

    monkeypatch.setattr(passwords, "_hasher", Counting(2, 19_456, 1))
    storage.add_account("invited", "viewer")
    for known in (account(storage), account(storage, "invited"), None):
        passwords.fits(storage, known, "wrong")
    assert len(asked) == 3
    assert len(set(asked)) == 1  # the same parameters, and so the same time


def test_a_stored_hash_that_is_broken_fits_nothing(storage: Storage) -> None:
    storage.set_password("anna", "not a hash")
    assert not passwords.fits(storage, account(storage), PASSWORD)


def test_no_more_than_six_threads_wait_to_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = Event(), Event()

    class Slow:
        def hash(self, _: str) -> str:
            begun.set()
            go_on.wait(10)
            return HASH

    monkeypatch.setattr(passwords, "_hasher", Slow())
    threads = [Thread(target=passwords.hashed, args=("x",)) for _ in range(6)]
    for thread in threads:
        thread.start()
    begun.wait(10)
    while passwords._queue._value:
        pass
    with pytest.raises(ServiceUnavailable):
        passwords.hashed("x")
    go_on.set()
    for thread in threads:
        thread.join()
    assert passwords.hashed("x") == HASH  # the queue is free again
