import html
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given
from hypothesis import settings as rules
from hypothesis import strategies as st
from PIL import Image

from materials.campaign import Campaign
from surveys.disclosure import Paired
from surveys.release import Without
from surveys.statistics import Interval, Weighted
from surveys.storage import Storage
from surveys.weighting import Unweighted
from tests.surveys.releasing import result, row
from tests.webapp.conftest import sign_in
from tests.webapp.released import PLACES, TABLES, WHOLE, put
from webapp.comparing import Results, Wish

RESULTS = "/staff/results"
Put = Callable[..., Any]


@pytest.fixture
def campaign(app: Flask) -> Campaign:
    found: Campaign = app.extensions["philos"].campaign
    return found


@pytest.fixture
def release(storage: Storage, campaign: Campaign) -> Put:
    """Release made-up results of a wave."""
    return lambda wave="summer-2026", **parts: put(storage, campaign, wave, **parts)


@pytest.fixture
def staff(client: FlaskClient) -> FlaskClient:
    """A browser in which somebody who may only look is signed in and asks for German."""
    assert sign_in(client, "vera") == 303
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de"
    return client


@pytest.fixture
def ready(staff: FlaskClient, release: Put) -> FlaskClient:
    """The browser, with one wave released."""
    release()
    return staff


def text(page: str) -> str:
    """Return what a page says, on one line and without marks of direction."""
    plain = html.unescape(re.sub(r"<style>.*?</style>|<[^>]+>", "", page, flags=re.DOTALL))
    return " ".join(plain.translate(str.maketrans("\xa0\u202f", "  ", "\u2068\u2069")).split())


def rows(page: str) -> dict[str, str]:
    """Return the text of each row of the tables by its heading, the first of each."""
    found: dict[str, str] = {}
    for head, body in re.findall(r'<tr>\s*<th scope="row">(.*?)</th>(.*?)</tr>', page, re.DOTALL):
        found.setdefault(text(head), text(body.replace("</td>", " </td>")))
    return found


def said(page: str) -> list[str]:
    """Return the verdicts of a page."""
    (found,) = re.findall(r'<ul class="verdicts">(.*?)</ul>', page, re.DOTALL)
    return [text(each) for each in re.findall(r"<li.*?</li>", found, re.DOTALL)]


def test_the_newest_wave_is_compared_by_place_unless_something_else_is_chosen(
    staff: FlaskClient, release: Put
) -> None:
    release("summer-2025")
    release("summer-2026")
    page = staff.get(RESULTS).text
    assert "Verglichen nach: Ort · Sommerhalbjahr 2026, freigegeben am 28.09.2026" in text(page)
    found = rows(page)
    assert found["Rabet"] == "60 20 0 0 40 67 % 54 % bis 77 % 0 0"
    assert list(found)[:5] == [
        "Rabet",
        "Eisenbahnstraße",
        "Torgauer Platz",
        "Köhlerplatz",
        "Schule Wurzner Straße",
    ]


def test_verdicts_say_the_figures_of_the_document(ready: FlaskClient) -> None:
    document = ready.get(f"{RESULTS}/comparison.json").get_json()
    verdicts = said(ready.get(RESULTS).text)
    first = document["differences"][0]
    rest = first["rest"]["row"]
    assert verdicts[0] == (
        "Rabet: In dieser Stichprobe ist der Anteil „unsicher“ größer, 67 % von 60. Zum Vergleich, "
        f"alle anderen zusammen: {100 * rest['adverse'] / rest['n']:.0f} % von {rest['n']}. "
        "Der Unterschied ist größer, als Zufall allein ihn machen würde."
    )
    assert first["verdict"] == "more"
    assert verdicts[2].endswith("Ein Unterschied dieser Größe kann auch Zufall sein.")
    assert document["caveat"] in text(ready.get(RESULTS).text)


def test_the_document_is_what_the_command_says(
    ready: FlaskClient, storage: Storage, campaign: Campaign
) -> None:
    expected = Results(campaign, storage).compare(Wish(by="topic")).to_json()
    sent = ready.get(f"{RESULTS}/comparison.json?by=topic").get_json()
    assert sent == json.loads(json.dumps(expected))


def test_of_a_hidden_place_no_number_is_on_the_page(ready: FlaskClient) -> None:
    page = ready.get(RESULTS).text
    found = rows(page)
    for name in ("Köhlerplatz", "Schule Wurzner Straße"):
        assert set(found[name].split()) == {"–"}
    assert "Köhlerplatz, Schule Wurzner Straße: Ob sich das unterscheidet" in text(page)
    assert "Verborgen, damit niemand erkannt werden kann" in text(page)


