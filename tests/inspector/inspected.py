"""Settings and masks of what the inspector is shown in tests."""

import numpy as np

import cubistlib as cl
from cubistlib.pruners.parts.selection import select

CONFIG = cl.TrainConfig(0.1, "cosine", epochs=2)
FEW = {"points": 2000}
GRID = {
    "lrs": (CONFIG.lr,),
    "schedules": (CONFIG.schedule,),
    "epochs": CONFIG.epochs,
    "spiral": tuple(FEW.items()),
}


def random_mask(net, keep, seed=0):
    rng = np.random.default_rng(seed)
    return cl.Masks.from_weights(select([rng.random(w.shape) for w in net.weights], keep))
