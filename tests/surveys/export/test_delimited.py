import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.export.delimited import chunks, harmless, plain
from surveys.export.tables import HIDDEN, Cell, Table


def read(table: Table) -> list[list[str]]:
    text = b"".join(chunks(table)).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def of(*cells: Cell) -> Table:
    return Table(name="t", columns=tuple(f"c{n}" for n, _ in enumerate(cells)), rows=[cells])


@pytest.mark.parametrize(
    "text",
    [
        *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\tx", " =1", "＝1", "＋1", "－1", "＠x"),
        *("x;=cmd|' /C calc'!A0", "x\n=1", "x\t@y", "\ufeff=1", "\u200b=1", ";-1"),
    ],
)
def test_no_text_begins_a_formula_wherever_a_reader_splits_it(text: str) -> None:
    written = read(of(text))[1][0]
    for part in written.replace("\t", ";").replace("\n", ";").replace("\r", ";").split(";"):
        assert part.strip("\ufeff\u200b \t")[:1] not in set("=+-@＝＋－＠") - {""}
    assert written.replace("'", "") == text.replace("'", "")


@pytest.mark.parametrize("text", ["Rabet", "Köhlerplatz – Süd", "ساحة", "a, b", 'say "x"', "1 = 1"])
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text
    assert read(of(text))[1] == [text]


def test_the_file_is_rfc_4180_in_utf_8_with_its_mark() -> None:
    raw = b"".join(chunks(of("a,b", 1, 0.5, None, HIDDEN, -2)))
    assert raw == '\ufeff"c0","c1","c2","c3","c4","c5"\r\n"a,b",1,0.5,"",".",-2\r\n'.encode()


@given(st.lists(st.text(), min_size=1))
def test_any_text_survives_but_for_controls_and_apostrophes(texts: list[str]) -> None:
    table = Table(name="t", columns=("c",), rows=[(text,) for text in texts])
    back = [row[0] for row in read(table)[1:]]
    assert [text.replace("'", "") for text in back] == [
        plain(text).replace("'", "") for text in texts
    ]


def test_a_long_table_is_written_a_part_at_a_time() -> None:
    taken: list[int] = []

    def rows() -> object:
        for number in range(2_000):
            taken.append(number)
            yield (number,)

    parts = chunks(Table(name="t", columns=("n",), rows=rows()))  # type: ignore[arg-type]
    next(parts), next(parts)
    assert len(taken) <= 501
    assert b"".join(parts).endswith(b"1999\r\n")