def test_notes_stand_next_to_the_group_that_they_are_about(ready: FlaskClient) -> None:
    page = text(ready.get(RESULTS).text)
    assert "Torgauer Platz: Nur 34 Antworten: Der Anteil ist nur ungenau bekannt." in page
    assert "Rabet: Nur" not in page


def test_who_stays_away_is_counted_as_well_where_many_do(ready: FlaskClient) -> None:
    page = text(ready.get(f"{RESULTS}?by=all").text)
    assert (
        "15 % bleiben lieber weg oder gehen nie allein. Zählt man sie dazu, sind es 56 %." in page
    )
    assert "In dieser Stichprobe sagen 49 % von 175 „unsicher“." in page


def test_languages_are_shown_and_not_tested(ready: FlaskClient) -> None:
    page = ready.get(f"{RESULTS}?by=language").text
    assert "Sprachen werden nicht miteinander getestet" in text(page)
    assert "verdicts" not in re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    assert rows(page)["العربية"].startswith("75 ")


def test_names_of_topics_are_those_of_the_sheets(ready: FlaskClient) -> None:
    assert "Notfall" in rows(ready.get(f"{RESULTS}?by=topic").text)


def test_waves_are_compared_with_the_one_before_and_places_drawn_beside(
    staff: FlaskClient, release: Put
) -> None:
    for number, wave in enumerate(("summer-2025", "winter-2025", "summer-2026")):
        whole = row(40 + 30 * number, 110 - 30 * number)
        release(wave, dark=result(TABLES, whole=whole))
    page = staff.get(f"{RESULTS}?by=wave").text
    plain = text(page)
    assert "Über 3 Wellen hinweg wird der Anteil „unsicher“ kleiner" in plain
    assert "Sommerhalbjahr 2025 und Winterhalbjahr 2025/26 liegen in verschiedenen" in plain
    assert len(said(page)) == 2
    assert "Die Orte über die Wellen" in plain
    at_rabet = staff.get(f"{RESULTS}?by=wave&place=rabet").text
    assert rows(at_rabet)["Sommerhalbjahr 2026"].startswith("60 ")
    assert "Die Orte über die Wellen" not in text(at_rabet)
    two = staff.get(f"{RESULTS}?by=wave&group=summer-2025&group=summer-2026").text
    assert len(said(two)) == 1
    assert text(two).count("Nur einige Wellen vergleichen") == 1


@pytest.mark.parametrize("query", ["", "by=wave", "questions=all", "questions=all&by=wave"])
def test_releases_and_versions_are_read_once_for_all_comparisons_of_a_page(
    staff: FlaskClient, release: Put, app: Flask, query: str
) -> None:
    release("summer-2025")
    release("summer-2026")
    address = f"{RESULTS}?{query}"
    staff.get(address)  # what a survey's version asks is read once for all pages
    said: list[str] = []
    engine = app.extensions["philos"].storage._engine
    sa.event.listen(engine, "before_cursor_execute", lambda *each: said.append(each[2]))
    assert staff.get(address).status_code == 200
    read = [table for each in said for table in re.findall(r"FROM (\w+)", each)]
    assert read.count("releases") == 1
    assert read.count("survey_versions") == ("by=wave" in query)


def test_chosen_groups_are_compared_with_each_other_and_can_be_chosen_on_the_page(
    ready: FlaskClient,
) -> None:
    page = ready.get(f"{RESULTS}?group=rabet&group=torgauer-platz").text
    assert list(rows(page))[:2] == ["Rabet", "Torgauer Platz"]
    assert len(said(page)) == 1
    assert set(re.findall(r'name="group" value="([^"]+)"( checked)?', page)) == {
        ("rabet", " checked"),
        ("torgauer-platz", " checked"),
        *((place, "") for place in PLACES if place not in {"rabet", "torgauer-platz"}),
    }
    (form,) = re.findall(r'<details class="groups" open>.*?</details>', page, re.DOTALL)
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]+)">', form))
    assert hidden == {
        "survey": "how-safe",
        "question": "dark",
        "by": "place",
        "wave": "summer-2026",
    }


def test_the_other_language_keeps_every_choice(ready: FlaskClient) -> None:
    page = ready.get(f"{RESULTS}?group=rabet&group=torgauer-platz&by=place").text
    (english,) = re.findall(r'<a href="(\?[^"]+language=en)"', page)
    found = ready.get(RESULTS + html.unescape(english)).text
    assert '<html lang="en"' in found
    assert "Compared by: Place" in text(found)
    assert list(rows(found))[:3] == [
        "Rabet",
        "Torgauer Platz",
        rows(found) and list(rows(found))[2],
    ]
    assert len(said(found)) == 1
    assert '<html lang="en"' in ready.get(RESULTS).text


