"""The survey on paper, as it comes off the run: read by other eyes than ours."""

import io
import re
import shutil
from collections import Counter
from dataclasses import replace
from functools import cache
from math import hypot
from pathlib import Path
from tempfile import TemporaryDirectory

import pdfua
import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from materials import runs
from materials.build import BuildError
from materials.campaign import FILE, Campaign, Paper, load
from materials.library import home
from materials.manifest import Part, read_manifest, write_manifest
from materials.preflight import scan
from materials.questionnaire import SMALLEST, build, plan
from materials.sheets import Questionnaire, published, questionnaires
from surveys import paper
from surveys.links import Target
from tests.materials.conftest import EXAMPLE, LANGUAGES, Inline, edit
from translations.languages import language

KINDS = Path(__file__).parents[1] / "surveys" / "kinds.toml"
MM = 72 / 25.4
BOX = 5.4  # mm, edge included
EVERY_LANGUAGE = pytest.mark.parametrize("tag", LANGUAGES)


@pytest.fixture(autouse=True)
def _inline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "executor", Inline)


def few(campaign: Campaign, tag: str, place: str = "rabet", copies: int = 3) -> Questionnaire:
    """Return the first copies of a campaign's questionnaire."""
    found = next(q for q in questionnaires(campaign) if (q.tag, q.place) == (tag, place))
    return replace(found, targets=found.targets[:copies])


@cache
def printed(tag: str) -> bytes:
    """Return three copies of the example's questionnaire."""
    with TemporaryDirectory() as out, pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "executor", Inline)
        (entry,) = build(load(EXAMPLE), EXAMPLE, Path(out), [few(load(EXAMPLE), tag)])
        return (Path(out) / entry.file).read_bytes()


def words(pdf: bytes) -> list[str]:
    """Return the text of each page in one line."""
    pages = [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(pdf)]
    return [" ".join(text.split()) for text in pages]


def boxes(page: pypdfium2.PdfPage) -> int:
    """Return how many squares are drawn that are large enough for a cross."""
    found = 0
    for drawn in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH]):
        left, bottom, right, top = drawn.get_bounds()
        sides = ((right - left) / MM, (top - bottom) / MM)
        found += sides == pytest.approx((BOX, BOX), abs=0.1)
    return found


@EVERY_LANGUAGE
def test_a_copy_is_the_two_sides_of_one_sheet(tag: str) -> None:
    document = pypdfium2.PdfDocument(printed(tag))
    assert len(document) == 6
    for page in document:
        assert (page.get_width() / MM, page.get_height() / MM) == pytest.approx((210, 297), abs=0.1)


@EVERY_LANGUAGE
def test_each_copy_bears_its_own_code_which_a_camera_reads_from_the_front(tag: str) -> None:
    campaign = load(EXAMPLE)
    version = campaign.instruments["how-safe"].version[:8].upper()
    codes = few(campaign, tag).targets
    wanted = [f"HTTPS://PHILOS.EXAMPLE/{target.code}/{version}" for target in codes]
    assert len(set(wanted)) == 3
    assert scan(printed(tag), [0, 2, 4]) == wanted
    assert scan(printed(tag), [1, 3, 5]) == []


@EVERY_LANGUAGE
def test_each_page_says_code_and_number_to_type(tag: str) -> None:
    campaign = load(EXAMPLE)
    version = campaign.instruments["how-safe"].version
    pages = words(printed(tag))
    for serial, target in enumerate(few(campaign, tag).targets, start=1):
        for page in pages[2 * serial - 2 : 2 * serial]:
            mark = str(paper.mark(target.code, version))
            if language(tag).direction == "ltr":
                assert mark in page
            else:  # the reader of the PDF turns parts of it around
                assert sorted(mark) in [sorted(word) for word in page.split()]
            assert re.search(rf"\b{serial}\b", page)


@EVERY_LANGUAGE
def test_there_is_a_box_for_every_answer_of_every_question(tag: str) -> None:
    asked = load(EXAMPLE).instruments["how-safe"]
    front, back, *_ = pypdfium2.PdfDocument(printed(tag))
    assert boxes(front) + boxes(back) == sum(len(item.offered) for item in asked.items.values())


