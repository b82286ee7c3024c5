"""TOML files from outside, read into frozen dataclasses with all their findings in one go."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import (
    AfterValidator,
    ConfigDict,
    Strict,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)
from pydantic_core import ErrorDetails

from translations.errors import Fault, UserError

LARGEST_FILE = 1_000_000  # bytes; a campaign is a page or two of text
LONGEST_TEXT = 2_000  # characters; no text of a sheet or a question is longer


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong in a file: where it is, and what to do about it.

    Pages that speak other languages word it by its ``kind`` with ``values``, see ``Fault``; the
    kind "file" has no other words than these.
    """

    file: str
    message: str
    key: str = ""
    line: int | None = None
    kind: str = "file"
    values: Mapping[str, str | float] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        """Return the finding as one sentence that begins with its place."""
        line = f", line {self.line}" if self.line else ""
        key = f" {self.key}:" if self.key else ""
        return f"{self.file}{line}:{key} {self.message}"

    @property
    def fault(self) -> Fault:
        """Return the finding for pages, which tell its place."""
        values = {"file": self.file, "key": self.key, **self.values}
        return Fault(sentence=str(self), kind=self.kind, values=values)


class DocumentError(UserError):
    """A file that cannot be used, with every finding."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("\n".join(map(str, findings)))
        self.findings = tuple(findings)
        self.faults = tuple(finding.fault for finding in findings)


# Control characters, half characters, and those that turn a line around or cannot be seen
_ODD = r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"


def is_plain(text: str) -> bool:
    """Return whether a text that somebody typed has no odd character and was decoded whole."""
    return not re.search(rf"{_ODD}|\ufffd", text)


def _plain(text: str) -> str:
    if re.search(r"\{[{%#]|[%#}]\}", text):
        raise ValueError(
            "has template code ({{, {% or {#), which is not run here; write plain text"
        )
    odd = re.search(_ODD, text)
    if odd:
        raise ValueError(f"has the control character U+{ord(odd[0]):04X}; remove it")
    return text.strip()


Text = Annotated[str, StringConstraints(max_length=LONGEST_TEXT), AfterValidator(_plain)]
Filled = Annotated[Text, StringConstraints(min_length=1)]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=40)]
Whole = Annotated[int, Strict()]
Switch = Annotated[bool, Strict()]
Day = Annotated[date, Strict()]

# What pydantic finds: its kind for pages, and its sentence
_SENTENCES = {
    "missing": ("missing-key", "is missing; add it."),
    "unexpected_keyword_argument": (
        "unknown-key",
        "is not a key that philos knows; check its spelling.",
    ),
    "string_type": ("wrong-type", "must be text in quotes."),
    "int_type": ("wrong-type", "must be a whole number."),
    "bool_type": ("wrong-type", "must be true or false."),
    "date_type": ("wrong-type", "must be a date like 2026-11-22, without quotes."),
    "tuple_type": ("wrong-type", "must be a list in square brackets."),
    "dict_type": ("wrong-type", "must be a table."),
    "dataclass_type": ("wrong-type", "must be a table."),
    "string_too_short": ("empty", "must not be empty."),
    "too_short": ("empty", "must not be empty."),
    "greater_than_equal": ("file", "must be at least {ge}."),
    "less_than_equal": ("file", "must be at most {le}."),
    "string_too_long": ("file", "is longer than {max_length} characters; shorten it."),
    "string_pattern_mismatch": (
        "no-id",
        "must be an id: small letters, digits and single hyphens.",
    ),
    "unknown_language": (
        "unknown-language",
        "{name!r} is not in the table of languages; use a tag like 'ar'.",
    ),
}

STRICT = ConfigDict(extra="forbid")  # an unknown key is a finding

_TEXT = TypeAdapter(Text)

Model = TypeVar("Model")


def read(path: Path, model: type[Model]) -> Model:
    """Return the checked content of a TOML file; raise DocumentError with every finding."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise _error(path.name, f"cannot be read ({error.strerror}); check the folder.") from error
    return parse(data, path.name, model)


def parse(data: bytes, name: str, model: type[Model]) -> Model:
    """Return the checked content of TOML bytes; ``name`` is the file's name for the findings."""
    if len(data) > LARGEST_FILE:
        raise _error(name, f"is larger than {LARGEST_FILE:,} bytes; a text is far too long.")
    try:
        content = tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise _error(name, "is not UTF-8 text; save it as UTF-8.", line) from error
    except tomllib.TOMLDecodeError as error:
        raise DocumentError([_syntax(name, str(error))]) from error
    except ValueError as error:
        raise _error(name, "is not valid TOML: a number is far too long.") from error
    except RecursionError as error:
        raise _error(name, "is nested too deeply; a bracket is left open.") from error
    return checked(content, name, model)


def checked(content: object, name: str, model: type[Model]) -> Model:
    """Return values as ``model``; ``name`` is the file's name for the findings."""
    try:
        return TypeAdapter(model).validate_python(content)
    except ValidationError as error:
        raise DocumentError([_finding(name, detail) for detail in error.errors()]) from error


def _error(name: str, message: str, line: int | None = None) -> DocumentError:
    return DocumentError([Finding(name, message, line=line)])


def _syntax(name: str, said: str) -> Finding:
    """Return what tomllib said, with the line that it names."""
    found = re.match(r"(?s)(.*) \(at (?:line (\d+), column \d+|end of document)\)\Z", said)
    message, line = found.groups() if found else (said, None)
    sentence = f"is not valid TOML: {message[:200]}."
    number = int(line or 0)
    return Finding(name, sentence, line=number or None, kind="syntax", values={"line": number})


def fault(text: str) -> str:
    """Return what is wrong with a text from outside as a sentence, empty where nothing is."""
    try:
        _TEXT.validate_python(text)
    except ValidationError as error:
        return _finding("", error.errors()[0]).message
    return ""


def _finding(name: str, detail: ErrorDetails) -> Finding:
    context, key = detail.get("ctx", {}), _key(detail["loc"])
    if detail["type"] not in _SENTENCES:
        return Finding(name, f"{context.get('error', detail['msg'])}.", key=key)
    kind, sentence = _SENTENCES[detail["type"]]
    values = {"type": detail["type"], **context}
    return Finding(name, sentence.format(**context), key=key, kind=kind, values=values)


def _key(loc: tuple[int | str, ...]) -> str:
    """Return the key as in TOML, entries of a list counted from 1: ``places[2].name``."""
    parts = [f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in loc]
    return "".join(parts).removeprefix(".")
