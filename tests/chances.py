"""Little studies of many tries, and little counts of what they reach, for tests of the chances."""

import pandas as pd

from cubistlib.studies import SearchStudy, tallies

LITTLE = {"lrs": (0.05, 0.1), "schedules": ("constant", "cosine"), "epochs": 1}


def search(masks, **more):
    return SearchStudy(name="a/search", masks=masks, **LITTLE, **more)


def little_counts():
    labels = [("power/scratch", "scratch", "22-parameters", "3-1-3", 22)] * 2
    labels += [("power/weights", "weights", "22-parameters", "3-1-3", 22)]
    labels += [("power/below-signs", "signs", "masks below 95 %: 7", "several", 21)]
    hits = [(0.05, "step", 10, 0), (0.1, "step", 10, 0), (0.1, "step", 20, 5), (0.1, "step", 70, 0)]
    rows = [a + b for a, b in zip(labels, hits, strict=True)]
    names = [*tallies.LABELS, *tallies.CONFIGURATION, "trainings", "95 %"]
    table = pd.DataFrame(rows, columns=names).assign(best=40_000, points=49_982)
    table = table.reindex(columns=tallies.COLUMNS, fill_value=0)
    return table.sort_values("study", kind="stable", ignore_index=True)
