"""Algorithms beyond the paper's nine: what pruning can do that the paper did not measure."""
