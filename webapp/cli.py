"""The command `philos`: exit code 0 for success, 1 for a finding, 2 for wrong use."""

from importlib import import_module
from types import MappingProxyType
from typing import Any

import click

from translations.errors import UserError

# Where each command is. A module is loaded when its command is called, so that printing does
# without the web server, and serving without the typesetter.
_MODULES = MappingProxyType(
    {
        "init": "printing",
        "check": "printing",
        "print": "printing",
        "paper": "printing",
        "gallery": "printing",
        "preflight": "inspecting",
        "trace": "inspecting",
        "ruler": "inspecting",
        "work": "working",
        "serve": "serving",
        "release": "releasing",
        "results": "releasing",
        "report": "reporting",
        "export": "exporting",
        "user": "accounts",
        "db": "keeping",
        "texts": "keeping",
        "survey": "surveying",
        "translate": "translating",
    }
)


class _Philos(click.Group):
    """A command whose errors are sentences."""

    def list_commands(self, _: click.Context) -> list[str]:
        return list(_MODULES)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        if name not in _MODULES:
            return None
        module = import_module(f"webapp.commands.{_MODULES[name]}")
        found = (value for value in vars(module).values() if isinstance(value, click.Command))
        return next(each for each in found if each.name == name)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (UserError, OSError) as error:
            click.echo(_sentence(error), err=True)
            ctx.exit(1)


def _sentence(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{error.filename or 'The system'}: {error.strerror or error}."
    return str(error)


@click.group(cls=_Philos, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="philos")
def main() -> None:
    """Printed matter, a survey behind its QR code, and honest comparison.

    DIR is the campaign's folder, the current one if left out.
    """


if __name__ == "__main__":
    main()
