import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from surveys.definition import Instrument
from surveys.links import Target
from surveys.storage import Context, Storage
from tests.conftest import NOON
from tests.webapp.conftest import sign_in
from webapp.service import Service

Fill = Callable[..., None]


@pytest.fixture
def fill(storage: Storage) -> Fill:
    """Store made-up answers to one question."""

    def fill(place: str, counts: dict[int, int], wave: str = "winter-2026") -> None:
        target = Target("leipziger-osten", place, "how-safe", "flyer-a6", "ar", "how-safe")
        (asked,) = storage.versions("how-safe")
        context = Context(
            target=target, version=asked.version, wave=wave, language="ar", moment=NOON
        )
        for code, number in counts.items():
            for index in range(number):
                storage.save(f"{place}{wave}{code}-{index}", context, {"dark": code})

    return fill


@pytest.fixture
def staff(client: FlaskClient) -> FlaskClient:
    """A browser that is signed in and asks for German."""
    assert sign_in(client) == 303
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de"
    return client


@pytest.fixture
def burst(storage: Storage) -> Fill:
    """Store four answers on each of eight days at two places, and then many at once at one."""

    def fill(counts: dict[int, int], usual_days: int = 8) -> None:
        (asked,) = storage.versions("how-safe")
        days = {day: {1: 1, 2: 1, 3: 1, 4: 1} for day in range(1, usual_days + 1)} | {0: counts}
        for place in ("rabet", "torgauer-platz"):
            target = Target("leipziger-osten", place, "how-safe", "flyer-a6", "ar", "how-safe")
            for day, codes in days.items() if place == "rabet" else [*days.items()][:-1]:
                context = Context(
                    target=target,
                    version=asked.version,
                    wave="winter-2026",
                    language="ar",
                    moment=NOON - timedelta(day),
                )
                for code, number in codes.items():
                    for index in range(number):
                        storage.save(f"{place}{day}{code}-{index}", context, {"dark": code})

    return fill


def rows(html: str) -> dict[str, str]:
    """Return the text of each row of the table by its heading."""
    found = re.findall(r'<tr>\s*<th scope="row">(.*?)</th>(.*?)</tr>', html, re.DOTALL)
    clean = re.compile(r"<[^>]+>")
    return {
        clean.sub("", head).split("  ")[0].strip(): " ".join(clean.sub(" ", body).split())
        for head, body in found
    }


def test_the_comparison_by_place_shows_share_interval_and_base(
    staff: FlaskClient, fill: Fill
) -> None:
    fill("rabet", {1: 5, 2: 10, 3: 15, 4: 10, 99: 5})
    fill("torgauer-platz", {1: 20, 2: 20, 3: 10, 4: 10})
    page = staff.get("/staff/results")
    found = rows(page.text)
    assert found["Rabet"].startswith("40 Sehr sicher: 5 Eher sicher: 10")
    assert "62 % 47 % bis 76 % 5" in found["Rabet"]
    assert found["Torgauer Platz"].startswith("60 ")
    assert "Noch keine Antworten" in found["Köhlerplatz"]
    assert "vorläufig" in page.text
    assert "keine Aussage über alle Bewohner*innen" in page.text


def test_a_small_place_is_nowhere_on_the_page_and_neither_is_its_cover(
    staff: FlaskClient, fill: Fill
) -> None:
    fill("rabet", {1: 31, 3: 31})
    fill("torgauer-platz", {1: 17, 3: 19})
    fill("koehlerplatz", {1: 2, 3: 6})
    found = rows(staff.get("/staff/results").text)
    for name in ("Köhlerplatz", "Torgauer Platz"):
        assert found[name].startswith("Verborgen. Gezeigt wird ab 10 Antworten")
        assert not re.search(r"\d+ %", found[name])
    assert found["Rabet"].startswith("62 ")


def test_bars_are_drawn_from_what_is_shown_alone(staff: FlaskClient, fill: Fill) -> None:
    fill("rabet", {1: 20, 2: 17, 3: 2, 4: 9})
    fill("torgauer-platz", {1: 2, 2: 30, 3: 20, 4: 20})
    html = staff.get("/staff/results").text
    parts = re.findall(r'<rect class="(tone-?\d)( whole)?" x="([^"]+)" width="([^"]+)"', html)
    assert {(tone, whole) for tone, whole, _, _ in parts} == {
        ("tone-1", " whole"),
        ("tone1", " whole"),
    }
    assert sum(float(width) for *_, width in parts) == pytest.approx(200, abs=0.1)
    assert "Zusammengefasst, weil" in html


