"""Networks of the paper's studies that tests know, as they were trained."""

import json
from itertools import pairwise

import numpy as np
from golden_files import GOLDEN

import cubistlib as cl

# How a witness that a test makes was found.
FOUND = {"recipe": "a test's", "date": "2026-11-25", "by": "a test"}

KNOWN = json.loads((GOLDEN / "live.json").read_text())


def trained(name):
    """A network of the paper's studies as it was trained, and its masks."""
    sizes = (2, *KNOWN[name]["hidden"], 1)
    weights = [np.zeros((out, into)) for into, out in pairwise(sizes)]
    biases = [np.zeros(out) for out in sizes[1:]]
    for array, entries in zip(weights, KNOWN[name]["weights"], strict=True):
        for row, column, value in entries:
            array[row, column] = value
    for array, entries in zip(biases, KNOWN[name]["biases"], strict=True):
        for row, value in entries:
            array[row] = value
    return cl.Network.from_arrays(weights, biases), cl.Masks.from_weights([w != 0 for w in weights])
