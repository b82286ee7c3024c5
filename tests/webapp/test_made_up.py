"""What a trial shows is made up, and every way out of it says so in the reader's language."""

import csv
import io
import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pyreadstat
import pytest
from flask import Flask
from openpyxl import load_workbook
from PIL import Image

from surveys.comparison import MADE_UP
from surveys.storage import Storage
from tests.conftest import NOON
from tests.webapp.test_exporting import browser, take

ENGLISH = "Made-up answers for a trial"


@pytest.fixture
def trial(app: Flask) -> Flask:
    """The application with a released wave, as `philos serve --demo` serves it."""
    serving = app.extensions["philos"]
    serving.settings = replace(serving.settings, demo=True)
    return app


pytestmark = pytest.mark.usefixtures("release")


@pytest.mark.parametrize(("language", "mark"), [("de", MADE_UP), ("en", ENGLISH)])
@pytest.mark.parametrize("query", ["bars.svg?by=place", "bars.png?by=place"])
def test_a_picture_says_it_above_all_else(
    trial: Flask, query: str, language: str, mark: str
) -> None:
    sent = browser(trial).get(f"/staff/results/{query}&language={language}")
    if sent.mimetype == "image/png":
        said = [Image.open(io.BytesIO(sent.data)).info["Title"]]
    else:
        drawn = ET.fromstring(sent.text)
        texts = drawn.findall("{http://www.w3.org/2000/svg}text")
        said = [f"{drawn[0].text}", f"{texts[0].text}"]
    assert all(each.startswith(mark) for each in said)


@pytest.mark.parametrize("form", ["csv", "json", "xlsx", "zip"])
def test_every_row_of_results_says_it(trial: Flask, form: str) -> None:
    sent = browser(trial).get(f"/staff/export/results?as={form}&words=en").data
    if form == "xlsx":
        book = load_workbook(io.BytesIO(sent))
        marks = {row[0] for row in book["results"].iter_rows(min_row=2, values_only=True)}
        assert ("!", ENGLISH) in set(book["notes"].iter_rows(values_only=True))
    elif form == "json":
        marks = {row["made_up"] for row in json.loads(sent)["results"]}
    else:
        if form == "zip":
            packed = zipfile.ZipFile(io.BytesIO(sent))
            assert ENGLISH in packed.read("README.md").decode()
            sent = packed.read("results.csv")
        rows = csv.DictReader(io.StringIO(sent.decode("utf-8-sig"), newline=""))
        marks = {row["made_up"] for row in rows}
    assert marks == {ENGLISH}


@pytest.mark.usefixtures("answered")
@pytest.mark.parametrize("form", ["csv", "xlsx", "sav", "r", "zip"])
def test_single_answers_say_it(trial: Flask, tmp_path: Path, form: str) -> None:
    sent = take(browser(trial, "anna"), form=form).data
    if form == "sav":
        path = tmp_path / "microdata.sav"
        path.write_bytes(sent)
        about = pyreadstat.read_sav(path)[1]
        assert f"{about.file_label}".startswith(MADE_UP)
        assert MADE_UP in about.notes[0]
    elif form == "r":
        assert sent.decode().startswith(f'warning("{MADE_UP}"')
    elif form == "csv":
        assert sent.decode("utf-8-sig").startswith('"made_up","id"')
    elif form == "xlsx":
        assert load_workbook(io.BytesIO(sent))["microdata"]["A1"].value == "made_up"
    else:
        packed = zipfile.ZipFile(io.BytesIO(sent))
        for name in ("README.md", "microdata.R", "microdata.csv"):
            assert re.search(f"{MADE_UP}|made_up", packed.read(name).decode())


def test_programs_are_told(trial: Flask, storage: Storage) -> None:
    token = f"philos_{'a' * 43}"
    storage.add_api_token(token, "vera", "R", NOON.date())

    def read(path: str) -> dict[str, object]:
        headers = {"Authorization": f"Bearer {token}"}
        sent = trial.test_client().get(f"/api/v1/{path}", headers=headers)
        return json.loads(sent.data)  # type: ignore[no-any-return]

    one, several, sheets = read("results"), read("results/all"), read("sheets")
    entries = [*several["entries"], *sheets["entries"]]  # type: ignore[misc]
    assert all(each["made_up"] for each in [one, *entries])
    assert str(one["caveat"]).startswith(MADE_UP)
    page = browser(trial).get("/staff/results/comparison.json").get_json()
    assert page["made_up"]


@pytest.mark.parametrize(("language", "mark"), [("de", MADE_UP), ("en", ENGLISH)])
def test_residents_are_told_on_the_page_and_below_every_figure(
    trial: Flask, language: str, mark: str
) -> None:
    page = trial.test_client().get(f"/results/{language}").text
    caveat = page.count('<p class="small"><b>')
    assert page.count(mark) == caveat + 1 >= 3


def test_real_answers_are_never_called_made_up(app: Flask) -> None:
    client = browser(app)
    sent = [
        client.get(f"/staff/results/{path}").data.decode()
        for path in ("bars.svg", "comparison.json")
    ]
    exported = client.get("/staff/export/results?as=csv").data.decode()
    page = app.test_client().get("/results/de").text
    assert json.loads(sent[1])["made_up"] is False
    assert not any(MADE_UP in each for each in [*sent, exported, page])
    assert "made_up" not in exported
