"""A survey that is exported and imported again."""

from hypothesis import given, settings
from hypothesis import strategies as st

from surveys import conditions
from surveys.conditions import Both, Condition, Either, Given, Not
from surveys.definition import PAGES, Instrument, instruments
from surveys.documents import checked, parse
from surveys.xlsform.adopting import to_toml
from surveys.xlsform.reading import read
from surveys.xlsform.writing import workbook
from translations.catalogs import Texts
from translations.languages import source

# What comes back as it was: no numbers, no matrix, the codes 97 to 99 beside the scale, and what
# a comparison needs left out.
TEXTS = (
    st.text(st.sampled_from("aÄß ,.?!-'\"<&>\n\t…“_x0041_سؤ۱😀%$"), min_size=1, max_size=30)
    .map(str.strip)
    .filter(lambda text: text and not text.startswith("=") and "${" not in text)
)
IDS = st.from_regex(r"[a-z][a-z0-9]{0,4}(-[a-z0-9]{1,3}){0,2}", fullmatch=True)
NAMES = IDS.filter(lambda name: name not in PAGES | conditions.WORDS | set(instruments()))
MISSING = [{"code": 98, "text": "Weiß nicht"}, {"code": 99, "text": "Keine Angabe"}]


@st.composite
def instruments_of_the_part(draw: st.DrawFn) -> Instrument:
    scales = draw(
        st.dictionaries(IDS, st.lists(TEXTS, min_size=1, max_size=4), min_size=1, max_size=2)
    )
    questions: list[dict[str, object]] = []
    asked: dict[str, tuple[int, ...]] = {}
    for name in draw(st.lists(NAMES, min_size=1, max_size=5, unique=True)):
        kind = draw(st.sampled_from(["single", "multiple", "text"]))
        question: dict[str, object] = {
            "id": name,
            "kind": kind,
            "text": draw(TEXTS),
            "hint": draw(st.just("") | TEXTS),
            "missing": [],
            "source": draw(TEXTS),
            "licence": draw(TEXTS),
        }
        if draw(st.booleans()) and asked:
            question["show_if"] = conditions.written(draw(conditions_on(asked)))
        if kind != "text":
            scale = draw(st.sampled_from(sorted(scales)))
            question |= {"scale": scale, "shuffled": draw(st.booleans())}
            question["missing"] = draw(st.sampled_from([[], [98], [99], [98, 99]]))
            question["extra"] = [{"code": 97, "text": draw(TEXTS)}] if draw(st.booleans()) else []
            asked[name] = tuple(range(1, len(scales[scale]) + 1))
        questions.append(question)
    used = {code for question in questions for code in question["missing"]}  # type: ignore[attr-defined]
    content = {
        "id": draw(NAMES),
        "title": draw(TEXTS),
        "minutes": draw(st.integers(1, 99)),
        "missing": [each for each in MISSING if each["code"] in used],
        "scales": {
            name: {"options": [{"code": n, "text": text} for n, text in enumerate(texts, 1)]}
            for name, texts in scales.items()
            if name in {question.get("scale") for question in questions}
        },
        "questions": questions,
    }
    return checked(content, "x.toml", Instrument)


def conditions_on(asked: dict[str, tuple[int, ...]]) -> st.SearchStrategy[Condition]:
    """Return conditions in the form in which one is written after it was read."""

    def given_some(name: str) -> st.SearchStrategy[Condition]:
        codes = st.lists(st.sampled_from(asked[name]), min_size=1, max_size=3, unique=True)
        return codes.map(lambda chosen: Given(name, tuple(chosen)))

    def joined(part: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
        parts = st.lists(part, min_size=2, max_size=3).map(tuple)
        either = parts.map(Either).filter(
            lambda found: (
                any(not isinstance(part, Given) for part in found.parts)
                or len({part.item for part in found.given()}) > 1
            )
        )
        return part.map(Not) | parts.map(Both) | either

    leaf = st.sampled_from(sorted(asked)).flatmap(given_some)
    return leaf | joined(leaf) | joined(leaf | joined(leaf))


@given(instruments_of_the_part())
@settings(max_examples=60, deadline=None)
def test_a_survey_of_the_documented_part_comes_back_as_it_was(asked: Instrument) -> None:
    found = read(workbook(asked, [Texts(source())]), "x.xlsx")
    assert found.instrument == asked
    assert found.instrument.version == asked.version
    assert found.translations == {}
    assert parse(to_toml(asked).encode(), "x.toml", Instrument) == asked
