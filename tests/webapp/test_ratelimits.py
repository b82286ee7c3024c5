import gc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, ip_address

import pytest

from webapp.ratelimits import BEGUN, STARTS, WINDOW, RateLimits

HERE, ELSEWHERE = "5.6.7.8", "5.6.8.8"


class Watch:
    """A clock that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def many(call: Callable[[], bool], number: int) -> int:
    """Return how many of many calls are let through."""
    return sum(call() for _ in range(number))


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def limits(watch: Watch) -> RateLimits:
    return RateLimits(per_link=300, now=watch)


def test_a_network_begins_so_many_responses_in_an_hour_and_then_again(
    limits: RateLimits, watch: Watch
) -> None:
    codes = iter(f"{number:06}" for number in range(10_000))

    def begin() -> bool:
        return limits.may_begin(HERE, next(codes))

    assert many(begin, BEGUN + 50) == BEGUN
    assert limits.may_begin(ELSEWHERE, "elsewhere")
    watch.now = WINDOW - 1
    assert (limits.wait, begin()) == (1, False)
    watch.now = WINDOW
    assert many(begin, BEGUN + 50) == BEGUN


def test_a_network_opens_so_many_first_pages(limits: RateLimits) -> None:
    assert many(lambda: limits.may_start(HERE), STARTS + 50) == STARTS
    assert limits.may_start(ELSEWHERE)
    assert limits.may_begin(HERE, "K7Q2MX")  # who has opened the page may answer


@pytest.mark.parametrize(
    "address",
    [
        None,
        "",
        "127.0.0.1",
        "::1",
        "10.1.2.3",
        "100.64.1.2",
        "fe80::1%eth0",
        "fd00::1",
        "unix:",
        "5.6.7",
    ],
)
def test_a_code_begins_so_many_responses_whoever_asks(
    limits: RateLimits, address: str | None
) -> None:
    assert many(lambda: limits.may_begin(address, "K7Q2MX"), 1_000) == 300
    assert limits.may_begin(address, "another")
    assert many(lambda: limits.may_start(address), 2 * STARTS) == 2 * STARTS


def test_a_refused_network_does_not_use_up_the_share_of_a_code(limits: RateLimits) -> None:
    many(lambda: limits.may_begin(HERE, "K7Q2MX"), 1_000)
    assert many(lambda: limits.may_begin(ELSEWHERE, "K7Q2MX"), 1_000) == 300 - BEGUN


def test_a_spent_code_does_not_use_up_the_share_of_a_network(limits: RateLimits) -> None:
    many(lambda: limits.may_begin(None, "K7Q2MX"), 300)
    assert many(lambda: limits.may_begin(HERE, "K7Q2MX"), 1_000) == 0
    assert many(lambda: limits.may_begin(HERE, "another"), 1_000) == BEGUN


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("5.6.7.1", "5.6.7.254", True),
        ("5.6.7.1", "5.6.8.1", False),
        ("::ffff:5.6.7.1", "5.6.7.2", True),
        ("2a02:8109:1:100::1", "2a02:8109:1:1ff:ffff::2", True),
        ("2a02:8109:1:100::1", "2a02:8109:1:200::1", False),
    ],
)
def test_a_network_is_24_bits_of_ipv4_or_56_bits_of_ipv6(
    limits: RateLimits, one: str, other: str, same: bool
) -> None:
    many(lambda: limits.may_start(one), STARTS)
    assert limits.may_start(other) is not same


def test_no_address_is_kept_and_the_key_goes_with_the_hour(
    limits: RateLimits, watch: Watch
) -> None:
    limits.may_start(HERE)
    kept = [each for each in gc.get_objects() if isinstance(each, IPv4Address)]
    assert ip_address(HERE) not in kept
    ((_, hashed),) = limits._counts
    key = limits._key
    assert isinstance(hashed, bytes)
    assert (len(hashed), len(key)) == (2, 32)
    watch.now = WINDOW
    limits.may_start(ELSEWHERE)
    assert limits._key != key
    assert list(limits._counts.values()) == [1]


def test_an_attacker_with_many_networks_does_not_fill_the_memory(limits: RateLimits) -> None:
    for number in range(0, 1 << 24, 211):
        limits.may_start(f"{(number >> 16) % 9 + 1}.{number >> 8 & 255}.{number & 255}.1")
    assert len(limits._counts) <= 1 << 16


def test_threads_at_the_same_time_are_all_counted(limits: RateLimits) -> None:
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: limits.may_begin(HERE, "K7Q2MX"), range(1_000)))
    assert sum(found) == BEGUN


@pytest.mark.parametrize("workers", [1, 2, 3, 4, 8, 64])
def test_all_workers_together_begin_fewer_than_a_thousand_for_a_code(workers: int) -> None:
    limits = RateLimits(300, workers)
    each = many(lambda: limits.may_begin(None, "K7Q2MX"), 400)
    assert 300 <= each * workers < 1_000
