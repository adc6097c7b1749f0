"""Sweeps: a study's experiments run shard by shard, on whatever workers, safe to kill."""

from cubistlib.sweep.kept import stored
from cubistlib.sweep.places import finished, folder, results
from cubistlib.sweep.winners import resolved
from cubistlib.sweep.work import advance, run

__all__ = ["advance", "finished", "folder", "resolved", "results", "run", "stored"]
