"""What is pruned alike is pruned once, and comes out the same to the bit."""

import pandas as pd
import pytest

from cubistlib import sweep
from cubistlib.pruners import Task
from cubistlib.studies import PruningStudy, remembered

SETTINGS = {"widths": (3,), "keep": (12,), "lrs": (0.1,), "schedules": ("cosine",), "epochs": 1}


@pytest.fixture
def trainings(monkeypatch):
    """A list with an entry for every training."""
    found, real = [], Task.resume
    monkeypatch.setattr(Task, "resume", lambda *a, **k: found.append(1) or real(*a, **k))
    return found


def test_controls_take_the_masks_that_were_found(home, trainings):
    plain = PruningStudy(name="plain", algorithms=("lth",), seeds=1, tries=2, **SETTINGS)
    controls = "reinitialized", "shuffled"
    studies = plain, *(plain.variant(control, control=control) for control in controls)
    rows = [sweep.run(study, "apart", workers=1) for study in studies]
    assert len(trainings) == 5 + 6 + 6
    trainings.clear()
    with remembered.pruning():
        again = [sweep.run(study, "together", workers=1) for study in studies]
    assert len(trainings) == 5 + 1 + 1
    pd.testing.assert_frame_equal(pd.concat(again), pd.concat(rows))
    trainings.clear()
    sweep.run(plain, "afterwards", workers=1)
    assert len(trainings) == 5, "nothing is remembered any more"


def test_other_networks_are_pruned_anew(home, trainings):
    alike = {"algorithms": ("lth",), "seeds": 1, **SETTINGS}
    with remembered.pruning():
        for name in ("one", "other"):
            sweep.run(PruningStudy(name=name, **alike), "p", workers=1)
    assert len(trainings) == 10