@EVERY_LANGUAGE
def test_no_answer_is_smaller_than_its_script_asks(tag: str) -> None:
    small = Counter[float]()
    for page in list(pypdfium2.PdfDocument(printed(tag)))[:2]:
        text = page.get_textpage()
        for index in range(text.count_chars()):
            char = pdfium.FPDFText_GetUnicode(text, index)
            if chr(char).isalpha():
                matrix = pdfium.FS_MATRIX()
                pdfium.FPDFText_GetMatrix(text, index, matrix)
                scale = hypot(matrix.c, matrix.d)
                small[round(pdfium.FPDFText_GetFontSize(text, index) * scale, 1)] += 1
    body = small.most_common(1)[0][0]
    assert body >= SMALLEST[language(tag).script] - 0.05


@EVERY_LANGUAGE
def test_the_file_is_sound_and_a_checker_of_accessible_pdf_finds_nothing(
    tag: str, tmp_path: Path
) -> None:
    file = tmp_path / "paper.pdf"
    file.write_bytes(printed(tag))
    assert [(one.rule_id, one.message) for one in pdfua.validate(str(file)).findings] == []
    with pikepdf.open(file) as document:
        assert document.check_pdf_syntax() == []
        assert document.Root.MarkInfo.Marked
        assert document.Root.Lang == tag
        assert [str(each.S) for each in document.Root.StructTreeRoot.K[0].K] == ["/Sect"] * 3


def test_what_is_marked_on_each_page_leads_to_the_tags_of_its_own_copy() -> None:
    with pikepdf.open(io.BytesIO(printed("de"))) as document:
        tree = document.Root.StructTreeRoot
        numbers = dict(zip(*[iter(tree.ParentTree.Nums)] * 2, strict=True))
        assert list(map(int, numbers)) == list(range(6))
        for number, page in enumerate(document.pages):
            assert int(page.StructParents) == number
            elements = [each for each in numbers[number] if each is not None]
            assert len(elements) > 100
            assert all(each.Pg.objgen == page.obj.objgen for each in elements)


def test_the_marks_are_told_to_screen_readers_as_well() -> None:
    with pikepdf.open(io.BytesIO(printed("de"))) as document:
        said = [
            str(each.Alt)
            for each in document.objects
            if isinstance(each, pikepdf.Dictionary) and "/Alt" in each and "/P" in each
        ]
    version = load(EXAMPLE).instruments["how-safe"].version
    for target in few(load(EXAMPLE), "de").targets:
        assert str(paper.mark(target.code, version)) in said
    assert "Rabet" in said


def test_the_heads_of_a_table_say_what_they_are_heads_of() -> None:
    with pikepdf.open(io.BytesIO(printed("de"))) as document:
        heads = [
            str(each.A.Scope)
            for each in document.objects
            if isinstance(each, pikepdf.Dictionary) and each.get("/S") == "/TH" and "/A" in each
        ]
    rows = 5 + 7 + 3 + 3
    columns = 7 + 6 + 6 + 6
    assert Counter(heads)["/Row"] >= 3 * rows
    assert Counter(heads)["/Column"] >= 3 * columns


@EVERY_LANGUAGE
def test_only_a_draft_bears_the_mark_of_one_on_both_sides(tag: str) -> None:
    assert {"Entwurf" in page for page in words(printed(tag))} == {tag != "de"}


def test_publisher_printer_place_and_how_to_do_it_stand_on_the_sheet() -> None:
    front, back, *_ = words(printed("de"))
    for said in ("Aktionsbündnis", "Rabet", "Machen Sie bei jeder Frage ein Kreuz", "keinen Namen"):
        assert said in front
    for said in (
        "Herausgeber: Aktionsbündnis",
        "Druck: Musterdruck",
        "geben Sie das Blatt hier ab",
    ):
        assert said in back


def sentences(campaign: Campaign, folder: Path, tag: str) -> list[str]:
    """Return the filters of a questionnaire in words."""
    (job,) = plan(campaign, folder, [few(campaign, tag)])
    found = re.findall(r'<p class="filter">(.*?)</p>', job.page.html, re.DOTALL)
    return [" ".join(re.sub("<[^>]*>", "", text).split()) for text in found]


@pytest.mark.parametrize(
    ("tag", "sentence"),
    [
        ("de", "Nur wenn Sie bei Frage 7 „Ja, einmal“ oder „Ja, mehrmals“ geantwortet haben."),
        ("en", "Only if you answered to question 7 “Yes, once” or “Yes, more than once”."),
    ],
)
def test_who_is_asked_a_question_is_said_in_words(
    example: Campaign, tag: str, sentence: str
) -> None:
    assert sentences(example, EXAMPLE, tag) == [sentence]


