from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from surveys.definition import ANSWERED
from surveys.storage import Storage
from tests.kept import kept, recounted
from tests.surveys.conftest import DAY, KINDS, RABET, SECRET, context

WORDS = "Mehr Licht am Rabet"


@pytest.fixture
def storage(storage: Storage) -> Storage:
    """The storage, with the survey that asks for a text as well."""
    storage.publish([], [KINDS], DAY)
    return storage


def write(storage: Storage, words: str, token: str = "token") -> None:
    storage.save(token, context(asked=KINDS), {"words": ANSWERED}, {"words": words})


def read(storage: Storage, token: str = "token") -> str | None:
    response = storage.response("east", token)
    return response.written.get("words") if response else None


def test_a_text_is_held_until_somebody_releases_it(storage: Storage) -> None:
    write(storage, WORDS)
    (held,) = storage.held_texts("east")
    assert (held.survey, held.item, held.body) == ("kinds", "words", WORDS)
    assert storage.released_texts("east") == []
    assert storage.release_text("east", held.number)
    assert storage.held_texts("east") == []
    assert storage.released_texts("east") == [held]


def test_a_text_that_is_rejected_is_deleted_and_still_counts_as_answered(storage: Storage) -> None:
    write(storage, WORDS)
    (held,) = storage.held_texts("east")
    assert storage.reject_text("east", held.number)
    assert not storage.reject_text("east", held.number)
    assert storage.held_texts("east") == storage.released_texts("east") == []
    assert read(storage) is None
    assert kept(storage) == recounted(storage) != {}


def test_a_text_is_stored_without_what_could_tell_who_wrote_it(storage: Storage) -> None:
    write(storage, "Rufen Sie 0341 1234567 an, Eisenbahnstraße 12")
    assert read(storage) == "Rufen Sie […] an, […]"


def test_a_text_that_was_changed_is_held_again_under_another_number(storage: Storage) -> None:
    write(storage, WORDS)
    (before,) = storage.held_texts("east")
    write(storage, "Frau Meier war es")
    assert not storage.release_text("east", before.number)  # these words were not read
    (after,) = storage.held_texts("east")
    assert after.number != before.number
    storage.release_text("east", after.number)
    write(storage, WORDS)
    assert storage.released_texts("east") == []
    assert [text.number for text in storage.held_texts("east")] == [before.number]


def test_the_same_words_again_stay_released(storage: Storage) -> None:
    write(storage, f"{WORDS}, 0341 1234567")
    storage.release_text("east", storage.held_texts("east")[0].number)
    write(storage, f"{WORDS}, 0341 1234567")
    assert [text.body for text in storage.released_texts("east")] == [f"{WORDS}, […]"]


def test_only_the_text_of_this_number_and_campaign_is_decided_on(storage: Storage) -> None:
    for token in ("one", "two", "three"):
        write(storage, WORDS, token)
    texts = storage.held_texts("east")
    assert len({text.number for text in texts}) == 3
    assert texts == sorted(texts)  # by number, which tells no time
    assert not storage.release_text("west", texts[0].number)
    assert storage.held_texts("west") == []
    storage.reject_text("east", texts[0].number)
    storage.release_text("east", texts[1].number)
    assert storage.held_texts("east") == texts[2:]
    assert storage.released_texts("east") == [texts[1]]


def test_a_forgotten_response_takes_its_text_along(storage: Storage) -> None:
    write(storage, WORDS)
    storage.release_text("east", storage.held_texts("east")[0].number)
    storage.forget("east", "token")
    assert storage.released_texts("east") == []


def _forget(storage: Storage) -> None:
    storage.forget("east", "token")


def _reject(storage: Storage) -> None:
    storage.reject_text("east", storage.held_texts("east")[0].number)


@pytest.mark.parametrize("delete", [_forget, _reject])
def test_a_deleted_text_is_overwritten_in_the_file(
    tmp_path: Path, delete: Callable[[Storage], None]
) -> None:
    path = tmp_path / "secure.sqlite"
    storage = Storage(f"sqlite:///{path}", SECRET)
    storage.upgrade()
    storage.publish([RABET, replace(RABET, place="platz")], [KINDS], DAY)
    write(storage, WORDS)
    storage.close()
    assert WORDS.encode() in path.read_bytes()
    delete(storage)
    storage.close()  # the last connection writes the journal into the file
    assert not Path(f"{path}-wal").exists()
    assert WORDS.encode() not in path.read_bytes()
