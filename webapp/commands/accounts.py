"""Keep the accounts of those who sign in."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from materials.campaign import Campaign, load
from surveys.storage import LONGEST_NAME, Account, Entry, Storage
from webapp import passwords
from webapp.audit import Kind
from webapp.clock import now
from webapp.commands.keeping import ready, upgraded
from webapp.commands.options import echo_json, folder_argument, json_option
from webapp.config import settings
from webapp.invitations import OPEN, Invitations
from webapp.roles import Role

_roles = click.Choice([role.value for role in Role])


@click.group()
def user() -> None:
    """Keep the accounts of coordinators."""


@user.command("add", epilog="Example: philos user add anna leipzig-east --role admin --invite")
@click.argument("name")
@folder_argument
@click.option("--role", type=_roles, help="Default: that of the account, viewer for a new one.")
@click.option("--invite", is_flag=True, help="Print an address where she sets a password herself.")
@click.option("--password", help="Asked for if left out, which keeps it out of the history.")
def user_add(
    name: str, folder: Path, *, role: str | None, invite: bool, password: str | None
) -> None:
    """Add an account, or give the one of this name a new password.

    A viewer sees results; a coordinator also prints, enters paper sheets and releases; an admin
    also keeps accounts, reads the log and exports single answers.
    """
    campaign = load(folder)
    _require_name(name)
    hashed = None if invite else passwords.hashed(_password(name, password))
    storage = upgraded(settings(folder))
    _keep(storage, name, role, hashed)
    log = _Log(storage, campaign)
    if hashed:
        log(Kind.PASSWORD, name)
        click.echo(f"{name} can sign in to {campaign.title}.")
    else:
        log(Kind.USER_INVITED, name)
        click.echo(_invitation(storage, campaign, folder, name))
    storage.close()


@user.command("list", epilog="Example: philos user list leipzig-east")
@folder_argument
@json_option
def user_list(folder: Path, *, as_json: bool) -> None:
    """List the accounts."""
    load(folder)
    storage = ready(folder)
    accounts = storage.accounts()
    storage.close()
    if as_json:
        echo_json([_told(account) for account in accounts])
        return
    for account in accounts:
        click.echo(
            f"{account.name:<24} {account.role:<12} {_state(account):<10} "
            f"last signed in: {account.signed_in or 'never'}"
        )


@user.command("role", epilog="Example: philos user role anna coordinator leipzig-east")
@click.argument("name")
@click.argument("role", type=_roles)
@folder_argument
def user_role(name: str, role: str, folder: Path) -> None:
    """Change what an account may do; it is signed out."""
    with _changing(folder, name) as (storage, log):
        storage.set_role(name, role)
        log(Kind.USER_ROLE, name, role)
        click.echo(f"{name} is {role} now.")


@user.command("disable", epilog="Example: philos user disable anna leipzig-east")
@click.argument("name")
@folder_argument
@click.option("--undo", is_flag=True, help="Let the account sign in again.")
def user_disable(name: str, folder: Path, *, undo: bool) -> None:
    """Let an account sign in no more; its tokens stop working as well."""
    with _changing(folder, name) as (storage, log):
        storage.set_disabled(name, disabled=not undo)
        log(Kind.USER_ENABLED if undo else Kind.USER_DISABLED, name)
        click.echo(f"{name} can sign in again." if undo else f"{name} can sign in no more.")


@user.command(
    "reset-second-factor", epilog="Example: philos user reset-second-factor anna leipzig-east"
)
@click.argument("name")
@folder_argument
def user_reset(name: str, folder: Path) -> None:
    """Remove an account's second factors; it is asked to set up new ones."""
    with _changing(folder, name) as (storage, log):
        storage.remove_factors(name)
        log(Kind.FACTOR_REMOVED, name)
        click.echo(f"{name} signs in with the password alone, and sets up a second factor then.")


class _Log:
    """Adds what a command did to the log, under no name: who was at the server is not known."""

    def __init__(self, storage: Storage, campaign: Campaign) -> None:
        self._storage, self._zone = storage, campaign.zone

    def __call__(self, kind: Kind, subject: str, reason: str = "") -> None:
        minute = now(self._zone)
        entry = Entry(minute=minute, name="", kind=kind, subject=subject, reason=reason)
        self._storage.log(entry)


@contextmanager
def _changing(folder: Path, name: str) -> Iterator[tuple[Storage, _Log]]:
    campaign = load(folder)
    storage = ready(folder)
    try:
        if storage.account(name) is None:
            raise click.BadParameter(
                f"There is no account {name}; see `philos user list`.", param_hint="NAME"
            )
        yield storage, _Log(storage, campaign)
    finally:
        storage.close()


def _keep(storage: Storage, name: str, role: str | None, hashed: str | None) -> None:
    """Add an account, or change the one that there is."""
    if storage.add_account(name, role or Role.VIEWER, hashed):
        return
    if role:
        storage.set_role(name, role)
    if hashed:
        storage.set_password(name, hashed)
    else:
        storage.end_password(name)


def _invitation(storage: Storage, campaign: Campaign, folder: Path, name: str) -> str:
    account = storage.account(name)
    assert account is not None
    token = Invitations(settings(folder).secret).token(account, now(campaign.zone))
    address = f"https://{campaign.host}/staff/invitation/{token}"
    return f"Within {OPEN.days} days {name} can set a password, once, at\n{address}"


def _require_name(name: str) -> None:
    if (
        not name
        or not name.isprintable()
        or name != " ".join(name.split())
        or len(name) > LONGEST_NAME
    ):
        raise click.BadParameter(
            f"A name has 1 to {LONGEST_NAME} characters, and single spaces between words.",
            param_hint="NAME",
        )


def _password(name: str, given: str | None) -> str:
    """Return a password that can be taken, asked for twice where none was given."""
    password: str = given or click.prompt("Password", hide_input=True, confirmation_prompt=True)
    said = {
        "short": f"The password needs {passwords.SHORTEST} characters or more.",
        "long": f"The password has more than {passwords.LONGEST} characters.",
        "simple": "The password is easy to guess: it needs more different characters than that, "
        "and more than the name.",
    }
    if fault := passwords.weakness(password, name):
        raise click.BadParameter(said[fault], param_hint="--password")
    return password


def _told(account: Account) -> dict[str, object]:
    return {
        "name": account.name,
        "role": account.role,
        "state": _state(account),
        "second_factor": account.has_second_factor,
        "signed_in": account.signed_in and account.signed_in.isoformat(),
    }


def _state(account: Account) -> str:
    if account.disabled:
        return "disabled"
    return "active" if account.password_hash else "invited"
