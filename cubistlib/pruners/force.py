"""FORCE: prune in small steps, and let removed weights come back."""

from dataclasses import dataclass

from cubistlib.pruners.iter_snip import IterSNIP


@dataclass(frozen=True)
class FORCE(IterSNIP):
    """Foresight connection sensitivity, before training: how weights matter after pruning.

    Score |w₀ · ∂L/∂w|, w₀ the initial weight and the slope that of the masked network, on a
    fresh batch a step; after step t of `steps` the N·(k/N)^(t/steps) largest of all weights
    stay. All as in Iter-SNIP, but that a removed weight may return.
    Source: de Jorge et al. 2021, eq. 6; paper, "The nine algorithms".
    Differences from the authors' code: those of Iter-SNIP.
    """

    name = "force"
    regrows = True
