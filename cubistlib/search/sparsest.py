"""Sparsest so far: the fewest parameters that reached each accuracy, and who reached it how."""

from collections.abc import Mapping

import pandas as pd

from cubistlib import store
from cubistlib.search.witness import Witness
from cubistlib.support.checks import require

TARGETS = (0.80, 0.85, 0.90, 0.95, 0.975, 0.99, 0.995, 0.999, 1.0)

# What the paper says of its search: about 30 for 95 %, about 45 for 99.5 %.
PAPER = {0.95: 30, 0.995: 45}

# A column each: what its head says, and the rules of the witnesses that count there.
HEADS = {
    "paper": "paper's search",
    "search": "our search from scratch",
    "sgd": "sparsest by SGD",
    "any": "sparsest at all",
    "pruned_biases": "with biases pruned",
    "floor": "floor, biases counted",
}
RULES = {"sgd": ("sgd",), "any": ("sgd", "polished")}


def sparsest(
    witnesses: Mapping[str, Witness],
    searched: pd.DataFrame | None = None,
    floor: Mapping[float, int] | None = None,
) -> pd.DataFrame:
    """One row a target, with the fewest parameters by which it was reached.

    witnesses: by their files' names, as `frontier.read` gives them. searched: results of the
    search from scratch, whose live parameters count. floor: for some accuracies, parameters that
    are proven to be needed. Columns target (a share); paper, search and floor; sgd, any (polished
    ones too) and pruned_biases (all, since to prune biases is not to have to), with the files of
    these as sgd_file, …; missing where there is no number. Raises ValueError for results of which
    a run that did not diverge lacks live_parameters.
    """
    table = pd.DataFrame({"target": TARGETS})
    table["paper"] = [PAPER.get(target) for target in TARGETS]
    if searched is not None:
        runs = store.tidied(searched, "accuracy", "live_parameters", "diverged")
        runs = runs[~runs["diverged"].astype(bool)]
        lacking = int(runs["live_parameters"].isna().sum())
        require(
            not lacking,
            f"sparsest: {lacking:,} of {len(runs):,} runs do not tell live_parameters, as they "
            "were made before results did; run them anew or leave them out",
        )
        reaching = [runs[runs["accuracy"] >= target] for target in TARGETS]
        table["search"] = [runs["live_parameters"].min() for runs in reaching]
    for column, kinds in RULES.items():
        read = {n: w for n, w in witnesses.items() if w.bias_rule == "read" and w.kind in kinds}
        _put(table, column, read)
    _put(table, "pruned_biases", witnesses)
    if floor:
        proven = [[count for at, count in floor.items() if at <= goal] for goal in TARGETS]
        table["floor"] = [max(counts, default=None) for counts in proven]
    return table.astype({name: "Int64" for name in HEADS if name in table})


def _put(table: pd.DataFrame, column: str, witnesses: Mapping[str, Witness]) -> None:
    """The fewest parameters of these witnesses for each target, and the file."""
    best = [_smallest(witnesses, target) for target in TARGETS]
    table[column] = [witnesses[name].claims.parameters if name else None for name in best]
    table[f"{column}_file"] = best


def _smallest(witnesses: Mapping[str, Witness], target: float) -> str | None:
    reaching = [name for name, w in witnesses.items() if w.claims.accuracy >= target]
    return min(reaching, key=lambda name: witnesses[name].claims.parameters, default=None)


def as_markdown(table: pd.DataFrame, folder: str) -> str:
    """The table for a page; counts are links to their witnesses, in `folder` as the page sees it.

    A column without a number is left out.
    """
    columns = [name for name in HEADS if name in table and table[name].notna().any()]
    lines = [["accuracy", *(HEADS[name] for name in columns)], ["---"] * (1 + len(columns))]
    for _, row in table.iterrows():
        cells = [_cell(row, name, folder) for name in columns]
        lines.append([f"{100 * row['target']:g} %", *cells])
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _cell(row: pd.Series, column: str, folder: str) -> str:
    if pd.isna(row[column]):
        return ""
    file = row.get(f"{column}_file")
    about = "about " if column == "paper" else ""
    return f"[{row[column]}]({folder}/{file})" if file else f"{about}{row[column]}"
