"""A printed sheet says where it comes from, and what has changed since."""

import io
import json
import shutil
import tracemalloc
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pikepdf
import pytest
from click.testing import CliRunner, Result
from pikepdf import Dictionary, Name, Pdf

from materials import render as rendering
from materials.build import build
from materials.campaign import FILE, load
from materials.outdated import changed_since
from materials.sheets import Output, sheets
from materials.trace import NAMESPACE, Origin, Packet, TraceError, read_origin
from surveys.links import Target
from tests.materials.conftest import EXAMPLE, SMALL, changed, edit, printed_sheet, sheet_of
from translations import catalogs
from webapp import cli

GERMAN = "screen/found-syringe/flyer-a6/de/schule.pdf"
ARABIC = "screen/found-syringe/flyer-a6/ar/schule.pdf"
STICKERS = "office/how-safe/sticker/de/rabet.pdf"
NOT_OURS = "was not printed by philos, or has lost its origin."
SAID: dict[str, Any] = {
    "campaign": "probe",
    "topic": "found-syringe",
    "format": "flyer-a6",
    "language": "de",
    "place": "schule",
    "output": "screen",
    "code": "000000",
    "hashes": {},
}


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli.main, ["trace", *map(str, arguments)])


@pytest.fixture(scope="session")
def every_output(tmp_path_factory: pytest.TempPathFactory, inline: None) -> Path:
    """Return the output folder of the small campaign, printed for everything; leave it as it is."""
    base = tmp_path_factory.mktemp("traced")
    (base / FILE).write_text(SMALL, "utf-8")
    campaign = load(base)
    build(campaign, base, base / "out", sheets(campaign), outputs=list(Output))
    return base / "out"


FILES = [
    (output, form, file.format(output=output))
    for form, outputs, file in [
        ("flyer-a6", list(Output), "{output}/found-syringe/flyer-a6/de/schule.pdf"),
        ("sticker", [Output.OFFICE, Output.PRESS], "{output}/how-safe/sticker/de/rabet.pdf"),
    ]
    for output in outputs
]
EVERY_FILE = pytest.mark.parametrize(("output", "form", "file"), FILES)


@EVERY_FILE
def test_a_sheet_of_every_output_says_what_it_is(
    every_output: Path, output: Output, form: str, file: str
) -> None:
    origin = read_origin(every_output / file)
    topic, place, code = {
        "flyer-a6": (
            "found-syringe",
            "schule",
            Target("probe", "schule", "found-syringe", "flyer-a6", "de", "how-safe").code,
        ),
        "sticker": ("how-safe", "rabet", None),  # each of its stickers has one
    }[form]
    parts = {"campaign", "layout", "template", "catalogue", "fonts", "place", "codes", "file"}
    assert set(origin.hashes) == parts
    assert replace(origin, hashes={}) == Origin(
        campaign="probe",
        topic=topic,
        format=form,
        language="de",
        place=place,
        output=output,
        code=code,
        hashes={},
    )


@EVERY_FILE
def test_a_sheet_is_as_the_campaign_is_now(
    every_output: Path, small: Path, output: Output, form: str, file: str
) -> None:
    result = run(every_output / file, small)
    assert (result.exit_code, result.stderr) == (0, "")
    said, now = result.stdout.splitlines()
    assert said.startswith(f"{Path(file).name}: ")
    assert said.endswith(f", {form}, de, {Path(file).stem}, for {output}, of the campaign probe.")
    assert now == "It is as the campaign is now."


def test_without_a_campaign_nothing_is_said_of_changes(every_output: Path) -> None:
    result = run(every_output / GERMAN)
    assert (result.exit_code, result.stdout.count("\n")) == (0, 1)
    assert "found-syringe, flyer-a6, de, schule, for screen" in result.stdout
    assert "changed" not in json.loads(run(every_output / GERMAN, "--json").stdout)


def test_the_document_says_the_code_and_what_has_changed(every_output: Path, small: Path) -> None:
    edit(small, "116 117", "116 118")
    result = run(every_output / GERMAN, small, "--json")
    said = json.loads(result.stdout)
    assert result.exit_code == 1
    assert said["code"] == read_origin(every_output / GERMAN).code
    assert said["changed"] == ["campaign"]


@pytest.mark.parametrize("output", Output)
def test_a_changed_contact_makes_the_sheets_that_name_it_outdated(
    every_output: Path, small: Path, output: Output
) -> None:
    edit(small, "116 117", "116 118")
    result = run(every_output / f"{output}/found-syringe/flyer-a6/de/schule.pdf", small)
    assert result.exit_code == 1
    assert result.stdout.endswith("Outdated: changed since are campaign; print it again.\n")
    assert run(every_output / STICKERS, small).exit_code == 0


