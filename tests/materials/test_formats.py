import pytest

from materials.formats import FORMATS, SMALLEST, Format
from materials.labels import label_sheet
from materials.qr import SMALLEST_OUTDOORS, symbol
from materials.stickers import Labels
from surveys.links import url

BY_ID = pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)


def test_each_format_is_known_by_its_id() -> None:
    assert {name: form.id for name, form in FORMATS.items()} == {name: name for name in FORMATS}


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("flyer-a6", (105, 148)),
        ("flyer-a5", (148, 210)),
        ("flyer-dl", (99, 210)),
        ("leaflet-wickelfalz", (297, 210)),
        ("leaflet-zickzackfalz", (297, 210)),
        ("leaflet-einbruchfalz", (198, 210)),
        ("bilingual-a5", (210, 148)),
        ("card", (85, 55)),
        ("poster-a3", (297, 420)),
        ("poster-a4", (210, 297)),
        ("tear-off", (210, 297)),
        ("sticker", (63.5, 38.1)),
        ("sticker-round", (60, 60)),
    ],
)
def test_a_format_is_as_large_as_the_paper_of_its_name(
    name: str, size: tuple[float, float]
) -> None:
    assert (FORMATS[name].width, FORMATS[name].height) == size


@BY_ID
def test_a_code_of_a_serial_number_scans_outdoors_in_every_format(form: Format) -> None:
    code = "ABC12345Z" if form.sticker else "ABC123"
    size = symbol(url("philos.example", code), "Q").size
    assert form.module_box / size >= SMALLEST_OUTDOORS


@BY_ID
def test_panels_fill_the_paper(form: Format) -> None:
    assert len(form.panels) == (form.pages if form.folds else 0)
    for page in range(len(form.panels)):
        assert sum(width for _, width in form.row(page)) == form.width


@BY_ID
def test_every_sticker_fits_the_labels_of_its_usual_sheet(form: Format) -> None:
    assert form.sticker == (form.label is not None)
    if form.label:
        labels = Labels(label_sheet(form.label))
        labels.check(form)
        assert labels.zoom(form) == 1


def test_paper_on_a_wall_is_read_from_farther_away() -> None:
    assert all(SMALLEST["wall"][script] > size for script, size in SMALLEST["hand"].items())