def test_every_way_on_that_the_page_offers_leads_somewhere(ready: FlaskClient) -> None:
    page = ready.get(RESULTS).text
    links = {html.unescape(link) for link in re.findall(r'href="(/staff/results[^"]*)"', page)}
    pages = {link for link in links if "png" not in link}
    assert len(pages) > 25
    assert {ready.get(link).status_code for link in pages} == {200}


@pytest.mark.parametrize("query", ["by=wave", "questions=all", "questions=all&by=wave"])
def test_nothing_is_offered_that_has_no_answers(ready: FlaskClient, query: str) -> None:
    page = ready.get(f"{RESULTS}?{query}").text
    links = {html.unescape(link) for link in re.findall(r'href="(/staff/results[^"]*)"', page)}
    pages = {link for link in links if "png" not in link}
    assert not [link for link in pages if "here-now" in link or "daylight" in link]
    assert {ready.get(link).status_code for link in pages} == {200}


def test_a_wave_and_a_place_without_answers_are_not_offered(
    staff: FlaskClient, release: Put
) -> None:
    release("summer-2025", dark=result({"place": {"rabet": PLACES["rabet"]}}, whole=WHOLE))
    release("summer-2026")
    by_topic = staff.get(f"{RESULTS}?by=topic").text
    assert "wave=summer-2025" not in by_topic
    assert "wave=summer-2025" in staff.get(RESULTS).text
    release("summer-2026", dark=result({"place": {"rabet": PLACES["rabet"]}}, whole=WHOLE))
    release("summer-2025", dark=result({"place": {"rabet": row(0, 0)}}, whole=row(0, 0)))
    assert "wave=summer-2025" not in staff.get(RESULTS).text
    by_wave = staff.get(f"{RESULTS}?by=wave").text
    assert "place=rabet" in by_wave
    assert "place=torgauer-platz" not in by_wave


def test_topics_and_formats_are_in_the_order_of_the_campaign(
    storage: Storage, campaign: Campaign
) -> None:
    found = Results(campaign, storage)
    for by in ("topic", "format"):
        printed = list(dict.fromkeys(getattr(each, by) for each in campaign.materials))
        assert list(found.names(by))[: len(printed)] == printed
    assert {"results", "how-safe"} <= set(found.names("topic"))
    assert "flyer-a6" in found.names("format")


def test_a_way_to_compare_that_a_wave_has_not_is_not_offered(ready: FlaskClient) -> None:
    page = ready.get(RESULTS).text
    assert "by=format" not in page
    assert "Form des Blattes (in dieser Welle nicht)" in text(page)
    assert "by=topic" in page


@pytest.mark.parametrize(
    ("query", "status", "why"),
    [
        ("question=age", 404, "Diese Frage gibt es nicht"),
        ("question=<script>", 404, "Diese Frage gibt es nicht"),
        ("survey=nothing", 404, "Diese Umfrage gibt es nicht"),
        ("by=street", 404, "So lässt sich nicht vergleichen"),
        ("wave=nothing", 404, "Diese Welle gibt es nicht"),
        ("group=nowhere", 404, "Eine der gewählten Gruppen"),
        ("by=wave&place=nowhere", 404, "Diesen Ort gibt es in der Kampagne nicht"),
        ("by=wave&group=nothing", 404, "Diese Welle gibt es nicht"),
        ("by=format", 422, "Alle Antworten sind aus derselben Gruppe"),
        ("survey=here-now", 422, "in keiner der gewählten Wellen so gestellt"),
        ("wave=winter-2026", 422, "Winterhalbjahr 2026/27 läuft noch bis zum 31.03.2027."),
        ("wave=summer-2025", 422, "Sommerhalbjahr 2025 ist zu Ende, aber noch nicht freigegeben."),
        ("questions=all&by=street", 404, "So lässt sich nicht vergleichen"),
        ("questions=all&wave=winter-2026", 422, "läuft noch bis zum"),
    ],
)
def test_what_cannot_be_compared_is_said_in_a_sentence_with_a_way_on(
    ready: FlaskClient, query: str, status: int, why: str
) -> None:
    for path in (RESULTS, f"{RESULTS}/comparison.json", f"{RESULTS}/bars.svg"):
        if path.endswith("svg") and "questions" in query:
            continue  # a picture is of one question
        page = ready.get(f"{path}?{query}")
        assert page.status_code == status
        assert why in text(page.text)
        assert "<script" not in page.text
        assert 'href="/staff/results"' in page.text
        assert "67 %" not in page.text


