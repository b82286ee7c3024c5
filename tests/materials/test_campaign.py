import datetime as dt
import random
import tomllib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from materials.blanks import blanks
from materials.campaign import FILE, Campaign, checks, load
from surveys.definition import instrument
from surveys.documents import DocumentError, Finding, parse
from tests.materials.conftest import EXAMPLE, GONE, changed, edit, toml
from translations.languages import languages

TODAY = dt.date(2026, 11, 22)
EXAMPLE_TEXT = (EXAMPLE / FILE).read_text("utf-8")
LONG = "x" * 2001


def findings(folder: Path) -> tuple[Finding, ...]:
    """Return the findings of a folder, each told as a sentence that begins with the file."""
    with pytest.raises(DocumentError) as error:
        load(folder)
    assert all(str(finding).startswith(FILE) for finding in error.value.findings)
    assert all(str(finding).endswith(".") for finding in error.value.findings)
    assert str(error.value) == "\n".join(map(str, error.value.findings))
    return error.value.findings


def test_the_example_loads(example: Campaign) -> None:
    assert example.languages == ("de", "en", "ar", "rom", "tr", "ru")
    assert example.place("rabet").outdoors
    assert not example.place("wurzner-schule").outdoors
    assert example.host == "philos.example"


def test_the_copied_and_rewritten_example_is_the_same_campaign(
    folder: Path, example: Campaign
) -> None:
    changed(folder, ("title",), example.title)
    assert load(folder) == replace(example, given=None)