def test_the_comparison_by_wave_marks_the_one_that_is_open(staff: FlaskClient, fill: Fill) -> None:
    fill("rabet", {1: 10, 3: 10}, wave="summer-2026")
    fill("rabet", {1: 15, 3: 5})
    found = rows(staff.get("/staff/results?by=wave").text)
    assert "50 %" in found["Sommerhalbjahr 2026"]
    assert "25 %" in found["Winterhalbjahr 2026/27 läuft noch"]


def test_a_wave_can_be_chosen(staff: FlaskClient, fill: Fill) -> None:
    fill("rabet", {1: 10, 3: 10}, wave="summer-2026")
    page = staff.get("/staff/results?wave=summer-2026")
    assert "50 %" in rows(page.text)["Rabet"]
    assert "vorläufig" not in page.text


def test_every_question_that_the_page_offers_can_be_opened(staff: FlaskClient) -> None:
    page = staff.get("/staff/results")
    links = {link.replace("&amp;", "&") for link in re.findall(r'href="(\?[^"]+)"', page.text)}
    assert len(links) > 20
    for link in links:
        assert staff.get(f"/staff/results{link}").status_code == 200


@pytest.mark.parametrize("query", ["question=age", "question=x", "survey=x", "question=<script>"])
def test_what_cannot_be_compared_is_not_there(staff: FlaskClient, query: str) -> None:
    page = staff.get(f"/staff/results?{query}")
    assert page.status_code == 404
    assert "<script" not in page.text


def test_a_wave_that_nobody_knows_has_no_answers(staff: FlaskClient, fill: Fill) -> None:
    fill("rabet", {1: 10, 3: 10})
    found = rows(staff.get("/staff/results?wave=%3Cb%3E").text)
    assert set(found.values()) == {"0 Noch keine Antworten. 0"}


def test_english_is_kept_once_it_was_chosen_and_says_that_it_is_a_draft(
    staff: FlaskClient,
) -> None:
    assert "Compared by place" in staff.get("/staff/results?language=en").text
    page = staff.get("/staff/results")
    assert '<html lang="en"' in page.text
    assert "A machine made this translation" in page.text


def test_the_page_needs_no_script_and_no_outside_asset(staff: FlaskClient) -> None:
    html = staff.get("/staff/results").text
    assert "<script" not in html
    assert not re.findall(r'(?:src|srcset)=|style="', html)


def test_the_table_stands_for_the_picture(staff: FlaskClient, fill: Fill) -> None:
    fill("rabet", {1: 5, 2: 10, 3: 15, 4: 10})
    html = staff.get("/staff/results").text
    assert html.count("<svg") == html.count('aria-hidden="true"')
    assert "Sehr unsicher: 10" in rows(html)["Rabet"]


def test_a_service_knows_its_languages(app: object) -> None:
    serving = app.extensions["philos"]  # type: ignore[attr-defined]
    assert isinstance(serving, Service)
    assert isinstance(serving.campaign.instruments["how-safe"], Instrument)
    assert [row.tag for row in serving.offered] == ["de", "en", "ar", "rom", "tr", "ru"]


def test_a_burst_is_told_in_one_sentence_with_the_share_without_it(
    staff: FlaskClient, burst: Fill
) -> None:
    burst({3: 24, 1: 6})
    page = staff.get("/staff/results")
    said = " ".join(re.sub("<[^>]+>", "", page.text).split())
    assert "Rabet: Ohne 30 Antworten, die auffällig dicht kamen, wären es 50 % statt 65 %." in said
    assert "Alle Antworten bleiben gezählt." in said
    assert rows(page.text)["Rabet"].startswith("62 ")
    english = " ".join(staff.get("/staff/results?language=en").text.split())
    assert "answers that came conspicuously close together it would be" in english


@pytest.mark.parametrize(
    ("counts", "days", "said"),
    [
        ({3: 27, 1: 3}, 8, "weil sich daraus auf einzelne Menschen schließen ließe"),
        ({3: 15, 1: 15}, 3, "lässt sich noch nicht sagen"),
    ],
)
def test_what_cannot_be_told_of_a_burst_is_said(
    staff: FlaskClient, burst: Fill, counts: dict[int, int], days: int, said: str
) -> None:
    burst(counts, days)
    page = staff.get("/staff/results").text
    assert said in page
    assert "wären es" not in page


def test_without_a_burst_nothing_is_said_of_one(staff: FlaskClient, burst: Fill) -> None:
    burst({3: 2, 1: 2})
    assert "auffällig" not in staff.get("/staff/results").text
