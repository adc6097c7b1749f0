"""Results to tidy frames: frontiers, fewest parameters, the gap.

`by` names the column that tells a run's size, most often one of COUNTS. What is kept is what the
mask keeps, the paper's count; effective is what lies on a path; live is what is left when all
that does nothing on the data is gone. A bias that is zero counts as the bias rule says. Results
of before there was a count are refused where it is asked for.
"""

from collections.abc import Iterable, Sequence
from typing import Annotated

import pandas as pd
from pydantic import Field

from cubistlib import store
from cubistlib.support import types
from cubistlib.support.checks import require
from cubistlib.support.types import arguments

# What a count of parameters is called beside the others, and its count of weights alone.
PARAMETERS = {
    "parameters_kept": "kept",
    "effective_parameters": "effective",
    "live_parameters": "live",
}
WEIGHTS = {"weights_kept": "kept", "effective_weights": "effective", "live_weights": "live"}
COUNTS = PARAMETERS | WEIGHTS

# What arguments may be.
Columns = types.SetOf[types.Text]
Size = Annotated[str, types.OneOf(lambda: ("keep", *COUNTS))]
Sizes = Annotated[types.AnyList[types.Whole] | None, types.Allowed("a list of whole numbers")]
Target = Annotated[float, Field(strict=True, ge=0, le=1), types.Allowed("a share such as 0.95")]
Targets = types.AnyList[Target]


@arguments
def best_of_each_size(results: pd.DataFrame, by: str = "parameters_kept") -> pd.DataFrame:
    """The most accurate run of every number of weights and parameters; diverged runs left out.

    by: how parameters are counted, of PARAMETERS; weights are counted in the same way.
    """
    _named(by, PARAMETERS)
    size = [next(name for name, kind in WEIGHTS.items() if kind == PARAMETERS[by]), by]
    runs = converged(counting(results, *size))
    return runs.loc[runs.groupby(size)["accuracy"].idxmax()].reset_index(drop=True)


@arguments
def frontier(results: pd.DataFrame, by: str = "parameters_kept") -> pd.DataFrame:
    """The best accuracy that any run reached with at most so many nonzeros.

    One row for every count at which the best improves: columns `by` and accuracy, both
    increasing. Diverged runs do not count.
    """
    best = best_within(results, by)
    return best[best.diff().ne(0)].reset_index()


@arguments
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


@arguments
def smallest(
    results: pd.DataFrame, targets: Targets, by: str | Sequence[str] = "parameters_kept"
) -> pd.DataFrame:
    """Fewest nonzero parameters with which each algorithm reached each target.

    targets: accuracies, as shares. Columns algorithm, runs, then one a target such as "95 %"
    with the count, missing where no run reached it. Of several of COUNTS one each, "95 %, kept"
    and "95 %, live"; the fewest of two counts may be those of two runs.
    """
    counts = [by] if isinstance(by, str) else _named(by, COUNTS)
    results = counting(store.tidied(results, "algorithm"), *counts)
    table = {"runs": results.groupby("algorithm").size()}
    for target in targets:
        reaching = _reaching(results, target).groupby("algorithm")
        for count in counts:
            name = f"{100 * target:g} %" + ("" if count == by else f", {COUNTS[count]}")
            table[name] = reaching[count].min().astype("Int64")
    return pd.DataFrame(table).rename_axis("algorithm").reset_index()


@arguments
def best_run(results: pd.DataFrame, target: Target, by: str = "parameters_kept") -> pd.Series:
    """The row with the fewest parameters that reaches the target, else the most accurate.

    target: an accuracy, as a share. Of equally small ones the most accurate; diverged runs do
    not count unless there is no other. Raises ValueError for a table without runs.
    """
    results = counting(results, by)
    require(not results.empty, "analysis: a table without runs has no best one")
    runs = _reaching(results, target)
    fewest = runs[runs[by] == runs[by].min()]
    each = fewest, converged(results), results.reset_index(drop=True)
    candidates = next(part for part in each if not part.empty)
    return candidates.loc[candidates["accuracy"].idxmax()]


