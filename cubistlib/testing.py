"""Conformance: what every pruning algorithm promises, whoever wrote it.

`check_pruner(MyPruner())` in a notebook, or one test a promise:

    @pytest.mark.parametrize("check", cubistlib.testing.CHECKS, ids=lambda c: c.__name__)
    def test_my_pruner(check):
        check(MyPruner())
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import torch

from cubistlib.data import cubist_spiral
from cubistlib.networks import Masks, Network, Stack
from cubistlib.pruners.base import AtInitialization, Pruner
from cubistlib.pruners.scored import Scored
from cubistlib.pruners.task import Task
from cubistlib.support.checks import UserError
from cubistlib.support.types import Name, brief, checked
from cubistlib.training import TrainConfig, Trained

HIDDEN = (4, 3, 5)
KEEP = np.array([5, 11, 20])
CONFIG = TrainConfig(lr=0.1, epochs=2, batch_size=64)
SEED = 5
LONGEST = 60  # letters of a name, of which folders and files are named
SEARCH = "search"  # As `studies.experiment` has it in tables of results.


def check_pruner(pruner: Pruner) -> None:
    """Every check of `CHECKS`, in a few seconds. Raises AssertionError at the first that fails."""
    for check in CHECKS:
        check(pruner)


def is_a_pruner_with_a_name(pruner: Pruner) -> None:
    """An algorithm that has been made, of a name that tables, files and figures can take."""
    made = isinstance(pruner, Pruner)
    expect(made, f"check_pruner takes a pruner, such as SNIP(), got {brief(pruner)}")
    kind, name = type(pruner).__name__, getattr(pruner, "name", None)
    try:
        name = checked(f"{kind}: name", Name, name)
    except UserError as refusal:
        raise AssertionError(str(refusal)) from None
    expect(
        len(name) <= LONGEST, f"{kind}: name must have at most {LONGEST} letters, got {len(name)}"
    )
    expect(name != SEARCH, f"{kind}: name {SEARCH!r} is that of the combinatorial search")


def scores_are_numbers(pruner: Pruner) -> None:
    """Scores of healthy networks: an array (n, out, in) a layer, all of them numbers."""
    if isinstance(pruner, Scored):
        nets = networks()
        found = pruner.scores(nets, Masks.ones_like(nets), task(*data()).batches())
        asked, listed = [w.shape for w in nets.weights], isinstance(found, list | tuple)
        shapes = [np.shape(layer) for layer in found] if listed else type(found).__name__
        expect(
            listed and shapes == asked,
            f"{pruner.name}: scores must be a list of arrays of {asked}, got {brief(shapes)}",
        )
        layers = [np.asarray(layer) for layer in found]
        sound = all(layer.dtype.kind in "biuf" and np.isfinite(layer).all() for layer in layers)
        expect(sound, f"{pruner.name}: scores of a healthy network are not all numbers")


def keeps_exactly_k(pruner: Pruner) -> None:
    """As many weights as asked for, each network its own number; or `inexact` says why not."""
    expect_kept(pruner, networks(), KEEP, f"{KEEP}", "; if that is meant, say why in `inexact`")


def masks_fit_the_networks(pruner: Pruner) -> None:
    """Masks in the shape of the stack, the biases' masks by the bias rule."""
    masks, nets = run(pruner).masks, networks()
    expect(
        masks.sizes == nets.sizes and len(masks) == len(nets),
        f"{pruner.name}: {len(masks)} masks of {masks.sizes} for {len(nets)} of {nets.sizes}",
    )
    ruled = Masks.from_weights(masks.weights)
    expect(same(masks, ruled), f"{pruner.name}: biases' masks are not those of the bias rule")


def same_seed_same_result(pruner: Pruner) -> None:
    """Two runs with the same arguments end in the same masks and networks."""
    expect_same(run(pruner), run(pruner), f"{pruner.name}: two runs with one seed differ")


def ignores_the_global_random_state(pruner: Pruner) -> None:
    """The generators of random, numpy and torch are neither read nor moved."""
    before = run(pruner)
    with other_global_state() as moved:
        after = run(pruner)
        expect(not moved(), f"{pruner.name}: moves a global random generator")
    expect_same(before, after, f"{pruner.name}: the result depends on a global random generator")


def masked_entries_are_zero(pruner: Pruner) -> None:
    """After training whatever is masked is exactly zero, in the network and its momentum."""
    state = run(pruner).state
    for name in ("network", "momentum"):
        stack = getattr(state, name)
        expect(same(stack, state.masks.apply(stack)), f"{pruner.name}: masked {name} is not zero")


def leaves_its_arguments_alone(pruner: Pruner) -> None:
    """Networks and data are after the run what they were before."""
    nets, (x, y) = networks(), data()
    run(pruner, nets, (x, y))
    expect(same(nets, networks()), f"{pruner.name}: alters the networks that it is given")
    unchanged = all(np.array_equal(a, b) for a, b in zip((x, y), data(), strict=True))
    expect(unchanged, f"{pruner.name}: alters the data that it is given")


