from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from surveys.definition import Instrument
from surveys.documents import read
from surveys.recordings import LARGEST, findings, load
from tests.surveys.conftest import LONG
from tests.webapp.speech import speech

KINDS = read(Path(__file__).with_name("kinds.toml"), Instrument)
TAGS = ("de", "ar")


def record(folder: Path, name: str, content: bytes | None = None) -> None:
    path = folder / "audio" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(speech(1) if content is None else content)


def said(folder: Path) -> list[str]:
    return [str(finding) for finding in findings(folder, [KINDS], TAGS)]


def test_a_campaign_without_recordings_lacks_none(tmp_path: Path) -> None:
    assert said(tmp_path) == []
    assert load(tmp_path, [KINDS], TAGS) == {}


def test_a_survey_that_is_read_aloud_whole_has_no_finding(tmp_path: Path) -> None:
    for name in KINDS.items:
        record(tmp_path, f"de/{name}.opus")
    assert said(tmp_path) == []
    assert set(load(tmp_path, [KINDS], TAGS)) == {("de", name) for name in KINDS.items}


def test_a_language_that_is_read_aloud_in_part_names_what_is_missing(tmp_path: Path) -> None:
    for name in KINDS.items:
        record(tmp_path, f"de/{name}.opus")
    (tmp_path / "audio/de/rows.order.opus").unlink()
    record(tmp_path, "ar/one.opus")
    lacking = said(tmp_path)
    assert len(lacking) == 1 + len(KINDS.items) - 1
    assert (
        "audio/de/rows.order.opus: is missing, while others of 'kinds' are there; record it."
        in lacking
    )


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("de/nobody.opus", None, "belongs to no question"),
        ("de/rows.opus", None, "belongs to no question"),  # a matrix is read row by row
        ("de/one.mp3", None, "belongs to no question"),
        ("tr/one.opus", None, "belongs to no question"),  # no language of the campaign
        ("de/sub/one.opus", None, "belongs to no question"),
        ("one.opus", None, "belongs to no question"),
        ("de/one.opus", b"", "is not Opus in Ogg"),
        ("de/one.opus", b"ID3\x03" + b"\0" * 100, "is not Opus in Ogg"),
        ("de/one.opus", b"OggS" + b"\0" * 24 + b"\x01vorbis!", "is not Opus in Ogg"),
        ("de/one.opus", b"<script>alert(1)</script>" * 9, "is not Opus in Ogg"),
        ("de/one.opus", speech(1) + b"\0" * LARGEST, "is larger than 500 kB"),
    ],
)
def test_what_cannot_be_played_is_said_and_not_served(
    tmp_path: Path, name: str, content: bytes | None, words: str
) -> None:
    record(tmp_path, name, content)
    (finding,) = said(tmp_path)
    assert finding.startswith(f"audio/{name}: {words}")
    assert finding.endswith(".")
    assert load(tmp_path, [KINDS], TAGS) == {}


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.opus"
    secret.write_bytes(speech(1))
    folder = tmp_path / "campaign"
    (folder / "audio" / "de").mkdir(parents=True)
    (folder / "audio" / "de" / "one.opus").symlink_to(secret)
    assert load(folder, [KINDS], TAGS) == {}


def test_a_recording_that_two_surveys_could_mean_is_said(tmp_path: Path) -> None:
    other = Instrument(
        id="other",
        title="Andere",
        minutes=1,
        questions=({"id": "one", "kind": "text", "text": "Anders?", "missing": (),
                    "source": "own", "licence": "own"},),  # type: ignore[arg-type]
    )  # fmt: skip
    record(tmp_path, "de/one.opus")
    found = [str(each) for each in findings(tmp_path, [KINDS, other], TAGS)]
    assert any("different questions in two surveys" in each for each in found)
    apart = [str(each) for each in findings(tmp_path, [KINDS, LONG], TAGS)]
    assert not any("different questions" in each for each in apart)


def test_a_recording_that_cannot_be_read_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    record(tmp_path, "de/one.opus")
    monkeypatch.setattr(Path, "open", refuse)
    (finding,) = said(tmp_path)
    assert finding == (
        "audio/de/one.opus: cannot be read (Permission denied); check who may read it."
    )
    assert load(tmp_path, [KINDS], TAGS) == {}


def test_another_recording_has_another_hash(tmp_path: Path) -> None:
    record(tmp_path, "de/one.opus")
    first = load(tmp_path, [KINDS], TAGS)["de", "one"].hash
    record(tmp_path, "de/one.opus", speech(2))
    assert load(tmp_path, [KINDS], TAGS)["de", "one"].hash != first


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=60).map(lambda tail: b"OggS" + tail) | st.binary(max_size=60))
def test_any_bytes_are_a_recording_or_a_finding(tmp_path: Path, content: bytes) -> None:
    record(tmp_path, "de/one.opus", content)
    assert bool(load(tmp_path, [KINDS], TAGS)) == (
        not any("Opus" in each for each in said(tmp_path))
    )
