"""A verdict on a pruner: its runs beside those of the others and of the search, at equal effort."""

from cubistlib.verdict.grid import nine, verdict
from cubistlib.verdict.places import place, places, standings
