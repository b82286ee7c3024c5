"""The command `philos`: exit code 0 for success, 1 for a finding, 2 for wrong use."""

from collections.abc import Sequence
from dataclasses import asdict
from importlib import import_module
from types import MappingProxyType

import click

from translations.errors import Fault, UserError
from webapp.commands.options import AS_JSON, echo_json

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

    def invoke(self, ctx: click.Context) -> None:
        try:
            super().invoke(ctx)
        except click.UsageError as error:
            _tell(ctx, [Fault(sentence=error.format_message())])
            raise
        except UserError as error:
            click.echo(error, err=True)
            _tell(ctx, error.faults)
            ctx.exit(1)
        except OSError as error:
            sentence = f"{error.filename or 'The system'}: {error.strerror or error}."
            click.echo(sentence, err=True)
            _tell(ctx, [Fault(sentence=sentence)])
            ctx.exit(1)


def _tell(ctx: click.Context, faults: Sequence[Fault]) -> None:
    """Print what is wrong as JSON too, where that is wanted: a page words it in its language."""
    if ctx.meta.get(AS_JSON):
        echo_json({"faults": [asdict(fault) for fault in faults]})


@click.group(cls=_Philos, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="philos")
def main() -> None:
    """Printed matter, a survey behind its QR code, and honest comparison.

    DIR is the campaign's folder, the current one if left out.
    """


if __name__ == "__main__":
    main()
