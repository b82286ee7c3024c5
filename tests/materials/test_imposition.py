"""Several copies on one paper: read where they were drawn, turned over, and looked at."""

import io
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pikepdf import Array, Name, Pdf

from materials.artwork import POINTS, to_bytes
from materials.formats import BLEED, FORMATS, PAPERS, Format
from materials.imposition import (
    Edge,
    Grid,
    ImpositionError,
    circle,
    fitted,
    impose,
    replace_pages,
)
from materials.production import Options, grid_of
from materials.sheets import Output
from tests.materials.conftest import Print, changed, codes_in, printed_sheet, raster, tree
from webapp import cli

DPI = 72
A6, DL = FORMATS["flyer-a6"], FORMATS["flyer-dl"]
FLIPS: list[Edge] = ["long", "short"]
FRONT = "1 0 0 rg {x} {y} 20 10 re f 0 0 1 rg 40 40 6 30 re f"
BACK = "1 0 0 rg {x} {y} 20 10 re f"

Where = tuple[float, float, bool]  # left and top of a copy in mm, and whether it is upright


def pages(form: Format, *contents: str, bleed: float = 0) -> Pdf:
    """Return pages of a format, each with its content in points from the trimmed page's corner."""
    pdf = pikepdf.new()
    rim = bleed * POINTS
    width, height = form.width * POINTS, form.height * POINTS
    for content in contents:
        page = pdf.add_blank_page(page_size=(width + 2 * rim, height + 2 * rim))
        page.obj.TrimBox = Array([rim, rim, rim + width, rim + height])
        page.obj.Contents = pdf.make_stream(f"1 0 0 1 {rim} {rim} cm {content}".encode())
    return pdf


def drawn(page: pikepdf.Page, form: Format) -> list[Where]:
    """Return where the copies of a page were drawn, in the order of its content."""
    height = float(page.mediabox[3]) / POINTS
    found: list[Where] = []
    for said in pikepdf.parse_content_stream(page):
        if str(said.operator) == "cm":
            a, b, c, d, e, f = (float(part) for part in said.operands)
            x, y = e / POINTS, height - f / POINTS
            assert (b, c) == (0, 0)
            assert (a, d) in {(1, 1), (-1, -1)}
            found.append((x, y - form.height, True) if a > 0 else (x - form.width, y, False))
    return found


def behind(where: Where, form: Format, paper: tuple[float, float], flip: Edge) -> Where:
    """Return where a copy is seen from the other side of the paper, turned at an edge."""
    (left, top, upright), (width, height) = where, paper
    upright_paper = height >= width
    if (flip == "long") == upright_paper:  # about the upright axis: left and right change
        return width - left - form.width, top, upright
    return left, height - top - form.height, not upright


def same(found: list[Where], expected: list[Where]) -> bool:
    """Return whether at each expected place there is one copy, and none elsewhere."""
    near = [
        [other for other in found if np.abs(np.subtract(other, where, dtype=float)).max() < 0.01]
        for where in expected
    ]
    return len(found) == len(expected) and all(len(copies) == 1 for copies in near)


@pytest.mark.parametrize(
    ("paper", "bleed", "copies"),
    [("a4", 0, 4), ("a4", 3, 2), ("a3", 0, 8), ("a3", 3, 4), ("sra3", 0, 9), ("sra3", 3, 8)],
)
def test_so_many_flyers_stand_on_a_paper(paper: str, bleed: float, copies: int) -> None:
    grid = fitted(A6, paper, bleed=bleed)
    assert len(grid.places) == grid.columns * grid.rows == copies


