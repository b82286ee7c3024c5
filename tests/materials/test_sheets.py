from collections import Counter
from dataclasses import replace

import pytest

from materials.campaign import Campaign
from materials.sheets import Output, Sheet, ready, sheets, targets
from surveys import links
from surveys.links import LinkError, read_code
from tests.materials.conftest import sheet_of


@pytest.fixture(scope="module")
def found(example: Campaign) -> list[Sheet]:
    return sheets(example)


def test_the_example_has_179_sheets_and_12_that_wait_for_results(
    example: Campaign, found: list[Sheet]
) -> None:
    assert len(found) == 179 + 12
    waiting = [sheet for sheet in found if sheet not in ready(replace(example, given=None), found)]
    assert Counter((sheet.topic.id, sheet.format.id) for sheet in waiting) == {
        ("results", "flyer-a6"): 6,
        ("results", "poster-a3"): 6,
    }
    assert ready(example, found) == found


@pytest.mark.parametrize(
    ("part", "number"), [("topic", 6), ("format", 13), ("language", 6), ("place", 5)]
)
def test_the_example_shows_all_that_there_is(found: list[Sheet], part: str, number: int) -> None:
    assert len({str(getattr(sheet, part)) for sheet in found}) == number


@pytest.mark.parametrize("part", ["topic", "format"])
def test_each_topic_and_each_format_comes_in_every_language(found: list[Sheet], part: str) -> None:
    pairs = {(getattr(sheet, part).id, sheet.tag) for sheet in found}
    beside_german = len({name for name, _ in pairs if name.startswith("bilingual")})
    assert len(pairs) == 6 * len({name for name, _ in pairs}) - beside_german


def test_every_sheet_has_a_file_of_its_own(found: list[Sheet]) -> None:
    files = Counter(sheet.file(output) for sheet in found for output in sheet.outputs)
    assert files.most_common(1)[0][1] == 1


def test_a_file_is_told_by_topic_format_language_and_place(example: Campaign) -> None:
    assert sheet_of(example, "poster-a3", "ar").file(Output.PRESS) == (
        "press/found-syringe/poster-a3/ar/wurzner-schule.pdf"
    )


def test_stickers_are_for_paper_and_everything_else_for_the_screen_as_well(
    found: list[Sheet],
) -> None:
    for sheet in found:
        assert (sheet.outputs[0] is Output.SCREEN) is not sheet.format.sticker
        assert {Output.OFFICE, Output.PRESS} <= set(sheet.outputs)


def test_a_sheet_is_named_in_a_sentence(example: Campaign) -> None:
    named = str(sheet_of(example, "flyer-a6", "de"))
    assert named == "found-syringe, flyer-a6, de, wurzner-schule"


def test_no_two_copies_of_different_sheets_have_the_same_code(found: list[Sheet]) -> None:
    codes = [code for sheet in found for code in sheet.codes]
    assert len(codes) == 179 + 12 * 21
    assert len(targets(found)) == len(set(codes)) == len(codes)


def test_every_code_is_a_code_that_people_can_type(found: list[Sheet]) -> None:
    codes = {code for sheet in found for code in sheet.codes}
    assert {read_code(code.lower()) for code in codes} == codes


def test_a_code_that_is_printed_stays_for_ever(example: Campaign) -> None:
    assert sheet_of(example, "flyer-a6", "de").codes == ("HAK9HX",)
    assert sheet_of(example, "sticker", "ar", "how-safe").codes[0] == "77XGJY48K"


def test_all_copies_of_a_sheet_without_serials_share_a_code(example: Campaign) -> None:
    sheet = sheet_of(example, "sticker", "de", "found-syringe")
    assert len(sheet.codes) == 1
    assert sheet.material.copies == 21


def test_stickers_with_serials_have_a_code_each(example: Campaign) -> None:
    sheet = sheet_of(example, "sticker", "de", "how-safe")
    assert len(set(sheet.codes)) == len(sheet.codes) == sheet.material.copies == 21
    assert [target.serial for target in sheet.targets] == list(range(1, 22))


def test_a_material_without_places_and_languages_is_for_all(example: Campaign) -> None:
    flyers = [s for s in sheets(example) if (s.topic.id, s.format.id) == ("how-safe", "flyer-a6")]
    assert len(flyers) == len(example.places) * len(example.languages)


def test_a_material_may_name_its_languages(example: Campaign) -> None:
    material = replace(example.materials[0], languages=("ar", "tr"))
    assert [s.tag for s in sheets(replace(example, materials=(material,)))] == ["ar", "tr"]


def test_a_material_may_lead_to_another_survey(example: Campaign) -> None:
    assert sheet_of(example, "sticker", "de", "how-safe").survey == "here-now"
    assert sheet_of(example, "flyer-a6", "de", "how-safe").survey == "how-safe"


def test_another_campaign_has_other_codes(example: Campaign, found: list[Sheet]) -> None:
    others = sheets(replace(example, id="leipziger-westen"))
    assert not targets(others).keys() & targets(found).keys()


def test_a_place_can_be_added_without_changing_a_code(
    example: Campaign, found: list[Sheet]
) -> None:
    more = replace(example, places=(replace(example.places[0], id="neu"), *example.places))
    assert targets(found).items() <= targets(sheets(more)).items()


def test_two_sheets_with_the_same_code_are_refused(
    example: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "CODE_LENGTH", 2)  # 32 codes for 179 sheets
    with pytest.raises(LinkError, match=r"Two sheets would bear the code \w\w: .* and .*; rename"):
        sheets(example)
