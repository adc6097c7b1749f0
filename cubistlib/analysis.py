"""Results to tidy frames: frontiers, curves over seeds, the gap."""

from collections.abc import Sequence

import pandas as pd

from cubistlib import store
from cubistlib.support import paths
from cubistlib.support.checks import require

PAPER = paths.published("paper")
REFERENCE, PRUNED = PAPER / "search.parquet", PAPER / "pruning.parquet"


def reference() -> pd.DataFrame:
    """The search's best runs at the paper's scale, which come with the package.

    Rows of `store.SCHEMA`: the best run of every number of weights and parameters that the
    search visited, by accuracy. Each can be run again from its study and number.
    """
    return store.read(REFERENCE)


def reference_pruning() -> pd.DataFrame:
    """Every run of the paper's three pruning studies, which come with the package."""
    return store.read(PRUNED)


def best_of_each_size(results: pd.DataFrame) -> pd.DataFrame:
    """The most accurate run of every number of weights and parameters; diverged runs left out."""
    runs = converged(results)
    best = runs.groupby(["weights_kept", "parameters_kept"])["accuracy"].idxmax()
    return runs.loc[best].reset_index(drop=True)


def frontier(results: pd.DataFrame, by: str = "parameters_kept") -> pd.DataFrame:
    """The best accuracy that any run reached with at most so many nonzeros.

    One row for every count at which the best improves: columns `by` and accuracy, both
    increasing. Diverged runs do not count.
    """
    best = _best_within(results, by)
    return best[best.diff().ne(0)].reset_index()


def frontiers(results: pd.DataFrame, by: str = "parameters_kept") -> pd.DataFrame:
    """`frontier` of every algorithm: columns algorithm, `by`, accuracy.

    The last row of an algorithm is the largest size that it tried, improvement or not. One whose
    runs all diverged has none.
    """
    columns = ["algorithm", by, "accuracy"]
    results = store.tidied(results, *columns)
    parts = []
    for name, runs in results.groupby("algorithm"):
        best = frontier(runs, by)
        if best.empty:
            continue
        last = pd.DataFrame({by: [runs[by].max()], "accuracy": [best["accuracy"].max()]})
        curve = pd.concat([best, last], ignore_index=True).drop_duplicates(by)
        parts.append(curve.assign(algorithm=name))
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def over_seeds(results: pd.DataFrame) -> pd.DataFrame:
    """Accuracy against k over replicates, the best learning rate and schedule in each.

    Columns algorithm, hidden, keep, median, low, high (worst and best replicate), seeds.
    """
    cell = ["algorithm", "hidden", "keep"]
    results = store.tidied(results, *cell, "seed", "accuracy")
    best = converged(results).groupby([*cell, "seed"])["accuracy"].max()
    summary = best.groupby(cell).agg(median="median", low="min", high="max", seeds="count")
    return summary.reset_index()


def by_width(results: pd.DataFrame, most: int) -> pd.DataFrame:
    """The best run of every algorithm and width that keeps at most so many weights.

    Networks whose hidden layers are equally wide. Columns algorithm, width, accuracy, and
    effective, the mean share of the kept weights that are on a path, over the same runs.
    """
    kept = "weights_kept", "effective_weights"
    results = store.tidied(results, "algorithm", "hidden", *kept, "accuracy")
    even = results["hidden"].map(lambda hidden: len(set(hidden)) == 1)
    runs = converged(results[even & (results["weights_kept"] <= most)])
    runs = runs.assign(
        width=runs["hidden"].str[0], effective=runs["effective_weights"] / runs["weights_kept"]
    )
    groups = runs.groupby(["algorithm", "width"])
    return groups.agg(accuracy=("accuracy", "max"), effective=("effective", "mean")).reset_index()


def smallest(results: pd.DataFrame, targets: Sequence[float]) -> pd.DataFrame:
    """Fewest nonzero parameters with which each algorithm reached each target.

    targets: accuracies, as shares. Columns algorithm, runs, then one a target such as "95 %"
    with the count, missing where no run reached it.
    """
    results = store.tidied(results, "algorithm", "parameters_kept", "accuracy")
    table = {"runs": results.groupby("algorithm").size()}
    for target in targets:
        fewest = _reaching(results, target).groupby("algorithm")["parameters_kept"].min()
        table[f"{100 * target:g} %"] = fewest.astype("Int64")
    return pd.DataFrame(table).rename_axis("algorithm").reset_index()


def best_run(results: pd.DataFrame, target: float) -> pd.Series:
    """The row with the fewest parameters that reaches the target, else the most accurate.

    target: an accuracy, as a share. Of equally small ones the most accurate; diverged runs do
    not count unless there is no other. Raises ValueError for a table without runs.
    """
    results = store.tidied(results, "parameters_kept", "accuracy")
    require(not results.empty, "analysis: a table without runs has no best one")
    runs = _reaching(results, target)
    fewest = runs[runs["parameters_kept"] == runs["parameters_kept"].min()]
    each = fewest, converged(results), results.reset_index(drop=True)
    candidates = next(part for part in each if not part.empty)
    return candidates.loc[candidates["accuracy"].idxmax()]


def gap(results: pd.DataFrame, by: str = "parameters_kept") -> pd.DataFrame:
    """By how much the search is ahead of each pruner at the same size.

    At every size that the pruner has tried within the search's range, the best accuracy of
    either with at most so many nonzeros. Columns algorithm, sizes, and least, median and largest
    difference of the two shares (negative where the pruner is ahead).
    """
    results = store.tidied(results, "algorithm", by, "accuracy")
    searched = results["algorithm"] == "search"
    search, ahead = results[searched], []
    for name, runs in results[~searched].groupby("algorithm"):
        sizes = runs[by][runs[by].between(search[by].min(), search[by].max())].unique()
        best = [_best_within(r, by).reindex(sizes, method="ffill") for r in (search, runs)]
        lead = best[0] - best[1]
        ahead.append((name, len(sizes), lead.min(), lead.median(), lead.max()))
    return pd.DataFrame(ahead, columns=["algorithm", "sizes", "least", "median", "largest"])


def lead(results: pd.DataFrame, by: str = "parameters_kept") -> str:
    """The median of `gap` in words, for a table of the search and one pruner."""
    points = 100 * gap(results, by)["median"].median()
    if pd.isna(points):
        return "no size at which both have runs that count"
    where = "behind by" if points < 0 else "ahead by"
    return f"the search is {where} {abs(points):.1f} points"


def converged(results: pd.DataFrame) -> pd.DataFrame:
    """The runs that count: those that did not diverge.

    Numbered anew, since tables that were joined may use a label twice. Tables that pandas,
    polars or DuckDB wrote back or read are taken here and in all of this module.
    """
    results = store.tidied(results, "diverged")
    return results[~results["diverged"].astype(bool)].reset_index(drop=True)


def _reaching(results: pd.DataFrame, target: float) -> pd.DataFrame:
    """The runs that count and are at least so accurate."""
    require(0 <= target <= 1, f"analysis: a target is a share such as 0.95, got {target:g}")
    runs = converged(results)
    return runs[runs["accuracy"] >= target]


def _best_within(results: pd.DataFrame, by: str) -> pd.Series:
    """Best accuracy of the runs that count with at most so many nonzeros, by that number."""
    runs = converged(store.tidied(results, by, "accuracy"))
    return runs.groupby(by)["accuracy"].max().cummax()
