"""Posts that share a transaction: each comes out as if it had been alone."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from surveys.links import Target
from surveys.storage import OtherVersionError, Storage
from surveys.storage.responses import Responses, _Post
from tests.kept import kept, recounted
from tests.surveys.conftest import DAY, KINDS, LONG, PLATZ, RABET, context

WEST = replace(RABET, campaign="west", place="rabet")
WORDS = Target("east", "rabet", "words", "flyer-a6", "ar", "kinds")


def post(token: str, given: dict[str, Any], target: Target = RABET, **written: str) -> _Post:
    asked = KINDS if target == WORDS else LONG
    return _Post(token, context(target, asked), given, written)


ANSWERS = st.dictionaries(
    st.sampled_from(["dark", "day", "syringe", "syringe-call", "age", "gender"]),
    st.sampled_from([1, 2, 3, 99, -2]),
    max_size=3,
)
BATCHES = st.lists(
    st.lists(
        st.builds(post, st.sampled_from("abc"), ANSWERS, st.sampled_from([RABET, PLATZ, WEST])),
        min_size=1,
        max_size=6,
    ),
    max_size=4,
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None
)
@given(BATCHES)
def test_each_of_a_batch_is_told_what_she_would_be_told_alone(
    storage: Storage, batches: list[list[_Post]]
) -> None:
    storage.publish([WEST], [LONG], DAY)
    for campaign in ("east", "west"):
        for token in "abc":
            _forget(storage, campaign, token)
    known: dict[tuple[str, str], dict[str, Any]] = {}
    for batch in batches:
        for each, told in zip(batch, storage._save_all(batch), strict=True):
            assert told.begun == (each.key not in known)
            known[each.key] = {**known.get(each.key, {}), **each.given}
            assert told.answers == known[each.key]
    with storage._engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT campaign, token FROM responses").all()
    assert {tuple(row) for row in found} == known.keys()
    assert kept(storage) == recounted(storage)
    assert not any(storage.recount().values())


def _forget(storage: Storage, campaign: str, token: str) -> None:
    """Delete a response by the name of its row, which is no hash here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Responses, "_hash", lambda _self, name: name)
        storage.forget(campaign, token)


def test_who_is_overtaken_by_another_process_begins_anew_and_nothing_is_lost(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process stores the same token after we have looked for it."""
    storage._save_all([post("a", {"dark": 3})])
    look, looks = Responses._locked, []

    def too_early(self: Responses, cursor: Any, keys: Collection[Any]) -> Any:
        looks.append(keys)
        return look(self, cursor, keys if len(looks) > 1 else ())

    monkeypatch.setattr(Responses, "_locked", too_early)
    (new, told) = storage._save_all([post("b", {"day": 1}), post("a", {"day": 2})])
    assert len(looks) == 2
    assert (new.begun, told.begun) == (True, False)
    assert told.answers == {"dark": 3, "day": 2}
    assert kept(storage) == recounted(storage)
    assert not any(storage.recount().values())


def test_of_two_texts_in_a_batch_the_last_one_stays(storage: Storage) -> None:
    storage.publish([WORDS], [KINDS], DAY)
    said = [post("a", {"words": -3}, WORDS, words=text) for text in ("Mehr Licht", "Mehr Busse")]
    storage._save_all(said)
    (text,) = storage.held_texts("east")
    assert text.body == "Mehr Busse"


def test_a_post_to_another_version_stops_its_batch_and_nothing_of_it_is_stored(
    storage: Storage,
) -> None:
    storage.publish([WORDS], [KINDS], DAY)
    storage._save_all([post("a", {"dark": 3})])
    with pytest.raises(OtherVersionError):
        storage._save_all([post("b", {"dark": 1}), post("a", {"one": 1}, WORDS)])
    assert sum(recounted(storage).values()) == 1
    assert kept(storage) == recounted(storage)
