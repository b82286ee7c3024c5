import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from surveys.storage.group_commit import GroupCommit


def doubled(numbers: Sequence[int]) -> list[int]:
    return [2 * number for number in numbers]


def grouped(write: Callable[[Sequence[int]], Sequence[int]]) -> GroupCommit[int, int]:
    return GroupCommit(write, is_about_one=lambda error: isinstance(error, ValueError))


def test_each_is_given_what_came_of_its_own_work() -> None:
    group = grouped(doubled)
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(group.do, range(200))) == doubled(range(200))


def together(write: Callable[[Sequence[int]], Sequence[int]], works: Sequence[int]) -> list[object]:
    """Let the first one write alone while all others come, and return what each was told."""
    entered, go = threading.Event(), threading.Event()

    def held(numbers: Sequence[int]) -> Sequence[int]:
        if numbers == [works[0]]:
            entered.set()
            assert go.wait(10)
        return write(numbers)

    group = grouped(held)

    def told(work: int) -> object:
        try:
            return group.do(work)
        except (ValueError, OSError) as error:
            return error

    with ThreadPoolExecutor(len(works)) as threads:
        first = threads.submit(told, works[0])
        assert entered.wait(10)
        others = [threads.submit(told, work) for work in works[1:]]
        while len(group._waiting) < len(others):
            pass
        go.set()
        return [each.result(10) for each in (first, *others)]


def test_those_who_come_while_one_writes_share_the_next_transaction() -> None:
    written: list[int] = []

    def write(numbers: Sequence[int]) -> list[int]:
        written.append(len(numbers))
        return doubled(numbers)

    assert together(write, [1, 2, 3, 4, 5]) == [2, 4, 6, 8, 10]
    assert written == [1, 4]


def test_the_fault_of_one_is_told_to_that_one_alone() -> None:
    def write(numbers: Sequence[int]) -> list[int]:
        if 3 in numbers:
            raise ValueError(3)
        return doubled(numbers)

    told = together(write, [1, 2, 3, 4])
    assert [told[0], told[1], told[3]] == [2, 4, 8]
    assert isinstance(told[2], ValueError)


def test_a_fault_of_the_disk_is_told_to_all_and_tried_once() -> None:
    tries: list[int] = []

    def write(numbers: Sequence[int]) -> list[int]:
        tries.append(len(numbers))
        if len(tries) > 1:
            raise OSError(28, "No space left on device")
        return doubled(numbers)

    told = together(write, [1, 2, 3, 4])
    assert told[0] == 2
    assert all(isinstance(each, OSError) for each in told[1:])
    assert tries == [1, 3]


def test_who_is_interrupted_leaves_nobody_waiting() -> None:
    def write(numbers: Sequence[int]) -> list[int]:
        raise KeyboardInterrupt

    group = grouped(write)
    with pytest.raises(KeyboardInterrupt):
        group.do(1)
    assert not group._waiting
    assert not group._busy
