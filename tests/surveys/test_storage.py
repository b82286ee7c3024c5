import sqlite3
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from surveys.links import LinkError
from surveys.storage import SCHEMA, OtherVersionError, Storage, StorageError
from tests.kept import counted_by, kept, recounted
from tests.surveys.conftest import DAY, LONG, PLATZ, RABET, SECRET, context, older


def rows(storage: Storage, table: str) -> list[sa.Row[Any]]:
    with storage._engine.connect() as connection:
        return list(connection.execute(sa.select(SCHEMA.tables[table])))


def test_the_migrations_lead_to_the_schema_that_the_program_works_with(storage: Storage) -> None:
    with storage._engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), SCHEMA) == []


def test_a_second_upgrade_changes_nothing(storage: Storage) -> None:
    storage.save("token", context(), {"dark": 3})
    storage.upgrade()
    storage.require_current()
    assert len(rows(storage, "responses")) == 1


def test_a_database_without_schema_is_refused_with_what_to_do(database_url: str) -> None:
    storage = Storage(database_url, SECRET)
    with pytest.raises(StorageError, match="philos db upgrade"):
        storage.require_current()
    storage.close()


def test_the_row_holds_day_and_band_and_no_finer_time(storage: Storage) -> None:
    storage.save("token", context(), {"dark": 3})
    (row,) = rows(storage, "responses")
    assert (row.day, row.band, row.mode, row.language) == (DAY, 4, "web", "ar")
    assert row.answers == {"dark": 3}
    assert set(row._fields) == {
        *("campaign", "token", "version", "link", "wave"),
        *("language", "mode", "day", "band", "daylight", "answers"),
    }


def test_the_token_itself_is_stored_nowhere(storage: Storage, tmp_path: Path) -> None:
    storage.save("a-token-nobody-may-read", context(), {"dark": 3})
    assert all("a-token" not in str(row) for row in rows(storage, "responses"))
    other = replace(RABET, campaign="west")
    assert storage.response(other.campaign, "a-token-nobody-may-read") is None


def test_another_secret_finds_nothing(storage: Storage, database_url: str) -> None:
    storage.save("token", context(), {"dark": 3})
    stranger = Storage(database_url, b"x" * 32)
    assert stranger.response("east", "token") is None
    stranger.close()


def test_rows_lie_in_the_order_of_their_random_keys(storage: Storage) -> None:
    for number in range(40):
        storage.save(f"token-{number}", context(), {"dark": 3})
    with storage._engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            with pytest.raises(sa.exc.OperationalError, match="no such column"):
                connection.execute(sa.text("SELECT rowid FROM responses"))
            found = connection.execute(sa.text("SELECT token FROM responses")).scalars().all()
            assert list(found) == sorted(found)
        tables = sa.inspect(connection)
        assert not any(
            column.get("autoincrement") is True
            for table in tables.get_table_names()
            for column in tables.get_columns(table)
        )


def test_the_last_word_on_an_item_wins(storage: Storage) -> None:
    storage.save("token", context(), {"dark": 3, "day": 1})
    storage.save("token", context(), {"dark": 2})
    given_answers = storage.response("east", "token")
    assert given_answers is not None
    assert given_answers.answers == {"dark": 2, "day": 1}
    assert counted_by(storage, "east", "dark", "place") == {"rabet": Counter({2: 1})}


def test_the_same_answer_twice_is_one(storage: Storage) -> None:
    for _ in range(2):
        storage.save("token", context(), {"dark": 3})
    assert kept(storage) == recounted(storage)
    assert sum(recounted(storage).values()) == 1


def test_what_was_stored_first_stays(storage: Storage) -> None:
    storage.save("token", context(), {"dark": 3})
    storage.save("token", context(PLATZ, wave="spring"), {"dark": 3})
    (row,) = rows(storage, "responses")
    assert (row.link, row.wave) == (RABET.code, "autumn")


def test_counts_follow_a_changed_filter(storage: Storage) -> None:
    storage.save("token", context(), {"syringe": 2, "syringe-call": 1})
    storage.save("token", context(), {"syringe": 1})
    assert kept(storage) == recounted(storage)
    assert not any("syringe-call" in key for key in recounted(storage))
    storage.save("token", context(), {"syringe": 3})
    assert any("syringe-call" in key for key in kept(storage))


def test_counts_are_by_place_and_by_wave(storage: Storage) -> None:
    storage.save("a", context(), {"dark": 3})
    storage.save("b", context(PLATZ), {"dark": 1})
    storage.save("c", context(PLATZ, wave="spring"), {"dark": 1})
    autumn = storage.counted("east", "autumn")
    tables = autumn.tables[LONG.version, "dark"]
    assert tables["place"] == {"rabet": Counter({3: 1}), "platz": Counter({1: 1})}
    assert tables["language"] == {"ar": Counter({1: 1, 3: 1})}
    assert tables["format"] == {"flyer-a6": Counter({1: 1, 3: 1})}
    spring = storage.counted("east", "spring").tables[LONG.version, "dark"]
    assert spring["place"] == {"platz": Counter({1: 1})}
    assert storage.counted("west", "autumn").tables == {}