CHANGES: dict[str, tuple[tuple[str | int, ...], object]] = {
    "edition": (("edition",), "12/2026"),
    "publisher": (("imprint", "publisher", "address"), "Musterstraße 2, 04315 Leipzig"),
    "printer": (("imprint", "printer", "name"), "Andere Druckerei"),
    "host": (("host",), "umfrage.example"),
    "review": (
        ("medical_reviews",),
        {"found-syringe": {"by": "Dr. Probe", "on": date(2026, 11, 1)}},
    ),
    "funder": (("funders",), [{"name": "Stiftung", "credit": "Gefördert von der Stiftung"}]),
}


@pytest.mark.parametrize(("path", "value"), CHANGES.values(), ids=CHANGES)
def test_whatever_a_sheet_has_from_its_campaign_makes_it_outdated(
    every_output: Path, small: Path, path: tuple[str | int, ...], value: object
) -> None:
    changed(small, path, value)
    found = changed_since(read_origin(every_output / GERMAN), load(small), small)
    # with a review another text stands there, with another host each code is another
    assert set(found) - {"catalogue", "codes"} == {"campaign"}


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ('name = "Schule"', 'name = "Schulhof"', "place"),
        ('name = "Schule"\noutdoors = false', 'name = "Schule"\noutdoors = true', "place"),
    ],
)
def test_what_is_stamped_or_said_makes_a_sheet_outdated_as_well(
    every_output: Path, small: Path, old: str, new: str, part: str
) -> None:
    edit(small, old, new)
    assert changed_since(read_origin(every_output / GERMAN), load(small), small) == [part]


def test_another_picture_under_the_same_name_makes_a_sheet_outdated(tmp_path: Path) -> None:
    folder = tmp_path / "campaign"
    shutil.copytree(EXAMPLE, folder)
    campaign = load(folder)
    sheet = sheet_of(campaign, "flyer-a6", "de")
    build(campaign, folder, tmp_path / "out", [sheet])
    origin = read_origin(tmp_path / "out" / sheet.file(Output.SCREEN))
    assert changed_since(origin, load(folder), folder) == []
    logo = folder / "logos" / "funder.svg"
    (folder / "logos" / "other.svg").write_text(logo.read_text().replace("<svg", "<svg id='x'"))
    edit(folder, "logos/funder.svg", "logos/other.svg")
    assert changed_since(origin, load(folder), folder) == ["campaign"]


def test_the_office_prints_claim_no_tags(every_output: Path) -> None:
    for output, claim in (("screen", True), ("office", False), ("press", False)):
        file = every_output / f"{output}/found-syringe/flyer-a6/de/schule.pdf"
        with pikepdf.open(file) as pdf:
            assert (b"pdfuaid:part" in pdf.Root.Metadata.read_bytes()) is claim


def test_a_packet_that_swells_is_not_unpacked(tmp_path: Path) -> None:
    pdf = Pdf.new()
    pdf.add_blank_page()
    bomb = zlib.compress(b" " * 300_000_000, 9)
    pdf.Root.Metadata = pikepdf.Stream(pdf, bomb, Type=Name.Metadata, Filter=Name.FlateDecode)
    pdf.save(tmp_path / "bomb.pdf", fix_metadata_version=False)
    tracemalloc.start()
    refused(tmp_path / "bomb.pdf", NOT_OURS)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 30_000_000


def test_what_another_sheet_says_changes_nothing(every_output: Path, small: Path) -> None:
    edit(small, "copies = 100", "copies = 7")
    edit(small, "opens = 2026-10-01", "opens = 2026-10-02")
    edit(small, "[contacts.doctor]", '[contacts.office]\nnumber = "0341 1"\n[contacts.doctor]')
    assert changed_since(read_origin(every_output / GERMAN), load(small), small) == []


