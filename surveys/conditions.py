"""Conditions: who is asked a question. A small grammar, which is parsed and never run as code.

    condition = part {"or" part};  part = factor {"and" factor}
    factor = "not" factor | "(" condition ")" | ITEM "in" CODE {"," CODE}

``syringe in 2, 3 and not (rel in 5)`` is true of who gave the code 2 or 3 to the item
``syringe`` and has not said 5 to ``rel``. Of several answers to one item, one is enough.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

Answer = int | tuple[int, ...]  # a code, or the codes of a question with several answers
Answers = Mapping[str, Answer]  # by the item's id

WORDS = frozenset({"and", "or", "not", "in"})  # no item can have such a name
_DEEPEST = 8  # nested brackets and negations; nobody writes more


class Condition(Protocol):
    """A condition on the answers so far."""

    def holds(self, answers: Answers) -> bool:
        """Return whether these answers let the question be asked."""

    def given(self) -> Iterator["Given"]:
        """Yield the parts that name an item."""


@dataclass(frozen=True)
class Given:
    """True of who gave one of ``codes`` to the item ``item``."""

    item: str
    codes: tuple[int, ...]

    def holds(self, answers: Answers) -> bool:
        """Return whether one of the codes was given."""
        return not set(codes_of(answers.get(self.item))).isdisjoint(self.codes)

    def given(self) -> Iterator["Given"]:
        """Yield itself."""
        yield self


@dataclass(frozen=True)
class Not:
    """True where its part is not."""

    part: Condition

    def holds(self, answers: Answers) -> bool:
        """Return whether the part does not hold."""
        return not self.part.holds(answers)

    def given(self) -> Iterator[Given]:
        """Yield what the part names."""
        yield from self.part.given()


@dataclass(frozen=True)
class Both:
    """True where each of its parts is."""

    parts: tuple[Condition, ...]

    def holds(self, answers: Answers) -> bool:
        """Return whether all parts hold."""
        return all(part.holds(answers) for part in self.parts)

    def given(self) -> Iterator[Given]:
        """Yield what the parts name."""
        for part in self.parts:
            yield from part.given()


@dataclass(frozen=True)
class Either(Both):
    """True where one of its parts is."""

    def holds(self, answers: Answers) -> bool:
        """Return whether one of the parts holds."""
        return any(part.holds(answers) for part in self.parts)


def codes_of(answer: Answer | None) -> tuple[int, ...]:
    """Return the codes of an answer, none where there is no answer."""
    if answer is None:
        return ()
    return answer if isinstance(answer, tuple) else (answer,)


def parse(text: str) -> Condition:
    """Return the condition that a text says; raise ValueError where it says none."""
    return Reader(text).whole()


def written(condition: Condition) -> str:
    """Return the text of a condition, which is parsed as the same condition."""
    match condition:
        case Given(item, codes):
            return f"{item} in {', '.join(map(str, codes))}"
        case Not(part):
            return f"not {written(part)}" if isinstance(part, Not) else f"not ({written(part)})"
        case Both(parts):
            word = " or " if isinstance(condition, Either) else " and "
            return word.join(
                f"({written(part)})" if isinstance(part, Both) else written(part) for part in parts
            )
    raise TypeError(condition)


class Reader:
    """Reads a condition from left to right; another spelling of conditions is a subclass."""

    token = re.compile(r"\s*(?:([a-z][a-z0-9.-]*|-?\d+|[(),])|\Z)")
    subject = "show_if"
    example = "syringe in 2, 3 and not (rel in 5)"

    def __init__(self, text: str) -> None:
        self._tokens = list(self._split(text))[::-1]
        self._depth = 0

    def whole(self) -> Condition:
        """Return the condition of the whole text."""
        found = self._either()
        if self._tokens:
            raise self._not_understood(self._tokens[-1])
        return found

    def _either(self) -> Condition:
        parts = [self._both()]
        while self._takes("or"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _both(self) -> Condition:
        parts = [self._factor()]
        while self._takes("and"):
            parts.append(self._factor())
        return parts[0] if len(parts) == 1 else Both(tuple(parts))

    def _factor(self) -> Condition:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ValueError(f"{self.subject} is nested too deeply; write it simpler")
        found: Condition
        if self._takes("not"):
            found = Not(self._negated())
        elif self._takes("("):
            found = self._either()
            self._needs(")")
        else:
            found = self._given()
        self._depth -= 1
        return found

    def _negated(self) -> Condition:
        return self._factor()

    def _given(self) -> Condition:
        item = self._next()
        if item in WORDS or not item[:1].isalpha():
            raise self._not_understood(item)
        self._needs("in")
        codes = [self._code()]
        while self._takes(","):
            codes.append(self._code())
        return Given(item, tuple(codes))

    def _code(self) -> int:
        token = self._next()
        if not re.fullmatch(r"-?\d{1,4}", token, re.ASCII):
            raise self._not_understood(token)
        return int(token)

    def _takes(self, wanted: str) -> bool:
        found = bool(self._tokens) and self._tokens[-1] == wanted
        if found:
            self._tokens.pop()
        return found

    def _needs(self, wanted: str) -> None:
        token = self._next()
        if token != wanted:
            raise self._not_understood(token)

    def _next(self) -> str:
        return self._tokens.pop() if self._tokens else ""

    def _split(self, text: str) -> Iterator[str]:
        at = 0
        while at < len(text):
            found = self.token.match(text, at)
            if not found:
                raise self._not_understood(text[at:].split(maxsplit=1)[0])
            if found[1]:
                yield found[1]
            at = max(found.end(), at + 1)

    def _not_understood(self, token: str) -> ValueError:
        where = f"not understood at {token[:40]!r}" if token else "not complete"
        return ValueError(f'{self.subject} must read like "{self.example}"; it is {where}')
