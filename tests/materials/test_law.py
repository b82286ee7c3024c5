"""What law and funders ask of a sheet: imprint, credit lines, emblems, medical reviews."""

import io
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pypdfium2
import pytest
import zxingcpp
from click.testing import CliRunner, Result
from PIL import Image

from materials.blanks import blanks
from materials.build import plan
from materials.campaign import CO_FUNDED, FILE, Campaign, Review, load
from materials.formats import FORMATS
from materials.inspection.report import inspect
from materials.library import topics
from materials.production import produce
from materials.render import render
from materials.sheets import Output
from surveys.documents import DocumentError, Finding
from tests.materials.conftest import (
    EXAMPLE,
    GONE,
    Print,
    changed,
    edit,
    printed_sheet,
    sheet_of,
    words,
)
from webapp import cli

TODAY = date(2026, 11, 22)
DPI = 150
MAGENTA, CYAN = (255, 0, 255), (0, 255, 255)
EU = f"{CO_FUNDED} aus dem Europäischen Sozialfonds Plus"
PROGRAMME = {"name": "EU", "credit": EU, "logo": "eu.svg", "programme": "eu-2021"}
ORDINARY = {"name": "Stiftung", "credit": "Gefördert von der Stiftung Probe", "logo": "own.svg"}
NO_REVIEW = "Medizinisch noch nicht geprüft"
WITH_IMPRINT = [form for form in FORMATS if not FORMATS[form].sticker]
STICKERS = [form for form in FORMATS if FORMATS[form].sticker]


def svg(colour: tuple[int, int, int], width: float, height: float) -> str:
    """Return a logo that is nothing but a field of colour."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
        f'<rect width="{width}" height="{height}" fill="rgb{colour}"/></svg>'
    )


@pytest.fixture
def funded(small: Path) -> Path:
    """Return a campaign of a programme of the EU and of a foundation, each with a logo."""
    (small / "eu.svg").write_text(svg(MAGENTA, 300, 100), "utf-8")
    (small / "own.svg").write_text(svg(CYAN, 200, 100), "utf-8")
    changed(small, ("funders",), [PROGRAMME, ORDINARY])
    return small


def findings(folder: Path) -> list[Finding]:
    with pytest.raises(DocumentError) as error:
        load(folder)
    return list(error.value.findings)


def file_of(folder: Path, form: str = "flyer-a6", tag: str = "de", topic: str = "") -> bytes:
    """Return the usual output of a campaign's first such sheet."""
    campaign = load(folder)
    sheet = sheet_of(campaign, form, tag, topic)
    (job,) = plan(campaign, folder, [sheet])
    produce(job, folder / "staging")
    return (folder / "staging" / sheet.file(sheet.outputs[0])).read_bytes()


def letters(pages: Sequence[str]) -> str:
    """Return the text of pages without what a line's end may change."""
    return re.sub(r"[^\w]", "", "".join(pages))


def test_a_campaign_with_a_programme_and_its_statement_is_sound(funded: Path) -> None:
    programme, ordinary = load(funded).funders
    assert (programme.programme, ordinary.programme) == ("eu-2021", None)


@pytest.mark.parametrize(
    ("programme", "credit", "said"),
    [
        ("eu-2021", "Gefördert durch die EU", CO_FUNDED),
        ("eu-2021", "Kofinanziert von der EU", CO_FUNDED),
        ("eu-2021", CO_FUNDED.upper(), CO_FUNDED),
        ("eu-2014", "Gefördert durch die Europäische Union", "name the Europäische Union and the"),
        ("eu-2014", "Europäischer Sozialfonds", "name the Europäische Union and the fund"),
    ],
)
def test_a_statement_that_a_programme_does_not_accept_is_a_finding(
    funded: Path, programme: str, credit: str, said: str
) -> None:
    changed(funded, ("funders", 0), {**PROGRAMME, "programme": programme, "credit": credit})
    (found,) = findings(funded)
    assert (found.file, found.key) == (FILE, "funders[1].credit")
    assert said in found.message