def networks_do_not_disturb_each_other(pruner: Pruner) -> None:
    """A network's mask is the same beside networks that have diverged."""
    beside = networks()
    for parameter in beside.arrays:
        parameter[1:] = np.nan
    alone, together = run(pruner).masks[0], run(pruner, beside).masks[0]
    expect(same(alone, together), f"{pruner.name}: a network's mask depends on its neighbours")


def keeps_all_and_one(pruner: Pruner) -> None:
    """k = every weight and k = 1 are as good as any other k."""
    for keep in (networks().size, 1):
        expect_kept(pruner, networks(), keep, f"{keep}")


def takes_any_shape(pruner: Pruner) -> None:
    """Widths of 1, and networks of one hidden layer or four."""
    for hidden in ((1, 1, 1), (6,), (3, 1, 2, 4)):
        expect_kept(pruner, networks(hidden), 3, f"3 of hidden widths {hidden}")


def takes_one_class_or_says_why_not(pruner: Pruner) -> None:
    """A data set of a single class gives masks, or a UserError of one sentence."""
    x, y = data()
    try:
        run(pruner, spiral=(x, np.zeros_like(y)))
    except UserError as refusal:
        sentence = str(refusal).strip() and "\n" not in str(refusal)
        expect(sentence, f"{pruner.name}: refuses a single class without a sentence")


def masks_come_without_training(pruner: Pruner) -> None:
    """An algorithm at initialization trains from its ticket: `train` ends with those masks."""
    if isinstance(pruner, AtInitialization):
        _, masks = pruner.ticket(networks(), KEEP, task(*data()))
        kept = same(masks, run(pruner).masks)
        expect(kept, f"{pruner.name}: training changes the ticket's masks")


CHECKS = (
    is_a_pruner_with_a_name,
    scores_are_numbers,
    keeps_exactly_k,
    masks_fit_the_networks,
    same_seed_same_result,
    ignores_the_global_random_state,
    masked_entries_are_zero,
    leaves_its_arguments_alone,
    networks_do_not_disturb_each_other,
    keeps_all_and_one,
    takes_any_shape,
    takes_one_class_or_says_why_not,
    masks_come_without_training,
)
"""Every check: a function of a pruner that raises AssertionError with one sentence."""


def data() -> tuple[np.ndarray, np.ndarray]:
    """A thin spiral that trains in no time."""
    return cubist_spiral(points=600)


def networks(hidden: tuple[int, ...] = HIDDEN) -> Network:
    """As many small networks as there are numbers in KEEP."""
    return Network.initialize(hidden, n=len(KEEP), seed=3)


def run(pruner: Pruner, nets: Network | None = None, spiral=None, keep=KEEP) -> Trained:
    """A training of a few steps under the algorithm."""
    nets = nets or networks()
    return pruner.train(nets, keep, task(*(spiral or data())))


def task(x: np.ndarray, y: np.ndarray) -> Task:
    """The training that networks are pruned for here."""
    return Task(x, y, CONFIG, seed=SEED, backend="torch")


def expect(condition: object, message: str) -> None:
    """Raise AssertionError(message) unless the condition holds; also under python -O."""
    if not condition:
        raise AssertionError(message)


def same(one: Stack, other: Stack) -> bool:
    """Whether two stacks hold the same numbers; NaN equals NaN."""
    pairs = zip(one.arrays, other.arrays, strict=True)
    return all(np.array_equal(a, b, equal_nan=a.dtype != bool) for a, b in pairs)


def expect_kept(pruner: Pruner, nets: Network, keep, asked: str, hint: str = "") -> None:
    """Raise AssertionError unless so many weights are kept, or `inexact` says why not."""
    kept = run(pruner, nets, keep=keep).masks.weights_kept
    message = f"{pruner.name}: asked to keep {asked}, kept {kept}{hint}"
    expect(pruner.inexact or (kept == keep).all(), message)


def expect_same(one: Trained, other: Trained, message: str) -> None:
    """Raise AssertionError(message) unless masks and networks are the same."""
    expect(same(one.masks, other.masks) and same(one.network, other.network), message)


@contextmanager
def other_global_state() -> Iterator[Callable[[], bool]]:
    """The global generators somewhere else for a while; gives whether they were moved since."""
    saved = random.getstate(), np.random.get_state(), torch.get_rng_state()
    random.seed(1), np.random.seed(1), torch.manual_seed(1)
    marks = _marks()
    try:
        yield lambda: marks != _marks()
    finally:
        random.setstate(saved[0])
        np.random.set_state(saved[1])
        torch.set_rng_state(saved[2])


def _marks() -> list[bytes | str]:
    """The states of the three global generators, to compare."""
    states = random.getstate(), np.random.get_state(legacy=False)
    return [*map(str, states), torch.get_rng_state().numpy().tobytes()]
