"""Every algorithm that discovery finds keeps the promises of `cubistlib.testing`."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch

from cubistlib import Masks, Task, UserError, batches, pruners, testing, train
from cubistlib.pruners import AtInitialization, Scored
from cubistlib.pruners.parts.selection import select
from cubistlib.studies import experiment

torch.set_num_threads(1)  # Networks this small wait longer for threads than they work.

VARIANTS = [
    pruners.GMP(end=0.5, prunings=3),
    pruners.GraSP(reinitialize=True),
    pruners.LTH(rounds=1),
    pruners.RigL(delta=3, alpha=0.9),
    pruners.Reinitialized(pruners.GMP()),
    pruners.Shuffled(pruners.GMP()),
    pruners.Shuffled(pruners.SNIP(reinitialize=True)),
    pruners.SNIP(reinitialize=True),
    pruners.SynFlow(biases=True, steps=10),
]
EVERY = [algorithm() for algorithm in pruners.available().values()] + VARIANTS


def named(value) -> str:
    return getattr(value, "__name__", None) or value.name


@pytest.mark.parametrize("check", testing.CHECKS, ids=named)
@pytest.mark.parametrize("pruner", EVERY, ids=named)
def test_conformance(pruner, check):
    check(pruner)


@pytest.mark.parametrize("pruner", EVERY, ids=named)
def test_bad_requests_are_refused_in_one_sentence(pruner):
    for keep in (0, testing.networks().size + 1, 2.5, [3, 4]):
        with pytest.raises(UserError, match="keep must be"):
            testing.run(pruner, keep=np.array(keep))
    nets = testing.networks()
    with pytest.raises(UserError, match="selection must be one of exact, authors"):
        pruner.train(nets, 5, Task(*testing.data(), testing.CONFIG, selection="best"))


@pytest.mark.parametrize("pruner", EVERY, ids=named)
def test_what_is_drawn_for_a_network_hangs_on_its_own_seed_alone(pruner):
    """Not on its place in the stack, nor on what stands beside it."""
    nets, task = testing.networks(), testing.task(*testing.data())
    stack = pruner.train(nets, 9, replace(task, own_seeds=[11, 12, 13]))
    alone = pruner.train(nets[2], 9, replace(task, own_seeds=[13]))
    assert testing.same(stack.masks[2], alone.masks)
    first_two = pruner.train(nets[:2], 9, task)
    assert testing.same(pruner.train(nets, 9, task).masks[:2], first_two.masks)


def test_a_users_pruner_is_found_and_checked_like_the_others():
    @dataclass(frozen=True)
    class Largest(Scored):
        name = "largest_of_a_user"

        def scores(self, nets, masks, batches):
            return [np.abs(w) for w in nets.weights]

    assert pruners.get("largest_of_a_user") is Largest
    testing.check_pruner(Largest())


@pytest.mark.parametrize(
    ("scores", "sentence"),
    [
        (lambda nets: [w * np.nan for w in nets.weights], "healthy network are not all numbers"),
        (lambda nets: nets.weights[:-1], r"must be a list of arrays of \[\(3, 4, 2\), .*, got"),
        (lambda nets: None, r"must be a list of arrays of .*, got 'NoneType'"),
    ],
)
def test_scores_that_choose_nothing_are_caught(scores, sentence):
    @dataclass(frozen=True)
    class Odd(Scored):
        name = "odd_of_a_user"

        def scores(self, nets, masks, batches):
            return scores(nets)

    with pytest.raises(AssertionError, match=sentence):
        testing.check_pruner(Odd())


@dataclass(frozen=True)
class OfAUser(Scored):
    """A pruner with plain annotations."""

    name = "of_a_user"
    steps: int = 2
    power: float = 1.0
    layers: list = None
    shift = 0.5

    def scores(self, nets, masks, batches):
        return [np.abs(w) ** self.power for w in nets.weights]


def test_a_users_fields_are_what_their_annotations_say():
    pruner = OfAUser(steps=np.int64(3), power=2, layers=[1])
    assert repr(pruner) == "OfAUser(steps=3, power=2.0, layers=[1])"
    testing.check_pruner(pruner)
    with pytest.raises(UserError, match=r"^of_a_user: steps must be a whole number, got 0\.5$"):
        OfAUser(steps=0.5)


class Bad(AtInitialization):
    """Keeps one weight too few, draws from a global generator and alters the networks."""

    @property
    def name(self):
        return "bad"

    def masks(self, nets, batches, keep, selection="exact", seed=0):
        scores = [np.random.random_sample(w.shape) for w in nets.weights]
        nets.weights[0][:] = 0
        return Masks.from_weights(select(scores, keep - 1))


@pytest.mark.parametrize(
    ("check", "sentence"),
    [
        (testing.keeps_exactly_k, "asked to keep"),
        (testing.same_seed_same_result, "two runs with one seed differ"),
        (testing.ignores_the_global_random_state, "moves a global random generator"),
        (testing.leaves_its_arguments_alone, "alters the networks"),
    ],
)
def test_a_pruner_that_breaks_a_promise_is_caught(check, sentence):
    with testing.other_global_state(), pytest.raises(AssertionError, match=sentence):
        check(Bad())


@pytest.mark.parametrize(
    "changes, sentence",
    [
        ({"selection": "best"}, "task: selection must be one of exact, authors, got 'best'"),
        ({"backend": "zz"}, "task: backend must be one of auto, fused, torch.*, got 'zz'"),
        ({"seed": -1}, "task: seed must be a whole number ≥ 0, got -1"),
        ({"seed": None}, "task: seed must be a whole number ≥ 0, got None"),
        ({"own_seeds": [1.5]}, r"task: own_seeds must be a list of whole numbers ≥ 0, got \[1.5\]"),
        ({"threads": 0}, "task: threads must be a whole number 1 … 1,000,000, got 0"),
        ({"x": None}, r"train: x must be \(rows, inputs\)"),
        ({"y": None}, r"train: y must be \(584,\) as x"),
        ({"config": []}, r"train: config must be a TrainConfig, .*, got \[\]"),
        ({"config": None}, "train: config must be a TrainConfig, .*, got None"),
    ],
)
def test_a_task_that_cannot_be_is_refused_in_a_sentence(changes, sentence):
    data = dict(zip(("x", "y"), testing.data(), strict=True))
    with pytest.raises(UserError, match=sentence):
        Task(**data | {"config": testing.CONFIG} | changes)


@pytest.mark.parametrize(
    "name, sentence",
    [
        ("search", "name 'search' is that of the combinatorial search"),
        (3, "name must be of letters, digits, .* got 3"),
        ("", "name must be of letters, digits, .* got ''"),
        ("x" * 300, "name must have at most 60 letters, got 300"),
        ("../x", r"name must be of letters, digits, .* got '\.\./x'"),
    ],
)
def test_a_name_that_no_table_could_take_is_caught(name, sentence):
    class Named(Bad):
        name = property(lambda self: name)  # a class with a text for a name would be listed

    with pytest.raises(AssertionError, match=f"^Named: {sentence}"):
        testing.check_pruner(Named())


def test_a_class_is_no_pruner_yet():
    for other in (pruners.SNIP, "snip", None):
        with pytest.raises(AssertionError, match=r"check_pruner takes a pruner, such as SNIP\(\)"):
            testing.check_pruner(other)


def test_the_searchs_name_is_the_one_in_tables():
    assert testing.SEARCH == experiment.SEARCH


def test_seeds_that_are_none_are_refused_wherever_they_are_given():
    nets, (x, y) = testing.networks(), testing.data()
    masks = Masks.ones_like(nets)
    for seed in (None, -1, "a", 1.5, True):
        for call in (
            lambda seed: train(nets, masks, x, y, testing.CONFIG, seed=seed),
            lambda seed: next(batches(x, y, seed=seed)),
            lambda seed: pruners.Random().masks(nets, None, 5, seed=seed),
            lambda seed: pruners.Random().masks(nets, None, 5, seed=[1, 2, seed]),
        ):
            with pytest.raises(UserError, match=r"seed.* must be"):
                call(seed)
    for made in (lambda: pruners.Shuffled("snip"), lambda: pruners.Reinitialized(None)):
        with pytest.raises(UserError, match="pruner must be a pruner"):
            made()