def test_how_answers_go_together_is_counted_by_place(storage: Storage) -> None:
    storage.save("a", context(), {"day": 1, "dark": 3, "age": 2, "gender": 1})
    storage.save("b", context(), {"day": 4, "dark": 4, "age": 2})
    storage.save("c", context(), {"day": 1, "dark": 97, "age": 2, "gender": 1})
    storage.save("d", context(PLATZ), {"day": 1, "dark": 1})
    crossings = storage.counted("east", "autumn").crossings
    assert crossings[LONG.version, "rabet"] == {
        ("day&dark", 1): 1,
        ("day&dark", 3): 1,
        ("day@2.1", 0): 2,
        ("dark@2.1", 1): 1,
    }
    assert crossings[LONG.version, "platz"] == {("day&dark", 0): 1}
    storage.save("a", context(), {"gender": 99})  # she no longer says it
    assert ("dark@2.1", 1) not in storage.counted("east", "autumn").crossings[LONG.version, "rabet"]


def test_arrivals_are_counted_once_a_response_and_paper_apart(storage: Storage) -> None:
    for token in ("a", "b", "b"):
        storage.save(token, context(), {"dark": 3})
    paper = replace(context(), mode="paper", moment=DAY)
    storage.save("sheet", paper, {"dark": 3})
    cells = {(cell.day, cell.band): n for cell, n in storage.arrivals("east", "autumn").items()}
    assert cells == {(DAY, 4): 2, (DAY, -1): 1}
    storage.forget("east", "a")
    assert sum(storage.arrivals("east", "autumn").values()) == 2


def test_answers_to_another_version_than_was_begun_are_not_stored(storage: Storage) -> None:
    reworded = [replace(each, text="Anders gefragt") for each in LONG.questions]
    newer = replace(LONG, questions=tuple(reworded))
    storage.publish([], [newer], DAY)
    storage.save("a", context(), {"dark": 3})
    with pytest.raises(OtherVersionError):
        storage.save("a", context(asked=newer), {"dark": 1})
    begun = storage.response("east", "a")
    assert begun
    assert (begun.version, begun.answers) == (LONG.version, {"dark": 3})


def test_only_the_first_answer_of_a_respondent_begins(storage: Storage) -> None:
    assert storage.save("a", context(), {"dark": 3}).begun
    assert not storage.save("a", context(), {"day": 3}).begun


TAMPERED = (
    ("UPDATE counts SET n = n + 1", "counts"),
    ("DELETE FROM counts", "counts"),
    ("INSERT INTO arrivals SELECT campaign, wave, link, day, 5, 7, 0 FROM arrivals", "arrivals"),
    ("UPDATE crossings SET n = 0", "crossings"),
)


@pytest.mark.parametrize(("tampering", "table"), TAMPERED)
def test_what_is_kept_wrongly_is_found_and_set_right(
    storage: Storage, tampering: str, table: str
) -> None:
    storage.save("a", context(), {"day": 1, "dark": 3})
    before = kept(storage)
    with storage._engine.begin() as connection:
        connection.exec_driver_sql(tampering)
    wrong = {name for name, cells in storage.recount().items() if cells}
    assert wrong == {table}
    assert storage.repair()[table]
    assert not any(storage.recount().values())
    assert kept(storage) == before


def test_a_recount_is_right_while_others_write_change_and_delete(storage: Storage) -> None:
    def live(number: int) -> bool:
        token = f"t{number % 7}"
        if number % 5 == 4:
            storage.forget("east", token)
        else:
            answers = {"day": 1 + number % 4, "dark": 1 + number % 3, "age": 2, "gender": 1}
            storage.save(token, context(), dict(list(answers.items())[: 1 + number % 4]))
        return any(storage.recount().values())

    with ThreadPoolExecutor(6) as threads:
        assert not any(threads.map(live, range(60)))
    assert not any(storage.repair().values())


ANSWERS = st.dictionaries(
    st.sampled_from(["dark", "day", "syringe", "syringe-call", "age"]),
    st.sampled_from([1, 2, 3, 99, -2]),
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None
)
@given(st.lists(st.tuples(st.integers(0, 3), ANSWERS), max_size=12))
def test_kept_counts_are_always_those_of_the_responses(
    storage: Storage, posts: list[tuple[int, dict[str, int]]]
) -> None:
    for respondent, answers in posts:
        storage.save(f"token-{respondent}", context(), answers)
    assert kept(storage) == recounted(storage)