# Each row: where the key lies, its new value, the key that the finding names, some of its words.
HOSTILE: dict[str, tuple[tuple[str | int, ...], object, str, str]] = {
    "wrong type": (("title",), 5, "title", "text in quotes"),
    "missing title": (("title",), GONE, "title", "is missing; add it"),
    "empty title": (("title",), "", "title", "."),
    "blank title": (("title",), " \n ", "title", "."),
    "unknown key": (("titel",), "x", "titel", "check its spelling"),
    "unknown key inside": (("places", 0, "indoors"), True, "places[1].indoors", "spelling"),
    "a table as a list": (("imprint",), [], "imprint", "must be a table"),
    "a list as a table": (("places",), {}, "places", "list in square brackets"),
    "unknown language": (("languages", 5), "xx", "languages[6]", "'xx' is not in the table"),
    "language without catalogue": (("languages", 5), "so", "languages[6]", "no catalogue yet"),
    "no language": (("languages",), [], "languages", "must not be empty"),
    "missing imprint": (("imprint",), GONE, "imprint", "is missing"),
    "missing printer": (("imprint", "printer"), GONE, "imprint.printer", "is missing"),
    "missing address": (
        ("imprint", "printer", "address"),
        GONE,
        "imprint.printer.address",
        "is missing",
    ),
    "blank address": (("imprint", "publisher", "address"), "", "imprint.publisher.address", "."),
    "duplicate place": (("places", 1, "id"), "rabet", "places[2].id", "'rabet' stands twice"),
    "duplicate wave": (("waves", 3, "id"), "summer-2026", "waves[4].id", "stands twice"),
    "overlapping waves": (
        ("waves", 3, "opens"),
        dt.date(2026, 9, 30),
        "waves[3]",
        "same time as 'winter-2026'",
    ),
    "wave closes before it opens": (
        ("waves", 3, "closes"),
        dt.date(2026, 9, 30),
        "waves[4].closes",
        "before the day",
    ),
    "no wave": (("waves",), [], "waves", "must not be empty"),
    "no place": (("places",), [], "places", "must not be empty"),
    "no material": (("materials",), [], "materials", "must not be empty"),
    "logo outside": (("funders", 0, "logo"), "../funder.svg", "funders[1].logo", "leads out"),
    "logo absolute": (("funders", 0, "logo"), "/etc/logo.svg", "funders[1].logo", "leads out"),
    "logo missing": (("funders", 0, "logo"), "logos/x.svg", "funders[1].logo", "not in the cam"),
    "logo of a wrong type": (("funders", 0, "logo"), FILE, "funders[1].logo", "neither SVG nor"),
    "logo is a folder": (("funders", 0, "logo"), "logos", "funders[1].logo", "neither SVG nor"),
    "logo name too long": (
        ("funders", 0, "logo"),
        "x" * 300 + ".svg",
        "funders[1].logo",
        "not in the campaign folder",
    ),
    "template expression": (("title",), "{{ 7 * 7 }}", "title", "template code"),
    "template statement": (("places", 0, "name"), "{% x %}", "places[1].name", "template code"),
    "template comment": (("organisation", "name"), "{# x", "organisation.name", "template code"),
    "too long text": (("title",), LONG, "title", "longer than 2000 characters"),
    "NUL": (("title",), "a\0b", "title", "U+0000"),
    "escape": (("title",), "a\x1b[31mb", "title", "U+001B"),
    "bidi override": (("places", 0, "name"), "a\u202eb", "places[1].name", "U+202E"),
    "bidi isolate": (("title",), "a\u2066b", "title", "U+2066"),
    "host with scheme": (("host",), "https://philos.example", "host", "without https://"),
    "host with path": (("host",), "philos.example/x", "host", "without https:// and path"),
    "host with space": (("host",), "philos example", "host", "must be a host"),
    "host with line break": (("host",), "philos.example\n", "host", "must be a host"),
    "empty host": (("host",), "", "host", "must be a host"),
    "unknown topic": (("materials", 0, "topic"), "x", "materials[1].topic", "choose from"),
    "unknown format": (("materials", 0, "format"), "x", "materials[1].format", "choose from"),
    "topic does not suit format": (
        ("materials", 3, "format"),
        "sticker",
        "materials[4].format",
        "does not suit",
    ),
    "serials on a flyer": (
        ("materials", 0, "serials"),
        True,
        "materials[1].serials",
        "only stickers",
    ),
    "unknown survey": (("survey",), "x", "survey", "'x' is not known; choose from here-now"),
    "unknown survey of a material": (("materials", 0, "survey"), "x", "materials[1].survey", "'x'"),
    "unknown place of a material": (
        ("materials", 0, "places"),
        ["x"],
        "materials[1].places",
        "'x'",
    ),
    "language that the campaign lacks": (
        ("materials", 0, "languages"),
        ["fr"],
        "materials[1].languages",
        "'fr' is not known",
    ),
    "no copies": (("materials", 0, "copies"), 0, "materials[1].copies", "must be at least 1."),
    "copies without number": (("materials", 0, "copies"), True, "materials[1].copies", "whole num"),
    "copies as text": (("materials", 0, "copies"), "5", "materials[1].copies", "whole number"),
    "too many copies": (
        ("materials", 0, "copies"),
        10**9,
        "materials[1].copies",
        "must be at most 1000000.",
    ),
    "a switch as text": (("example",), "no", "example", "true or false"),
    "a switch as a number": (("places", 0, "outdoors"), 1, "places[1].outdoors", "true or false"),
    "bad time zone": (("timezone",), "Leipzig", "timezone", "'Leipzig' is not a time zone"),
    "time zone with path": (("timezone",), "Europe/../Europe/Berlin", "timezone", "time zone"),
    "date in quotes": (("waves", 0, "opens"), "2026-04-01", "waves[1].opens", "without quotes"),
    "date with a time": (
        ("waves", 0, "opens"),
        dt.datetime(2026, 4, 1, tzinfo=dt.UTC),
        "waves[1].opens",
        "date like",
    ),
    "a place beyond the poles": (
        ("places", 0, "position"),
        [95.0, 12.4],
        "places[1].position[1]",
        "must be at most 90",
    ),
    "a population without a code": (
        ("population",),
        {"source": "Amt", "people": [[1, 1, 400], [1, 300]]},
        "population.people[2]",
        "needs a code each for age, gender",
    ),
    "a population of fewer than nobody": (
        ("population",),
        {"source": "Amt", "people": [[1, 1, 400], [1, 2, -1]]},
        "population.people[2]",
        "and people",
    ),
    "a population with a code that nobody has": (
        ("population",),
        {"source": "Amt", "people": [[1, 1, 400], [1, 9, 300]]},
        "population.people[2]",
        "does not offer",
    ),
    "a population that counts twice": (
        ("population",),
        {"source": "Amt", "people": [[1, 1, 400], [1, 1, 300]]},
        "population.people",
        "the same codes twice",
    ),
    "a population that nobody has counted": (
        ("population",),
        {"source": "", "people": [[1, 1, 400], [1, 2, 300]]},
        "population.source",
        ".",
    ),
    "id with capitals": (("places", 0, "id"), "Rabet", "places[1].id", "must be an id"),
    "id as a path": (("places", 0, "id"), "../x", "places[1].id", "must be an id"),
    "id with line break": (("places", 0, "id"), "rabet\n", "places[1].id", "must be an id"),
}


