"""The search that goes down: backward elimination with a beam, evolution, polishing."""

from cubistlib.search.descent.beam import dense, descent, race
from cubistlib.search.descent.lineage import lineage
from cubistlib.search.descent.population import Population
from cubistlib.search.descent.refine import Trainer
from cubistlib.search.descent.start import Budget, Found, descend

__all__ = [
    "Budget", "Found", "Population", "Trainer", "dense", "descend", "descent", "lineage", "race",
]  # fmt: skip
