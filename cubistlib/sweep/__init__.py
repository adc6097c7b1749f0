"""Sweeps: a study's experiments run shard by shard, on whatever workers, safe to kill."""

from cubistlib.sweep.work import advance, finished, folder, results, run, stored

__all__ = ["advance", "finished", "folder", "results", "run", "stored"]
