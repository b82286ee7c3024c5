import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys import conditions
from surveys.links import LinkError, Target
from surveys.paper import Answered, Filter, Mark, Questionnaire, mark, read_mark
from surveys.questions import Option
from tests.surveys.conftest import KINDS, LONG, SHORT

CODE = Target("east", "rabet", "how-safe", "paper", "ar", "how-safe", serial=17).code
VERSION = LONG.version[:8].upper()
KIND_FILTERS = Questionnaire(KINDS)


def spelt(part: Filter) -> str:
    """Return a filter as a formula: labels, codes, & and |."""
    if isinstance(part, Answered):
        codes = [each.code if isinstance(each, Option) else each for each in part.answers]
        return f"{'not ' * part.negated}{part.label}:{','.join(map(str, codes))}"
    sign = {"and": " & ", "or": " | "}[part.word]
    return f"({sign.join(map(spelt, part.parts))})"


def parts_of(condition: str) -> str:
    return spelt(KIND_FILTERS._parts(conditions.parse(condition)))


@pytest.mark.parametrize("asked", [LONG, SHORT, KINDS], ids=["long", "short", "kinds"])
def test_every_item_has_a_label_of_its_own_in_the_order_of_asking(asked: object) -> None:
    questionnaire = Questionnaire(asked)  # type: ignore[arg-type]
    labels = questionnaire.labels
    assert list(labels) == list(questionnaire.asked.items)
    assert len(set(labels.values())) == len(labels)
    found = [item.id for block in questionnaire.blocks for item in block.items.values()]
    assert found == list(labels)


def test_a_question_is_numbered_and_its_rows_within_it() -> None:
    labels = Questionnaire(LONG).labels
    assert (labels["rel"], labels["dark"]) == ("1", "3")
    assert (labels["places.rabet"], labels["places.platz"]) == ("4.1", "4.2")
    assert labels["problems.harassment"] == "6.7"


def test_a_filter_names_the_question_and_the_answers() -> None:
    (filtered,) = [block for block in Questionnaire(LONG).blocks if block.filter]
    assert filtered.question.id == "syringe-call"
    part = filtered.filter
    assert isinstance(part, Answered)
    assert (part.label, part.negated) == ("7", False)
    assert [option.text for option in part.answers if isinstance(option, Option)] == [
        "Ja, einmal",
        "Ja, mehrmals",
    ]


@pytest.mark.parametrize(
    ("condition", "formula"),
    [
        ("one in 1", "1:1"),
        ("not one in 1", "not 1:1"),
        ("not not one in 1", "1:1"),
        ("one in 1 and several in 2, 3", "(1:1 & 2:2,3)"),
        ("one in 1 or several in 2 or rows.order in 0", "(1:1 | 2:2 | 4.2:0)"),
        ("not (one in 1 or several in 2)", "(not 1:1 & not 2:2)"),
        ("not (one in 1 and not several in 2)", "(not 1:1 | 2:2)"),
        ("one in 1 and (several in 2 or band in 3)", "(1:1 & (2:2 | 5:3))"),
        ("words in -3 or one in -2", "(6:-3 | 1:-2)"),
    ],
)
def test_a_filter_has_its_negations_at_the_answers(condition: str, formula: str) -> None:
    assert parts_of(condition) == formula


GIVEN = st.sampled_from(["one in 1", "one in 2, 98", "band in 3"])
NESTED = st.recursive(
    GIVEN,
    lambda part: st.one_of(
        part.map(lambda each: f"not ({each})"),
        st.tuples(part, st.sampled_from(["and", "or"]), part).map(
            lambda each: f"({each[0]}) {each[1]} ({each[2]})"
        ),
    ),
    max_leaves=5,
)


def holds(part: Filter, answers: dict[str, int]) -> bool:
    """Return whether a filter as a reader understands it lets her answer."""
    if isinstance(part, Answered):
        codes = [each.code if isinstance(each, Option) else each for each in part.answers]
        return (answers[part.label] in codes) is not part.negated
    return {"and": all, "or": any}[part.word](holds(each, answers) for each in part.parts)


@given(NESTED, st.sampled_from([1, 2, 98]), st.sampled_from([1, 2, 3]))
def test_a_filter_in_words_asks_whom_the_condition_asks(text: str, one: int, band: int) -> None:
    try:
        condition = conditions.parse(text)
    except ValueError:
        return  # nested too deeply
    said = KIND_FILTERS._parts(condition)
    assert holds(said, {"1": one, "5": band}) is condition.holds({"one": one, "band": band})


@pytest.mark.parametrize(
    "typed",
    [
        f"{CODE}/{VERSION}",
        f" {CODE.lower()}/{VERSION.lower()} ",
        f"HTTPS://PHILOS.EXAMPLE/{CODE}/{VERSION}",
        f"https://philos.example:8443/{CODE}/{VERSION}\n",
        f"HTTPSÖ--PHILOS.EXAMPLE-{CODE}-{VERSION}",
        f"{CODE} {VERSION}",
    ],
)
def test_a_mark_is_read_however_it_was_typed_or_scanned(typed: str) -> None:
    assert read_mark(typed) == mark(CODE, LONG.version) == Mark(CODE, LONG.version[:8])


@pytest.mark.parametrize(
    "typed", [CODE, CODE.lower(), f"{CODE[:3]} {CODE[3:6]} {CODE[6:]}", f"HTTPS://X.ORG/{CODE}/"]
)
def test_a_code_alone_is_a_mark_without_version(typed: str) -> None:
    assert read_mark(typed) == Mark(CODE)


def test_what_is_easily_mistaken_is_read_as_it_was_meant() -> None:
    assert read_mark(f"{CODE}/O1LIABCD") == Mark(CODE, "0111abcd")


@pytest.mark.parametrize("typed", ["", "/", CODE[:-1], f"{CODE[1:]}0/{VERSION}", "💉" * 50, "\x00"])
def test_a_mark_that_was_mistyped_is_refused(typed: str) -> None:
    with pytest.raises(LinkError):
        read_mark(typed)


@given(st.text(max_size=60))
def test_whatever_is_typed_is_a_mark_or_a_link_error(typed: str) -> None:
    try:
        found = read_mark(typed)
    except LinkError:
        return
    assert read_mark(str(found)) == found


def test_a_token_of_paper_is_none_of_a_page_and_differs_between_sheets_and_versions() -> None:
    marks = [mark(CODE, LONG.version), mark(CODE, SHORT.version), Mark(CODE)]
    assert len({each.token for each in marks}) == 3
    assert all(":" in each.token for each in marks)