@pytest.mark.parametrize(("where", "value", "key", "said"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_value_is_a_finding_at_its_key(
    folder: Path, where: tuple[str | int, ...], value: object, key: str, said: str
) -> None:
    changed(folder, where, value)
    named = [finding for finding in findings(folder) if finding.key == key]
    assert len(named) == 1
    assert f"{FILE}: {key}: " in str(named[0])
    assert said in named[0].message


def test_one_hostile_value_is_one_finding(folder: Path) -> None:
    changed(folder, ("title",), 5)
    assert len(findings(folder)) == 1


@pytest.mark.parametrize(
    ("where", "limit"), [(("places", 0, "id"), 40), (("host",), 120), (("languages", 0), 35)]
)
def test_the_limit_of_a_short_text_is_told(
    folder: Path, where: tuple[str | int, ...], limit: int
) -> None:
    changed(folder, where, "x" * (limit + 1))
    assert str(limit) in findings(folder)[0].message


@pytest.mark.parametrize(
    "twice",
    [
        pytest.param(lambda data: data["materials"].append(data["materials"][0]), id="material"),
        pytest.param(
            lambda data: data["materials"].append(data["materials"][2] | {"serials": True}),
            id="material with serials",
        ),
        pytest.param(lambda data: data["languages"].append("de"), id="language"),
        pytest.param(lambda data: data["languages"].append("rmy"), id="alias of a language"),
        pytest.param(
            lambda data: data["materials"][0].update(places=["rabet", "rabet"]), id="place"
        ),
        pytest.param(
            lambda data: data["materials"][0].update(languages=["de", "de"]),
            id="language of a material",
        ),
    ],
)
def test_what_would_print_a_sheet_twice_is_a_finding(
    folder: Path, twice: Callable[[dict[str, Any]], None]
) -> None:
    data = tomllib.loads(EXAMPLE_TEXT)
    twice(data)
    (folder / FILE).write_text(toml(data), "utf-8")
    assert findings(folder)


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        pytest.param(b'a = 1\ntitle = "x\n', 2, "not valid TOML", id="open quote"),
        pytest.param(b"a = 1\n\na = 2\n", 3, "not valid TOML", id="key twice"),
        pytest.param(b"[places\n", 1, "not valid TOML", id="open bracket"),
        pytest.param(b"\n\nopens = 2026-02-30\n", 3, "not valid TOML", id="no such day"),
        pytest.param(b'title = "a\0b"\n', 1, "not valid TOML", id="raw NUL"),
        pytest.param(b"# ok\ntitle = '\xff'\n", 2, "not UTF-8", id="Latin-1"),
        pytest.param(
            'title = "\ud800"'.encode("utf-8", "surrogatepass"), 1, "not UTF-8", id="half"
        ),
        pytest.param(EXAMPLE_TEXT.encode("utf-16"), 1, "not UTF-8", id="UTF-16"),
    ],
)
def test_what_is_no_toml_is_a_finding_with_its_line(
    folder: Path, content: bytes, line: int, said: str
) -> None:
    (folder / FILE).write_bytes(content)
    found = findings(folder)
    assert [(finding.line, said in finding.message) for finding in found] == [(line, True)]
    assert str(found[0]).startswith(f"{FILE}, line {line}: ")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"#" * 10_000_000, "larger than 1,000,000 bytes", id="10 MB of comment"),
        pytest.param(b'title = "' + b"x" * 10_000_000 + b'"', "larger than", id="10 MB of text"),
        pytest.param(b"a = " + b"[" * 100_000, "nested too deeply", id="deep lists"),
        pytest.param(b"a = " + b"{a=" * 100_000, "nested too deeply", id="deep tables"),
        pytest.param(b"copies = " + b"9" * 5000, "not valid TOML", id="a number without end"),
    ],
)
def test_a_file_made_to_exhaust_us_is_one_finding(folder: Path, content: bytes, said: str) -> None:
    (folder / FILE).write_bytes(content)
    found = findings(folder)
    assert len(found) == 1
    assert said in found[0].message


def test_an_empty_file_tells_every_missing_key(folder: Path) -> None:
    (folder / FILE).write_bytes(b"")
    assert {"id", "title", "host", "imprint", "places", "waves", "materials"} <= {
        finding.key for finding in findings(folder) if "is missing" in finding.message
    }


@pytest.mark.parametrize("content", [None, Path.mkdir], ids=["missing", "directory"])
def test_a_file_that_cannot_be_read_is_a_finding(
    folder: Path, content: Callable[[Path], None] | None
) -> None:
    (folder / FILE).unlink()
    if content:
        content(folder / FILE)
    assert ["cannot be read" in finding.message for finding in findings(folder)] == [True]


