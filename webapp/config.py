"""Settings: the campaign's folder and what the environment says, as one typed object."""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from translations.errors import UserError

FOLDER = "PHILOS_CAMPAIGN"
DATABASE = "PHILOS_DATABASE_URL"
DEMO = "PHILOS_DEMO"
PROXIES = "PHILOS_PROXIES"
PER_LINK = "PHILOS_PER_LINK"
WORKERS = "PHILOS_WORKERS"
SECOND_FACTOR = "PHILOS_SECOND_FACTOR"


class SettingError(UserError):
    """A setting that cannot be used."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the program needs to know before it starts.

    ``secret`` keys the hashes of tokens and the sign-in cookie; it lies beside the database and
    never in it. With ``demo`` the database is one of its own, full of made-up answers.
    ``proxies`` is how many web servers stand in front and are trusted to say who asks;
    ``per_link`` how many responses one printed code may begin in an hour. ``workers`` is how many
    processes serve the campaign, each of which counts for itself. With
    ``second_factor`` coordinators and admins must have one, except in a trial.
    """

    folder: Path
    database_url: str
    secret: bytes
    demo: bool = False
    proxies: int = 0
    per_link: int = 300
    workers: int = 1
    second_factor: bool = True


def settings(
    folder: Path, *, demo: bool = False, environ: Mapping[str, str] = os.environ
) -> Settings:
    """Return the settings of a campaign's folder; the first time, draw its secret."""
    demo = demo or DEMO in environ
    instance = folder.resolve() / "instance"
    instance.mkdir(mode=0o700, exist_ok=True)
    own = f"sqlite:///{instance / 'philos.sqlite'}"
    url = f"sqlite:///{instance / 'demo.sqlite'}" if demo else environ.get(DATABASE) or own
    return Settings(
        folder=folder,
        database_url=url,
        secret=_secret(instance / "secret"),
        demo=demo,
        proxies=_whole(environ, PROXIES, Settings.proxies),
        per_link=_whole(environ, PER_LINK, Settings.per_link),
        workers=_whole(environ, WORKERS, Settings.workers),
        second_factor=_is_required(environ, SECOND_FACTOR) and not demo,
    )


def has_database(folder: Path, environ: Mapping[str, str] = os.environ) -> bool:
    """Return whether a campaign has ever been served; it is printed without a database."""
    if environ.get(DATABASE) or DEMO in environ:
        return True
    return (folder / "instance" / "philos.sqlite").exists()


def from_environment() -> Settings:
    """Return the settings of a worker process, which `philos serve` hands down."""
    return settings(Path(os.environ[FOLDER]))


def _whole(environ: Mapping[str, str], name: str, default: int) -> int:
    """Return a setting that is a whole number; raise SettingError where it is none."""
    said = environ.get(name) or str(default)
    if not re.fullmatch(r"\d{1,6}", said, re.ASCII):
        raise SettingError(f"{name} must be a whole number such as {default}; it is {said!r}.")
    return int(said)


def _is_required(environ: Mapping[str, str], name: str) -> bool:
    """Return whether a setting says required; raise SettingError unless it or optional."""
    said = environ.get(name) or "required"
    if said not in {"required", "optional"}:
        raise SettingError(f"{name} must be required or optional; it is {said!r}.")
    return said == "required"


def _secret(path: Path) -> bytes:
    """Return the secret of a file; write it, for its owner alone, where there is none."""
    try:
        with open(path, "x", opener=_private, encoding="ascii") as file:
            file.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    return bytes.fromhex(path.read_text("ascii"))


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, mode=0o600)
