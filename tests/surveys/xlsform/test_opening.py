import io
import zipfile
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from surveys.documents import DocumentError
from surveys.xlsform import opening
from surveys.xlsform.opening import opened
from surveys.xlsform.reading import read
from tests.surveys.xlsform.conftest import (
    SURVEY,
    book,
    changed,
    faults,
    imported,
    patched,
    refused,
    saved,
)

SOUND = saved(book())
SHEET = "xl/worksheets/sheet1.xml"
PARK = b'<c r="B2" t="inlineStr"><is><t>park</t></is></c>'


def replaced(old: bytes, new: bytes, part: str = SHEET) -> bytes:
    """Return the sound workbook with other bytes in a part."""

    def change(content: bytes) -> bytes:
        assert old in content
        return content.replace(old, new, 1)

    return patched(SOUND, {part: change})


def test_cells_are_read_as_text_with_their_places() -> None:
    made = Workbook()
    sheet = made.worksheets[0]
    sheet.title = "survey"
    sheet.append(["a", 1, 2.0, 2.5, True, None, " b "])
    sheet["B5"] = "c"
    (read_sheet,), findings = opened(saved(made), "a.xlsx")
    assert read_sheet.rows == (("a", "1", "2", "2.5", "true", "", "b"), (), (), (), ("", "c"))
    assert read_sheet.cell(4, 1) == opening.Cell("survey!B5", "c")
    assert read_sheet.cell(9, 27) == opening.Cell("survey!AB10", "")
    assert findings == []


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("=1+1", "survey!C2: is a formula, which is not run here; write its result."),
        ("=HYPERLINK(a)", "survey!C2: is a formula"),
        (" =1+1", "survey!C2: is a formula"),
        (date(2026, 11, 24), "survey!C2: is a date, a time or an error; write it as text."),
        ("#REF!", "survey!C2: is a date, a time or an error"),
        ("a\u202eb", "survey!C2: has the control character U+202E; remove it."),
        ("a\u2067b", "survey!C2: has the control character U+2067; remove it."),
        ("a\u200bb", "survey!C2: has the control character U+200B; remove it."),
        ("a\ufeffb", "survey!C2: has the control character U+FEFF; remove it."),
        ("{{ 7 * 7 }}", "survey!C2: has template code"),
        ("x" * 2001, "survey!C2: is longer than 2000 characters; shorten it."),
    ],
)
def test_a_cell_that_is_no_plain_text_is_refused_with_its_place(value: object, said: str) -> None:
    assert any(f"lit.xlsx: {said}" in each for each in faults(survey=changed(SURVEY, C2=value)))


def test_a_formula_is_refused_in_any_sheet_and_in_the_headers() -> None:
    told = faults(survey=changed(SURVEY, H1="=A1"), _notes=[["=A1"]])
    assert [each.split(": ")[1] for each in told] == ["survey!H1", "_notes!A1"]


def test_a_formula_with_a_stored_result_is_a_formula_all_the_same() -> None:
    for formula in (b"<f>A1</f><v>park</v>", b'<f t="shared" si="0"/><v>park</v>', b"<f/>"):
        made = replaced(PARK, b'<c r="B2" t="str">%s</c>' % formula)
        assert "survey!B2: is a formula" in refused(made)[0]


def test_shared_and_rich_strings_are_read_as_excel_writes_them() -> None:
    strings = (
        b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b"<si><r><t>pa</t></r><r><rPr><b/></rPr><t>rk</t></r></si></sst>"
    )
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    entry = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
    made = replaced(PARK, b'<c r="B2" t="s"><v>0</v></c>')
    types = lambda content: content.replace(b"</Types>", entry.encode())  # noqa: E731
    made = patched(made, {"xl/sharedStrings.xml": lambda _: strings, "[Content_Types].xml": types})
    assert read(made, "lit.xlsx") == imported()


def test_merged_cells_are_refused_however_many_they_claim_to_be() -> None:
    made = replaced(
        b"</sheetData>", b"</sheetData><mergeCells><mergeCell ref='A2:XFD1048576'/></mergeCells>"
    )
    assert refused(made) == ["lit.xlsx: survey!A2:XFD1048576: are merged; split them."]


@pytest.mark.parametrize("name", ["lit.xlsm", "lit.xls", "lit.ods", "lit.csv", "lit.xlsx.exe", "x"])
def test_another_kind_of_file_is_refused_by_its_name(name: str) -> None:
    (told,) = refused(SOUND, name)
    assert told == f"{name}: is not a workbook in the format .xlsx; save it as one, without macros."


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"type,name\n",
        b"PK\x03\x04",
        SOUND[:-40],
        SOUND[:900],
        b"\xd0\xcf\x11\xe0" + bytes(600),
    ],
)
def test_what_is_no_archive_is_refused(data: bytes) -> None:
    assert "is not an .xlsx workbook, or is broken or protected by a password." in refused(data)[0]


def archive(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return file.getvalue()


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *_: pytest.fail("it is unpacked"))
    bomb = archive(**{"xl/workbook.xml": b"<a/>", SHEET: bytes(19_000_000)})
    assert len(bomb) < 50_000
    assert "unpacks to more than" in refused(bomb)[0]


def test_a_large_content_that_packs_badly_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "LARGEST_CONTENT", 5_000)
    assert "unpacks to more than 5,000 bytes" in refused(SOUND)[0]


def test_a_size_that_lies_is_refused() -> None:
    content = bytes(1000)
    data = archive(**{"a.xml": content}).replace(
        (1000).to_bytes(4, "little"), (10).to_bytes(4, "little")
    )
    assert "is broken" in refused(data)[0]


