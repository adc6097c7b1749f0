"""Loaded before sweeps are forked: has the compiled engine in memory already."""

import sweeps

sweeps.search().run([0])
