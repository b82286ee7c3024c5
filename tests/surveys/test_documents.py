from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic.dataclasses import dataclass

from surveys.documents import (
    LARGEST_FILE,
    STRICT,
    Day,
    DocumentError,
    Filled,
    Finding,
    Id,
    Switch,
    Text,
    Whole,
    parse,
    read,
)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Place:
    id: Id
    name: Filled


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Notice:
    title: Filled
    note: Text = ""
    copies: Whole = 1
    on: Day | None = None
    outdoors: Switch = False
    places: tuple[Place, ...] = ()


def findings(text: str | bytes) -> list[str]:
    data = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(DocumentError) as caught:
        parse(data, "notice.toml", Notice)
    assert str(caught.value).splitlines() == list(map(str, caught.value.findings))
    return list(map(str, caught.value.findings))


def test_a_sound_file_is_read_with_its_spaces_trimmed() -> None:
    found = parse(
        b'\xef\xbb\xbftitle = " Halt "\non = 2026-11-22\n[[places]]\nid = "a-1"\nname = "A"',
        "notice.toml",
        Notice,
    )
    assert found.title == "Halt"
    assert str(found.on) == "2026-11-22"
    assert found.places == (Place(id="a-1", name="A"),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "notice.toml: title: is missing; add it."),
        ("title = 1", "notice.toml: title: must be text in quotes."),
        ('title = ""', "notice.toml: title: must not be empty."),
        ('title = "  "', "notice.toml: title: must not be empty."),
        (f'title = "{"x" * 2001}"', "longer than 2000 characters; shorten it."),
        ('title = "a"\ncopies = 1.5', "copies: must be a whole number."),
        ('title = "a"\ncopies = "1"', "copies: must be a whole number."),
        ('title = "a"\ncopies = true', "copies: must be a whole number."),
        ('title = "a"\noutdoors = 1', "outdoors: must be true or false."),
        ('title = "a"\non = "2026-11-22"', "on: must be a date like 2026-11-22, without quotes."),
        ('title = "a"\nplaces = "b"', "places: must be a list in square brackets."),
        ('title = "a"\nplaces = ["b"]', "places[1]: must be a table."),
        ('title = "a"\ntilte = "b"', "tilte: is not a key that philos knows; check its spelling."),
        ('title = "a"\n[[places]]\nid = "A b"\nname = "x"', "places[1].id: must be an id"),
        ('title = "{{ 7 * 7 }}"', "title: has template code"),
        ('title = "{% include x %}"', "title: has template code"),
        ('title = "{# x"', "title: has template code"),
        ('title = "a\\u202eb"', "title: has the control character U+202E; remove it."),
        ('title = "a\\u0000b"', "title: has the control character U+0000; remove it."),
        ('title = "a\\u0085b"', "title: has the control character U+0085; remove it."),
        ('title = "a\\u200bb"', "title: has the control character U+200B; remove it."),
        (f"title = {'[' * 5000}", "notice.toml: is nested too deeply; a bracket is left open."),
        (f"title = {'9' * 5000}", "notice.toml: is not valid TOML: a number is far too long."),
        ('title = "a"\nb = ', "notice.toml: is not valid TOML: Invalid value."),
        ('title = "a"\nb = $\n', "notice.toml, line 2: is not valid TOML: Invalid value."),
        ('title = "a"\ntitle = "b"\n', "line 2: is not valid TOML: Cannot overwrite"),
        (
            b'title = "a"\nnote = "\xff"',
            "line 2: is not UTF-8 text; save it as UTF-8.",
        ),
        (b"#" * (LARGEST_FILE + 1), "notice.toml: is larger than 1,000,000 bytes"),
    ],
)
def test_what_is_wrong_is_told_in_one_sentence_with_its_place(text: str | bytes, said: str) -> None:
    (told,) = findings(text)
    assert said in told
    assert told.startswith("notice.toml")
    assert told.endswith(".")
    assert "\n" not in told
    assert len(told) < 300


def test_all_findings_come_in_one_go() -> None:
    told = findings('titel = "a"\ncopies = "x"\n[[places]]\nid = "a"\n[[places]]\nname = ""')
    assert sorted(sentence.split(":")[1].strip() for sentence in told) == [
        "copies",
        "places[1].name",
        "places[2].id",
        "places[2].name",
        "titel",
        "title",
    ]


def test_marks_that_scripts_need_are_kept() -> None:
    joined = "می\u200cخواهم"  # Persian needs the zero-width non-joiner
    assert parse(f'title = "{joined}"'.encode(), "notice.toml", Notice).title == joined


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_whatever_stands_in_a_file_it_is_read_or_refused_in_sentences(data: bytes) -> None:
    with suppress(DocumentError):
        assert parse(data, "notice.toml", Notice).title


KEYS = st.sampled_from(["title", "note", "copies", "on", "outdoors", "places", "x"])
VALUES = st.one_of(
    st.integers(),
    st.floats(allow_nan=True).map(str),
    st.sampled_from(['"a"', '""', "true", "2026-11-22", "[]", "{}", "[[1]]", "nan", '[{id="a"}]']),
)


@given(st.dictionaries(KEYS, VALUES, max_size=7))
def test_any_value_under_any_key_is_read_or_refused_in_sentences(content: dict[str, str]) -> None:
    text = "\n".join(f"{key} = {value}" for key, value in content.items())
    with suppress(DocumentError):
        assert parse(text.encode(), "notice.toml", Notice).title == "a"


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"^gone\.toml: cannot be read \(No such file"):
        read(tmp_path / "gone.toml", Notice)


def test_a_folder_in_place_of_a_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="cannot be read"):
        read(tmp_path, Notice)


def test_a_finding_reads_as_a_sentence() -> None:
    assert str(Finding("a.toml", "is wrong.", key="b", line=3)) == "a.toml, line 3: b: is wrong."