@pytest.mark.parametrize(
    ("programme", "credit"),
    [
        ("eu-2021", CO_FUNDED),
        ("eu-2021", EU),
        ("eu-2014", "Europäische Union – Europäischer Fonds für regionale Entwicklung"),
        ("staedtebau", "Städtebauförderung von Bund, Ländern und Gemeinden"),
    ],
)
def test_a_statement_as_the_programme_writes_it_is_accepted(
    funded: Path, programme: str, credit: str
) -> None:
    changed(funded, ("funders", 0), {**PROGRAMME, "programme": programme, "credit": credit})
    assert load(funded).funders[0].credit == credit


@pytest.mark.parametrize("programme", ["eu-2021", "eu-2014", "staedtebau"])
def test_a_programme_without_its_official_file_is_a_finding(funded: Path, programme: str) -> None:
    credit = f"{CO_FUNDED}: Europäische Union, Fonds"
    funder = {"name": "EU", "credit": credit, "programme": programme}
    changed(funded, ("funders", 0), funder)
    (found,) = findings(funded)
    assert found.key == "funders[1].logo"
    assert "official file" in found.message


def test_both_faults_of_a_programme_are_found_and_counted_by_their_funder(funded: Path) -> None:
    wrong = {"name": "EU", "credit": "Danke", "programme": "eu-2021"}
    changed(funded, ("funders",), [ORDINARY, wrong])
    assert [found.key for found in findings(funded)] == ["funders[2].logo", "funders[2].credit"]


def test_an_unknown_programme_is_a_finding(funded: Path) -> None:
    changed(funded, ("funders", 0, "programme"), "eu-2028")
    assert [found.key for found in findings(funded)] == ["funders[1].programme"]


def test_an_ordinary_funder_needs_no_logo_and_no_statement(funded: Path) -> None:
    changed(funded, ("funders",), [{"name": "Stadt", "credit": "Danke"}])
    assert load(funded).funders[0].logo == ""


def two_funders(folder: Path, form: str) -> bytes:
    """Return a German sheet of a format with both funders."""
    topic = {"bilingual-a5": "emergency", "card": "emergency"}.get(form, "found-syringe")
    topic = topic if form in topics()[topic].formats else _suiting(form)
    languages = ["ar"] if FORMATS[form].halves > 1 else ["de"]
    material = {"topic": topic, "format": form, "places": ["schule"], "languages": languages}
    changed(folder, ("materials",), [material])
    return file_of(folder, form, languages[0])


def _suiting(form: str) -> str:
    return next(topic.id for topic in topics().values() if form in topic.formats)


def figures(pdf: bytes) -> list[str]:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        things = [thing for thing in document.objects if isinstance(thing, pikepdf.Dictionary)]
        return [str(thing.Alt) for thing in things if thing.get("/S") == "/Figure"]


@pytest.mark.parametrize("form", WITH_IMPRINT)
def test_an_ordinary_credit_is_printed_and_a_programmes_is_told_by_its_file(
    funded: Path, form: str
) -> None:
    pdf = two_funders(funded, form)
    said, told = letters(words(pdf)), figures(pdf)
    assert letters([str(ORDINARY["credit"])]) in said
    assert letters([CO_FUNDED]) not in said
    assert EU in told
    assert "Stiftung" in told


@pytest.mark.parametrize("form", STICKERS)
def test_every_sticker_bears_the_credit_and_both_emblems(funded: Path, form: str) -> None:
    pdf = two_funders(funded, form)
    assert letters([str(ORDINARY["credit"])]) in letters(words(pdf)[:1])
    emblem, other = (_first(pdf, colour) for colour in (MAGENTA, CYAN))
    assert emblem[0] / emblem[1] == pytest.approx(3, rel=0.15)
    assert emblem[1] == pytest.approx(other[1], abs=0.3)
    assert emblem[1] >= 3 - 0.2


def _first(pdf: bytes, colour: tuple[int, int, int]) -> tuple[float, float]:
    """Return width and height in mm of a field of colour on the first label of a sheet."""
    pixels = pypdfium2.PdfDocument(pdf)[0].render(scale=DPI / 72).to_numpy()[:, :, ::-1]
    found = (pixels == colour).all(axis=2)
    top = int(np.flatnonzero(found.any(axis=1))[0])
    left = int(np.flatnonzero(found[top + 1])[0])
    rows, columns = found[top:, left + 1], found[top + 1, left:]
    return (np.argmin(columns) + 1) / DPI * 25.4, (np.argmin(rows) + 1) / DPI * 25.4