@pytest.fixture
def kinds(folder: Path) -> Path:
    """The example campaign, asking every kind of question on paper."""
    edit(folder, "[paper]\n", '[paper]\nsurveys = ["kinds"]\n')
    edit(folder, "free_text = false", "free_text = true")
    (folder / "surveys").mkdir()
    shutil.copy(KINDS, folder / "surveys")
    return folder


def show_if(folder: Path, condition: str) -> None:
    file = folder / "surveys" / "kinds.toml"
    old = 'show_if = "several in 1, 2 and not (one in 2)"'
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, f'show_if = "{condition}"'), "utf-8")


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (
            "several in 1, 2 and not (one in 2)",
            "bei Frage 2 „Müll“ oder „Drogenhandel“ und bei Frage 1 nicht „Nein“",
        ),
        (
            "several in 1 or (one in 2 and several in 3)",
            "bei Frage 2 „Müll“ oder (bei Frage 1 „Nein“ und bei Frage 2 „Schlechte Beleuchtung“)",
        ),
        ("one in 1, -2", "bei Frage 1 „Ja“ oder gar nichts"),
    ],
)
def test_a_condition_of_several_parts_is_said_in_words(
    kinds: Path, condition: str, said: str
) -> None:
    show_if(kinds, condition)
    assert sentences(load(kinds), kinds, "de") == [f"Nur wenn Sie {said} geantwortet haben."]


@pytest.mark.parametrize("tag", ["de", "ar", "ru"])
def test_every_kind_of_question_stands_on_paper(kinds: Path, tmp_path: Path, tag: str) -> None:
    campaign = load(kinds)
    (entry,) = build(campaign, kinds, tmp_path, [few(campaign, tag, copies=1)])
    assert (entry.survey, entry.pages, entry.copies) == ("kinds", 2, 1)
    pages = list(pypdfium2.PdfDocument(tmp_path / entry.file))
    items = campaign.instruments["kinds"].items.values()
    assert sum(map(boxes, pages)) == sum(len(item.offered) for item in items)


def test_a_short_survey_has_its_end_on_the_back(folder: Path, tmp_path: Path) -> None:
    edit(folder, "[paper]\n", '[paper]\nsurveys = ["here-now"]\n')
    campaign = load(folder)
    (entry,) = build(campaign, folder, tmp_path, [few(campaign, "de", copies=2)])
    front, back, *_ = words((tmp_path / entry.file).read_bytes())
    assert entry.pages == 4
    assert "gerade hier" in front
    assert "Herausgeber:" in back


def test_a_survey_that_one_sheet_cannot_hold_is_refused_with_language_and_pages(
    kinds: Path, tmp_path: Path
) -> None:
    rows = ", ".join(f'{{ id = "r{n}", text = "… der Polizei?" }}' for n in range(50))
    file = kinds / "surveys" / "kinds.toml"
    text = file.read_text("utf-8")
    file.write_text(re.sub(r"rows = \[.*\]", f"rows = [{rows}]", text), "utf-8")
    campaign = load(kinds)
    with pytest.raises(BuildError, match=r"kinds, on paper, de, rabet: .* needs \d pages.*leave"):
        build(campaign, kinds, tmp_path, [few(campaign, "de")])
    assert list(tmp_path.glob("**/*.pdf")) == []


def test_a_survey_that_is_not_translated_is_refused(kinds: Path) -> None:
    file = kinds / "surveys" / "kinds.toml"
    file.write_text(file.read_text("utf-8").replace('"Müll"', '"Müllberge"'), "utf-8")
    campaign = load(kinds)
    with pytest.raises(BuildError, match=r"ar, rabet: 1 texts .* such as 'Müllberge'; translate"):
        plan(campaign, kinds, [few(campaign, "ar")])
    assert plan(campaign, kinds, [few(campaign, "de")])


def test_a_draft_is_not_for_handing_out(example: Campaign, tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"how-safe, on paper, tr, rabet: .* not reviewed"):
        build(example, EXAMPLE, tmp_path / "out", [few(example, "tr")], final=True)


def test_the_longest_host_still_scans(example: Campaign) -> None:
    host = ".".join(["x" * 29] * 4)
    long = replace(example, host=host)
    assert len(host) == 119
    assert plan(long, EXAMPLE, [few(long, "de")])


def test_the_places_of_a_language_share_a_layout(example: Campaign, tmp_path: Path) -> None:
    wanted = [few(example, "de", place, 1) for place in ("rabet", "koehlerplatz")]
    assert len(plan(example, EXAMPLE, wanted)) == 1
    entries = build(example, EXAMPLE, tmp_path, wanted)
    said = {entry.place: words((tmp_path / entry.file).read_bytes())[0] for entry in entries}
    assert "(Beispiel) Wie sicher fühlen Sie sich hier? Köhlerplatz" in said["koehlerplatz"]
    assert {entry.file for entry in entries} == {
        "paper/how-safe/de/koehlerplatz-1-1.pdf",
        "paper/how-safe/de/rabet-1-1.pdf",
    }