@arguments
def gap(
    results: pd.DataFrame, by: str = "parameters_kept", sizes: types.AnyList[types.Whole] = ()
) -> pd.DataFrame:
    """By how much the search is ahead of each pruner at the same size.

    At every size that the pruner has tried within the search's range, the best accuracy of
    either with at most so many nonzeros. sizes: compare at these instead. What lives is no
    choice, so that by its own sizes a pruner whose networks die would be compared where there is
    little to find. Columns algorithm, sizes (of how many both have a run that counts), and least,
    median and largest difference of the two shares there (negative where the pruner is ahead).
    """
    given, ahead = sorted({*sizes}), []
    results = counting(store.tidied(results, "algorithm"), by)
    search = results[results["algorithm"] == "search"]
    for name, runs in results[results["algorithm"] != "search"].groupby("algorithm"):
        tried = runs[by].dropna().astype("int64")
        tried = tried[tried.between(search[by].min(), search[by].max())].unique()
        lead = best_within(search, by, given or tried) - best_within(runs, by, given or tried)
        ahead.append((name, lead.count(), lead.min(), lead.median(), lead.max()))
    return pd.DataFrame(ahead, columns=["algorithm", "sizes", "least", "median", "largest"])


@arguments
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
    polars or DuckDB wrote back or read are taken here and in all of `analysis`.
    """
    results = store.tidied(results, "diverged")
    return results[~results["diverged"].astype(bool)].reset_index(drop=True)


def counting(results: pd.DataFrame, *by: str) -> pd.DataFrame:
    """Results with these counts; refused if a run that did not diverge lacks one of them."""
    results = store.tidied(results, *by, "accuracy", "diverged")
    telling(results, *by, "accuracy")
    return results


def telling(results: pd.DataFrame, *columns: str) -> None:
    """Refuses results of which a run that did not diverge lacks a number in one of these."""
    for name in columns:
        numbers = results.empty or pd.api.types.is_numeric_dtype(results[name])
        require(numbers, f"analysis: {name} must be a column of numbers")
        lacking = int((results[name].isna() & ~results["diverged"].astype(bool)).sum())
        require(
            not lacking,
            f"analysis: {lacking:,} of {len(results):,} runs do not tell {name}, as they were "
            "made before results did; run them anew or count in another way",
        )


def once(results: pd.DataFrame) -> None:
    """Refuses results in which a run stands twice, since it would count for two."""
    names = [name for name in ("study", "experiment", "algorithm") if name in results]
    twice = int(results.duplicated(names).sum()) if "experiment" in names else 0
    require(not twice, f"analysis: {twice:,} of {len(results):,} runs stand there a second time")


def _named(by: str | Sequence[str], allowed: Iterable[str]) -> list[str]:
    """The counts that `by` names, all of them allowed."""
    several = isinstance(by, Iterable) and not isinstance(by, str)
    names, known = [*by] if several else [by], [*allowed]
    for name in names:
        fit = isinstance(name, str) and name in known
        require(fit, f"analysis: by is one of {', '.join(known)}, got {name!r:.99}")
    require(names, f"analysis: by is one or more of {', '.join(known)}, got none")
    return names  # type: ignore[return-value]


def _reaching(results: pd.DataFrame, target: float) -> pd.DataFrame:
    """The runs that count and are at least so accurate."""
    runs = converged(results)
    return runs[runs["accuracy"] >= target]


@arguments
def best_within(results: pd.DataFrame, by: str, sizes: Sizes = None) -> pd.Series:
    """Best accuracy of the runs that count with at most so many nonzeros, by that number.

    sizes: numbers, ascending; by default those of the runs. Missing below the smallest run.
    """
    runs = converged(counting(results, by)).astype({by: "int64"})
    best = runs.groupby(by)["accuracy"].max().cummax()
    return best if sizes is None else best.reindex(sizes, method="ffill")
