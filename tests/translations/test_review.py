from datetime import date

import polib
import pytest

from tests.translations.conftest import entry
from translations.review import State, mark_draft, mark_reviewed, seal_hash, state

DAY = date(2026, 11, 22)


def reviewed(source: str = "Notruf", text: str = "Emergency", **fields: str) -> polib.POEntry:
    made = entry(source, text, **fields)
    mark_reviewed(made, "MK", "interpreter", DAY)
    return made


def test_a_text_that_a_person_reviewed_is_reviewed() -> None:
    made = reviewed()
    assert made.tcomment == f"review: MK 2026-11-22 interpreter {seal_hash(made)}"
    assert state(made) is State.REVIEWED


def test_a_review_survives_the_way_through_a_file() -> None:
    file = polib.POFile()
    file.append(reviewed("Hilfe für\n„Kinder“", "مساعدة", msgctxt="title"))
    (read,) = polib.pofile(str(file))
    assert state(read) is State.REVIEWED


def test_a_review_of_plural_forms_covers_each_of_them() -> None:
    made = entry("%(count)s Tag", "%(count)s day", "%(count)s days", plural="%(count)s Tage")
    mark_reviewed(made, "MK", "interpreter", DAY)
    assert state(made) is State.REVIEWED
    made.msgstr_plural[1] = "%(count)s dayz"
    assert state(made) is State.UNREVIEWED


@pytest.mark.parametrize(
    ("field", "value"),
    [("msgid", "Notruf!"), ("msgstr", "Emergency call"), ("msgctxt", "phone")],
)
def test_any_later_edit_voids_the_review(field: str, value: str) -> None:
    made = reviewed()
    setattr(made, field, value)
    assert state(made) is State.UNREVIEWED


def test_a_review_copied_from_another_text_is_worth_nothing() -> None:
    made = entry("Polizei", "Police", tcomment=reviewed().tcomment)
    assert state(made) is State.UNREVIEWED


def test_the_fuzzy_flag_wins_over_a_review() -> None:
    made = reviewed()
    made.flags.append("fuzzy")
    assert state(made) is State.DRAFT


def test_a_machine_draft_is_a_draft_and_says_who_wrote_it() -> None:
    made = entry("Notruf", "Emergency")
    mark_draft(made, "some-engine", DAY)
    mark_draft(made, "some-engine", DAY)
    assert state(made) is State.DRAFT
    assert made.flags == ["fuzzy"]
    assert made.tcomment == "draft: machine some-engine 2026-11-22"


def test_a_draft_over_a_reviewed_text_takes_the_review_away() -> None:
    made = reviewed()
    mark_draft(made, "some-engine", DAY)
    assert state(made) is State.DRAFT
    made.flags = []
    assert state(made) is State.UNREVIEWED  # even where somebody removes the flag by hand


def test_a_review_takes_the_draft_away_and_keeps_other_comments() -> None:
    made = entry("Notruf", "Emergency", tcomment="The short word, for a sign.", flags=["no-wrap"])
    mark_draft(made, "some-engine", DAY)
    mark_reviewed(made, "MK", "interpreter", DAY)
    assert state(made) is State.REVIEWED
    assert made.flags == ["no-wrap"]
    assert made.tcomment.splitlines()[0] == "The short word, for a sign."
    assert "draft:" not in made.tcomment


@pytest.mark.parametrize(("initials", "role"), [("M K", "interpreter"), ("", "x"), ("MK", "a\nb")])
def test_initials_and_role_are_single_words(initials: str, role: str) -> None:
    made = entry("Notruf", "Emergency")
    with pytest.raises(ValueError, match="one word each"):
        mark_reviewed(made, initials, role, DAY)
    assert state(made) is State.UNREVIEWED


@pytest.mark.parametrize("texts", [("",), ("one", "")])
def test_a_text_with_an_empty_form_is_missing(texts: tuple[str, ...]) -> None:
    assert state(entry("a", *texts, plural="b" if len(texts) > 1 else "")) is State.MISSING


def test_only_source_and_reviewed_texts_may_be_distributed() -> None:
    assert [known for known in State if known.final] == [State.SOURCE, State.REVIEWED]