def test_a_logo_that_is_a_link_out_of_the_folder_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.svg").write_text("<svg/>")
    (folder / "logos" / "funder.svg").unlink()
    (folder / "logos" / "funder.svg").symlink_to(tmp_path / "secret.svg")
    assert [finding.key for finding in findings(folder)] == ["funders[1].logo"]


def test_a_logo_that_links_to_itself_is_refused(folder: Path) -> None:
    (folder / "logos" / "funder.svg").unlink()
    (folder / "logos" / "funder.svg").symlink_to("funder.svg")
    assert [finding.key for finding in findings(folder)] == ["funders[1].logo"]


def test_a_language_without_a_bundled_font_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "usable", lambda _: list(languages().values()))
    changed(folder, ("languages", 5), "ti")
    assert [(found.key, "no font" in found.message) for found in findings(folder)] == [
        ("languages[6]", True)
    ]


def test_three_faults_of_form_are_told_in_one_go(folder: Path) -> None:
    for where, value in [(("title",), 5), (("host",), "x/y"), (("waves", 0, "opens"), "2026")]:
        changed(folder, where, value)
    assert [found.key for found in findings(folder)] == ["title", "host", "waves[1].opens"]


def test_three_faults_of_sense_are_told_in_one_go(folder: Path) -> None:
    edit(folder, 'id = "eisenbahnstrasse"', 'id = "rabet"')
    edit(folder, 'topic = "traders"', 'topic = "x"')
    edit(folder, "logos/funder.svg", "x.svg")
    assert {"places[2].id", "materials[4].topic", "funders[1].logo"} <= {
        found.key for found in findings(folder)
    }


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
def test_random_bytes_are_never_more_than_a_finding(data: bytes) -> None:
    with pytest.raises(DocumentError):
        parse(data, FILE, Campaign)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(EXAMPLE_TEXT)), st.integers(0, 60), st.text(max_size=4))
def test_a_damaged_example_is_a_campaign_or_findings(
    tmp_path_factory: pytest.TempPathFactory, start: int, length: int, text: str
) -> None:
    _loads_or_tells(
        tmp_path_factory.getbasetemp(),
        (EXAMPLE_TEXT[:start] + text + EXAMPLE_TEXT[start + length :]).encode(),
    )


SCALARS = st.one_of(
    st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.dates(), st.just(GONE)
)
VALUES = st.recursive(
    SCALARS.filter(lambda value: value is not GONE),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
)


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False), st.one_of(st.just(GONE), VALUES))
def test_a_changed_key_of_the_example_is_a_campaign_or_findings(
    tmp_path_factory: pytest.TempPathFactory, chance: random.Random, value: object
) -> None:
    data = tomllib.loads(EXAMPLE_TEXT)
    place: Any = data
    keys = list(place)
    key: Any = chance.choice(keys)
    while isinstance(place[key], dict | list) and place[key] and chance.random() < 0.8:
        place = place[key]
        key = chance.choice(list(place) if isinstance(place, dict) else range(len(place)))
    if value is GONE:
        del place[key]
    else:
        place[key] = value
    _loads_or_tells(tmp_path_factory.getbasetemp(), toml(data).encode("utf-8", "replace"))


def _loads_or_tells(base: Path, content: bytes) -> None:
    folder = base / "mutant"
    if not folder.exists():
        (folder / "logos").mkdir(parents=True)
        (folder / "logos" / "funder.svg").write_bytes((EXAMPLE / "logos/funder.svg").read_bytes())
    (folder / FILE).write_bytes(content)
    with suppress(DocumentError):
        campaign = load(folder)
        assert campaign.languages
        assert all(found.file == FILE for found in blanks(campaign, TODAY))


@pytest.mark.parametrize(
    ("folds", "said"),
    [
        ({"leaflet-wickelfalz": [98, 100, 99]}, ""),
        ({"leaflet-wickelfalz": [97, 100, 101]}, "needs 3 widths in mm that make 297 together"),
        ({"leaflet-wickelfalz": [197, 100]}, "needs 3 widths in mm that make 297 together"),
        ({"leaflet-wickelfalz": [47, 150, 100]}, "has a panel far narrower than the others"),
        ({"leaflet-einbruchfalz": [float("nan"), 99.0]}, "needs 2 widths"),
        ({"flyer-a6": [105]}, "is no folded leaflet; choose from leaflet-wickelfalz"),
        ({"leaflet-altarfalz": [105]}, "is no folded leaflet"),
    ],
)
def test_a_print_shop_may_fold_in_its_own_way(
    folder: Path, folds: dict[str, list[float]], said: str
) -> None:
    lines = "\n".join(f"{name} = {widths}" for name, widths in folds.items())
    edit(folder, "[organisation]", f"[folds]\n{lines}\n[organisation]")
    if said:
        assert said in str(findings(folder)[0])
    else:
        material = next(m for m in load(folder).materials if m.format in folds)
        assert load(folder).form(material).row(0) == [("call", 98), ("help", 100), ("cover", 99)]