@pytest.mark.parametrize("form", STICKERS)
def test_small_print_on_a_sticker_is_large_enough_to_be_read(form: str) -> None:
    for output in (Output.OFFICE, Output.PRESS):
        found = inspect(prints(form).files[output]).findings
        assert not [one.message for one in found if one.check in {"text-size", "imprint"}]


def extents(pdf: bytes, colour: tuple[int, int, int], halves: int) -> list[tuple[float, float]]:
    """Return width and height in mm of a field of colour, for each page or left half with it."""
    found = []
    for page in pypdfium2.PdfDocument(pdf):
        pixels = page.render(scale=DPI / 72).to_numpy()[:, :, ::-1]
        side = pixels[:, : pixels.shape[1] // halves]
        rows, columns = np.nonzero((side == colour).all(axis=2))
        if len(rows):
            lengths = np.ptp(columns) + 2, np.ptp(rows) + 2  # with half a pixel at each edge
            found.append((float(lengths[0]) / DPI * 25.4, float(lengths[1]) / DPI * 25.4))
    return found


SHAPES = [
    ("flyer-a6", 200, 100),
    ("flyer-a6", 100, 100),
    *((form, 60, 100) for form in WITH_IMPRINT),
]


@pytest.mark.parametrize(("form", "width", "height"), SHAPES)
def test_an_emblem_is_at_least_as_high_or_wide_as_the_other_logo(
    funded: Path, form: str, width: float, height: float
) -> None:
    (funded / "own.svg").write_text(svg(CYAN, width, height), "utf-8")
    pdf, halves = two_funders(funded, form), FORMATS[form].halves
    ((emblem,), (other,)) = (extents(pdf, colour, halves) for colour in (MAGENTA, CYAN))
    assert emblem[0] / emblem[1] == pytest.approx(3, rel=0.1)
    assert other[0] / other[1] == pytest.approx(width / height, rel=0.1)
    assert emblem[1] >= other[1] - 0.2 or emblem[0] >= other[0] - 0.2


@pytest.mark.parametrize("form", ["flyer-a6", "poster-a3", "card", "tear-off"])
def test_a_medical_topic_that_nobody_reviewed_says_so(form: str) -> None:
    found = printed_sheet(form, "de")
    said = NO_REVIEW in " ".join(words(found.files[Output.SCREEN]))
    assert said is found.sheet.topic.medical


@pytest.mark.parametrize("topic", [topic.id for topic in topics().values() if topic.medical])
def test_a_medical_topic_without_review_is_reported_until_it_has_one(
    example: Campaign, topic: str
) -> None:
    key = f"medical_reviews.{topic}"
    assert key in {found.key for found in blanks(example, TODAY)}
    reviews = {topic: Review(by="Dr. Probe", on=TODAY)}
    reviewed = replace(example, medical_reviews=reviews)
    assert key not in {found.key for found in blanks(reviewed, TODAY)}
    html = [
        render(campaign, EXAMPLE, [sheet_of(campaign, "flyer-a6", "de", topic)]).html
        for campaign in (example, reviewed)
    ]
    assert [NO_REVIEW in page for page in html] == [True, False]
    assert ["Dr. Probe, 22.11.2026" in page for page in html] == [False, True]


def test_a_topic_that_is_not_medical_needs_no_review(example: Campaign) -> None:
    html = render(example, EXAMPLE, [sheet_of(example, "flyer-a6", "de", "traders")]).html
    assert "Medizinisch" not in html
    assert not [found for found in blanks(example, TODAY) if "traders" in str(found.key)]


def test_a_review_is_printed_with_name_and_date(small: Path) -> None:
    review = {"by": "Dr. med. Ada Probe", "on": date(2026, 11, 1)}
    changed(small, ("medical_reviews",), {"found-syringe": review})
    said = " ".join(words(file_of(small)))
    assert "Medizinisch geprüft: Dr. med. Ada Probe, 01.11.2026" in said
    assert NO_REVIEW not in said


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli.main, [str(argument) for argument in arguments])