def test_writers_at_the_same_time_lose_nothing(storage: Storage) -> None:
    items = ["dark", "day", "change", "syringe", "avoid"]
    posts = [(f"token-{n % 5}", {items[n % 7 % 5]: 1 + n % 3}) for n in range(60)]
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda post: storage.save(post[0], context(), post[1]), posts))
    assert kept(storage) == recounted(storage)
    assert len(rows(storage, "responses")) == 5
    stored = {(row.token, item) for row in rows(storage, "responses") for item in row.answers}
    assert len(stored) == len({(token, item) for token, answers in posts for item in answers})


def test_a_published_version_never_changes(storage: Storage) -> None:
    storage.publish([], [LONG], date(2027, 1, 1))
    (row,) = rows(storage, "survey_versions")
    assert row.published == DAY
    assert storage.instrument(LONG.version) == LONG
    newer = replace(LONG, minutes=4)
    storage.publish([], [newer], DAY)
    assert {each.version for each in storage.versions("how-safe")} == {
        LONG.version,
        newer.version,
    }
    with pytest.raises(KeyError):
        storage.instrument("unknown")


def test_a_published_code_is_never_given_to_another_survey(storage: Storage) -> None:
    other = replace(RABET, survey="here-now")
    fresh = replace(RABET, topic="traders")
    with pytest.raises(LinkError, match=f"{RABET.code} is already published"):
        storage.publish([fresh, other], [], DAY)
    assert storage.target(RABET.code) == RABET
    assert storage.target(fresh.code) is None  # nothing of it is published


def test_an_unknown_code_stands_for_nothing(storage: Storage) -> None:
    assert storage.target("000000") is None


@pytest.mark.parametrize("url", ["nonsense", "mysql://localhost/x", "oracle+x://y", ""])
def test_the_url_of_no_database_is_refused_in_a_sentence(url: str) -> None:
    with pytest.raises(StorageError, match="PHILOS_DATABASE_URL"):
        Storage(url, SECRET)


def test_a_database_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    for url in (f"sqlite:///{tmp_path}/no/folder.sqlite", "postgresql://127.0.0.1:1/none"):
        with pytest.raises(StorageError, match="cannot be used") as raised:
            Storage(url, SECRET).target("000000")
        assert "\n" not in str(raised.value)


def test_sqlite_is_durable_at_every_commit(tmp_path: Path) -> None:
    storage = Storage(f"sqlite:///{tmp_path / 'philos.sqlite'}", SECRET)
    with storage._engine.connect() as connection:
        asked = ("journal_mode", "synchronous", "foreign_keys")
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in asked]
    assert found == ["wal", 2, 1]
    storage.close()


def test_a_reader_never_waits_for_a_writer(tmp_path: Path) -> None:
    path = tmp_path / "philos.sqlite"
    storage = Storage(f"sqlite:///{path}", SECRET)
    storage.upgrade()
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    assert storage.target("000000") is None
    writer.rollback()
    writer.close()
    storage.close()


def test_a_response_that_is_forgotten_leaves_nothing(storage: Storage) -> None:
    storage.save("one", context(), {"dark": 3, "rel": 1})
    storage.save("two", context(), {"dark": 3})
    assert storage.forget("east", "one")
    assert not storage.forget("east", "one")
    assert storage.response("east", "one") is None
    assert sum(kept(storage).values()) == 1
    assert kept(storage) == recounted(storage)


def test_a_sibling_is_a_sheet_of_the_same_place_in_the_same_language_if_there_is_one(
    storage: Storage,
) -> None:
    assert storage.sibling(RABET, "how-safe", "ar") == RABET
    assert storage.sibling(RABET, "how-safe", "de") == RABET
    assert storage.sibling(RABET, "here-now", "ar") is None


def test_codes_that_are_not_published_stand_for_nothing(storage: Storage) -> None:
    found = storage.targets([PLATZ.code, "0000000", RABET.code])
    assert set(found) == {RABET, PLATZ}
    assert storage.targets([]) == []


def test_a_database_of_an_older_program_is_counted_when_it_is_upgraded(
    database_url: str, tmp_path: Path
) -> None:
    storage = Storage(database_url, SECRET)
    with older(storage) as (connection, old):
        version: dict[str, Any] = {
            "version": LONG.version,
            "survey": LONG.id,
            "definition": LONG.to_json(),
        }
        connection.execute(sa.insert(old.tables["survey_versions"]), version | {"published": DAY})
        connection.execute(sa.insert(old.tables["links"]), {"code": RABET.code, **vars(RABET)})
        response: dict[str, Any] = {"campaign": "east", "version": LONG.version, "link": RABET.code}
        response |= {"wave": "autumn", "language": "ar", "mode": "web", "day": DAY, "band": 4}
        answers = {"day": 1, "dark": 4, "age": 2, "gender": 1}
        for token in ("a", "b"):
            one = response | {"token": token, "answers": answers}
            connection.execute(sa.insert(old.tables["responses"]), one)
    storage.upgrade()
    assert not any(storage.recount().values())
    found = storage.counted("east", "autumn")
    assert found.crossings[LONG.version, "rabet"]["day&dark", 1] == 2
    assert sum(found.arrivals.values()) == 2
    storage.close()
