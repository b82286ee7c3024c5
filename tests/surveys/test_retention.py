from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from surveys.definition import ANSWERED
from surveys.storage import Outdated, Storage, StorageError
from tests.conftest import empty_database
from tests.kept import counted_by, kept, recounted
from tests.surveys.conftest import DAY, KINDS, PLATZ, RABET, SECRET, context
from tests.surveys.test_storage import rows

WORDS = "Mehr Licht am Rabet"
NEVER = date.min


@pytest.fixture
def storage(storage: Storage) -> Storage:
    """The storage, with the survey that asks for a text as well."""
    storage.publish([], [KINDS], DAY)
    return storage


def save(storage: Storage, token: str, *, days_ago: int = 0, words: str = WORDS) -> None:
    """Store two answers and a text, some days before the day of the tests."""
    at = datetime(2026, 11, 22, 17, 22) - timedelta(days_ago)  # noqa: DTZ001
    begun = replace(context(asked=KINDS), moment=at)
    storage.save(token, begun, {"one": 1, "several": (1, 3), "words": ANSWERED}, {"words": words})


def test_responses_that_are_too_old_go_and_their_counts_stay(storage: Storage) -> None:
    save(storage, "old", days_ago=10)
    save(storage, "new", days_ago=9)
    before = kept(storage)
    gone = storage.retain("east", DAY - timedelta(9), NEVER)
    assert gone == Outdated(responses=1, texts=1)
    assert storage.response("east", "old") is None
    assert storage.response("east", "new") is not None
    assert kept(storage) == recounted(storage) == before
    assert counted_by(storage, "east", "one", "place") == {"rabet": Counter({1: 2})}


def test_counts_go_on_from_what_is_archived(storage: Storage) -> None:
    save(storage, "old", days_ago=10)
    storage.retain("east", DAY, NEVER)
    save(storage, "new")
    storage.save("new", context(asked=KINDS), {"one": 2})
    assert kept(storage) == recounted(storage)
    assert counted_by(storage, "east", "one", "wave") == {"autumn": Counter({1: 1, 2: 1})}
    storage.forget("east", "new")
    assert kept(storage) == recounted(storage) != {}
    storage.retain("east", DAY + timedelta(1), NEVER)  # nothing is archived twice
    assert kept(storage) == recounted(storage)


def test_a_count_that_was_lost_or_added_is_still_found(storage: Storage) -> None:
    save(storage, "old", days_ago=10)
    storage.retain("east", DAY, NEVER)
    with storage._engine.begin() as connection:
        connection.execute(sa.text("UPDATE counts SET n = n + 1"))
    assert kept(storage) != recounted(storage)


def test_texts_that_are_too_old_go_before_their_responses(storage: Storage) -> None:
    save(storage, "old", days_ago=91)
    save(storage, "new", days_ago=90)
    for text in storage.held_texts("east"):
        storage.release_text("east", text.number)
    assert storage.retain("east", NEVER, DAY - timedelta(90)) == Outdated(responses=0, texts=1)
    old = storage.response("east", "old")
    assert old is not None
    assert old.written == {}
    assert len(storage.released_texts("east")) == 1
    assert kept(storage) == recounted(storage)


def test_no_text_outlives_its_response(storage: Storage) -> None:
    save(storage, "old", days_ago=10)
    storage.retain("east", DAY, NEVER)
    assert rows(storage, "texts") == []


def test_another_campaign_keeps_what_it_has(storage: Storage) -> None:
    save(storage, "old", days_ago=10)
    assert storage.retain("west", DAY, DAY) == Outdated(responses=0, texts=0)
    assert storage.response("east", "old") is not None


def test_what_is_outdated_can_be_told_before(storage: Storage) -> None:
    for token, days in (("a", 10), ("b", 10), ("c", 2)):
        save(storage, token, days_ago=days)
    found = storage.outdated("east", DAY - timedelta(9), DAY - timedelta(1))
    assert found == Outdated(responses=2, texts=3)
    assert len(rows(storage, "responses")) == 3
    assert storage.retain("east", DAY - timedelta(9), DAY - timedelta(1)) == found