def test_the_same_sheets_give_the_same_bytes(example: Campaign, tmp_path: Path) -> None:
    (entry,) = build(example, EXAMPLE, tmp_path, [few(example, "de")])
    assert (tmp_path / entry.file).read_bytes() == printed("de")


def test_questionnaires_stand_in_the_manifest_until_the_campaign_asks_them_no_longer(
    folder: Path, tmp_path: Path
) -> None:
    campaign = load(folder)
    build(campaign, folder, tmp_path, [few(campaign, "de")])
    later = replace(
        few(campaign, "de", copies=5), targets=few(campaign, "de", copies=5).targets[3:]
    )
    for wanted in (later, few(campaign, "de", "torgauer-platz")):
        build(campaign, folder, tmp_path, [wanted])
    found = read_manifest(tmp_path, Part.QUESTIONNAIRES)
    assert list(found) == [f"paper/how-safe/de/{n}.pdf" for n in NAMES]
    assert {entry["version"] for entry in found.values()} == {
        campaign.instruments["how-safe"].version
    }
    write_manifest(tmp_path, campaign.id, Part.SHEETS, {}, {})  # a run of sheets leaves them alone
    assert read_manifest(tmp_path, Part.QUESTIONNAIRES) == found
    edit(folder, "[paper]\n", '[paper]\nplaces = ["torgauer-platz"]\n')
    build(load(folder), folder, tmp_path, [few(load(folder), "de", "torgauer-platz", 1)])
    kept = {"paper/how-safe/de/torgauer-platz-1-1.pdf", "paper/how-safe/de/torgauer-platz-1-3.pdf"}
    assert read_manifest(tmp_path, Part.QUESTIONNAIRES).keys() == kept
    files = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.pdf")}
    assert files == kept


NAMES = ("rabet-1-3", "rabet-4-5", "torgauer-platz-1-3")


def test_a_code_on_paper_stays_for_ever(example: Campaign) -> None:
    target = few(example, "ar").targets[0]
    assert target == Target(
        "leipziger-osten", "rabet", "how-safe", "paper", "ar", "how-safe", serial=1
    )
    assert target.code == "RKHMPAHAC"


def test_every_code_on_paper_is_published(example: Campaign) -> None:
    codes = {target.code for each in questionnaires(example) for target in each.targets}
    assert len(codes) == 6 * 5 * 20
    assert codes <= published(example).keys()


def test_a_campaign_without_paper_has_none(example: Campaign) -> None:
    assert questionnaires(replace(example, paper=None)) == []


def test_a_campaign_says_what_it_asks_where_on_paper(example: Campaign) -> None:
    chosen = Paper(copies=2, surveys=("here-now",), places=("rabet",), languages=("ar", "de"))
    found = questionnaires(replace(example, paper=chosen))
    assert [(each.survey, each.tag, each.place) for each in found] == [
        ("here-now", "ar", "rabet"),
        ("here-now", "de", "rabet"),
    ]
    assert "here-now" in replace(example, paper=chosen, materials=example.materials[:1]).instruments


def test_the_layout_and_the_style_are_ours_alone() -> None:
    style = (home() / "styles" / "questionnaire.css").read_text("utf-8")
    assert "url(" not in style
    assert "@import" not in style


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('surveys = ["x"]', "paper.surveys: 'x' is not known; choose from here-now"),
        ('places = ["x"]', "paper.places: 'x' is not known; choose from rabet"),
        ('languages = ["vi"]', "paper.languages: 'vi' is not known; choose from de"),
        ("copies = 0", "paper.copies"),
        ("copies = 10001", "paper.copies"),
        ('place = "rabet"', "paper.place"),
    ],
)
def test_what_is_wrong_with_paper_is_a_finding(folder: Path, line: str, said: str) -> None:
    text = (folder / FILE).read_text("utf-8")
    if "copies" in line:
        text = text.replace("[paper]\ncopies = 20", f"[paper]\n{line}")
    else:
        text = text.replace("[paper]\n", f"[paper]\n{line}\n")
    (folder / FILE).write_text(text, "utf-8")
    with pytest.raises(Exception, match=re.escape(said)):
        load(folder)
