"""Settings: the campaign's folder and what the environment says, as one typed object."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = "PHILOS_CAMPAIGN"
DATABASE = "PHILOS_DATABASE_URL"
DEMO = "PHILOS_DEMO"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the program needs to know before it starts.

    ``secret`` keys the hashes of tokens and the sign-in cookie; it lies beside the database and
    never in it. With ``demo`` the database is one of its own, full of made-up answers.
    """

    folder: Path
    database_url: str
    secret: bytes
    demo: bool = False


def settings(
    folder: Path, *, demo: bool = False, environ: Mapping[str, str] = os.environ
) -> Settings:
    """Return the settings of a campaign's folder; the first time, draw its secret."""
    instance = folder.resolve() / "instance"
    instance.mkdir(mode=0o700, exist_ok=True)
    own = f"sqlite:///{instance / 'philos.sqlite'}"
    url = f"sqlite:///{instance / 'demo.sqlite'}" if demo else environ.get(DATABASE) or own
    return Settings(folder=folder, database_url=url, secret=_secret(instance / "secret"), demo=demo)


def from_environment() -> Settings:
    """Return the settings of a worker process, which `philos serve` hands down."""
    return settings(Path(os.environ[FOLDER]), demo=DEMO in os.environ)


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