@pytest.mark.parametrize(
    ("day", "wave"),
    [
        ("2025-03-31", None),
        ("2026-03-31", "winter-2025"),
        ("2026-04-01", "summer-2026"),
        ("2026-09-30", "summer-2026"),
        ("2026-10-01", "winter-2026"),
        ("2027-03-31", "winter-2026"),
        ("2027-04-01", None),
    ],
)
def test_a_wave_is_open_from_its_first_to_its_last_day(
    example: Campaign, day: str, wave: str | None
) -> None:
    found = example.wave_on(dt.date.fromisoformat(day))
    assert (found and found.id) == wave


@pytest.mark.parametrize(
    ("day", "wave"),
    [
        ("2020-01-01", "summer-2025"),
        ("2026-03-31", "summer-2026"),
        ("2026-04-01", "winter-2026"),
        ("2026-09-30", "winter-2026"),
        ("2026-10-01", None),
    ],
)
def test_the_next_wave_is_the_first_that_opens_later(
    example: Campaign, day: str, wave: str | None
) -> None:
    backwards = replace(example, waves=example.waves[::-1])
    found = backwards.next_wave(dt.date.fromisoformat(day))
    assert (found and found.id) == wave


def test_the_surveys_are_those_that_a_sheet_leads_to(example: Campaign) -> None:
    assert list(example.instruments) == ["here-now", "how-safe"]


OWN = """id = "how-lit"
title = "Licht"
minutes = 1
[scales.x]
options = [{ code = 1, text = "Hell" }]
[[questions]]
id = "park"
text = "Wie hell ist es?"
scale = "x"
missing = []
source = "own"
licence = "own"
"""


def own_survey(folder: Path, text: str = OWN, name: str = "how-lit") -> None:
    (folder / "surveys").mkdir()
    (folder / "surveys" / f"{name}.toml").write_text(text, "utf-8")


def test_a_campaign_can_ask_with_a_survey_of_its_own(folder: Path) -> None:
    own_survey(folder)
    changed(folder, ("survey",), "how-lit")
    assert list(load(folder).instruments["how-lit"].items) == ["park"]


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        (OWN, "other", "surveys/other.toml: id: must be the name of the file"),
        (OWN.replace("how-lit", "how-safe"), "how-safe", "none of philos's own"),
        (OWN.replace('scale = "x"', 'scale = "y"'), "how-lit", "names the scale 'y'"),
    ],
)
def test_a_wrong_survey_of_its_own_is_refused_by_its_file(
    folder: Path, text: str, name: str, said: str
) -> None:
    own_survey(folder, text, name)
    with pytest.raises(DocumentError) as caught:
        load(folder)
    assert said in str(caught.value)


def test_a_survey_belongs_in_a_file_of_its_own(folder: Path) -> None:
    changed(folder, ("surveys",), {"how-lit": tomllib.loads(OWN)})
    with pytest.raises(DocumentError, match="surveys: belong in files below surveys/"):
        load(folder)


def test_the_places_are_rows_of_the_survey_by_their_own_names(example: Campaign) -> None:
    asked = [question for question in instrument("how-safe").questions if question.rows_from]
    rows = [
        row
        for q in example.instruments["how-safe"].questions
        if q.id == asked[0].id
        for row in q.rows
    ]
    assert [row.id for row in rows] == [place.id for place in example.places]
    assert all(row.name for row in rows)


def test_a_tag_is_kept_as_the_table_writes_it(folder: Path) -> None:
    changed(folder, ("languages",), ["de", "ARB", "rmy"])
    assert load(folder).languages == ("de", "ar", "rom")


def test_the_languages_are_rows_of_the_table(example: Campaign) -> None:
    assert [row.tag for row in example.rows] == list(example.languages)


def test_the_zone_is_the_one_of_the_file(folder: Path) -> None:
    changed(folder, ("timezone",), "Asia/Tokyo")
    assert load(folder).zone.key == "Asia/Tokyo"
