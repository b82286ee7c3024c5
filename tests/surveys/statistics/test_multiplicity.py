from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from surveys.statistics import benjamini_hochberg, holm

VALUES = st.lists(st.floats(0, 1), max_size=30)
METHODS = [(holm, "holm"), (benjamini_hochberg, "fdr_bh")]
Method = Callable[[dict[int, float]], dict[int, float]]


@pytest.mark.parametrize(("adjust", "name"), METHODS, ids=["holm", "benjamini-hochberg"])
@settings(deadline=None, max_examples=25)  # the oracle takes its time
@given(values=VALUES)
def test_adjusted_values_are_larger_in_the_same_order_and_agree_with_statsmodels(
    adjust: Method, name: str, values: list[float]
) -> None:
    found = adjust(dict(enumerate(values)))
    assert list(found) == list(range(len(values)))
    assert all(value <= found[key] <= 1 for key, value in enumerate(values))
    ordered = sorted(range(len(values)), key=lambda key: values[key])
    assert [found[key] for key in ordered] == sorted(found.values())
    if values:
        assert list(found.values()) == pytest.approx(multipletests(values, method=name)[1])


@given(VALUES, st.integers(0, 9))
def test_others_count_as_values_of_1(values: list[float], others: int) -> None:
    padded = holm(dict(enumerate(values + [1.0] * others)))
    found = holm(dict(enumerate(values)), others=others)
    assert found == {key: padded[key] for key in found}


@given(VALUES)
def test_what_is_scanned_is_found_at_least_where_it_would_be_if_declared(
    values: list[float],
) -> None:
    declared, scanned = holm(dict(enumerate(values))), benjamini_hochberg(dict(enumerate(values)))
    assert all(scanned[key] <= declared[key] + 1e-12 for key in declared)


def test_holm_rejects_step_by_step_and_stops_at_the_first_that_stays() -> None:
    found = holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.005})
    assert found == pytest.approx({"a": 0.03, "b": 0.06, "c": 0.06, "d": 0.02})
    assert holm({}) == benjamini_hochberg({}) == {}


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
@pytest.mark.parametrize("adjust", [holm, benjamini_hochberg])
def test_what_is_no_probability_is_refused(adjust: Callable[..., object], value: float) -> None:
    with pytest.raises(ValueError, match=r"'rabet': .* is no probability"):
        adjust({"rabet": value})
