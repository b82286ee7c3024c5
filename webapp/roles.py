"""Roles, and who may see which page: each page of staff says it, or is shown to nobody."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from surveys.storage import Account
from translations.markup import N_

View = TypeVar("View", bound=Callable[..., Any])


class Role(StrEnum):
    """What somebody may do; each may do all that those before it may."""

    VIEWER = "viewer"
    COORDINATOR = "coordinator"
    ADMIN = "admin"

    def includes(self, other: "Role") -> bool:
        """Return whether this role may do all that another may."""
        return _RANKS.index(self) >= _RANKS.index(other)


_RANKS = list(Role)
ROLE_NAMES = {
    Role.VIEWER: N_("Lesen"),
    Role.COORDINATOR: N_("Koordination"),
    Role.ADMIN: N_("Verwaltung"),
}


def role_of(account: Account) -> Role:
    """Return the role of an account."""
    return Role(account.role)


@dataclass(frozen=True, kw_only=True)
class Access:
    """Who may see a page: everybody where ``role`` is None.

    ``recent`` pages ask for the password again where it was not given of late. Those that are open
    ``before_factor`` can be seen by somebody who has yet to set up a second factor.
    """

    role: Role | None
    recent: bool = False
    before_factor: bool = False


_declared: dict[Callable[..., Any], Access] = {}


def allowed(
    role: Role | None, *, recent: bool = False, before_factor: bool = False
) -> Callable[[View], View]:
    """Return a decorator that declares who may see a page; None is everybody, signed in or not.

    It stands below the route. ``webapp.auth`` looks at what is declared before each view.
    """

    def declare(view: View) -> View:
        _declared[view] = Access(role=role, recent=recent, before_factor=before_factor)
        return view

    return declare


def access(view: Callable[..., Any] | None) -> Access | None:
    """Return what a view has declared; None where it has declared nothing."""
    return _declared.get(view) if view else None