def test_check_reports_a_missing_review_until_it_is_there(small: Path) -> None:
    result = run("check", small)
    assert result.exit_code == 1
    assert "campaign.toml: medical_reviews.found-syringe: is missing; have" in result.stdout
    changed(small, ("medical_reviews",), {"found-syringe": {"by": "Dr. Probe", "on": TODAY}})
    assert "medical_reviews" not in run("check", small).stdout


@pytest.mark.parametrize("lacking", ["by", "on"])
def test_half_a_review_is_a_finding(small: Path, lacking: str) -> None:
    changed(small, ("medical_reviews",), {"found-syringe": {"by": "Dr. Probe", "on": TODAY}})
    changed(small, ("medical_reviews", "found-syringe", lacking), GONE)
    assert [found.key for found in findings(small)] == [f"medical_reviews.found-syringe.{lacking}"]


IMPRINT = [
    "Aktionsbündnis Sicherheit im Leipziger Osten (Beispiel), Musterstraße 1, 04315 Leipzig",
    "Musterdruck GmbH (Beispiel), Musterweg 1, 04315 Leipzig",
]


def prints(form: str) -> Print:
    """Return a sheet of a format, in German or with German on one half."""
    return printed_sheet(form, "ar" if FORMATS[form].halves > 1 else "de")


@pytest.mark.parametrize("form", WITH_IMPRINT)
def test_publisher_and_printer_stand_with_their_addresses_on_every_sheet(form: str) -> None:
    for output in (Output.SCREEN, Output.PRESS):
        said = letters(words(prints(form).files[output]))
        assert all(letters([line]) in said for line in IMPRINT)
    # an office's backs may stand on their head, where a reader takes the words in another order
    said = " ".join(words(prints(form).files[Output.OFFICE]))
    assert set(" ".join(IMPRINT).split()) <= {*said.split(), *re.findall(r"[^ ]+,", said)}


@pytest.mark.parametrize("form", STICKERS)
def test_publisher_and_printer_stand_on_every_sticker(form: str) -> None:
    found = prints(form)
    for output in (Output.OFFICE, Output.PRESS):
        for page in words(found.files[output]):
            said = letters([page])
            copies = sum(page.count(f"philos.example/{code}") for code in found.sheet.codes)
            assert [said.count(letters([line])) for line in IMPRINT] == [copies] * 2
            assert copies >= 1


@pytest.mark.parametrize("who", ["publisher", "printer"])
@pytest.mark.parametrize("part", ["name", "address"])
def test_a_campaign_without_a_part_of_the_imprint_is_refused(
    small: Path, who: str, part: str
) -> None:
    changed(small, ("imprint", who, part), GONE)
    assert [found.key for found in findings(small)] == [f"imprint.{who}.{part}"]
    assert run("print", small).exit_code == 1


def checks(pdf: bytes, campaign: Campaign, today: date = TODAY) -> dict[str, str]:
    """Return what the inspection finds that a campaign owes, with its levels."""
    found = inspect(pdf, campaign, today).findings
    return {one.check: one.level for one in found if one.check in {"credit", "contact"}}


def test_a_sheet_that_owes_nothing_has_no_such_finding(example: Campaign) -> None:
    pdf = printed_sheet("flyer-a6", "de").files[Output.PRESS]
    assert checks(pdf, example) == {}
    assert not [one for one in inspect(pdf).findings if one.check == "imprint"]


def test_a_missing_credit_line_is_found(small: Path) -> None:
    pdf = file_of(small)
    changed(small, ("funders",), [{"name": "Stiftung", "credit": "Gefördert von der Stiftung"}])
    report = inspect(pdf, load(small), TODAY)
    (found,) = [one for one in report.findings if one.check == "credit"]
    assert found.level == "warning"  # it may stand in a logo
    assert found.message == "The credit line of Stiftung is missing: 'Gefördert von der Stiftung'."
    assert checks(file_of(small), load(small)) == {}


