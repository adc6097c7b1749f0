"""Replicates: what the same experiment gives when it is done again, and what differs in earnest."""

from bisect import bisect_left
from collections.abc import Mapping

import numpy as np
import pandas as pd

from cubistlib import store
from cubistlib.analysis.results import Columns, Target, converged, counting
from cubistlib.networks import numbers
from cubistlib.support.checks import require
from cubistlib.support.types import arguments

CELL = ["algorithm", "hidden", "keep"]
ALIKE = ["hidden", "keep", "lr", "schedule", "epochs", "seed"]  # what the runs of a pair share
TOLD = ("pairs", "median", "low", "high", "ahead")  # of pairs
CERTAINTY = 0.95
LEARNED = 0.6  # of the accuracy: the best straight line gets 0.569


def replicates(results: pd.DataFrame) -> pd.DataFrame:
    """The best learning rate and schedule of each replicate, at every k.

    Columns algorithm, hidden, keep, seed, accuracy, in the order of the results. Diverged runs do
    not count.
    """
    results = counting(store.tidied(results, *CELL, "seed"))
    best = converged(results).groupby([*CELL, "seed"], sort=False)["accuracy"]
    return best.max().reset_index()


@arguments
def shared_seeds(results: pd.DataFrame) -> pd.DataFrame:
    """The runs of those seeds under which every cell of the table has been run.

    A cell is an algorithm at a width and a k. While a study is under way some have more seeds
    than others, which would count for more wherever cells are put together; of a whole one all
    runs are left.
    """
    results = store.tidied(results, *CELL, "seed")
    once = results[[*CELL, "seed"]].drop_duplicates()
    cells = once.groupby("seed").size()
    whole = cells.index[cells == len(once[CELL].drop_duplicates())]
    return results[results["seed"].isin(whole)]


def over_seeds(results: pd.DataFrame) -> pd.DataFrame:
    """Accuracy against k over `replicates`.

    Columns algorithm, hidden, keep, median, low, high (worst and best replicate), seeds.
    """
    best = replicates(results).groupby(CELL)["accuracy"]
    return best.agg(median="median", low="min", high="max", seeds="count").reset_index()


