from dataclasses import replace

from surveys.export import codebook
from tests.surveys.conftest import KINDS, LONG
from translations.catalogs import Texts
from translations.languages import language

READERS = [Texts(language("de")), Texts(language("ar"))]


def lines(*surveys: list[object]) -> list[dict[str, object]]:
    table = codebook.table(surveys, READERS)  # type: ignore[arg-type]
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def test_every_code_of_every_item_is_explained_in_every_language() -> None:
    found = [line for line in lines([LONG]) if line["question"] == "dark"]
    head, *codes = found
    assert head["code"] is None
    assert head["source"]
    assert head["licence"]
    assert head["text_de"] == LONG.items["dark"].question.text
    assert [(line["code"], line["means"], line["adverse"]) for line in codes] == [
        *((1, "scale", 0), (2, "scale", 0), (3, "scale", 1), (4, "scale", 1)),
        *((97, "beside", 0), (98, "no answer", 0), (99, "no answer", 0)),
        *((9001, "no answer", 0), (9002, "no answer", 0)),
    ]
    assert all(line["text_ar"] and line["text_ar"] != line["text_de"] for line in codes)


def test_bands_and_points_are_in_words() -> None:
    texts = {line["text_de"] for line in lines([KINDS, LONG])}
    assert "18 bis 29" in texts


def test_the_wording_of_each_version_is_kept() -> None:
    questions = tuple(
        replace(each, text="Anders?") if each.id == "dark" else each for each in LONG.questions
    )
    older = replace(LONG, questions=questions)
    heads = [
        (line["newest"], line["text_de"])
        for line in lines([LONG, older])
        if line["question"] == "dark" and line["code"] is None
    ]
    assert heads == [(1, LONG.items["dark"].question.text), (0, "Anders?")]
