"""Witnesses: sparse networks as small text files, each with what is claimed of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from cubistlib.data import cubist_spiral
from cubistlib.networks import Masks, Network, narrowed, simplify
from cubistlib.search import verify
from cubistlib.support.checks import UserError, require
from cubistlib.support.files import write_text, writing


@dataclass(frozen=True, eq=False)
class Witness:
    """A sparse network that shows what can be reached, and how it was found.

    weights[l]: (out, in) float64; biases[l]: (out,) float64; zero where there is none. kind:
    "sgd" if training of the paper's kind ended in these numbers, but for what does nothing, which
    is folded into the rest (`simplify`); "polished" if anything else did. Of the paper's kind is
    SGD with momentum 0.9, batches of 128 and one of its schedules; start, rate, epochs and weight
    decay may be others. bias_rule: "read" if every bias counts whose unit is read, as in the
    paper, "pruned" if biases went as weights do. found: recipe, date and by, without which it
    goes into no file; study, number, seed and steps as far as there are such.
    """

    weights: tuple[np.ndarray, ...]
    biases: tuple[np.ndarray, ...]
    kind: str
    bias_rule: str
    found: Mapping[str, Any]

    @classmethod
    def of(
        cls,
        network: Network,
        masks: Masks,
        kind: str = "sgd",
        bias_rule: str = "read",
        found: Mapping[str, Any] | None = None,
    ) -> "Witness":
        """What lives in a network, a stack of one, on the Cubist Spiral (`simplify`).

        Raises ValueError for more networks than one, for one of another shape than 2 inputs,
        three hidden layers and 1 output, and for one of which nothing lives.
        """
        require(len(network) == 1, f"Witness: of one network, got a stack of {len(network)}")
        sizes = network.sizes
        require(
            (len(sizes), sizes[0], sizes[-1]) == (5, 2, 1),
            f"Witness: of 2 inputs, three hidden layers and 1 output, got the sizes {sizes}",
        )
        done = simplify(network, masks, cubist_spiral()[0])
        require(done.live_weights[0], "Witness: nothing lives in this network")
        live, _ = narrowed(done.network, done.masks)
        return cls(
            tuple(w[0].astype(float) for w in live.weights),
            tuple(b[0].astype(float) for b in live.biases),
            kind,
            bias_rule,
            found or {},
        )

    @classmethod
    def read(cls, path: str | Path) -> "Witness":
        """The witness in a file; what the file claims is `verify`'s to check.

        Raises ValueError in one sentence for what is none.
        """
        try:
            fields = verify.read(Path(path))
        except verify.NoWitness as error:
            raise UserError(str(error)) from error
        weights, biases = tuple(fields["weights"]), tuple(fields["biases"])
        return cls(weights, biases, fields["kind"], fields["bias_rule"], fields["found"])

    def write(self, path: str | Path) -> Path:
        """Write it to a file, with what is claimed; a kill leaves the old file or the new one.

        Raises ValueError for what no witness may hold, and if it cannot be written.
        """
        path = Path(path)
        self.check(path)
        with writing(path.parent):
            write_text(path, self.text)
        return path

    def check(self, place: object) -> None:
        """Raises ValueError, which names the place, for what no witness may hold."""
        try:
            verify.checked(json.loads(self.text))
        except verify.NoWitness as error:
            raise UserError(f"{place}: {error}") from error

    @property
    def text(self) -> str:
        """The file: a field a line, a layer of weights or biases a line."""
        fields = {
            "format": verify.FORMAT,
            "hidden": list(self.hidden),
            "weights": [w.tolist() for w in self.weights],
            "biases": [b.tolist() for b in self.biases],
            "bias_rule": self.bias_rule,
            **self.claims._asdict(),
            "kind": self.kind,
            "found": dict(self.found),
        }
        lines = [f' "{name}": {_line(name, value)}' for name, value in fields.items()]
        return "{\n" + ",\n".join(lines) + "\n}\n"

    @cached_property
    def claims(self) -> verify.Measured:
        """Parameters, points and how many are right, smallest |logit|; as `verify` has them."""
        return verify.measure(self.weights, self.biases, self.bias_rule)

    @property
    def hidden(self) -> tuple[int, ...]:
        """Hidden units: (5, 1, 3)."""
        return tuple(len(b) for b in self.biases[:-1])

    @property
    def network(self) -> Network:
        """A stack of this one network; its numbers rounded to float32."""
        return Network.from_arrays(self.weights, self.biases)

    @property
    def masks(self) -> Masks:
        """True where a parameter counts: (1, …)."""
        by_rule = Masks.from_weights([w != 0 for w in self.weights])
        if self.bias_rule == "read":
            return by_rule
        return Masks(by_rule.weights, tuple(b[None] != 0 for b in self.biases))


def _line(name: str, value: Any) -> str:
    if name not in ("weights", "biases"):
        return json.dumps(value)
    return "[\n  " + ",\n  ".join(json.dumps(layer) for layer in value) + "\n ]"
