from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from materials.campaign import FILE, load
from materials.example import ExampleError, write_example
from tests.materials.conftest import EXAMPLE, tree


@pytest.mark.parametrize(
    ("day", "now", "before"),
    [
        ("2026-03-31", "winter-2025", "summer-2025"),
        ("2026-04-01", "summer-2026", "winter-2025"),
        ("2026-09-30", "summer-2026", "winter-2025"),
        ("2026-10-01", "winter-2026", "summer-2026"),
        ("2027-01-01", "winter-2026", "summer-2026"),
        ("2100-01-01", "winter-2099", "summer-2099"),
    ],
)
def test_a_new_example_has_a_wave_open_today_and_one_before(
    tmp_path: Path, day: str, now: str, before: str
) -> None:
    write_example(tmp_path / "new", date.fromisoformat(day))
    campaign = load(tmp_path / "new")
    open_now = campaign.wave_on(date.fromisoformat(day))
    assert open_now
    assert [wave.id for wave in campaign.waves][2:] == [before, now]
    assert all(one.closes < other.opens for one, other in pairwise(campaign.waves))
    assert open_now.id == now


def test_a_new_example_is_the_example_but_for_its_waves(tmp_path: Path) -> None:
    write_example(tmp_path, date(2026, 11, 22))  # an empty folder will do
    assert tree(tmp_path).keys() == tree(EXAMPLE).keys()
    for line in (EXAMPLE / FILE).read_text("utf-8").splitlines():
        assert line in (tmp_path / FILE).read_text("utf-8").splitlines()


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("mine")
    with pytest.raises(ExampleError, match="already there"):
        write_example(tmp_path, date(2026, 11, 22))
    assert tree(tmp_path) == {FILE: b"mine"}


def test_a_file_in_the_place_of_the_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "new").write_text("mine")
    with pytest.raises(ExampleError, match="name a new folder"):
        write_example(tmp_path / "new", date(2026, 11, 22))
    assert tree(tmp_path) == {"new": b"mine"}


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ExampleError, match="cannot be written"):
        write_example(tmp_path / "file" / "new", date(2026, 11, 22))