def test_a_large_file_is_refused_unread() -> None:
    assert "is larger than 2,000,000 bytes" in refused(bytes(2_000_001))[0]


@pytest.mark.parametrize(
    "part",
    [
        "xl/vbaProject.bin",
        "xl/externalLinks/externalLink1.xml",
        "xl/connections.xml",
        "xl/embeddings/oleObject1.bin",
        "xl/activeX/activeX1.xml",
    ],
)
def test_macros_links_and_embedded_files_are_refused(part: str) -> None:
    (told,) = refused(patched(SOUND, {part: lambda _: b"<a/>"}))
    assert (
        told == f"lit.xlsx: has macros, links or other files in it ({part}); save it without them."
    )


def test_many_parts_or_one_twice_are_refused() -> None:
    many = archive(**{f"{number}.xml": b"<a/>" for number in range(501)})
    assert "has too many parts" in refused(many)[0]
    twice = archive(**{"a.xml": b"<a/>", "b.xml": b"<b/>"}).replace(b"b.xml", b"a.xml")
    assert "has too many parts, or one twice" in refused(twice)[0]


FAR = b'<row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData>'
ENTITY = b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]>'
OUTSIDE = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("doctype", [ENTITY, OUTSIDE, b"<!DOCTYPE a>"])
@pytest.mark.parametrize(
    "part", [SHEET, "xl/sharedStrings.xml", "xl/workbook.xml", "docProps/core.xml"]
)
def test_a_document_type_is_refused_in_every_part(doctype: bytes, part: str) -> None:
    made = patched(SOUND, {part: lambda content: doctype + content.rpartition(b"?>")[2]})
    (told,) = refused(made)
    assert f"has a document type, which could hide anything ({part})" in told


def test_another_encoding_cannot_hide_a_document_type() -> None:
    text = ENTITY.decode() + "<a/>"
    utf16 = patched(SOUND, {SHEET: lambda _: text.encode("utf-16")})
    assert "has a document type" in refused(utf16)[0]
    utf7 = patched(SOUND, {SHEET: lambda _: b'<?xml version="1.0" encoding="utf-7"?><a/>'})
    assert "is not in UTF-8" in refused(utf7)[0]


def test_a_part_is_not_opened_under_a_name_that_is_not_looked_at() -> None:
    made = replaced(
        b"worksheets/sheet1.xml", b"worksheets/sheet1.png", "xl/_rels/workbook.xml.rels"
    )
    made = patched(made, {"xl/worksheets/sheet1.png": lambda _: OUTSIDE + b"<a/>"})
    assert "lit.xlsx: survey: is a sheet that must be there and is missing" in refused(made)[0]


def test_deep_xml_is_refused() -> None:
    deep = patched(SOUND, {SHEET: lambda _: b"<a>" * 90_000 + b"</a>" * 90_000})
    assert "unpacks to" in refused(deep)[0]
    deep = patched(SOUND, {SHEET: lambda _: b"<a>" * 41 + b"</a>" * 41})
    assert "is nested too deeply" in refused(deep)[0]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b'<c r="B2"', b'<c r="XFD2"', "has cells beyond row 10,000 or column 200"),
        (b"</sheetData>", FAR, "has cells beyond row 10,000 or column 200"),
        (b'<row r="4"', b'<row r="2"', "has a cell twice, or not in its row"),
        (b'<c r="B2"', b'<c r="A2"', "has a cell twice, or not in its row"),
        (b'<c r="B2"', b'<c r="B3"', "has a cell twice, or not in its row"),
        (b'<c r="B2"', b'<c r="2B"', "has a cell in no place"),
        (b'<c r="B2"', b'<c r="B"', "has a cell in no place"),
        (b'<row r="4"', b'<row r="99999999999"', "has a cell in no place"),
    ],
)
def test_a_cell_that_is_far_out_or_out_of_order_is_refused(
    old: bytes, new: bytes, said: str
) -> None:
    (told,) = refused(replaced(old, new))
    assert said in told


def test_cells_that_are_only_coloured_are_nothing_however_far_out() -> None:
    far = b'<row r="1048576" ht="12.8"><c r="A1048576" s="0"/><c r="XFD1048576" s="0"/></row>'
    made = replaced(b"</sheetData>", far + b"</sheetData>")
    assert read(made, "lit.xlsx") == imported()


def test_places_may_be_left_out_as_the_format_allows() -> None:
    def change(content: bytes) -> bytes:
        for name in (b"A2", b"B2", b"C2"):
            content = content.replace(b'<c r="%s"' % name, b"<c")
        return content.replace(b'<row r="3"', b"<row")

    assert read(patched(SOUND, {SHEET: change}), "lit.xlsx") == imported()


def test_a_dimension_that_claims_too_much_or_too_little_changes_nothing() -> None:
    for claim in (b"A1:XFD1048576", b"A1:A1"):
        made = replaced(b'<dimension ref="A1:G4"', b'<dimension ref="%s"' % claim)
        assert read(made, "lit.xlsx") == imported()


def test_too_many_elements_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "MOST_ELEMENTS", 100)
    assert "has too many cells" in refused(SOUND)[0]


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_broken_workbook_is_told_of_and_never_a_traceback(data: st.DataObject) -> None:
    with zipfile.ZipFile(io.BytesIO(SOUND)) as file:
        part = data.draw(st.sampled_from(file.namelist()))
    start, length = data.draw(st.integers(0, 3000)), data.draw(st.integers(0, 30))
    junk = data.draw(st.binary(max_size=12) | st.sampled_from([b"<a>", b'"', b"9" * 40, b"&x;"]))
    made = patched(SOUND, {part: lambda old: old[:start] + junk + old[start + length :]})
    with suppress(DocumentError):
        read(made, "lit.xlsx")
