import re
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from materials.campaign import Campaign, Contact, load
from materials.formats import FORMATS
from materials.library import drawable, font_faces, topics
from materials.render import Page, RenderError, render
from materials.sheets import sheets
from tests.materials.conftest import EXAMPLE, SAMPLES, edit, sheet_of
from translations import catalogs
from translations.languages import language

LANGUAGES = ("de", "en", "ar", "rom", "tr", "ru")
EVERY_LANGUAGE = pytest.mark.parametrize("tag", LANGUAGES)
EXAMPLES = [topic.id for topic in topics().values() if not topic.results]
EVERY_TOPIC = pytest.mark.parametrize("topic", EXAMPLES)
EVERY_FORMAT = pytest.mark.parametrize("form", FORMATS)
EVERY_SHEET = pytest.mark.parametrize(("form", "tag"), SAMPLES)
TAGS = dict(reversed(SAMPLES))  # a language of each format


def page(campaign: Campaign, form: str, tag: str, topic: str = "") -> Page:
    """Return the page of a campaign's first such sheet, of the example's folder."""
    return render(campaign, EXAMPLE, [sheet_of(campaign, form, tag, topic)])


def text(html: str) -> str:
    """Return what is between the tags of the body, in one line."""
    return " ".join(re.sub(r"<[^>]*>", " ", html.partition("<body")[2].partition(">")[2]).split())


@EVERY_LANGUAGE
@EVERY_TOPIC
def test_every_topic_is_drawable_in_every_language(example: Campaign, topic: str, tag: str) -> None:
    said = text(page(example, "flyer-a6", tag, topic).html)
    assert len(said) > 300
    assert {ord(char) for char in said if not char.isspace()} <= drawable(language(tag))


@EVERY_SHEET
def test_a_sheet_says_its_language_and_direction(example: Campaign, form: str, tag: str) -> None:
    row = language(tag)
    html = page(example, form, tag).html
    assert f'<html lang="{tag}" dir="{row.direction}">' in html
    sides = re.findall(r'class="side script-(\w+) side-\d"\s+lang="([\w-]+)"\s+dir="(\w+)"', html)
    assert sides[-1] == (row.script, tag, row.direction)


@EVERY_SHEET
def test_a_sheet_refers_to_nothing_outside_itself(example: Campaign, form: str, tag: str) -> None:
    made = page(example, form, tag)
    links = re.findall(r"""(?:src|href|xlink:href|action)\s*=\s*["']([^"']*)""", made.html)
    inlined = {"data:image/svg+xml;base64", "data:image/png;base64"}
    assert {link.partition(",")[0] for link in links} <= inlined
    assert set(re.findall(r"https?://[^\"' <]*", made.html)) <= {"http://www.w3.org/2000/svg"}
    assert set(re.findall(r"url\(([a-z]+:[a-z+/]*)", made.html)) <= {"data:image/svg+xml"}


@EVERY_FORMAT
def test_the_styles_refer_to_nothing(example: Campaign, form: str) -> None:
    styles = page(example, form, TAGS[form]).styles
    assert "@import" not in styles
    assert "url(" not in styles


def test_the_font_faces_refer_to_our_fonts_alone() -> None:
    faces = font_faces()
    assert faces.count("url(") == len(re.findall(r'url\("file://[^"]+\.ttf"\)', faces)) == 6


@EVERY_FORMAT
def test_german_is_the_source_and_bears_no_draft_mark(example: Campaign, form: str) -> None:
    if FORMATS[form].halves > 1:
        return  # German stands beside a language that is a draft
    made = page(example, form, "de")
    assert "Entwurf" not in made.html
    assert made.unreviewed == ()
    assert {state for state, number in made.states.items() if number} == {"source"}


@pytest.mark.parametrize("tag", LANGUAGES[1:])
@EVERY_FORMAT
def test_what_nobody_reviewed_bears_a_draft_mark(example: Campaign, form: str, tag: str) -> None:
    made = page(example, form, tag)
    assert '<span lang="de" dir="ltr">Entwurf</span>' in made.html
    assert made.html.count("draft-mark") >= 1
    assert len(made.unreviewed) == made.states["draft"] > 0
    assert sum(made.states.values()) == made.states["draft"] + made.states["source"]


def test_every_state_is_counted(example: Campaign) -> None:
    states = page(example, "flyer-a6", "de").states
    assert set(states) == {"source", "reviewed", "unreviewed", "draft", "missing"}


def test_a_text_that_is_missing_stands_in_german_and_says_so(
    example: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogs, "catalog", lambda *_: MappingProxyType({}))
    made = page(example, "flyer-a6", "ar")
    assert '<span lang="de" dir="ltr">Spritze<br>gefunden?</span>' in made.html
    assert '<html lang="ar" dir="rtl">' in made.html
    assert made.states["missing"] == sum(made.states.values()) == len(made.unreviewed)
    assert "draft-mark" in made.html


