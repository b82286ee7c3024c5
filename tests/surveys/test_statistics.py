import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.statistics import wilson

CASES = json.loads((Path(__file__).parents[1] / "reference" / "statistics.json").read_text("utf-8"))
WILSON = [case for case in CASES["cases"] if "wilson" in case["expected"]]


@pytest.mark.parametrize("case", WILSON, ids=[case["id"] for case in WILSON])
def test_wilson_agrees_with_the_reference(case: dict[str, Any]) -> None:
    found = wilson(**case["inputs"])
    assert found == pytest.approx(case["expected"]["wilson"], abs=case["abs_tolerance"])


def test_without_observation_nothing_is_known() -> None:
    assert wilson(0, 0) == (0, 1)


@given(st.integers(0, 500), st.integers(0, 500), st.floats(0.5, 0.999))
def test_the_interval_holds_the_share_and_is_the_mirror_of_the_complement(
    x: int, rest: int, level: float
) -> None:
    n = x + rest
    low, high = wilson(x, n, level)
    assert 0 <= low <= (x / n if n else 0.5) <= high <= 1
    mirror = wilson(rest, n, level)
    assert (low, high) == pytest.approx((1 - mirror.high, 1 - mirror.low))


@pytest.mark.parametrize(("x", "n", "level"), [(5, 4, 0.95), (-1, 4, 0.95), (1, 4, 0), (1, 4, 1)])
def test_what_is_no_share_is_refused(x: int, n: int, level: float) -> None:
    with pytest.raises(ValueError, match="is no share"):
        wilson(x, n, level)
