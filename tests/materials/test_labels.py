import tomllib
from collections.abc import Callable
from importlib import resources
from itertools import pairwise
from pathlib import Path

import pytest

from docs.labels import toml
from materials.labels import PAPERS, LabelError, LabelSheet, label_sheet, label_sheets

ROUNDING = 0.05  # mm, as in the source
SHEETS = label_sheets().values()
BY_ID = pytest.mark.parametrize("sheet", SHEETS, ids=label_sheets())
LABEL = '<Label-rectangle id="0" width="2in" height="72">{}</Label-rectangle>'
LAYOUT = '<Layout nx="2" ny="5" x0="1cm" y0="10mm" dx="12pc" dy="1.5in"/>'
META = '<Meta category="label"/>'
GOOD = META + LABEL.format(LAYOUT)

Made = Callable[[str], dict[str, dict[str, object]]]


@BY_ID
def test_every_label_lies_on_its_paper(sheet: LabelSheet) -> None:
    across, down = sheet.paper
    assert sheet.width > 0 < sheet.height
    for index in range(sheet.per_page):
        assert 0 <= sheet.left(index) <= across - sheet.width + ROUNDING
        assert 0 <= sheet.top(index) <= down - sheet.height + ROUNDING


@BY_ID
def test_no_two_labels_overlap(sheet: LabelSheet) -> None:
    lefts = sorted({sheet.left(index) for index in range(sheet.per_page)})
    tops = sorted({sheet.top(index) for index in range(sheet.per_page)})
    assert (len(lefts), len(tops)) == (sheet.columns, sheet.rows)
    assert all(b - a >= sheet.width - ROUNDING for a, b in pairwise(lefts))
    assert all(b - a >= sheet.height - ROUNDING for a, b in pairwise(tops))


def test_a_number_means_one_sheet_whoever_makes_it() -> None:
    with resources.files("materials").joinpath("labels.toml").open("rb") as file:
        table = tomllib.load(file)
    numbers = [number.upper() for rows in table.values() for number in rows]
    assert len(numbers) == len(set(numbers)) == len(SHEETS) == 355
    assert {sheet.maker for sheet in SHEETS} == {"Avery", "Herma", "Zweckform"}
    assert {sheet.paper for sheet in SHEETS} == set(PAPERS.values())


def test_l7160_has_21_labels_in_the_middle_of_a4() -> None:
    sheet = label_sheet("L7160")
    assert (sheet.id, sheet.maker) == ("L7160", "Avery")
    assert (sheet.paper, sheet.width, sheet.height) == ((210, 297), 63.5, 38.1)
    assert (sheet.columns, sheet.rows, sheet.per_page) == (3, 7, 21)
    assert not sheet.round
    assert (sheet.left(0), sheet.top(0)) == (7.2, 15.15)
    assert sheet.left(20) + sheet.width == pytest.approx(210 - 7.2, abs=0.05)
    assert sheet.top(20) + sheet.height == pytest.approx(297 - 15.15, abs=0.05)


@pytest.mark.parametrize(
    ("number", "size", "grid"),
    [
        ("Herma 4606", (38, 21.2), (5, 13)),
        ("Zweckform 3490", (70, 36), (3, 8)),
        ("Zweckform L3416", (60, 60), (3, 4)),
        ("Avery L7163", (99.06, 38.1), (2, 7)),
        ("Avery 5160", (66.67, 25.4), (3, 10)),  # 2 5/8 x 1 inch
    ],
)
def test_known_sheets(number: str, size: tuple[float, float], grid: tuple[int, int]) -> None:
    sheet = label_sheet(number)
    assert (sheet.width, sheet.height) == size
    assert (sheet.columns, sheet.rows) == grid


def test_a_round_label_is_as_high_as_it_is_wide() -> None:
    sheet = label_sheet("Avery 3112")  # 1 1/2 inches, 20 on US Letter
    assert sheet.round
    assert sheet.paper == (215.9, 279.4)
    assert (sheet.width, sheet.height, sheet.per_page) == (38.1, 38.1, 20)
    assert (sheet.left(19), sheet.top(19)) == (165.1, 222.25)  # 6 1/2 and 8 3/4 inches


def test_labels_fill_a_row_before_the_next() -> None:
    sheet = label_sheet("L7160")
    assert sheet.top(0) == sheet.top(2) < sheet.top(3)
    assert sheet.left(0) == sheet.left(3) < sheet.left(1)


@pytest.mark.parametrize(
    "typed", ["L7160", "l7160", " L 7160 ", "avery L7160", "AVERY  ZWECKFORM l7160"]
)
def test_case_spaces_and_the_makers_name_do_not_matter(typed: str) -> None:
    assert label_sheet(typed) is label_sheets()["L7160"]


def test_each_sheet_is_found_with_and_without_its_maker() -> None:
    for number, sheet in label_sheets().items():
        assert label_sheet(number) is label_sheet(f"{sheet.maker} {number}") is sheet


def test_an_unknown_number_is_refused_with_near_ones() -> None:
    with pytest.raises(LabelError) as caught:
        label_sheet("avery L7166")
    assert str(caught.value) == (
        "'avery L7166' is no label sheet that philos knows; near it are L7664, L7165, L7164."
    )


