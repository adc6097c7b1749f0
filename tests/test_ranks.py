"""Correlation of ranks within groups, against scipy's and on cases that can be counted."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from cubistlib import analysis


def test_one_group_has_spearmans_correlation():
    rng = np.random.default_rng(1)
    one, other = rng.integers(0, 6, (2, 1, 30))
    found, chance = analysis.rank_correlation(one, other)
    theirs = spearmanr(one[0], other[0])
    assert found == pytest.approx(theirs.statistic)
    assert chance == pytest.approx(theirs.pvalue, abs=0.05)


def test_groups_do_not_touch_and_their_mean_counts():
    up, down, alike = [1.0, 2, 3, 4], [4.0, 3, 2, 1], [5.0, 5, 5, 5]
    groups = np.array([up, down, alike, up]) * [[1], [100], [1], [1e6]]
    found, _ = analysis.rank_correlation(groups, np.tile(up, (4, 1)))
    assert found == pytest.approx((1 - 1 + 0 + 1) / 4)


def test_chance_gives_an_order_of_three_as_often_as_it_is_one_of_six():
    order = np.array([[1, 2, 3]])
    found, chance = analysis.rank_correlation(order, -order)
    assert found == pytest.approx(-1)
    assert chance == pytest.approx(2 / 6, abs=0.05), "both ways round are as far from 0"


def test_where_nothing_differs_there_is_no_correlation_and_nothing_to_wonder_at():
    assert analysis.rank_correlation([[1, 2], [3, 4]], [[0, 0], [0, 0]]) == (0, 1)
    assert analysis.rank_correlation([[1]], [[2]]) == (0, 1)


@pytest.mark.parametrize("other", [[1, 2], [[1, 2, 3]], []])
def test_what_is_no_table_of_groups_is_refused(other):
    with pytest.raises(ValueError, match=r"^rank_correlation: must be two \(groups, values\)"):
        analysis.rank_correlation([[1, 2]], other)