@pytest.mark.parametrize(("days", "level"), [(365, None), (366, "warning")])
def test_a_stale_contact_is_a_warning_where_it_is_printed(
    small: Path, days: int, level: str | None
) -> None:
    pdf, campaign = file_of(small), load(small)
    assert checks(pdf, campaign, TODAY + timedelta(days=days)).get("contact") == level
    stickers = file_of(small, "sticker")
    assert "contact" not in checks(stickers, campaign, TODAY + timedelta(days=days))


def test_without_a_campaign_nothing_is_owed(small: Path) -> None:
    pdf = file_of(small)
    late = TODAY + timedelta(days=9999)
    assert {one.check for one in inspect(pdf, None, late).findings} <= {"bleed"}


@pytest.fixture
def flyer(funded: Path) -> Path:
    """Return the file of a flyer that names both funders."""
    file = funded / "flyer.pdf"
    file.write_bytes(file_of(funded))
    return file


def test_preflight_of_a_sound_sheet_exits_0(flyer: Path) -> None:
    result = run("preflight", flyer, flyer.parent)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[-1].startswith("1 QR code read, 0 errors, ")
    assert "credit" not in result.stdout  # a programme's statement is in its file


def test_preflight_of_a_sheet_that_lacks_a_credit_warns(flyer: Path) -> None:
    edit(flyer.parent, "Stiftung Probe", "Stiftung Anders")
    alone, result = run("preflight", flyer), run("preflight", flyer, flyer.parent)
    assert (alone.exit_code, result.exit_code) == (0, 0)
    assert "credit line" not in alone.stdout
    assert "warning: The credit line of Stiftung is missing" in result.stdout


def too_small(folder: Path) -> Path:
    """Return the file of a page whose code has modules of 0.2 mm."""
    code = zxingcpp.create_barcode("HTTPS://PHILOS.EXAMPLE/000000", zxingcpp.BarcodeFormat.QRCode)
    picture = Image.fromarray(np.array(code.to_image(scale=4, add_quiet_zones=True)))
    picture.save(folder / "small.pdf", resolution=4 * 25.4 / 0.2)
    return folder / "small.pdf"


def test_preflight_of_a_code_too_small_exits_1(tmp_path: Path) -> None:
    result = run("preflight", too_small(tmp_path))
    assert (result.exit_code, result.stderr) == (1, "")
    assert re.search(r"error: page 1: The QR code .* has modules of 0.20 mm", result.stdout)
    said = json.loads(run("preflight", too_small(tmp_path), "--json").stdout)
    assert said["ok"] is False


def test_preflight_says_one_document(flyer: Path) -> None:
    edit(flyer.parent, "Stiftung Probe", "Stiftung Anders")
    result = run("preflight", flyer, flyer.parent, "--json")
    said: dict[str, Any] = json.loads(result.stdout)
    assert (result.exit_code, said["ok"]) == (0, True)
    assert [code["content"][:23] for code in said["codes"]] == ["HTTPS://PHILOS.EXAMPLE/"]
    assert "credit" in {found["check"] for found in said["findings"]}
    assert [page["trim"] for page in said["pages"]] == [[105.0, 148.0]] * 2


def test_preflight_draws_a_picture_of_each_page(flyer: Path, tmp_path: Path) -> None:
    folder = tmp_path / "checked" / "today"
    assert run("preflight", flyer, "--pictures", folder).exit_code == 0
    assert sorted(path.name for path in folder.iterdir()) == ["flyer-1.png", "flyer-2.png"]
    with Image.open(folder / "flyer-1.png") as picture:
        assert picture.size == pytest.approx((105 / 25.4 * 150, 148 / 25.4 * 150), abs=2)
        colours = {colour for _, colour in picture.convert("RGB").getcolors(1 << 24) or []}
    assert (0, 122, 61) in colours  # the frame of a code that reads


@pytest.mark.parametrize("content", [b"", b"no PDF"])
def test_preflight_of_what_is_no_pdf_is_a_sentence(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "flyer.pdf"
    file.write_bytes(content)
    result = run("preflight", file)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (1, "", 1)


def test_preflight_of_no_file_is_wrong_use(tmp_path: Path) -> None:
    assert run("preflight", tmp_path / "nothing.pdf").exit_code == 2
