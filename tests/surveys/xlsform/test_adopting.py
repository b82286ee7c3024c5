from collections.abc import Callable
from pathlib import Path

import polib
import pytest

from surveys.definition import Instrument
from surveys.documents import DocumentError, parse
from surveys.recordings import LARGEST
from surveys.xlsform.adopting import Folders, adopted
from tests.conftest import NOON
from tests.surveys.xlsform.conftest import CHOICES, SURVEY, changed, imported
from translations.catalogs import catalog, read_po
from translations.languages import language
from translations.lint import faults
from translations.review import State, mark_draft, mark_reviewed, state

OPUS = b"OggS" + bytes(24) + b"OpusHead" + bytes(20)
RECORDED = changed(SURVEY, H1="media::audio::x (ar)", H2="one.opus")
ARABIC = Path("translations") / "ar" / "LC_MESSAGES" / "public.po"


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., list[str]]:
    """Write a workbook's survey into a campaign's folder; returns the names of the files."""
    folders = Folders(tmp_path / "surveys", tmp_path / "translations", tmp_path / "audio")

    def writing(*, media: Path | None = None, replace: bool = False, **sheets: object) -> list[str]:
        found = imported(**sheets)  # type: ignore[arg-type]
        files = adopted(found, folders, media, replace=replace)
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return [path.relative_to(tmp_path).as_posix() for path in files]

    return writing


def entries(tmp_path: Path) -> dict[str, polib.POEntry]:
    return {entry.msgid: entry for entry in read_po(tmp_path / ARABIC)}


def test_a_survey_becomes_a_file_and_a_catalogue_for_each_language(
    tmp_path: Path, write: Callable[..., list[str]]
) -> None:
    assert write() == ["surveys/how-lit.toml", ARABIC.as_posix()]
    data = (tmp_path / "surveys" / "how-lit.toml").read_bytes()
    assert parse(data, "how-lit.toml", Instrument) == imported().instrument
    assert b'{ code = 1, text = "Hell" }' in data
    entry = entries(tmp_path)["Wie ist das Licht?"]
    assert (entry.msgstr, entry.comment) == ("كيف الضوء؟", "question park")
    assert entry.occurrences == [("surveys/how-lit.toml", "")]
    assert read_po(tmp_path / ARABIC).metadata["Plural-Forms"].startswith("nplurals=6;")


def test_imported_texts_are_a_persons_and_reviewed_by_nobody(
    tmp_path: Path, write: Callable[..., list[str]]
) -> None:
    write()
    found = entries(tmp_path).values()
    assert {state(entry) for entry in found} == {State.UNREVIEWED}
    assert not any(faults(entry, language("ar")) for entry in found)


def test_a_text_that_philos_knows_just_so_keeps_its_state(
    tmp_path: Path, write: Callable[..., list[str]]
) -> None:
    (known,) = catalog("ar", "public")[None, "Weiß nicht"].forms
    write(choices=changed(CHOICES, D4=known))
    assert "Weiß nicht" not in entries(tmp_path)
    assert "Hell" in entries(tmp_path)


def test_writing_twice_changes_nothing(tmp_path: Path, write: Callable[..., list[str]]) -> None:
    write()
    before = (tmp_path / ARABIC).read_bytes()
    write()
    assert (tmp_path / ARABIC).read_bytes() == before


def test_another_survey_or_translation_is_only_written_over_when_asked(
    tmp_path: Path, write: Callable[..., list[str]]
) -> None:
    write()
    other = changed(SURVEY, C4="Und noch?", D2="أخرى؟")
    with pytest.raises(DocumentError) as caught:
        write(survey=other)
    said = "is already there and says otherwise; import with --replace to write over it."
    assert str(caught.value).splitlines() == [
        f"how-lit.toml: {said}",
        f"ar/public.po: Wie ist das Licht?: {said}",
    ]
    assert entries(tmp_path)["Wie ist das Licht?"].msgstr == "كيف الضوء؟"
    write(survey=other, replace=True)
    assert entries(tmp_path)["Wie ist das Licht?"].msgstr == "أخرى؟"
    assert entries(tmp_path)["Was noch?"].msgstr == "ماذا أيضًا؟"


def test_a_seal_goes_with_the_text_that_it_was_for(
    tmp_path: Path, write: Callable[..., list[str]]
) -> None:
    write()
    file = read_po(tmp_path / ARABIC)
    known = {entry.msgid: entry for entry in file}
    known["Hell"].tcomment = "seen at the counter"
    mark_reviewed(known["Hell"], "MK", "interpreter", NOON.date())
    mark_reviewed(known["Dunkel"], "MK", "interpreter", NOON.date())
    mark_draft(known["Warum?"], "engine", NOON.date())
    file.save()
    write(survey=changed(SURVEY, D3="لأي سبب؟"), choices=changed(CHOICES, D2="ساطع"), replace=True)
    found = entries(tmp_path)
    assert {name: state(found[name]) for name in ("Hell", "Dunkel", "Warum?")} == {
        "Hell": State.UNREVIEWED,
        "Dunkel": State.REVIEWED,
        "Warum?": State.UNREVIEWED,
    }
    assert found["Hell"].tcomment == "seen at the counter"
    assert found["Warum?"].tcomment == ""


def test_recordings_are_copied_under_the_name_of_their_question(
    tmp_path: Path, write: Callable[..., list[str]]
) -> None:
    (tmp_path / "one.opus").write_bytes(OPUS)
    assert "audio/ar/park.opus" in write(survey=RECORDED, media=tmp_path)
    assert (tmp_path / "audio" / "ar" / "park.opus").read_bytes() == OPUS
    (tmp_path / "one.opus").write_bytes(OPUS + b"x")
    with pytest.raises(DocumentError, match=r"park\.opus: is already there"):
        write(survey=RECORDED, media=tmp_path)
    write(survey=RECORDED, media=tmp_path, replace=True)


def test_recordings_stay_where_they_are_without_their_folder(
    write: Callable[..., list[str]],
) -> None:
    assert write(survey=RECORDED) == ["surveys/how-lit.toml", ARABIC.as_posix()]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "one.opus: survey!H2: is not in the folder of recordings; copy it there."),
        (b"RIFF" + bytes(40), "one.opus: survey!H2: is not Opus in Ogg; save it again"),
        (b"", "one.opus: survey!H2: is not Opus in Ogg"),
        (OPUS + bytes(LARGEST), "one.opus: survey!H2: is larger than 500 kB"),
    ],
)
def test_a_recording_that_cannot_be_played_is_refused(
    content: bytes | None, said: str, tmp_path: Path, write: Callable[..., list[str]]
) -> None:
    if content is not None:
        (tmp_path / "one.opus").write_bytes(content)
    with pytest.raises(DocumentError) as caught:
        write(survey=RECORDED, media=tmp_path)
    assert said in str(caught.value)


def test_a_recording_is_not_followed_out_of_its_folder(
    tmp_path: Path, write: Callable[..., list[str]]
) -> None:
    media = tmp_path / "media"
    media.mkdir()
    (tmp_path / "secret").write_bytes(OPUS)
    (media / "one.opus").symlink_to(tmp_path / "secret")
    with pytest.raises(DocumentError, match="is not in the folder"):
        write(survey=RECORDED, media=media)
