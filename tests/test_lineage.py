"""A line of descent: every network is its parent with one parameter less, trained on."""

import numpy as np

import cubistlib as cl
from cubistlib.search.descent import Trainer, dense, descent, lineage, race

DATA = tuple(a[::25] for a in cl.cubist_spiral())


def test_every_network_of_a_line_is_cut_out_of_the_one_before():
    trainer = Trainer(DATA, np.random.default_rng(3))
    nets, masks = dense((3, 2, 2), (3, 2, 2), 30, np.random.SeedSequence(3))
    beams = list(descent(race(nets, masks, trainer, 4, False), trainer, 4, 2, 12))
    for place in range(len(beams[-1][0])):
        line = lineage(beams, place)
        assert len(line) == len(beams) and (np.diff(line.counts) < 0).all()
        last = beams[-1][0]
        assert line.counts[-1] == last.counts[place] and line.correct[-1] == last.correct[place]
        for (found, _), count, loss in zip(beams, line.counts, line.loss, strict=True):
            assert (count, loss) in zip(found.counts, found.loss, strict=True)
        # Short trainings do not turn a network over: most signs of what is kept stay.
        for old, new in zip(line.network, list(line.network)[1:], strict=False):
            kept = [(b != 0) & (a != 0) for a, b in zip(old.weights, new.weights, strict=True)]
            same = [
                np.sign(a)[k] == np.sign(b)[k]
                for a, b, k in zip(old.weights, new.weights, kept, strict=True)
            ]
            assert np.concatenate(same).mean() > 0.6
