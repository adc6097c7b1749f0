"""A verdict on a pruner: its runs beside those of the others and of the search, at equal effort."""

from cubistlib.verdict.grid import habit, nine, published, tuned, verdict
from cubistlib.verdict.places import places, standings
from cubistlib.verdict.rivals import RIVALS, in_three, rivals
