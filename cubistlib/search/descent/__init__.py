"""The search that goes down: backward elimination with a beam, evolution, polishing."""

from cubistlib.search.descent.population import Population
from cubistlib.search.descent.start import Budget, Found, descend

__all__ = ["Budget", "Found", "Population", "descend"]
