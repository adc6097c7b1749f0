"""Where a catalogue's entries come from: networks in hand, and rows of results."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import repeat
from pathlib import Path

import numpy as np
import pandas as pd

from cubistlib import pruners, store
from cubistlib.inspector.catalogue import Catalogue, Entry
from cubistlib.inspector.film import Film, rerun
from cubistlib.networks import Masks, Network, parameters_of, weights_of
from cubistlib.plots.style import look, width_name
from cubistlib.studies import EliminationStudy, Experiment, SearchStudy, Study, stacks
from cubistlib.studies.eliminating import BIASES, masks_of, network_of
from cubistlib.studies.experiment import SEARCH
from cubistlib.support import types
from cubistlib.support.checks import UserError, require
from cubistlib.training import TrainConfig, Trained, TrainState


def catalogue(
    what: object, masks: Masks | None, studies: Sequence[Study], x: np.ndarray, y: np.ndarray
) -> Catalogue:
    """Whatever `inspect` takes, as a catalogue. Raises ValueError for anything else."""
    if isinstance(what, str | Path):
        what = store.read(what)
    if isinstance(what, pd.Series):
        what = what.to_frame().T
    if isinstance(what, pd.DataFrame):
        return _from_results(what, x, y, studies)
    if isinstance(what, Mapping):
        named = what.items()
        return Catalogue(e for name, item in named for e in _in_hand(item, None, str(name), x, y))
    return Catalogue(_in_hand(what, masks, "network", x, y))


def _from_results(
    results: pd.DataFrame, x: np.ndarray, y: np.ndarray, studies: Sequence[Study]
) -> Catalogue:
    """The most accurate run of every choice of the menus and number of weights.

    One that diverged only where all did: it is shown as it was before. A row that holds its
    network shows that; every other run is trained once more when it is looked at. Without its
    study a search's run can be had again only if its mask is that of a dense structure. Rows
    without an accuracy are no runs: for their counts an elimination has found nothing.
    """
    given = store.tidied(results, *store.COLUMNS)
    results = given[given["accuracy"].notna()].reset_index(drop=True)
    require(len(results) or not len(given), "inspect: nothing to look at: no row has an accuracy")
    count = results["keep"].fillna(results["weights_kept"])
    keys = [results[name] for name in ("study", "algorithm", "hidden", "seed")]
    rank = results["accuracy"].astype(float) - 2 * results["diverged"].astype(bool)
    best = results.loc[rank.groupby([*keys, count]).idxmax()]
    # An elimination is no training that could be shown again; its networks stand in its rows.
    known = {study.name: study for study in studies if not isinstance(study, EliminationStudy)}
    runs = [_run(row, x, y, known) for _, row in best.iterrows()]
    lost = runs.count(None)
    why = (
        "those of a search need their study in studies=, those of an elimination their network, "
        "others their algorithm and keep"
    )
    left_out = f"left out {lost} of {len(runs)} runs: {why}" if lost else ""
    return Catalogue(filter(None, runs), left_out)


def _run(row: pd.Series, x: np.ndarray, y: np.ndarray, studies: dict[str, Study]) -> Entry | None:
    """A row as an entry; None for a search's run of unknown mask and an unknown algorithm's."""
    if row["network"] is not None:
        return _entry(row, int(row["weights_kept"]), lambda: _recorded(row))
    study, search = studies.get(row["study"]), row["algorithm"] == SEARCH
    dense = row["weights_kept"] == weights_of(row["hidden"])
    masks = Masks.ones_like(Network.initialize(row["hidden"])) if search else None
    given, backend = (x, y), "auto"
    if study is not None:
        given, backend = study.data, study.backend
        experiment = _known(row, study)
        if isinstance(study, SearchStudy):
            masks = stacks.chosen_masks([experiment], study.masks)
    elif dense if search else _can_prune(row):
        experiment = _experiment(row)
    else:
        return None
    keep = int(row["weights_kept"] if search else row["keep"])
    return _entry(row, keep, lambda: rerun(experiment, *given, masks, backend))


def _known(row: pd.Series, study: Study) -> Experiment:
    """The experiment that a row is of. Raises ValueError if the row tells of another one."""
    (e,) = study.experiments([int(row["experiment"])])
    fields = {"algorithm": e.title, "hidden": e.hidden, "keep": e.keep, "seed": e.seed}
    for name, value in fields.items():
        said = None if row[name] is pd.NA else row[name]
        sides = f"{name} {value} by its study, {said} by its row"
        require(said == value, f"inspect: experiment {e.number} of {study.name} has {sides}")
    return e


def _can_prune(row: pd.Series) -> bool:
    """Whether a row says which pruner and how many weights."""
    return row["algorithm"] in pruners.available() and pd.notna(row["keep"])


def _entry(row: pd.Series, keep: int, load: Callable[[], Film]) -> Entry:
    """A row as the menus and the title tell it."""
    width, accuracy = width_name(row["hidden"]), float(row["accuracy"])
    choices = row["study"], row["algorithm"], width, str(row["seed"])
    title = f"{look(row['algorithm'])['label']}, width {width}, seed {row['seed']}"
    return Entry(*choices, keep, accuracy, load, title)


def _recorded(row: pd.Series) -> Film:
    """The network that a row holds, as a film of one picture."""
    numbers, wanted = len(row["network"]), parameters_of(row["hidden"])
    require(
        numbers == wanted,
        f"inspect: experiment {row['experiment']} of {row['study']} holds {numbers} numbers as its "
        f"network, one of hidden widths {row['hidden']} has {wanted}",
    )
    net = network_of(row)
    return Film((0,), net, masks_of(net, row["algorithm"].endswith(BIASES)))


def _experiment(row: pd.Series) -> Experiment:
    """The experiment that a row of results is of, as far as the row tells."""
    config = TrainConfig(float(row["lr"]), row["schedule"], int(row["epochs"]))
    number = types.checked("inspect: experiment", types.Whole, row["experiment"])
    run = row["study"], number, row["algorithm"], row["hidden"]
    pruned = () if row["algorithm"] == SEARCH else (int(row["keep"]), row["selection"])
    return Experiment(*run, config, int(row["seed"]), *pruned)


def _in_hand(
    what: object, masks: Masks | None, name: str, x: np.ndarray, y: np.ndarray
) -> Iterator[Entry]:
    """Entries of networks that are there already."""
    if isinstance(what, Sequence) and what and all(isinstance(s, TrainState) for s in what):
        films = [Film.of(what)]
    else:
        nets, masks = _pair(what, masks)
        require(len(nets) == len(masks), f"inspect: {len(masks)} masks for {len(nets)} networks")
        films = [Film((0,), net, mask) for net, mask in zip(nets, masks, strict=True)]
    for number, film in enumerate(films, start=1):
        title = name if len(films) == 1 else f"{name} {number}"
        one = film.at(None, title)
        accuracy = float(one.net.evaluate(x, y)[0][0])
        width, load = width_name(film.nets.hidden), repeat(film).__next__
        yield Entry("", title, width, "", one.weights_kept, accuracy, load, title)


def _pair(what: object, masks: Masks | None) -> tuple[Network, Masks]:
    if isinstance(what, Trained | TrainState):
        return what.network, what.masks
    if isinstance(what, tuple) and [type(part) for part in what] == [Network, Masks]:
        return what
    if isinstance(what, Network):
        return what, masks or Masks.ones_like(what)
    raise UserError(
        "inspect: needs a Network, (Network, Masks), a training or its states, a mapping of "
        f"names to these, or results; got {type(what).__name__}; layers of PyTorch become a "
        "Network by cubistlib.interop.from_sequential"
    )