def test_answers_of_several_places_and_versions_are_archived_apart(storage: Storage) -> None:
    save(storage, "a", days_ago=3)
    storage.save("b", context(PLATZ), {"dark": 3, "syringe": 1, "syringe-call": 1})
    before = kept(storage)
    storage.retain("east", DAY + timedelta(1), NEVER)
    assert rows(storage, "responses") == []
    assert kept(storage) == recounted(storage) == before
    assert counted_by(storage, "east", "dark", "place") == {"platz": Counter({3: 1})}


def test_after_it_no_file_tells_the_order_of_writing(storage: Storage) -> None:
    for number in range(60):
        save(storage, f"token-{number}", days_ago=number % 30)
    storage.retain("east", DAY - timedelta(20), NEVER)
    kept = len(rows(storage, "responses"))
    assert 0 < kept < 60
    with storage._engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            assert connection.execute(sa.text("PRAGMA freelist_count")).scalar() == 0
            return
        for table in ("responses", "texts"):
            found = connection.execute(
                sa.text(f"SELECT token, xmin FROM {table} ORDER BY ctid")
            ).all()
            assert [row.token for row in found] == sorted(row.token for row in found)
            assert len({row.xmin for row in found}) == 1  # of one transaction, not of their own


def test_what_is_written_while_the_tables_are_written_anew_is_not_lost(storage: Storage) -> None:
    save(storage, "old", days_ago=10)
    with ThreadPoolExecutor(4) as threads:
        saved = [threads.submit(save, storage, f"token-{number}") for number in range(40)]
        for _ in range(4):
            storage.retain("east", DAY, NEVER)
        for each in saved:
            each.result()
    assert len(rows(storage, "responses")) == len(rows(storage, "texts")) == 40
    assert kept(storage) == recounted(storage)
    assert counted_by(storage, "east", "one", "place") == {"rabet": Counter({1: 41})}


def test_the_words_of_a_deleted_text_are_in_no_file(tmp_path: Path) -> None:
    path = tmp_path / "philos.sqlite"
    storage = Storage(f"sqlite:///{path}", SECRET)
    storage.upgrade()
    storage.publish([RABET], [KINDS], DAY)
    save(storage, "old", days_ago=100, words="Ein alter Text")
    save(storage, "new")
    storage.retain("east", NEVER, DAY - timedelta(90))
    journal = Path(f"{path}-wal")
    assert journal.stat().st_size == 0  # while the service is still connected
    assert b"Ein alter Text" not in path.read_bytes()
    assert WORDS.encode() in path.read_bytes()
    storage.close()


def test_a_reader_that_stays_keeps_the_tables_and_is_told(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("surveys.storage.database.LONGEST_WAIT", 0.01)
    storage = Storage(database_url, SECRET)
    storage.upgrade()
    storage.publish([RABET], [KINDS], DAY)
    save(storage, "old", days_ago=10)
    with storage._read() as reader:
        reader.execute(sa.text("SELECT count(*) FROM responses")).scalar()
        with pytest.raises(StorageError, match="Somebody else holds the database"):
            storage.retain("east", DAY, NEVER)
    assert storage.retain("east", DAY, NEVER) == Outdated(responses=0, texts=0)  # they are gone
    storage.close()


def test_who_changes_a_response_that_is_about_to_go_waits_and_is_waited_for(postgres: str) -> None:
    """Neither waits for the other in a circle, which PostgreSQL would break by refusing one."""
    url = empty_database(postgres)
    storage = Storage(url, SECRET)
    storage.upgrade()
    storage.publish([RABET], [KINDS], DAY)
    save(storage, "old", days_ago=10)
    with psycopg.connect(url) as respondent, ThreadPoolExecutor(1) as threads:
        respondent.execute("SELECT * FROM responses FOR UPDATE")  # as each answer begins
        retained = threads.submit(storage.retain, "east", DAY, NEVER)
        waits = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        while respondent.execute(waits).fetchone() == (0,):
            pass
        respondent.execute("UPDATE responses SET language = 'de'")
        respondent.commit()
        assert retained.result() == Outdated(responses=1, texts=1)
    storage.close()
