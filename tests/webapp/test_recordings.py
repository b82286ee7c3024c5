import re
import subprocess
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from materials.campaign import load
from surveys.definition import SKIPPED
from tests.browser import PHILOS
from tests.conftest import clock
from tests.webapp.conftest import LANGUAGES, token
from tests.webapp.site import CODE, write_kinds
from tests.webapp.speech import speech
from webapp.app import create_app

TOKEN = token(CODE)


@pytest.fixture
def folder(folder: Path) -> Path:
    """The example campaign with a survey of its own, of which one question is read aloud."""
    write_kinds(folder)
    return folder


def source(client: FlaskClient, language: str = "de") -> str:
    page = client.get(f"/{CODE}/{language}/{TOKEN}/one").text
    (found,) = re.findall(r'<audio controls preload="none" src="([^"]+)"', page)
    return str(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_has_sound_where_its_language_has_a_recording(
    client: FlaskClient, language: str
) -> None:
    for name in ("one", "band"):
        page = client.get(f"/{CODE}/{language}/{TOKEN}/{name}")
        recorded = name == "one" and language in {"de", "ar"}
        assert ("<audio" in page.text) is recorded
        assert ("media-src 'self'" in page.headers["Content-Security-Policy"]) is recorded


def test_a_page_that_says_what_is_wrong_has_sound_too(client: FlaskClient) -> None:
    page = client.post(f"/{CODE}/ar/{TOKEN}/one")
    assert page.status_code == 422
    assert '<span id="listen">استمع إلى السؤال</span>' in page.text
    assert 'aria-labelledby="listen"' in page.text
    assert "media-src 'self'" in page.headers["Content-Security-Policy"]


def test_a_recording_is_sent_whole_and_kept_for_good(client: FlaskClient) -> None:
    with client.get(source(client)) as sent:
        assert sent.data == speech(1)
        assert sent.headers["Content-Type"] == "audio/ogg; codecs=opus"
        assert sent.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert sent.headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in sent.headers
        known = {"If-None-Match": sent.headers["ETag"]}
    with client.get(source(client), headers=known) as again:
        assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    ("wish", "status", "part"),
    [
        ("bytes=0-3", 206, slice(0, 4)),
        ("bytes=10-", 206, slice(10, None)),
        ("bytes=-5", 206, slice(-5, None)),
        ("bytes=999999-", 416, None),
    ],
)
def test_a_player_can_ask_for_a_part(
    client: FlaskClient, wish: str, status: int, part: slice | None
) -> None:
    with client.get(source(client), headers={"Range": wish}) as sent:
        assert sent.status_code == status
        assert part is None or sent.data == speech(1)[part]


@pytest.mark.parametrize(
    "path",
    [
        "/audio/de/one.0000000000000000.opus",
        "/audio/tr/one.{hash}.opus",
        "/audio/xx/one.{hash}.opus",
        "/audio/de/band.{hash}.opus",
        "/audio/de/One.{hash}.opus",
        "/audio/de/one.{hash}.opus/",
        "/audio/de/one.{hash}.opus%00",
        "/audio/de/..%2fde%2fone.{hash}.opus",
        "/audio/../campaign.toml",
        "/audio/de/%2e%2e%2f%2e%2e%2fcampaign.toml",
        "/audio/de/..%2f..%2finstance%2fsecret.{hash}.opus",
        "/audio/%2e%2e/instance.{hash}.opus",
        "/audio/de/one.opus",
        "/audio/de/.opus",
    ],
)
def test_only_recordings_of_questions_are_sent(client: FlaskClient, path: str) -> None:
    digest = source(client).split(".")[-2]
    sent = client.get(path.format(hash=digest))
    assert sent.status_code == 404
    assert b"OpusHead" not in sent.data
    assert "immutable" not in sent.headers["Cache-Control"]


def test_a_recording_that_was_taken_away_is_a_page_that_says_so(
    client: FlaskClient, folder: Path
) -> None:
    address = source(client)
    (folder / "audio/de/one.opus").unlink()
    assert client.get(address).status_code == 404


def test_a_recording_of_a_new_wording_is_not_played_to_who_began_with_the_old(
    client: FlaskClient, app: Flask, folder: Path
) -> None:
    client.post(f"/{CODE}/de/{TOKEN}/one", data={"skip": "1"})
    serving = app.extensions["philos"]
    given = serving.storage.response("leipziger-osten", TOKEN)
    assert given.answers == {"one": SKIPPED}
    file = folder / "surveys" / "kinds.toml"
    text = file.read_text("utf-8")
    file.write_text(text.replace("Wussten Sie, wen Sie dann anrufen können?", "Wie alt sind Sie?"))
    later = _again(app, folder)
    assert "<audio" not in later.get(f"/{CODE}/de/{TOKEN}/one").text
    assert "<audio" in later.get(f"/{CODE}/de/{token(CODE, 'N')}/one").text


def _again(app: Flask, folder: Path) -> FlaskClient:
    serving = app.extensions["philos"]
    serving.storage.publish(
        [], load(folder).instruments.values(), clock(serving.campaign.zone).date()
    )
    return create_app(serving.settings, clock).test_client()


def test_check_tells_of_recordings(folder: Path) -> None:
    (folder / "audio/de/nobody.opus").write_bytes(speech(1))
    done = subprocess.run([PHILOS, "check", folder], check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert "audio/de/nobody.opus: belongs to no question" in done.stdout
    assert "audio/ar/band.opus: is missing, while others of 'kinds' are there" in done.stdout
