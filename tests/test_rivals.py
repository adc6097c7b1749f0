"""The search as a rival: all of it, and each phase by itself at its best setting."""

import pandas as pd
import pytest

from cubistlib import UserError
from cubistlib.verdict import RIVALS, rivals


def runs(study, lr, accuracies, start=0):
    frame = pd.DataFrame({"accuracy": accuracies}).assign(study=study, lr=lr, algorithm="search")
    frame = frame.assign(schedule="cosine", diverged=False, points=49_982)
    frame["correct"] = (frame["accuracy"] * 49_982).astype(int)
    return frame.assign(experiment=range(start, start + len(frame)))


def test_each_phase_is_taken_where_most_of_it_succeeds():
    dense = runs("structured", 0.1, [0.96, 0.5]), runs("structured", 0.2, [0.5, 0.5], start=2)
    masks = runs("unstructured", 0.1, [0.5, 0.5]), runs("unstructured", 0.05, [0.99, 0.5], start=2)
    found = rivals(pd.concat([*dense, *masks]))
    told = dict(tuple(found.groupby("algorithm")))
    assert {*told} == {*RIVALS} and len(told["search"]) == 8
    assert [set(told[name]["lr"]) for name in RIVALS[1:]] == [{0.05}, {0.1}]
    assert [len(told[name]) for name in RIVALS[1:]] == [2, 2]
    assert not found.duplicated(["study", "experiment"]).any()


def test_a_phase_of_which_there_is_nothing_is_left_out():
    assert {*rivals(runs("structured", 0.1, [0.96]))["algorithm"]} == {RIVALS[0], RIVALS[2]}


def test_a_target_that_is_none_is_a_sentence():
    with pytest.raises(UserError, match="rivals: target"):
        rivals(runs("structured", 0.1, [0.96]), 95)