@pytest.fixture
def other_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every translation say something else."""
    real = catalogs.catalog

    def louder(tag: str, domain: str, folder: Path | None = None) -> dict[Any, Any]:
        return {
            key: replace(known, forms=tuple(f"{form} !" for form in known.forms))
            for key, known in real(tag, domain, folder).items()
        }

    monkeypatch.setattr(catalogs, "catalog", louder)


@pytest.mark.usefixtures("other_words")
def test_a_changed_translation_makes_a_sheet_outdated(every_output: Path, small: Path) -> None:
    result = run(every_output / ARABIC, small)
    assert result.exit_code == 1
    assert result.stdout.endswith("Outdated: changed since are catalogue; print it again.\n")


@pytest.mark.usefixtures("other_words")
def test_a_changed_translation_leaves_the_source_language_as_it_is(
    every_output: Path, small: Path
) -> None:
    assert changed_since(read_origin(every_output / GERMAN), load(small), small) == []


@pytest.mark.parametrize(
    ("name", "part"), [("_templates_hash", "template"), ("fonts_hash", "fonts")]
)
def test_a_changed_template_or_font_is_told(
    every_output: Path, small: Path, monkeypatch: pytest.MonkeyPatch, name: str, part: str
) -> None:
    monkeypatch.setattr(rendering, name, lambda *_: "another")
    assert changed_since(read_origin(every_output / GERMAN), load(small), small) == [part]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        pytest.param(("materials", 0, "languages"), ["de"], id="language"),
        pytest.param(("materials", 0, "places"), ["rabet"], id="place"),
        pytest.param(("materials", 0, "format"), "poster-a3", id="format"),
        pytest.param(("materials", 0, "topic"), "emergency", id="topic"),
        pytest.param(("id",), "another", id="campaign"),
    ],
)
def test_a_sheet_that_the_campaign_no_longer_has_is_told(
    every_output: Path, small: Path, path: tuple[str | int, ...], value: object
) -> None:
    changed(small, path, value)
    result = run(every_output / ARABIC, small)
    assert result.exit_code == 1
    assert result.stdout.endswith("Outdated: changed since are sheet; print it again.\n")


def test_a_campaign_with_faults_is_told_in_sentences(every_output: Path, small: Path) -> None:
    edit(small, 'host = "', 'hose = "')
    result = run(every_output / GERMAN, small)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "campaign.toml: host: is missing; add it." in result.stderr


@pytest.mark.parametrize("form", ["flyer-a6", "sticker-round", "tear-off"])
def test_the_marks_of_pdf_x_and_pdf_ua_stand_beside_the_origin(form: str) -> None:
    for output, pdf in printed_sheet(form, "de").files.items():
        with pikepdf.open(io.BytesIO(pdf)) as document:
            said = document.open_metadata()
            assert json.loads(str(said[f"{{{NAMESPACE}}}origin"]))["output"] == output
            assert "dc:title" in said
            if output is Output.SCREEN:
                assert said["pdfuaid:part"] == "1"
            is_press = output is Output.PRESS
            assert (said.get("pdfxid:GTS_PDFXVersion") == "PDF/X-4") is is_press


def test_an_origin_replaces_the_one_of_the_copy_before() -> None:
    pdf = from_xmp(xmp(""))
    packet = Packet(pdf)
    packet.write(Origin(**SAID))
    first = pdf.Root.Metadata.read_bytes()
    packet.write(Origin(**{**SAID, "place": "rabet"}))
    second = pdf.Root.Metadata.read_bytes()
    assert (first.count(b"origin>"), second.count(b"origin>")) == (2, 2)
    assert b"schule" not in second


@pytest.mark.parametrize(
    "place", ["a & b", "<b>", "]]>", "\"'", "Köhlerplatz", "Площадь", "\u202e"]
)
def test_an_origin_comes_back_as_it_was_written(tmp_path: Path, place: str) -> None:
    pdf = from_xmp(xmp(""))
    origin = Origin(**{**SAID, "place": place})
    Packet(pdf).write(origin)
    assert read_origin(saved(pdf, tmp_path)) == origin


def xmp(origin: str, before: str = "") -> bytes:
    """Return XMP that has an origin as text, after a document type."""
    said = f"<philos:origin>{origin}</philos:origin>" if origin else ""
    return (
        f'{before}<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" xmlns:philos="{NAMESPACE}">{said}</rdf:Description>'
        "</rdf:RDF></x:xmpmeta>"
    ).encode()


def from_xmp(content: bytes) -> Pdf:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    stream = pdf.make_stream(content, Type=Name.Metadata, Subtype=Name.XML)
    pdf.Root.Metadata = stream
    return pdf


def saved(pdf: Pdf, folder: Path, **options: Any) -> Path:
    """Return the file of a PDF with its XMP as it is, which pikepdf would mend."""
    pdf.save(folder / "hostile.pdf", fix_metadata_version=False, **options)
    return folder / "hostile.pdf"


def refused(file: Path, said: str) -> None:
    """Assert that a file is refused in one sentence and without a traceback."""
    result = run(file)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"{file.name} {said}\n"
    assert isinstance(result.exception, SystemExit)


def test_the_file_of_these_tests_is_read_where_nothing_is_wrong(tmp_path: Path) -> None:
    file = saved(from_xmp(xmp(escape(json.dumps(SAID)))), tmp_path)
    assert read_origin(file) == Origin(**SAID)


@pytest.mark.parametrize("content", [b"", b"no PDF", b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n" * 50])
def test_what_is_no_pdf_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "flyer.pdf"
    file.write_bytes(content)
    refused(file, "is no PDF, is damaged, or has a password.")


def test_half_a_file_is_refused(tmp_path: Path, every_output: Path) -> None:
    file = tmp_path / "flyer.pdf"
    file.write_bytes((every_output / GERMAN).read_bytes()[:9000])
    with pytest.raises(TraceError, match=r"^flyer.pdf (is no PDF|was not printed).*\.$"):
        read_origin(file)


def test_a_pdf_with_a_password_is_refused(tmp_path: Path) -> None:
    key = pikepdf.Encryption(owner="owner", user="user")
    file = saved(from_xmp(xmp(escape(json.dumps(SAID)))), tmp_path, encryption=key)
    refused(file, "is no PDF, is damaged, or has a password.")


def _without(pdf: Pdf) -> None:
    del pdf.Root.Metadata


def _dictionary(pdf: Pdf) -> None:
    pdf.Root.Metadata = Dictionary(Type=Name.Metadata)


def _number(pdf: Pdf) -> None:
    pdf.Root.Metadata = 5


@pytest.mark.parametrize("change", [_without, _dictionary, _number])
def test_a_foreign_pdf_without_xmp_is_refused(
    tmp_path: Path, change: Callable[[Pdf], None]
) -> None:
    pdf = from_xmp(xmp(""))
    change(pdf)
    refused(saved(pdf, tmp_path), NOT_OURS)


def test_a_foreign_pdf_with_xmp_of_its_own_is_refused(tmp_path: Path) -> None:
    refused(saved(from_xmp(xmp("")), tmp_path), NOT_OURS)


ORIGINS = {
    "half": '{"campaign": "probe"',
    "no JSON": "probe",
    "null": "null",
    "list": "[]",
    "number": "5",
    "too little": '{"campaign": "probe"}',
    "too much": json.dumps({**SAID, "more": 1}),
    "deep": "[" * 100_000,
    "a huge number": "9" * 5000,
}


@pytest.mark.parametrize("origin", ORIGINS.values(), ids=ORIGINS)
def test_xmp_with_an_origin_of_another_shape_is_refused(tmp_path: Path, origin: str) -> None:
    refused(saved(from_xmp(xmp(origin)), tmp_path), NOT_OURS)


def test_a_huge_packet_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = saved(from_xmp(xmp("x" * 1_000_000)), tmp_path)
    monkeypatch.setattr(Pdf, "open_metadata", lambda _: pytest.fail("it was read"))
    refused(file, NOT_OURS)


BOMB = "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in pairwise("abcdefghijk")
)
TYPES = {
    "bomb": f'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">{BOMB}]>',
    "file": '<!DOCTYPE x [<!ENTITY k SYSTEM "file:///etc/hostname">]>',
    "net": '<!DOCTYPE x [<!ENTITY k SYSTEM "http://127.0.0.1:9/">]>',
}


@pytest.mark.parametrize("doctype", TYPES.values(), ids=TYPES)
def test_an_entity_in_the_xmp_is_never_resolved(tmp_path: Path, doctype: str) -> None:
    refused(saved(from_xmp(xmp("&k;", doctype)), tmp_path), NOT_OURS)
    said = json.dumps({**SAID, "place": "&k;"})
    assert read_origin(saved(from_xmp(xmp(said, doctype)), tmp_path)).place == "&k;"


def test_a_folder_is_no_file_to_trace(tmp_path: Path) -> None:
    assert run(tmp_path).exit_code == 2
    assert run(tmp_path / "nothing.pdf").exit_code == 2


def test_a_stale_hash_of_one_part_names_that_part_alone(every_output: Path, small: Path) -> None:
    origin = read_origin(every_output / GERMAN)
    for part in ("campaign", "template", "catalogue", "fonts"):
        hashes = {**origin.hashes, part: "0" * 64}
        assert changed_since(replace(origin, hashes=hashes), load(small), small) == [part]


def test_the_fingerprint_in_the_origin_is_the_manifests_source(every_output: Path) -> None:
    said = json.loads((every_output / "manifest.json").read_text("utf-8"))["sheets"]
    assert len(said) == 8
    for entry in said:
        assert read_origin(every_output / entry["file"]).hashes["file"] == entry["source"]
    campaign = load(every_output.parent)
    assert read_origin(every_output / GERMAN).code in sheet_of(campaign, "flyer-a6", "de").codes
