import re
from xml.etree import ElementTree as ET

import pytest
from fontTools.ttLib import TTFont
from jinja2 import UndefinedError

from materials.campaign import Campaign
from materials.formats import FORMATS
from materials.library import (
    ACCENTS,
    BUNDLED_FONTS,
    Topic,
    drawable,
    environment,
    font_faces,
    font_stack,
    home,
    topics,
)
from translations.languages import language

FONTS = sorted((home() / "fonts").glob("*.ttf"))
EVERY_TOPIC = pytest.mark.parametrize("topic", topics().values(), ids=topics())


def luminance(colour: str) -> float:
    """Return the relative luminance of WCAG 2.2."""
    shares = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_there_are_six_topics() -> None:
    assert set(topics()) == {
        *("emergency", "found-syringe", "how-safe"),
        *("project", "results", "traders"),
    }


@pytest.mark.parametrize("colour", ACCENTS.values(), ids=ACCENTS)
def test_white_text_can_be_read_on_every_accent(colour: str) -> None:
    assert 1.05 / (luminance(colour) + 0.05) >= 4.5


@EVERY_TOPIC
def test_a_topic_suits_formats_that_exist(topic: Topic) -> None:
    assert topic.formats
    assert set(topic.formats) <= set(FORMATS)


@EVERY_TOPIC
def test_a_topic_names_lines_that_the_example_has(topic: Topic, example: Campaign) -> None:
    assert topic.contacts or topic.results
    assert set(topic.contacts) <= set(example.contacts)


@EVERY_TOPIC
def test_a_topic_has_one_of_the_accents(topic: Topic) -> None:
    assert topic.accent in ACCENTS.values()


@EVERY_TOPIC
def test_every_icon_of_a_topic_is_there(topic: Topic) -> None:
    source = (home() / "topics" / f"{topic.id}.jinja").read_text("utf-8")
    named = {topic.icon, *re.findall(r'(?:step|icon)\("([a-z-]+)"', source)}
    assert len(named) > 1
    assert {f"{name}.svg" for name in named} <= {path.name for path in home().glob("icons/*")}


@pytest.mark.parametrize("path", sorted(home().glob("icons/*.svg")), ids=lambda path: path.stem)
def test_an_icon_is_a_drawing_without_letters_or_links(path: object) -> None:
    root = ET.parse(str(path)).getroot()
    assert {part.tag.rpartition("}")[2] for part in root.iter()}.isdisjoint(
        {"text", "image", "script", "use", "style", "foreignObject"}
    )
    assert "viewBox" in root.attrib


def test_every_font_file_is_declared_and_every_declared_file_is_there() -> None:
    declared = re.findall(r'url\("([^"]+)"\)', font_faces())
    assert sorted(declared) == [path.as_uri() for path in FONTS]


@pytest.mark.parametrize("path", FONTS, ids=lambda path: path.stem)
def test_a_font_may_be_embedded_and_has_the_weight_of_its_name(path: object) -> None:
    table = TTFont(path)["OS/2"]
    weight = {"Regular": 400, "SemiBold": 600, "Black": 900}[str(path)[:-4].rpartition("-")[2]]
    assert (table.fsType, table.usWeightClass) == (0, weight)


def test_the_fonts_come_with_their_licence() -> None:
    assert "SIL OPEN FONT LICENSE" in (home() / "fonts" / "OFL.txt").read_text("utf-8")


def test_a_font_of_the_system_cannot_take_the_place_of_ours() -> None:
    families = re.findall(r'font-family: "([^"]+)"', font_faces())
    assert set(families) == {f"Philos {family}" for family in BUNDLED_FONTS}


@pytest.mark.parametrize(
    ("tag", "stack"),
    [("de", '"Philos Sans"'), ("ar", '"Philos Sans Arabic", "Philos Sans"')],
)
def test_a_language_is_set_in_the_fonts_of_its_row(tag: str, stack: str) -> None:
    assert font_stack(language(tag)) == stack


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("de", "ÄÖÜäöüß„“‚‘–·…€"),
        ("tr", "ÇĞİıŞşÖÜçğ"),
        ("rom", "ČčŠšŽžÁáÉé"),
        ("ru", "ЁёЪъЫыЭэЩщ«»№"),
        ("ar", "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي،؛؟ 0123 Leipzig"),
    ],
)
def test_the_letters_of_a_language_can_be_drawn(tag: str, text: str) -> None:
    assert {ord(char) for char in text} <= drawable(language(tag))


@pytest.mark.parametrize(("tag", "char"), [("de", "🚀"), ("de", "ب"), ("ar", "ሀ"), ("ru", "漢")])
def test_a_letter_of_no_bundled_font_cannot_be_drawn(tag: str, char: str) -> None:
    assert ord(char) not in drawable(language(tag))


def test_a_name_that_a_template_misspells_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        environment().from_string("{{ misspelled }}").render()


def test_a_value_is_escaped() -> None:
    shown = environment().from_string("{{ name }}").render(name="<b>&")
    assert shown == "&lt;b&gt;&amp;"
