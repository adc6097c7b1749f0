"""Selection rules: hand-computed cases of four numbers, and properties on any scores."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cubistlib import UserError
from cubistlib.pruners.parts.selection import at_least, exact, select, strictly_above

NUMBERS = st.integers(-3, 3).map(float)


def kept(rule, scores, keep: int, among=None) -> list[int]:
    """Indices that a rule keeps of one network with a single layer of scores."""
    among = None if among is None else [np.array([[among]], bool)]
    (mask,) = select([np.array([[scores]], np.float32)], keep, rule, among)
    return np.flatnonzero(mask).tolist()


@st.composite
def scores_and_keep(draw, elements=NUMBERS):
    scores = draw(arrays(np.float64, st.integers(1, 12), elements=elements))
    return scores, draw(st.integers(0, len(scores)))


@pytest.mark.parametrize(
    ("rule", "scores", "keep", "expected"),
    [
        (exact, [3, 1, 4, 2], 2, [0, 2]),
        (exact, [1, 2, 2, 2], 2, [1, 2]),
        (exact, [0, 0, 0, 0], 3, [0, 1, 2]),
        (exact, [1, np.nan, -np.inf, 5], 2, [0, 3]),
        (exact, [1, np.nan, 0, 5], 4, [0, 1, 2, 3]),
        (exact, [np.inf, 1, np.inf, np.inf], 2, [0, 2]),
        (strictly_above, [3, 1, 4, 2], 2, [2]),
        (strictly_above, [1, 2, 2, 3], 2, [3]),
        (strictly_above, [0, 0, 5, 0], 3, [2]),
        (strictly_above, [-3, -1, -4, -2], 3, [1, 3]),
        (at_least, [3, 1, 4, 2], 2, [0, 2]),
        (at_least, [1, 2, 2, 3], 2, [1, 2, 3]),
        (at_least, [0, 0, 5, 0], 2, [0, 1, 2, 3]),
    ],
)
def test_four_numbers(rule, scores, keep, expected):
    assert kept(rule, scores, keep) == expected


def test_only_allowed_weights_are_chosen():
    assert kept(exact, [9, 0, 8, 1], 2, among=[0, 1, 0, 1]) == [1, 3]
    assert kept(exact, [9, np.nan, 8, 1], 2, among=[0, 1, 0, 1]) == [1, 3]
    assert kept(exact, [9, 0, 8, 1], 3, among=[0, 1, 0, 1]) == [1, 3]
    assert kept(at_least, [9, 0, 8, 1], 1, among=[0, 1, 0, 1]) == [3]


def test_removed_weights_count_as_zero_for_strictly_above():
    """As in the authors' code, where a masked weight's score is 0: positive ones stay."""
    assert kept(strictly_above, [9, 0, 2, 1], 3, among=[0, 1, 1, 1]) == [2, 3]
    assert kept(strictly_above, [9, 0, 2, 1], 4, among=[0, 1, 1, 1]) == [2, 3]


def test_layers_are_ranked_together_and_networks_apart():
    first = np.array([[[1.0, 9.0]], [[8.0, 1.0]]])
    second = np.array([[[5.0], [0.0]], [[7.0], [9.0]]])
    masks = select([first, second], np.array([2, 3]))
    assert [m.tolist() for m in masks] == [
        [[[False, True]], [[True, False]]],
        [[[True], [False]], [[True], [True]]],
    ]


@given(scores_and_keep(st.one_of(NUMBERS, st.just(np.nan), st.just(np.inf), st.just(-np.inf))))
def test_exact_keeps_exactly_k(case):
    scores, keep = case
    assert len(kept(exact, scores, keep)) == keep


@given(scores_and_keep())
def test_exact_is_a_stable_sort(case):
    scores, keep = case
    assert kept(exact, scores, keep) == sorted(np.argsort(-scores, kind="stable")[:keep])


@given(scores_and_keep())
def test_a_monotone_change_of_scores_changes_nothing(case):
    scores, keep = case
    for rule in (exact, at_least):
        assert kept(rule, scores, keep) == kept(rule, np.exp(scores) - 7, keep)


@given(scores_and_keep(), st.randoms(use_true_random=False))
def test_distinct_scores_are_kept_wherever_they_stand(case, rng):
    scores, keep = case
    scores = np.arange(len(scores)) - scores.sum()
    order = np.array(rng.sample(range(len(scores)), len(scores)))
    assert {order[i] for i in kept(exact, scores[order], keep)} == set(kept(exact, scores, keep))


@given(scores_and_keep(st.one_of(NUMBERS, st.just(np.nan))))
def test_nan_is_kept_last(case):
    scores, keep = case
    chosen = kept(exact, scores, keep)
    assert np.isnan(scores[chosen]).sum() == max(0, keep - (~np.isnan(scores)).sum())


@given(scores_and_keep())
def test_more_kept_keeps_the_rest(case):
    scores, keep = case
    fewer = kept(exact, scores, max(0, keep - 1))
    assert set(fewer) <= set(kept(exact, scores, keep))


@given(scores_and_keep())
def test_the_three_rules_are_nested(case):
    scores, keep = case
    scores = np.abs(scores)
    above, chosen, least = (set(kept(r, scores, keep)) for r in (strictly_above, exact, at_least))
    assert above <= chosen <= least


def test_keep_outside_the_network_is_refused():
    for keep in (-1, 5):
        with pytest.raises(UserError, match=r"keep must be 0 … 4"):
            kept(exact, [1, 2, 3, 4], keep)


def test_nothing_is_kept_where_nothing_may_be():
    for rule in (exact, strictly_above, at_least):
        assert kept(rule, [3, 1, 4, 2], 2, among=[0, 0, 0, 0]) == []