@pytest.mark.parametrize("form", [form for form in FORMATS.values() if not form.sticker])
@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("bleed", [0, BLEED])
def test_copies_and_their_bleed_lie_on_the_paper_and_apart(
    form: Format, paper: str, bleed: float
) -> None:
    try:
        grid = fitted(form, paper, bleed=bleed)
    except ImpositionError:
        short, long = sorted(PAPERS[paper])
        sides = sorted((form.width + 2 * bleed, form.height + 2 * bleed))
        assert sides[0] > short or sides[1] > long
        return
    assert sorted(grid.paper) == sorted(PAPERS[paper])
    for left, top in grid.places:
        assert bleed - 1e-6 <= left <= grid.paper[0] - form.width - bleed + 1e-6
        assert bleed - 1e-6 <= top <= grid.paper[1] - form.height - bleed + 1e-6
    xs, ys = ({place[axis] for place in grid.places} for axis in (0, 1))
    assert (np.diff(sorted(xs)) >= form.width + 2 * bleed - 1e-6).all()
    assert (np.diff(sorted(ys)) >= form.height + 2 * bleed - 1e-6).all()


@given(
    st.floats(20, 320), st.floats(20, 450), st.sampled_from(sorted(PAPERS)), st.sampled_from([0, 3])
)
def test_no_other_grid_of_upright_or_turned_copies_holds_more(
    width: float, height: float, paper: str, bleed: float
) -> None:
    form = Format(id="probe", layout="", width=width, height=height, pages=2, qr_box=1)
    best = max(
        int((across + 1e-6) // (width + 2 * bleed)) * int((down + 1e-6) // (height + 2 * bleed))
        for across, down in (PAPERS[paper], PAPERS[paper][::-1])
    )
    if best:
        assert len(fitted(form, paper, bleed=bleed).places) == best
    else:
        with pytest.raises(ImpositionError, match=f"probe needs .*; {paper.upper()} has"):
            fitted(form, paper, bleed=bleed)


def test_a_format_too_large_is_refused_with_the_sum() -> None:
    with pytest.raises(ImpositionError) as error:
        fitted(FORMATS["poster-a3"], "a3", bleed=3)
    assert str(error.value) == (
        "poster-a3 needs 297 + 2 x 3 = 303 mm by 420 + 2 x 3 = 426 mm; A3 has 297 by 420 mm."
    )


@pytest.mark.parametrize(("gutter", "apart"), [(0, 6), (5, 6), (6, 6), (10, 10)])
def test_a_gutter_is_between_trimmed_copies_and_has_room_for_the_bleed(
    gutter: float, apart: float
) -> None:
    grid = fitted(A6, "sra3", bleed=3, gutter=gutter)
    across, down = (sorted({place[axis] for place in grid.places}) for axis in (0, 1))
    assert np.diff(across) == pytest.approx(A6.width + apart)
    assert np.diff(down) == pytest.approx(A6.height + apart)


def test_a_gutter_that_leaves_less_room_leaves_fewer_copies() -> None:
    assert len(fitted(A6, "sra3", bleed=3, gutter=8).places) == 8
    assert len(fitted(A6, "sra3", bleed=3, gutter=13).places) == 6


FORMS = st.builds(
    lambda width, height: Format(
        id="probe", layout="", width=width, height=height, pages=2, qr_box=1
    ),
    st.floats(30, 290),
    st.floats(30, 290),
)


@settings(deadline=None, max_examples=60)
@given(
    FORMS | st.sampled_from([form for form in FORMATS.values() if form.pages == 2]),
    st.sampled_from(["a3", "sra3"]),
    st.sampled_from([0, BLEED]),
    st.floats(0, 12),
    st.sampled_from(FLIPS),
)
def test_every_back_lies_behind_a_front(
    form: Format, paper: str, bleed: float, gutter: float, flip: Edge
) -> None:
    grid = fitted(form, paper, bleed=bleed, gutter=gutter)
    pdf = pages(form, "", "", bleed=bleed)
    impose(pdf, form, grid, bleed=bleed, flip=flip, marks=False)
    fronts, backs = (drawn(page, form) for page in pdf.pages)
    assert same(fronts, [(x, y, True) for x, y in grid.places])
    assert same(backs, [behind(front, form, grid.paper, flip) for front in fronts])


@pytest.mark.parametrize(("paper", "flip"), [((210, 297), "long"), ((297, 210), "short")])
def test_copies_that_are_not_in_the_middle_have_their_backs_behind_them(
    paper: tuple[float, float], flip: Edge
) -> None:
    grid = Grid(paper, columns=1, rows=1, origin=(8, 20), pitch=(A6.width, A6.height))
    pdf = pages(A6, "", "")
    impose(pdf, A6, grid, flip=flip, marks=False)
    (front,), (back,) = (drawn(page, A6) for page in pdf.pages)
    assert front == pytest.approx((8, 20, True), abs=0.01)
    assert same([back], [behind(front, A6, paper, flip)])


def seen(pdf: Pdf, red: int) -> list[NDArray[np.bool_]]:
    """Return where each page is of a red, or of any colour but white for 0."""
    document = pypdfium2.PdfDocument(to_bytes(pdf))
    pictures = [page.render(scale=DPI / 72).to_numpy()[:, :, ::-1] for page in document]
    return [
        (picture[:, :, 0] > red) & (picture[:, :, 1] < 100) & (picture[:, :, 2] < 100)
        for picture in pictures
    ]


CASES = [(A6, "a4"), (A6, "a3"), (A6, "sra3"), (DL, "a4"), (FORMATS["card"], "a4")]


@pytest.mark.parametrize("flip", FLIPS)
@pytest.mark.parametrize(("form", "paper"), CASES, ids=lambda value: getattr(value, "id", value))
def test_a_needle_through_a_corner_of_the_front_meets_that_corner_of_the_back(
    form: Format, paper: str, flip: Edge
) -> None:
    """The back of a page is turned like that of a book: its right is behind the front's left."""
    upper = form.height * POINTS - 15
    front = FRONT.format(x=5, y=upper)
    back = BACK.format(x=form.width * POINTS - 25, y=upper)
    pdf = pages(form, front, back)
    grid = fitted(form, paper)
    impose(pdf, form, grid, flip=flip, marks=False)
    ours, theirs = seen(pdf, 200)
    is_upright = grid.paper[1] >= grid.paper[0]
    through = np.fliplr(theirs) if (flip == "long") == is_upright else np.flipud(theirs)
    assert ours.sum() > 0.9 * len(grid.places) * 200
    assert (ours & through).sum() > 0.8 * max(ours.sum(), theirs.sum())


@pytest.mark.parametrize(
    ("paper", "flip", "turned"),
    [
        ("a4", "long", False),  # four on upright paper
        ("a4", "short", True),
        ("sra3", "long", True),  # eight on paper that lies
        ("sra3", "short", False),
    ],
)
def test_the_back_is_turned_where_the_flip_stands_it_on_its_head(
    paper: str, flip: Edge, turned: bool
) -> None:
    bleed = BLEED if paper == "sra3" else 0
    pdf = pages(A6, "", "", bleed=bleed)
    impose(pdf, A6, fitted(A6, paper, bleed=bleed), bleed=bleed, flip=flip, marks=False)
    fronts, backs = (drawn(page, A6) for page in pdf.pages)
    assert {upright for _, _, upright in fronts} == {True}
    assert {upright for _, _, upright in backs} == {not turned}


def test_what_comes_after_the_back_is_a_front_again() -> None:
    pdf = pages(A6, "", "", "", "")
    impose(pdf, A6, fitted(A6, "a4"), flip="short", marks=False)
    first, second, third, fourth = (drawn(page, A6) for page in pdf.pages)
    assert first == third != second == fourth


def lines(page: pikepdf.Page) -> Iterator[tuple[float, float, float, float]]:
    """Yield the ends of each straight line of a page in mm from its upper left."""
    height, at = float(page.mediabox[3]), (0.0, 0.0)
    for said in pikepdf.parse_content_stream(page):
        if str(said.operator) in {"m", "l"}:
            x, y = (float(part) for part in said.operands)
            to = (x / POINTS, (height - y) / POINTS)
            if str(said.operator) == "l":
                yield *at, *to
            at = to


@pytest.mark.parametrize(("form", "paper"), [(A6, "sra3"), (A6, "a3"), (FORMATS["card"], "a4")])
def test_crop_marks_lie_outside_of_every_bleed(form: Format, paper: str) -> None:
    grid = fitted(form, paper, bleed=BLEED)
    pdf = pages(form, "", "", bleed=BLEED)
    impose(pdf, form, grid, bleed=BLEED)
    for page in pdf.pages:
        found = list(lines(page))
        left, top = (min(place[axis] for place in grid.places) - BLEED for axis in (0, 1))
        right, lower = (
            max(place[axis] for place in grid.places) + side + BLEED
            for axis, side in ((0, form.width), (1, form.height))
        )
        for x, y, to, end in found:
            assert (
                max(x, to) < left or min(x, to) > right or max(y, end) < top or min(y, end) > lower
            )
        cuts = {round(x, 2) for x, _, to, _ in found if x == pytest.approx(to)}
        edges = {side for place, _ in grid.places for side in (place, place + form.width)}
        assert sorted(cuts) == pytest.approx(sorted(edges), abs=0.02)
        cuts = {round(y, 2) for _, y, _, end in found if y == pytest.approx(end)}
        edges = {side for _, place in grid.places for side in (place, place + form.height)}
        assert sorted(cuts) == pytest.approx(sorted(edges), abs=0.02)


def test_crop_marks_are_black_alone_and_leave_the_copies_as_they_are() -> None:
    plain, marked = (pages(A6, "", "", bleed=BLEED) for _ in range(2))
    for pdf, marks in ((plain, False), (marked, True)):
        impose(pdf, A6, fitted(A6, "sra3", bleed=BLEED), bleed=BLEED, marks=marks)
    assert not list(lines(plain.pages[0]))
    colours = [
        [float(part) for part in said.operands]
        for said in pikepdf.parse_content_stream(marked.pages[0])
        if str(said.operator) in {"K", "k", "G", "g", "RG", "rg"}
    ]
    assert colours == [[0, 0, 0, 1]]


@pytest.mark.parametrize(("form", "paper"), [(A6, "a4"), (DL, "a4"), (FORMATS["card"], "a4")])
def test_cut_lines_run_along_every_edge_of_a_copy_without_bleed(form: Format, paper: str) -> None:
    grid = fitted(form, paper)
    pdf = pages(form, "", "")
    impose(pdf, form, grid)
    for grey in raster(to_bytes(pdf), 300):
        marked = [
            {round(n / 300 * 25.4) for n in np.flatnonzero((grey < 250).mean(axis=axis) > 0.3)}
            for axis in (0, 1)
        ]
        for axis, side in enumerate((form.width, form.height)):
            edges = {e for place in grid.places for e in (place[axis], place[axis] + side)}
            within = {round(edge) for edge in edges if 0.2 < edge < grid.paper[axis] - 0.2}
            assert within or form is DL  # three of them are as high as the paper that lies
            assert all(any(abs(cut - edge) <= 1 for cut in marked[axis]) for edge in within)
            assert all(any(abs(cut - edge) <= 1 for edge in edges) for cut in marked[axis])


@pytest.mark.parametrize(("x", "y", "radius"), [(0, 0, 30), (105, 148.5, 30), (20, 20, 1.5)])
def test_a_circle_is_round(x: float, y: float, radius: float) -> None:
    numbers = [float(n) for n in re.findall(rb"-?\d+\.\d+", circle(x, y, radius))]
    points = np.array(numbers).reshape(-1, 2) / POINTS - (x, y)
    assert len(points) == 13
    assert points[0] == pytest.approx(points[-1])
    t = np.linspace(0, 1, 50)[:, None]
    for start in range(0, 12, 3):
        a, b, c, d = points[start : start + 4]
        curve = a * (1 - t) ** 3 + 3 * b * t * (1 - t) ** 2 + 3 * c * t**2 * (1 - t) + d * t**3
        assert np.hypot(*curve.T) / radius == pytest.approx(1, abs=0.001)
    angles = np.degrees(np.arctan2(points[::3, 1], points[::3, 0])).round() % 360
    assert angles.tolist() == [0, 90, 180, 270, 0]


def test_replaced_pages_keep_no_tags_and_have_the_boxes_of_their_paper() -> None:
    pdf = pages(A6, "", "")
    pdf.Root.StructTreeRoot = pdf.make_indirect(pikepdf.Dictionary(Type=Name.StructTreeRoot))
    pdf.Root.MarkInfo = pikepdf.Dictionary(Marked=True)
    art = pdf.make_indirect(pdf.make_stream(b"", Type=Name.XObject, Subtype=Name.Form))
    replace_pages(pdf, (100, 50), [(art, b"/A Do")] * 3, bleed=3)
    assert not {"/StructTreeRoot", "/MarkInfo"} & set(pdf.Root.keys())
    assert len(pdf.pages) == 3
    for page in pdf.pages:
        sides = [float(side) / POINTS for side in [*page.mediabox, *page.trimbox]]
        assert sides == pytest.approx([0, 0, 100, 50, 3, 3, 97, 47])
        assert page.Contents.read_bytes() == b"/A Do"


def places(pdf: bytes, page: int) -> list[tuple[float, float]]:
    """Return where the codes of a page are in mm, sorted by their place."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        alone, data = pikepdf.new(), io.BytesIO()
        alone.pages.append(document.pages[page])
        alone.save(data)
    found = [code.position.top_left for code in codes_in(data.getvalue(), 150)]
    return sorted((place.x / 150 * 25.4, place.y / 150 * 25.4) for place in found)


@cache
def flyer() -> Print:
    return printed_sheet("flyer-a6", "de")


def test_an_office_prints_four_flyers_on_a_paper_and_each_code_is_read_four_times() -> None:
    pdf = flyer().files[Output.OFFICE]
    assert flyer().made[Output.OFFICE].instances == 4
    sizes = [(page.get_width(), page.get_height()) for page in pypdfium2.PdfDocument(pdf)]
    assert sizes == [pytest.approx((210 * POINTS, 297 * POINTS), abs=0.1)] * 2
    (code,) = flyer().sheet.codes
    assert [each.text for each in codes_in(pdf, 150)] == [f"HTTPS://PHILOS.EXAMPLE/{code}"] * 4
    (left, top), (_, lower), (right, _), _ = places(pdf, 0)
    assert right - left == pytest.approx(105, abs=0.3)
    assert lower - top == pytest.approx(148, abs=0.3)


def test_a_sheet_for_the_office_has_no_tags_left() -> None:
    with pikepdf.open(io.BytesIO(flyer().files[Output.OFFICE])) as document:
        assert not {"/StructTreeRoot", "/MarkInfo"} & set(document.Root.keys())


@pytest.mark.parametrize(
    ("form", "output", "options", "copies"),
    [
        ("flyer-a6", Output.OFFICE, Options(), 4),
        ("flyer-a5", Output.OFFICE, Options(), 2),
        ("poster-a4", Output.OFFICE, Options(), 1),
        ("poster-a3", Output.OFFICE, Options(), 1),
        ("leaflet-wickelfalz", Output.OFFICE, Options(), 1),
        ("card", Output.OFFICE, Options(), 10),
        ("flyer-a6", Output.PRESS, Options(paper="sra3"), 8),
        ("flyer-a6", Output.PRESS, Options(paper="sra3", gutter=13), 6),
    ],
)
def test_the_grid_of_an_output_holds_so_many_copies(
    form: str, output: Output, options: Options, copies: int
) -> None:
    grid = grid_of(FORMATS[form], output, options)
    assert isinstance(grid, Grid)
    assert len(grid.places) == copies


@pytest.mark.parametrize(
    ("output", "options"), [(Output.SCREEN, Options(paper="a3")), (Output.PRESS, Options())]
)
def test_a_sheet_stands_alone_where_no_paper_is_asked_for(output: Output, options: Options) -> None:
    assert grid_of(A6, output, options) is None


def run(folder: Path, *arguments: str) -> Result:
    command = ["print", str(folder), "--topic", "found-syringe", "--language", "de", *arguments]
    return CliRunner().invoke(cli.main, command)


PRESS = "press/found-syringe/flyer-a6/de/schule.pdf"


@pytest.mark.usefixtures("inline")
def test_a_press_sheet_of_eight_flyers_is_printed(small: Path) -> None:
    result = run(small, "--for", "press", "--paper", "sra3")
    assert (result.exit_code, result.stderr) == (0, "")
    assert set(tree(small / "out")) == {PRESS, "manifest.json"}
    pdf = (small / "out" / PRESS).read_bytes()
    assert len(places(pdf, 0)) == 8
    assert not places(pdf, 1)
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for page in document.pages:
            assert [float(side) / POINTS for side in page.mediabox] == pytest.approx(
                [0, 0, 450, 320], abs=0.01
            )
        fronts, backs = (drawn(page, A6) for page in document.pages)
    assert same(backs, [behind(front, A6, (450, 320), "long") for front in fronts])
    assert {upright for _, _, upright in backs} == {False}


@pytest.mark.usefixtures("inline")
def test_the_edge_to_turn_at_and_the_gutter_are_the_commands(small: Path) -> None:
    options = ["--for", "press", "--paper", "sra3", "--flip", "short", "--gutter", "8"]
    assert run(small, *options).exit_code == 0
    with pikepdf.open(small / "out" / PRESS) as document:
        fronts, backs = (drawn(page, A6) for page in document.pages)
    assert {upright for _, _, upright in backs} == {True}
    xs = sorted({round(x, 2) for x, _, _ in fronts})
    assert np.diff(xs) == pytest.approx(A6.width + 8, abs=0.02)


@pytest.mark.usefixtures("inline")
def test_a_press_sheet_that_cannot_hold_a_poster_is_refused_in_a_sentence(small: Path) -> None:
    changed(small, ("materials", 0, "format"), "poster-a4")
    result = run(small, "--for", "press", "--paper", "a4")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "found-syringe, poster-a4, de, schule: poster-a4 needs 210 + 2 x 3 = 216 mm by "
        "297 + 2 x 3 = 303 mm; A4 has 210 by 297 mm.\n"
    )
    assert not (small / "out").exists()


@pytest.mark.usefixtures("inline")
def test_a_paper_that_philos_does_not_know_is_wrong_use(small: Path) -> None:
    assert run(small, "--for", "press", "--paper", "b2").exit_code == 2


def test_a_back_stands_behind_its_front_off_the_middle_as_well() -> None:
    """Turned at the short edge: as far from the lower edge as its front from the upper one."""
    form = FORMATS["flyer-a6"]
    pdf = Pdf.new()
    for _ in range(2):
        pdf.add_blank_page(page_size=(form.width * POINTS, form.height * POINTS))
    impose(pdf, form, Grid((210, 297), 1, 1, (8, 20), (105, 148)), flip="short", marks=False)
    back = pdf.pages[1].Contents.read_bytes().split()
    turned, x, y = back[1:5], float(back[5]) / POINTS, float(back[6]) / POINTS
    assert turned == [b"-1", b"0", b"0", b"-1"]
    assert (x, y) == pytest.approx((8 + 105, 20 + 148), abs=1e-3)