@pytest.mark.parametrize("typed", ["l7160-100", "Herma 4607x", "L7676"])
def test_no_sheet_is_found_by_half(typed: str) -> None:
    with pytest.raises(LabelError, match="no label sheet that philos knows; near it are"):
        label_sheet(typed)


@pytest.mark.parametrize("typed", ["", "Avery", "Herma L7160", "wallpaper", "٣", "x" * 100_000])
def test_what_is_like_no_number_is_refused_in_a_short_sentence(typed: str) -> None:
    with pytest.raises(LabelError, match=r"knows\.$") as caught:
        label_sheet(typed)
    assert len(str(caught.value)) < 100


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """Return the function from templates in XML to the table that is made of them."""

    def make(xml: str) -> dict[str, dict[str, object]]:
        (tmp_path / "tiny-templates.xml").write_text(xml, "utf-8")
        return tomllib.loads(toml(tmp_path))

    return make


def template(body: str, number: str = "X1", maker: str = "Avery", size: str = "A4") -> str:
    return f'<Template brand="{maker}" part="{number}" size="{size}">{body}</Template>'


def templates(*each: str) -> str:
    return f"<Glabels-templates>{''.join(each)}</Glabels-templates>"


def test_a_template_becomes_a_row_and_what_equals_it_another(made: Made) -> None:
    row = {
        "paper": "A4",
        "size": [50.8, 25.4],
        "columns": 2,
        "rows": 5,
        "origin": [10, 10],
        "pitch": [50.8, 38.1],
    }
    xml = templates(
        template(GOOD),
        '<Template brand="Avery" part="X.2" equiv="X1"/>',
        '<Template brand="Herma" part="X3" equiv="X1"/>',  # another maker's
        template(GOOD, maker="Nobody"),
    )
    found = made(xml)
    assert set(found) == {"Avery", "Herma", "Zweckform"}
    assert found["Avery"] == {"X1": row, "X.2": row}
    assert found["Herma"] == {}


def test_a_round_template_has_a_diameter(made: Made) -> None:
    label = f'<Label-round id="0" radius="0.5in">{LAYOUT}</Label-round>'
    row = made(templates(template(META + label, size="US-Letter", maker="Herma")))["Herma"]["X1"]
    assert row == {
        "paper": "Letter",
        "diameter": 25.4,
        "columns": 2,
        "rows": 5,
        "origin": [10, 10],
        "pitch": [50.8, 38.1],
    }


@pytest.mark.parametrize(
    "body",
    [
        "",
        GOOD.replace(META, ""),
        GOOD.replace('width="2in"', ""),
        GOOD.replace('width="2in"', 'width="0"'),
        GOOD.replace('width="2in"', 'width="2 miles"'),
        GOOD.replace('width="2in"', 'width="-2in"'),
        GOOD.replace('width="2in"', 'width="nan"'),
        GOOD.replace('width="2in"', 'width="13pc"'),  # they overlap
        GOOD.replace('nx="2"', 'nx="5"'),  # they leave the paper
        GOOD.replace('nx="2"', 'nx="0"'),
        GOOD.replace('nx="2"', f'nx="{"9" * 5000}"'),
        GOOD.replace('ny="5"', ""),
        GOOD.replace("rectangle", "ellipse"),
        GOOD + LABEL.format(LAYOUT),
        META + LABEL.format(LAYOUT + LAYOUT),
        META + LABEL.format(""),
    ],
)
def test_what_is_no_grid_on_a_sheet_is_left_out(made: Made, body: str) -> None:
    assert made(templates(template(GOOD)))["Avery"]
    xml = templates(template(body), '<Template brand="Avery" part="X2" equiv="X1"/>')
    assert made(xml)["Avery"] == {}


@pytest.mark.parametrize(
    "xml",
    [
        templates(template(GOOD), template(GOOD.replace('ny="5"', 'ny="4"'))),  # a contradiction
        templates(template(GOOD, size="A5")),
        templates(template(GOOD, number="X1-Disc")),
        templates(template(GOOD, number="X = 1 ]")),
        templates(template(GOOD, number="")),
        templates(template(GOOD, number="L7169")),  # disputed
        templates('<Template brand="Avery" part="X1" equiv="X1"/>'),
        templates('<Template brand="Avery"/>'),
    ],
)
def test_what_has_no_clear_number_or_layout_is_left_out(made: Made, xml: str) -> None:
    assert made(xml)["Avery"] == {}


def test_the_same_template_twice_is_one_row(made: Made) -> None:
    assert list(made(templates(template(GOOD), template(GOOD)))["Avery"]) == ["X1"]


@pytest.mark.parametrize(
    "declared",
    [
        '<!ENTITY a "2in"><!ENTITY b "&a;&a;&a;&a;&a;&a;">',
        '<!ENTITY a SYSTEM "file:///etc/passwd">',
    ],
)
def test_a_file_with_entities_is_refused(made: Made, declared: str) -> None:
    xml = templates(template(GOOD.replace('"2in"', '"&a;"')))
    with pytest.raises(SyntaxError, match="no document type"):
        made(f"<!DOCTYPE Glabels-templates [{declared}]>{xml}")
