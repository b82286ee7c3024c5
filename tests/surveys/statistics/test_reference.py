"""Every figure of the cases that R and published papers give. Figures that philos has no use for
are computed by scipy and statsmodels here, so that the cases themselves are checked as well."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import proportion_confint, proportion_effectsize

from surveys.statistics import (
    Cell,
    Weights,
    association,
    benjamini_hochberg,
    cliff,
    cochran_armitage,
    holm,
    kruskal_wallis,
    linear_by_linear,
    mann_whitney,
    mcnemar,
    newcombe,
    paired_difference,
    pearson,
    poststratify,
    proportional_odds,
    rake,
    weighted_share,
    wilson,
)
from surveys.statistics.planning import answers_needed, group_size
from tests.surveys.statistics.strategies import said

REFERENCE = Path(__file__).parents[2] / "reference" / "statistics.json"
CASES = {case["id"]: case for case in json.loads(REFERENCE.read_text("utf-8"))["cases"]}
Figures = dict[str, Any]

# it takes the district of each school, which the case leaves out; a survey of ours has no clusters
NOT_FROM_THE_INPUTS = {"R_svymean_SE_cluster_design"}


def proportion(x: int, n: int, level: float) -> Figures:
    binomial = stats.binomtest(x, n)
    return {
        "wilson": wilson(x, n, level),
        "wilson_continuity": binomial.proportion_ci(level, "wilsoncc"),
        "clopper_pearson": binomial.proportion_ci(level, "exact"),
        "agresti_coull_clipped_to_[0,1]": np.clip(
            proportion_confint(x, n, 1 - level, method="agresti_coull"), 0, 1
        ),
    }


def difference(x1: int, n1: int, x2: int, n2: int) -> Figures:
    found = said(newcombe(x1, n1, x2, n2))
    return {
        "p1-p2": found.estimate,
        "newcombe_low": found.interval.low,
        "newcombe_high": found.interval.high,
    }


def by_code(answers: Sequence[int]) -> list[int]:
    return [Counter(answers)[code] for code in range(1, 6)]


def brunner_munzel(x: list[int], y: list[int]) -> Figures:
    effect, ranks = said(cliff(by_code(y), by_code(x))), said(mann_whitney(by_code(x), by_code(y)))
    plain = stats.mannwhitneyu(x, y, use_continuity=False, method="asymptotic")
    return {
        "bm_statistic": effect.statistic,
        "bm_df": effect.df,
        "bm_p": effect.p,
        "P(x<y)+0.5P(x=y)": (effect.estimate + 1) / 2,
        "ci95_of_that": [(end + 1) / 2 for end in effect.interval],
        "cliffs_delta_y_over_x": effect.estimate,
        "cliffs_delta_ci95": effect.interval,
        "mannwhitney_U_x": ranks.u,
        "mw_p_normal_ties_continuity": ranks.normal,
        "mw_p_normal_ties_no_continuity": plain.pvalue,
        "mw_p_exact_conditional_with_ties": ranks.p,
    }


def ordinal(
    table_rows_income_low_to_high: list[list[int]],
    columns: str,
    row_scores: list[float],
    col_scores: list[float],
) -> Figures:
    table = table_rows_income_low_to_high
    pairs, trend = said(association(table)), said(linear_by_linear(table, row_scores, col_scores))
    ranked = said(kruskal_wallis(table))
    raw = [(i, j) for i in range(4) for j in range(4) for _ in range(table[i][j])]
    return {
        "n": len(raw),
        "concordant": pairs.concordant,
        "discordant": pairs.discordant,
        "gamma": pairs.gamma,
        "kendall_tau_b": pairs.tau_b,
        "spearman": stats.spearmanr(raw).statistic,
        "somers_d_scipy_somersd(T)": stats.somersd(table).statistic,
        "M2_scores_given": trend.chi2,
        "p_scores_given": trend.p,
        "M2_equal_scores": said(linear_by_linear(table, range(4), range(4))).chi2,
        "pearson_X2": said(pearson(table)).statistic,
        "kruskal_wallis_H_by_row": ranked.statistic,
        "kw_p": ranked.p,
    }


SCHOOLS = CASES["rake_R_survey_api"]["inputs"]
STYPE, WIDE = ("E", "H", "M"), ("No", "Yes")


def schools(column: int = 0) -> dict[Cell, int]:
    """Return the schools by type and target; their number, or the sum of a column."""
    cells: Counter[Cell] = Counter()
    for row in SCHOOLS["rows"]:
        cells[STYPE.index(row[0]), WIDE.index(row[1])] += row[column] if column else 1
    return dict(cells)


def mean(found: Weights) -> float:
    sums = schools(2)
    return sum(weight * sums[cell] for cell, weight in found.weights.items()) / len(SCHOOLS["rows"])


def raked(**inputs: Any) -> Figures:
    margins = inputs["margins"]
    found = said(
        rake(
            schools(),
            [
                {STYPE.index(key): n for key, n in margins["stype"].items()},
                {WIDE.index(key): n for key, n in margins["sch_wide"].items()},
            ],
        )
    )
    without: Counter[Cell] = Counter(
        (STYPE.index(row[0]), WIDE.index(row[1])) for row in inputs["rows"] if row[3] == "No"
    )
    share = said(weighted_share(without, schools(), found.weights))
    # R reaches the margins' own sum; the base weight, which is the same for all, falls out
    base = sum(margins["stype"].values()) / len(inputs["rows"])
    return {
        "raked_weight": {
            f"{STYPE[cell[0]]},{WIDE[cell[1]]}": base * weight
            for cell, weight in found.weights.items()
        },
        "weighted_mean_api00": mean(found),
        "sum_weights": sum(base * n * found.weights[cell] for cell, n in schools().items()),
        "kish_deff": found.design_effect,
        "kish_neff": found.effective,
        "weighted_share_awards_No": share.share,
        "wilson95_with_neff": share.interval,
    }


def poststratified(data: str, margins: dict[str, dict[str, int]]) -> Figures:
    counts, sums = Counter[Cell](), Counter[Cell]()
    for row in SCHOOLS["rows"]:
        counts[STYPE.index(row[0]),] += 1
        sums[STYPE.index(row[0]),] += row[2]
    population: dict[Cell, float] = {(STYPE.index(key),): n for key, n in margins["stype"].items()}
    weights = said(poststratify(counts, population)).weights
    total = sum(weight * sums[cell] for cell, weight in weights.items())
    return {"weighted_mean_api00": total / counts.total()}


def two_waves(scale: str, wave1_counts: list[int], wave2_counts: list[int]) -> Figures:
    one, two = wave1_counts, wave2_counts
    shares = said(newcombe(sum(two[2:]), sum(two), sum(one[2:]), sum(one)))
    effect, ranks = said(cliff(two, one)), said(mann_whitney(one, two))
    odds = said(proportional_odds(two, one))
    return {
        "unsafe_share_w1": sum(one[2:]) / sum(one),
        "unsafe_share_w2": sum(two[2:]) / sum(two),
        "diff_w2_minus_w1": shares.estimate,
        "newcombe95": shares.interval,
        "mw_U_w1": ranks.u,
        "mw_p_ties_continuity": ranks.normal,
        "cliffs_delta_w2_over_w1": effect.estimate,
        "bm_statistic_scipy_order_w1_w2": effect.statistic,
        "bm_p": effect.p,
        "prob_w1<w2_plus_half_ties": (effect.estimate + 1) / 2,
        "prob_ci95": [(end + 1) / 2 for end in effect.interval],
        "prop_odds_logOR_wave2": odds.log_ratio,
        "prop_odds_se": odds.error,
    }


def several(p: list[float], alpha: float) -> Figures:
    values = dict(enumerate(p))
    stepwise, scanned = list(holm(values).values()), list(benjamini_hochberg(values).values())
    return {
        "holm_adjusted": stepwise,
        "bh_adjusted": scanned,
        "bonferroni_rejects": sum(len(p) * value <= alpha for value in p),
        "holm_rejects": sum(value <= alpha for value in stepwise),
        "bh_rejects": sum(value <= alpha for value in scanned),
    }


def paired(table: list[list[int]], rows: str, cols: str) -> Figures:
    (both, first), (second, neither) = table
    found = said(mcnemar(second, first))
    changes = np.repeat([1, -1, 0], [second, first, both + neither])
    return {
        "p_first": (both + first) / changes.size,
        "p_second": (both + second) / changes.size,
        "diff_second_minus_first": said(paired_difference(both, second, first, neither)).estimate,
        "mcnemar_chi2_no_correction": found.chi2,
        "mcnemar_p_no_correction": found.p,
        "mcnemar_chi2_continuity": found.corrected,
        # ours is a score interval, which this one comes close to with so many people
        "wald95_of_diff": stats.norm.interval(0.95, changes.mean(), changes.std() / 40),
    }


def trend(events: list[int], n: list[int], scores: list[float]) -> Figures:
    found = said(cochran_armitage(events, n, scores))
    return {"chi2": found.chi2, "p": found.p}


def planned(p1: float, p2: float, power: float, alpha: float) -> Figures:
    assert answers_needed(p1, p2, power=power, level=1 - alpha) == 77
    arcsine = NormalIndPower().solve_power(proportion_effectsize(p1, p2), None, alpha, power)
    return {
        "n_per_group_R_power.prop.test": group_size(p1, p2, power=power, level=1 - alpha),
        "n_per_group_statsmodels_NormalIndPower_arcsine": arcsine,
    }


def revealed(published_wilson95_percent: list[float], all_n: list[int]) -> Figures:
    pairs = [(x, n) for n in range(all_n[0], all_n[1] + 1) for x in range(n + 1)]

    def printed(x: int, n: int, digits: int) -> tuple[float, ...]:
        return tuple(round(100 * end, digits) for end in wilson(x, n))

    def identified(digits: int) -> float:
        found = Counter(printed(*pair, digits) for pair in pairs)
        return sum(times == 1 for times in found.values()) / len(pairs)

    (pair,) = (pair for pair in pairs if printed(*pair, 1) == tuple(published_wilson95_percent))
    return {
        "recovered_x_n": pair,
        "share_of_(x,n)_pairs_identified_at_0.1pp": identified(1),
        "share_identified_at_whole_percent": identified(0),
    }


BY_PREFIX: dict[str, Callable[..., Figures]] = {
    "prop_ci": proportion,
    "diff_newcombe": difference,
    "brunner_munzel": brunner_munzel,
    "ordinal_table": ordinal,
    "rake": raked,
    "poststratify": poststratified,
    "two_waves": two_waves,
    "multiple_testing": several,
    "paired_mcnemar": paired,
    "trend": trend,
    "sample_size": planned,
    "ci_reveals": revealed,
}
# cases of suppression are those of disclosure control
HERE = {name: case for name, case in CASES.items() if not name.startswith("suppress_")}


@pytest.mark.parametrize("case", HERE.values(), ids=HERE)
def test_every_figure_of_a_case_is_found(case: dict[str, Any]) -> None:
    (find,) = (find for prefix, find in BY_PREFIX.items() if case["id"].startswith(prefix))
    found = find(**case["inputs"])
    expected = {
        key: figure for key, figure in case["expected"].items() if key not in NOT_FROM_THE_INPUTS
    }
    assert found.keys() == expected.keys()
    for key, figure in expected.items():
        assert found[key] == pytest.approx(figure, abs=case["abs_tolerance"], rel=0), key