def test_before_the_first_release_the_page_says_when_there_will_be_results(
    staff: FlaskClient,
) -> None:
    page = staff.get(RESULTS)
    assert page.status_code == 200
    assert "Noch sind keine Ergebnisse freigegeben." in text(page.text)
    assert 'href="/staff/"' in page.text
    assert staff.get(f"{RESULTS}?by=wave").status_code == 404
    assert staff.get(f"{RESULTS}/comparison.json").status_code == 200


def test_all_questions_are_one_list_adjusted_together(ready: FlaskClient) -> None:
    page = ready.get(f"{RESULTS}?questions=all").text
    plain = text(page)
    assert "Rabet – alle anderen zusammen" in plain
    assert "über alle zusammen angepasst (Benjamini und Hochberg)" in plain
    assert plain.count("67 % 54 % bis 77 %, n = 60") >= 20
    assert "Wie sehr vertrauen Sie der Polizei?" in plain
    assert "gezählt wird „wenig Vertrauen“" in plain
    document = ready.get(f"{RESULTS}/comparison.json?questions=all").get_json()
    assert {each["correction"] for each in document} == {"benjamini-hochberg"}
    clear = [
        d for each in document for d in each["differences"] if d["verdict"] in {"more", "fewer"}
    ]
    assert len(said(page)) == len(clear) > 0
    assert document[0]["caveat"] in plain


@pytest.mark.parametrize("by", ["all", "language", "wave"])
def test_all_questions_without_a_difference_are_a_table(ready: FlaskClient, by: str) -> None:
    page = ready.get(f"{RESULTS}?questions=all&by={by}")
    assert page.status_code == 200
    assert "Alle Anteile" in text(page.text)
    assert "Frage für Frage" not in text(page.text)
    assert ("Sprachen werden nicht" in text(page.text)) == (by == "language")


SHARE = Weighted(share=0.44, interval=Interval(0.31, 0.58), effective=52.4, design_effect=1.8)


def test_a_weighted_share_stands_beside_the_plain_one_with_what_it_costs(
    staff: FlaskClient, release: Put
) -> None:
    release(dark=result(TABLES, whole=WHOLE, weighted=SHARE))
    page = text(staff.get(f"{RESULTS}?by=all").text)
    assert "Gewichtet nach Alter und Geschlecht der Bevölkerung: 44 % (31 % bis 58 %)." in page
    assert "als hätten nur 52 Menschen geantwortet" in page
    release(dark=result(TABLES, whole=WHOLE, weighted=Unweighted.FEW))
    assert "weniger als fünf Antworten" in text(staff.get(f"{RESULTS}?by=all").text)


def test_bursts_are_told_with_what_is_left_without_them(staff: FlaskClient, release: Put) -> None:
    without = {
        "rabet": Without(left_out=30, n=30, adverse=15),
        "all": Without(left_out=30, n=145, adverse=60),
    }
    release(dark=result(TABLES, whole=WHOLE, without_bursts=without), bursts=("rabet",))
    page = text(staff.get(RESULTS).text)
    assert "Rabet: Ohne 30 auffällig dichte Antworten wären es 50 %." in page
    assert "kamen auffällig dicht, etwa von einer Schulklasse" in page
    release(bursts=("rabet",), bursts_hidden=True)
    assert "Was auffällig dichte Antworten ändern, bleibt verborgen" in text(
        staff.get(RESULTS).text
    )


def test_day_and_night_of_the_same_persons_stand_where_all_are_together(
    staff: FlaskClient, release: Put
) -> None:
    release(pairs={"day&dark": Paired(both=30, first=5, second=40, neither=25)})
    page = text(staff.get(f"{RESULTS}?by=all").text)
    assert "100 Menschen haben beide Fragen beantwortet." in page
    assert "gaben 5 nur auf die Frage" in page
    release(pairs={"day&dark": None})
    assert "Wie dieselben Menschen beide Fragen" in text(staff.get(f"{RESULTS}?by=all").text)


def test_where_places_lie_is_sketched_when_it_is_known(
    ready: FlaskClient, app: Flask, campaign: Campaign
) -> None:
    assert "Wo die Orte liegen" not in ready.get(RESULTS).text
    places = [
        replace(place, position=(51.34 + 0.01 * number, 12.4))
        for number, place in enumerate(campaign.places)
    ]
    app.extensions["philos"].campaign = replace(campaign, places=tuple(places))
    page = text(ready.get(RESULTS).text)
    assert "Wo die Orte liegen" in page
    assert "67 % von 60" in page


