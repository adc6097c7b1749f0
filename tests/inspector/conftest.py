"""A few networks and runs to look at, made once: nothing changes them."""

import pytest
from inspected import FEW, GRID, random_mask

import cubistlib as cl
from cubistlib.inspector.model import Model
from cubistlib.inspector.sources import catalogue
from cubistlib.studies import PruningStudy


@pytest.fixture(scope="session")
def few():
    """A spiral of few points, so that training takes no time."""
    return cl.cubist_spiral(**FEW)


@pytest.fixture(scope="session")
def net():
    return cl.Network.initialize([6, 6, 6], seed=1)


@pytest.fixture(scope="session")
def masks(net):
    return random_mask(net, 30)


@pytest.fixture
def model(net, masks, few):
    return Model(catalogue(net, masks, (), *few), *few)


@pytest.fixture(scope="session")
def study():
    return PruningStudy(
        name="s/1", algorithms=("snip", "gmp"), widths=(3, 6), keep=(15, 20), seeds=2, **GRID
    )


@pytest.fixture(scope="session")
def results(study):
    return study.run(range(len(study)))
