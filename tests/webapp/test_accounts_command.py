"""`philos user`: the accounts from the command line."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from surveys.storage import Account, Storage
from tests.webapp.conftest import PASSWORD
from webapp.app import create_app
from webapp.cli import main
from webapp.config import Settings

Run = Callable[..., Result]


@pytest.fixture
def run(folder: Path, chosen: Settings) -> Run:
    def run_(*words: str, text: str = "") -> Result:
        return CliRunner().invoke(main, ["user", *words], input=text)

    return run_


def account(storage: Storage, name: str) -> Account:
    found = storage.account(name)
    assert found is not None
    return found


def logged(storage: Storage) -> set[tuple[str, str, str]]:
    return {(entry.name, entry.kind, entry.subject) for entry in storage.entries(most=50)}


def test_a_new_account_is_a_viewers_unless_said_otherwise(
    run: Run, folder: Path, storage: Storage
) -> None:
    for name, role in (("bert", ()), ("carla", ("--role", "admin"))):
        assert run("add", name, str(folder), *role, "--password", PASSWORD).exit_code == 0
    assert (account(storage, "bert").role, account(storage, "carla").role) == ("viewer", "admin")
    assert logged(storage) == {("", "password", "bert"), ("", "password", "carla")}


def test_a_password_is_asked_for_twice(run: Run, folder: Path, storage: Storage) -> None:
    done = run("add", "bert", str(folder), text=f"{PASSWORD}\n{PASSWORD}\n")
    assert done.exit_code == 0
    assert (account(storage, "bert").password_hash or "").startswith("$argon2id$")


def test_a_known_name_gets_a_new_password_and_keeps_its_role(
    run: Run, folder: Path, storage: Storage
) -> None:
    before = account(storage, "kim")
    assert run("add", "kim", str(folder), "--password", "vier-lose-worte").exit_code == 0
    after = account(storage, "kim")
    assert (after.role, after.epoch) == ("coordinator", before.epoch + 1)
    assert after.password_hash != before.password_hash
    run("add", "kim", str(folder), "--role", "admin", "--password", "vier-lose-worte")
    assert account(storage, "kim").role == "admin"


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("short", "12 characters or more"),
        ("x1y2z3" * 34, "more than 200"),
        ("a" * 12, "easy to guess"),
    ],
)
def test_a_password_that_cannot_be_taken_is_told(
    run: Run, folder: Path, password: str, said: str
) -> None:
    result = run("add", "bert", str(folder), "--password", password)
    assert (result.exit_code, said in result.stderr) == (2, True)


@pytest.mark.parametrize("name", ["", " a", "a  b", "a\tb", "x" * 81])
def test_what_is_no_name_is_told(run: Run, folder: Path, name: str) -> None:
    result = run("add", name, str(folder), "--password", PASSWORD)
    assert (result.exit_code, "1 to 80 characters" in result.stderr) == (2, True)


@pytest.mark.parametrize("name", ["bert", "kim"])
def test_an_invitation_opens_the_account_that_it_names(
    run: Run, folder: Path, storage: Storage, chosen: Settings, name: str
) -> None:
    result = run("add", name, str(folder), "--invite")
    address = re.search(r"https://[^/]+(/staff/invitation/\S+)", result.output)
    assert address is not None
    app = create_app(chosen)  # with the clock of the machine, as the command has it
    page = app.test_client().get(address[1])
    assert (page.status_code, f'value="{name}"' in page.text) == (200, True)
    app.extensions["philos"].storage.close()
    assert ("", "user-invited", name) in logged(storage)


def test_accounts_are_listed(run: Run, folder: Path, storage: Storage) -> None:
    storage.add_account("bert", "viewer")
    storage.set_disabled("kim", disabled=True)
    storage.set_totp("anna", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    found = json.loads(run("list", str(folder), "--json").output)
    assert [(each["name"], each["role"], each["state"]) for each in found] == [
        ("anna", "admin", "active"),
        ("bert", "viewer", "invited"),
        ("kim", "coordinator", "disabled"),
        ("vera", "viewer", "active"),
    ]
    assert found[0] == {
        "name": "anna",
        "role": "admin",
        "state": "active",
        "second_factor": True,
        "signed_in": None,
    }
    assert "last signed in: never" in run("list", str(folder)).output


def test_roles_locks_and_factors_are_changed(run: Run, folder: Path, storage: Storage) -> None:
    storage.set_totp("vera", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    assert run("role", "vera", "admin", str(folder)).output == "vera is admin now.\n"
    assert "no more" in run("disable", "vera", str(folder)).output
    assert account(storage, "vera").disabled
    assert "again" in run("disable", "vera", str(folder), "--undo").output
    assert run("reset-second-factor", "vera", str(folder)).exit_code == 0
    found = account(storage, "vera")
    assert (found.role, found.disabled, found.has_totp) == ("admin", False, False)
    kinds = {kind for _, kind, subject in logged(storage) if subject == "vera"}
    assert kinds == {"user-role", "user-disabled", "user-enabled", "factor-removed"}


@pytest.mark.parametrize("words", [("role", "zoe", "admin"), ("disable", "zoe")])
def test_a_name_that_nobody_has_is_told(
    run: Run, folder: Path, storage: Storage, words: tuple[str, ...]
) -> None:
    result = run(*words, str(folder))
    assert (result.exit_code, "There is no account zoe" in result.stderr) == (2, True)