@pytest.mark.parametrize("kind", ["bars", "whiskers"])
def test_a_picture_can_be_taken_as_a_file(ready: FlaskClient, kind: str) -> None:
    svg = ready.get(f"{RESULTS}/{kind}.svg")
    assert svg.mimetype == "image/svg+xml"
    assert f"how-safe-dark-place-summer-2026-{kind}.svg" in svg.headers["Content-Disposition"]
    drawn = " ".join(ET.fromstring(svg.text).itertext())
    assert "Nach Einbruch der Dunkelheit".lower() in drawn.lower()
    assert "keine Aussage über alle" in " ".join(drawn.split())
    assert "Sommerhalbjahr 2026" in drawn


def test_pictures_of_two_waves_places_and_groups_are_files_of_their_own(
    staff: FlaskClient, release: Put
) -> None:
    queries = ["", "wave=summer-2025", "group=rabet&group=torgauer-platz", "by=wave"]
    queries += ["by=wave&place=rabet", "by=topic"]
    release("summer-2025")
    release("summer-2026")
    names = [
        staff.get(f"{RESULTS}/bars.svg?{query}").headers["Content-Disposition"] for query in queries
    ]
    assert len(set(names)) == len(queries)


def test_how_two_groups_differ_in_every_question_can_be_taken_as_a_file(
    ready: FlaskClient,
) -> None:
    page = ready.get(f"{RESULTS}?questions=all").text
    links = [html.unescape(each) for each in re.findall(r'href="([^"]+\.svg[^"]*)"', page)]
    assert len(links) == len(PLACES)
    sent = ready.get(links[0])
    assert "how-safe-all-place-summer-2026-rabet-rest.svg" in sent.headers["Content-Disposition"]
    drawn = " ".join(" ".join(ET.fromstring(sent.text).itertext()).split())
    assert "Rabet – alle anderen zusammen (Sommerhalbjahr 2026)" in drawn
    assert "Wie sehr vertrauen Sie der Polizei?" in drawn


def test_exact_figures_of_tests_are_written_as_the_reader_does(ready: FlaskClient) -> None:
    page = re.sub(r"<style>.*?</style>", "", ready.get(RESULTS).text, flags=re.DOTALL)
    (exact,) = re.findall(r"Genaue Zahlen der Tests</summary>.*?</details>", page, re.DOTALL)
    assert not re.search(r"\d\.\d", text(exact))
    assert re.search(r"\+28 < 0,001 (< )?0,00\d \+0,\d\d", text(exact.replace("</td>", " ")))


def test_a_picture_can_be_taken_as_png(ready: FlaskClient) -> None:
    png = ready.get(f"{RESULTS}/bars.png?by=topic")
    image = Image.open(io.BytesIO(png.data))
    assert image.format == "PNG"
    assert "Notfall" in image.info["Description"]


@pytest.mark.parametrize("name", ["map.svg", "multiples.png", "nothing.svg", "bars.pdf", "bars"])
def test_a_picture_that_a_comparison_does_not_have_is_not_there(
    ready: FlaskClient, name: str
) -> None:
    assert ready.get(f"{RESULTS}/{name}").status_code == 404


def test_nothing_is_shown_to_who_is_not_signed_in(client: FlaskClient, release: Put) -> None:
    release()
    for path in ("", "/comparison.json", "/bars.svg", "/bars.png"):
        answer = client.get(RESULTS + path)
        assert answer.status_code == 302
        assert "/staff/login" in answer.headers["Location"]


def test_the_page_needs_no_script_and_no_outside_asset(ready: FlaskClient) -> None:
    for query in ("", "?by=wave", "?questions=all"):
        page = ready.get(RESULTS + query).text
        assert "<script" not in page
        assert not re.findall(r'(?:src|srcset)=|style="', page)


@rules(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(
    st.dictionaries(
        st.sampled_from(["survey", "question", "questions", "by", "wave", "place", "group"]),
        st.text(max_size=12) | st.sampled_from(["how-safe", "dark", "all", "wave", "rabet"]),
    )
)
def test_whatever_the_address_says_the_page_answers(
    ready: FlaskClient, query: dict[str, str]
) -> None:
    found = ready.get(RESULTS, query_string=query)
    assert found.status_code in {200, 404, 422}
    assert "<h1>" in found.text