def typical(results: pd.DataFrame) -> pd.DataFrame:
    """The median run of every algorithm at the largest k of the table: its row.

    The upper one of two in the middle. Algorithms in the order in which they come.
    """
    results = store.tidied(results, "algorithm", "keep", "accuracy")
    rows = results[results["keep"] == results["keep"].max()].sort_values("accuracy", kind="stable")
    middle = [runs.iloc[[len(runs) // 2]] for _, runs in rows.groupby("algorithm")]
    order = {name: place for place, name in enumerate(results["algorithm"].unique())}
    found = pd.concat(middle) if middle else rows
    return found.sort_values("algorithm", key=lambda names: names.map(order), ignore_index=True)


@arguments
def paired(one: pd.DataFrame, other: pd.DataFrame, value: str = "accuracy") -> pd.Series:
    """By how much the runs of `one` are more accurate than those of `other` with their numbers.

    For tables whose run i starts from the same initialization and sees the data in the same order
    (common random numbers). value: another column of shares that is compared instead. pairs: how
    many have both runs converged. median: of the differences of the two shares. low, high:
    between these lies the median of all such differences with a certainty of 95 % or more,
    whatever their distribution (the interval of the sign test; of fewer than six pairs it is
    without bounds). ahead: the share of pairs in which `one` is ahead; ties count half. Raises
    ValueError if runs of one number differ in more than how they were pruned, if there are two of
    a number in a table, or if one that converged lacks the value.
    """
    columns = [*dict.fromkeys([*ALIKE, "experiment", value, "diverged"])]
    tables = (store.tidied(runs, *columns) for runs in (one, other))
    one, other = (counting(runs, value)[columns] for runs in tables)
    twice = one["experiment"].duplicated().any() or other["experiment"].duplicated().any()
    require(not twice, "paired: a table must have one run of a number")
    both = converged(one).merge(converged(other), on="experiment", suffixes=("", "_other"))
    alike = all((both[name] == both[f"{name}_other"]).all() for name in ALIKE)
    require(alike, f"paired: runs of one number must be alike in {', '.join(ALIKE)}")
    return of_differences((both[value] - both[f"{value}_other"]).to_numpy(float))


@arguments
def paired_cells(
    one: pd.DataFrame, other: pd.DataFrame, by: Columns, value: str = "accuracy"
) -> pd.DataFrame:
    """`paired` for tables that share cells of a grid, not runs: each cell is a pair.

    A cell is an algorithm at a width, a k, a learning rate and a schedule; of either table the
    median of its runs counts. by: columns that make a group. Columns by, and those of `paired`,
    of the cells of which either table has a run that did not diverge.
    """
    by = list(by)
    cell = list(dict.fromkeys([*by, *CELL, "lr", "schedule"]))
    tables = (store.tidied(table, *cell) for table in (one, other))
    runs = (converged(counting(table, value)) for table in tables)
    medians = [table.astype({value: float}).groupby(cell)[value].median() for table in runs]
    leads = (medians[0] - medians[1]).dropna()
    rows = [(*group, *of_differences(lead.to_numpy())) for group, lead in leads.groupby(by)]
    told = pd.DataFrame(rows, columns=[*by, *TOLD])
    return told.astype({"pairs": int})


def of_differences(differences: np.ndarray) -> pd.Series:
    """What `paired` tells, of differences of shares that are at hand: one a pair, (n,).

    Raises ValueError for what is no list of numbers.
    """
    given = numbers("of_differences: differences", differences).astype(float)
    finite = given.ndim == 1 and np.isfinite(given).all()
    require(finite, "of_differences: differences must be finite numbers, (n,)")
    lead = np.sort(given)
    low, high = sign_interval(lead)
    ahead = (np.sign(lead).mean() + 1) / 2 if len(lead) else np.nan
    median = np.median(lead) if len(lead) else np.nan
    return pd.Series(dict(zip(TOLD, (len(lead), median, low, high, ahead), strict=True)))


@arguments
def paired_groups(
    one: pd.DataFrame, other: pd.DataFrame, by: Columns, least: Target = 0.0
) -> pd.DataFrame:
    """`paired` of every group, of the pairs of which at least one run is so accurate.

    one, other: as in `paired`. by: columns of `one` that make a group. least: a share; where most
    runs learn nothing, the median of all pairs would tell of those alone. Which of the two is so
    accurate is not asked, so that chance still favours neither. A row for each group, also where
    it has no such pair; columns as in `paired`.
    """
    by = list(by)
    columns = [*ALIKE, "experiment", "accuracy", "diverged"]
    one, other = (counting(store.tidied(runs, *columns)) for runs in (one, other))
    one, other = store.tidied(one, *by)[[*dict.fromkeys([*by, *columns])]], other[columns]
    best = pd.concat([one, other]).groupby("experiment")["accuracy"].max()
    some, rows = set(best.index[best >= least]), {}
    for group, own in one.groupby(by, sort=False):
        mine = some.intersection(own["experiment"])
        rows[group] = paired(*(runs[runs["experiment"].isin(mine)] for runs in (own, other)))
    index = pd.MultiIndex.from_tuples([*rows], names=by)
    return pd.DataFrame([*rows.values()], index, columns=[*TOLD]).astype({"pairs": int})


@arguments
def paired_ways(
    runs: Mapping[str, pd.DataFrame], usual: str, value: str = "accuracy"
) -> pd.DataFrame:
    """`paired` of every other way of running a study against the usual one, width by width.

    runs: results by way, whose runs of one number are pairs, of networks whose hidden layers are
    equally wide. value: as in `paired`. Rows (way, width); columns as in `paired`. Raises
    ValueError unless there are the usual way and another.
    """
    known = [*runs] if isinstance(runs, Mapping) else []
    require(usual in known, f"paired_ways: one of the ways must be {usual!r}")
    require(len(known) > 1, f"paired_ways: there must be a way beside {usual!r}")
    tables = {way: store.tidied(table, "hidden") for way, table in runs.items()}
    widths = tables[usual]["hidden"].unique()
    even = all(len(set(hidden)) == 1 for hidden in widths)
    require(even, "paired_ways: hidden layers of a network must be equally wide")
    rows = {}
    for way in (way for way in known if way != usual):
        for hidden in widths:
            one, other = (of[of["hidden"] == hidden] for of in (tables[way], tables[usual]))
            rows[way, hidden[0]] = paired(one, other, value)
    index = pd.MultiIndex.from_tuples([*rows], names=["way", "width"])
    told = pd.DataFrame([*rows.values()], index, columns=[*TOLD])
    return told.astype({"pairs": int})


def pair_words(told: pd.Series) -> str:
    """What `paired` gives in words: "-1.2 points (-3.0 to +0.5, 36 pairs)"."""
    given = isinstance(told, pd.Series) and {*TOLD} <= {*told.index}
    require(given, f"pair_words: takes what `paired` gives, {', '.join(TOLD)}")
    pairs = int(told["pairs"])
    if not pairs:
        return "no pair to compare"
    median, low, high = (f"{100 * told[name]:+.1f}" for name in ("median", "low", "high"))
    sure = f"{low} to {high}" if np.isfinite(told["low"]) else "too few to be sure"
    return f"{median} points ({sure}, {pairs} {'pair' if pairs == 1 else 'pairs'})"


def sign_interval(values: np.ndarray) -> tuple[float, float]:
    """Of sorted values the two between which the median of their distribution lies.

    With CERTAINTY or more; without bounds where there are too few values for it. Source: the
    sign test, turned round.
    """
    from scipy.special import bdtr  # loaded by who asks; scipy.stats would take half a second

    values = numbers("sign_interval: values", values)
    finite = values.ndim == 1 and not np.isnan(values.astype(float)).any()
    require(finite, "sign_interval: values must be numbers in order, (n,)")
    tail, n = (1 - CERTAINTY) / 2, len(values)
    outside = bisect_left(range(n), tail, key=lambda k: bdtr(k, n, 0.5))
    if outside == 0:
        return -np.inf, np.inf
    return float(values[outside - 1]), float(values[-outside])
