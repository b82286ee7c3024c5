"""The error that every layer can raise for the user."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong, as a sentence of the command line, and for pages that speak other languages.

    These word it by its ``kind``, with the ``values`` that the sentence names; what has no kind
    has no other words.
    """

    sentence: str
    kind: str = ""
    values: Mapping[str, str | float] = field(default_factory=dict)

    def of(self, sheet: str, **values: str | float) -> "Fault":
        """Return the fault as that of a sheet, which ``values`` tell for pages."""
        return Fault(
            sentence=f"{sheet}: {self.sentence}", kind=self.kind, values={**values, **self.values}
        )


class UserError(Exception):
    """Something that the user can mend: the message is a sentence, or one a line."""

    def __init__(self, message: str = "", *, kind: str = "", **values: str | float) -> None:
        super().__init__(message)
        self.faults: tuple[Fault, ...] = (Fault(sentence=message, kind=kind, values=values),)
