"""What several test files need: the spiral, the golden figures and networks."""

import json
import signal

import matplotlib
import numpy as np
import pytest
import sweeps
import torch
from golden_files import GOLDEN
from known import FOUND, KNOWN, trained
from told import pytest_collection_modifyitems  # noqa: F401  # a hook of pytest

import cubistlib as cl
from cubistlib.search.witness import Witness

matplotlib.use("agg")
# Tiny operations on many threads wait for each other, for minutes where cores are busy.
torch.set_num_threads(1)
# A shell starts what runs in the background deaf to Ctrl-C; the processes of tests must hear it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def spiral():
    """x (49982, 2), y (49982,)."""
    return cl.cubist_spiral()


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A folder of its own for results, params and notebooks."""
    monkeypatch.setenv("CUBISTLIB_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="session")
def whole_table():
    """The tiny search's results, from its experiments run all at once."""
    study = sweeps.search()
    return study.run(range(len(study)))


@pytest.fixture(scope="session")
def golden():
    """The golden arrays of pruners.npz by name; see tests/golden/README.md."""
    with np.load(GOLDEN / "pruners.npz") as arrays:
        return dict(arrays)


@pytest.fixture(scope="session")
def golden_counts():
    return json.loads((GOLDEN / "counts.json").read_text())


@pytest.fixture(scope="session")
def golden_network(golden):
    """width -> the golden network at its initialization."""

    def network(width: int) -> cl.Network:
        layers = range(4)
        weights = [golden[f"w{width}/weight{layer}"] for layer in layers]
        return cl.Network.from_arrays(weights, [golden[f"w{width}/bias{i}"] for i in layers])

    return network


@pytest.fixture(scope="session")
def golden_masks(golden):
    """(width, algorithm, k) -> the four weight masks that the authors' code returned."""

    def masks(width: int, algorithm: str, keep: int) -> list[np.ndarray]:
        return [golden[f"w{width}/{algorithm}/{keep}/mask{layer}"] for layer in range(4)]

    return masks


@pytest.fixture(scope="module")
def witnesses():
    """The first two networks of tests/golden/live.json: of 24 and of 23 parameters."""
    return [Witness.of(*trained(name), found=FOUND) for name in list(KNOWN)[:2]]
