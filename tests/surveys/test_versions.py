from dataclasses import replace
from typing import Any

import pytest

from surveys.definition import Instrument
from surveys.versions import asks_the_same
from tests.surveys.conftest import KINDS, LONG, SHORT


def changed(**changes: Any) -> Instrument:
    """Return the short form with its question changed."""
    (question,) = SHORT.questions
    return replace(SHORT, questions=(replace(question, **changes),))


NOW = SHORT.items["now"]


def test_the_same_words_are_the_same_whatever_else_the_survey_has() -> None:
    assert asks_the_same(NOW, replace(SHORT, title="Ein anderer Titel"))


@pytest.mark.parametrize(
    "changes", [{"text": "Wie sicher ist es hier?"}, {"hint": "An diesem Ort."}]
)
def test_other_words_are_not_the_same(changes: dict[str, Any]) -> None:
    assert not asks_the_same(NOW, changed(**changes))


def test_other_words_that_are_declared_to_mean_the_same_are() -> None:
    before = changed(text="Wie sicher ist es hier?")
    now = changed(comparable_with=(before.version,))
    assert asks_the_same(now.items["now"], before)
    assert not asks_the_same(before.items["now"], now)


def test_codes_that_are_others_are_never_the_same_whatever_is_declared() -> None:
    (question,) = SHORT.questions
    scale = SHORT.items["now"].scale
    fewer = replace(scale, options=scale.options[:3], adverse=(3,))
    name = str(question.scale)
    before = replace(SHORT, scales={**SHORT.scales, name: fewer})
    now = changed(comparable_with=(before.version,))
    assert not asks_the_same(now.items["now"], before)


def test_a_question_that_was_not_asked_or_was_of_another_kind_is_not_the_same() -> None:
    assert not asks_the_same(NOW, LONG)
    assert not asks_the_same(NOW, KINDS)