def test_one_missing_text_among_others_falls_back_alone(
    example: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = dict(catalogs.catalog("ar", "public"))
    del whole[None, "Kinder: nicht anfassen"]
    monkeypatch.setattr(catalogs, "catalog", lambda *_: MappingProxyType(whole))
    made = page(example, "flyer-a6", "ar")
    assert '<span lang="de" dir="ltr">Kinder: nicht anfassen</span>' in made.html
    assert (made.states["missing"], made.html.count("Kinder")) == (1, 1)


@pytest.mark.parametrize(("char", "named"), [("🚀", "U+1F680"), ("漢", "U+6F22"), ("ব", "U+09AC")])
def test_a_character_that_no_font_draws_is_named(folder: Path, char: str, named: str) -> None:
    edit(folder, 'name = "Musterdruck', f'name = "{char} Musterdruck')
    campaign = load(folder)
    with pytest.raises(RenderError, match=rf"flyer-a6, de, .*'{char}' \({re.escape(named)}\)"):
        render(campaign, folder, [sheet_of(campaign, "flyer-a6", "de")])


def test_a_character_of_another_script_is_refused_where_its_font_is_not_used(
    folder: Path,
) -> None:
    edit(folder, 'name = "Musterdruck', 'name = "مطبعة')
    campaign = load(folder)
    assert "مطبعة" in render(campaign, folder, [sheet_of(campaign, "flyer-a6", "ar")]).html
    with pytest.raises(RenderError, match=r"U\+0645"):
        render(campaign, folder, [sheet_of(campaign, "flyer-a6", "tr")])


@pytest.mark.parametrize(
    ("kind", "same"), [("doctor", False), ("emergency", False), ("poison", True)]
)
def test_a_contact_changes_the_fingerprint_of_the_sheets_that_name_it(
    example: Campaign, kind: str, same: bool
) -> None:
    other = replace(example, contacts={**example.contacts, kind: Contact(number="0341 999")})
    before, after = (page(c, "flyer-a6", "de", "found-syringe") for c in (example, other))
    assert (before.fingerprint == after.fingerprint) is same


def test_the_fingerprint_is_the_same_for_the_same_sheet(example: Campaign) -> None:
    assert (
        page(example, "flyer-a6", "ar").fingerprint == page(example, "flyer-a6", "ar").fingerprint
    )


def test_the_fingerprint_depends_on_the_styles_and_the_fonts(
    example: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = page(example, "flyer-a6", "de")
    others = [
        made,
        replace(made, styles=""),
        replace(made, html=""),
        replace(made, letters=frozenset("x")),
        replace(made, hashes={**made.hashes, "fonts": "others"}),
    ]
    prints = {other.fingerprint for other in others}
    monkeypatch.setattr("materials.render.ENGINE", "another")
    assert len(prints | {made.fingerprint}) == 6


@pytest.mark.parametrize("form", ["flyer-a6", "poster-a3"])
@EVERY_LANGUAGE
def test_publisher_and_printer_stand_on_the_sheet_with_their_address(
    example: Campaign, form: str, tag: str
) -> None:
    said = text(page(example, form, tag).html)
    for who in (example.imprint.publisher, example.imprint.printer):
        assert f"{who.name}, {who.address}" in said


def test_a_number_that_is_not_known_is_a_blank_line(example: Campaign) -> None:
    html = page(example, "flyer-a6", "de", "found-syringe").html
    assert html.count('class="blank"') == 1  # whom to call about syringes


@EVERY_TOPIC
def test_a_line_that_is_left_out_is_a_blank_line(example: Campaign, topic: str) -> None:
    met = replace(example.organisation, hours="dienstags 16 bis 18 Uhr")
    html = page(replace(example, contacts={}, organisation=met), "flyer-a6", "de", topic).html
    assert html.count('class="blank"') == len(topics()[topic].contacts)


def test_a_name_with_a_tag_is_text(folder: Path) -> None:
    edit(folder, 'credit = "Gefördert', 'credit = "<script>alert(1)</script> & Gefördert')
    campaign = load(folder)
    html = render(campaign, folder, [sheet_of(campaign, "flyer-a6", "de")]).html
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; Gefördert" in html


@EVERY_SHEET
def test_each_code_has_the_address_to_type_beside_it(
    example: Campaign, form: str, tag: str
) -> None:
    html = page(example, form, tag).html
    assert html.count('alt="slot QR"') == html.count('alt="slot ADDRESS"') >= 1
    assert "philos.example/" not in html  # it is stamped


def test_a_bilingual_sheet_has_german_beside_the_other_language(example: Campaign) -> None:
    html = page(example, "bilingual-a5", "ar").html
    first, second = html.split("side-2")[0], html.split("side-2")[1]
    assert "Jemand" in first
    assert 'lang="ar"' in second.split("</section>")[0] or "شخص" in second


def test_the_logo_is_inside_the_sheet(example: Campaign) -> None:
    html = page(example, "flyer-a6", "de").html
    assert html.count('src="data:image/svg+xml;base64,') == len(example.funders) == 1


def test_sheets_that_differ_in_place_alone_share_their_page(example: Campaign) -> None:
    flyers = [s for s in sheets(example) if (s.topic.id, s.format.id) == ("how-safe", "flyer-a6")]
    german = [sheet for sheet in flyers if sheet.tag == "de"]
    together = render(example, EXAMPLE, german)
    assert len(german) == 5
    assert together.letters >= set("Köhlerplatz") | set("Rabet")
    assert {render(example, EXAMPLE, german[::-1]).fingerprint} == {together.fingerprint}


def test_a_place_that_cannot_be_stamped_is_refused(folder: Path) -> None:
    edit(folder, 'name = "Schule Wurzner Straße"', 'name = "مدرسة"')
    campaign = load(folder)
    with pytest.raises(RenderError, match=r"cannot be stamped; write it as on the street sign"):
        render(campaign, folder, [sheet_of(campaign, "flyer-a6", "ar")])
