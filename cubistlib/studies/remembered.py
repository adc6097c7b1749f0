"""What pruners have done, remembered for other studies that prune the same networks alike.

Controls train masks of an algorithm that ran before: what found them need not run again.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from cubistlib.pruners.base import AtInitialization, DuringTraining
from cubistlib.pruners.lth import LTH

# Methods of a pruner that hang on nothing but their arguments: (self, nets, keep, task).
WORK = (DuringTraining, "train"), (LTH, "train"), (AtInitialization, "ticket")


@contextmanager
def pruning() -> Iterator[None]:
    """In here nothing of WORK is done twice, and its gradient steps are charged all the same.

    Studies that are run one after the other in this process, `draws` of one another, then prune
    once for all: what comes of it is the same to the bit, and held in memory to the end.
    """
    known: dict[bytes, tuple[Any, int]] = {}
    with ExitStack() as stack:
        for owner, name in WORK:
            stack.enter_context(patch.object(owner, name, _once(getattr(owner, name), known)))
        yield


def _once(work: Callable, known: dict[bytes, tuple[Any, int]]) -> Callable:
    def remembered(pruner, nets, keep, task):
        key = _key(work, pruner, nets, keep, task)
        if key not in known:
            before = task.spent
            result = work(pruner, nets, keep, task)
            known[key] = result, task.spent - before
        else:
            task.spend(known[key][1])
        return known[key][0]

    return remembered


def _key(work: Callable, pruner, nets, keep, task) -> bytes:
    told = hashlib.sha256()
    for array in (*nets.weights, *nets.biases, task.x, task.y, keep):
        told.update(array.tobytes())
    rest = (task.seed, task.own, task.selection, task.backend, [*task.config])
    told.update(repr((work.__qualname__, pruner, nets.sizes, *rest)).encode())
    return told.digest()
