from dataclasses import fields

from surveys.storage import Individual, Storage
from tests.surveys.conftest import LONG, PLATZ, context


def test_single_answers_come_without_token_day_and_hour(storage: Storage) -> None:
    for number in range(30):
        storage.save(f"token-{number}", context(), {"dark": 1 + number % 4})
    storage.save("other-place", context(PLATZ), {"dark": 97})
    storage.save("other-wave", context(wave="spring"), {"dark": 98})
    found = list(storage.individuals("east", "how-safe", ["autumn"]))
    assert len(found) == 31
    (platz,) = (each for each in found if each.place == "platz")
    assert platz == Individual(
        version=LONG.version,
        wave="autumn",
        place="platz",
        language="ar",
        topic="how-safe",
        format="flyer-a6",
        mode="web",
        daylight="",
        answers={"dark": 97},
    )
    names = {field.name for field in fields(Individual)}
    assert names.isdisjoint({"token", "day", "band", "link", "campaign"})
    order = [each.answers["dark"] for each in found if each.place == "rabet"]
    assert order != [1 + number % 4 for number in range(30)]


def test_other_surveys_and_campaigns_are_left_out(storage: Storage) -> None:
    storage.save("token", context(), {"dark": 1})
    assert not list(storage.individuals("east", "here-now", ["autumn"]))
    assert not list(storage.individuals("west", "how-safe", ["autumn"]))
    assert not list(storage.individuals("east", "how-safe", []))
