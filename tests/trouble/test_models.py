"""Models as people bring them: read for what they are, or refused in a sentence."""

import copy
import io

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations, prune

from cubistlib import Masks, Network, TrainConfig, UserError, pruners, testing, train
from cubistlib.interop import from_sequential, to_sequential

KEPT = 56
NET = Network.initialize((16, 16, 16), seed=3)
MASKS = pruners.Random().masks(NET, None, KEPT, seed=1)
FLOAT8 = torch.float8_e4m3fn


def dense() -> nn.Sequential:
    return to_sequential(NET)


def zeroed() -> nn.Sequential:
    """Pruned weights and biases that are nothing but zero."""
    return to_sequential(MASKS.apply(NET))


def removed() -> nn.Sequential:
    model = to_sequential(NET, MASKS)
    for layer in model[::2]:
        prune.remove(layer, "weight"), prune.remove(layer, "bias")
    return model


def sparsified(squash: bool) -> nn.Sequential:
    """By a sparsifier of torch.ao.pruning that takes the masks as they are."""
    from torch.ao.pruning import BaseSparsifier

    class Given(BaseSparsifier):
        def update_mask(self, module, tensor_name, tensor_fqn, **options):
            layer = int(tensor_fqn.split(".")[0]) // 2
            mask = torch.from_numpy(MASKS.weights[layer][0])
            module.parametrizations[tensor_name][0].mask.copy_(mask)

    model = dense()
    sparsifier = Given()
    sparsifier.prepare(model, [{"tensor_fqn": f"{i}.weight"} for i in range(0, 7, 2)])
    sparsifier.step()
    if squash:
        sparsifier.squash_mask()
    return model


class Masked(nn.Linear):
    """Holds its mask under a name of its own, and applies it when it computes."""

    def forward(self, x):
        return nn.functional.linear(x, self.weight * self.keep, self.bias)


def with_buffers(model: nn.Sequential, kind: type = nn.Linear, name="keep", dtype=torch.bool):
    for layer, mask in zip(model[::2], MASKS.weights, strict=True):
        layer.__class__ = kind
        layer.register_buffer(name, torch.from_numpy(mask[0]).to(dtype))
    return model


def with_attributes(model: nn.Sequential):
    for layer, mask in zip(model[::2], MASKS.weights, strict=True):
        layer.keep = torch.from_numpy(mask[0])
    return model


def stored_sparse(model: nn.Sequential):
    for layer in model[::2]:
        layer.weight = nn.Parameter(layer.weight.detach().to_sparse())
    return model


def converted(model: nn.Module, dtype: torch.dtype):
    for tensor in (*model.parameters(), *model.buffers()):
        tensor.data = tensor.data.to(dtype)
    return model


class Functional(nn.Module):
    """Layers in a module of one's own; the ReLU is a function."""

    def __init__(self, model: nn.Sequential, act=torch.relu):
        super().__init__()
        self.act = act
        self.first, self.second, self.third, self.last = model[::2]

    def forward(self, x):
        for layer in (self.first, self.second, self.third):
            x = self.act(layer(x))
        return self.last(x)[:, 0]


class Inside(nn.Module):
    """A module around a model, with a Dropout that rests."""

    def __init__(self, model):
        super().__init__()
        self.net, self.dropout = model, nn.Dropout(0.5)

    def forward(self, x):
        return self.net(self.dropout(x))


def one_relu(model: nn.Sequential):
    relu = nn.ReLU()
    layers = [part for layer in model[::2] for part in (layer, relu)]
    return nn.Sequential(*layers[:-1])


def idle(model: nn.Sequential):
    first, *others = model
    inner = nn.Sequential(nn.Identity(), first, nn.Dropout(0.3))
    return nn.Sequential(nn.Flatten(), inner, nn.Sequential(*others), nn.Dropout(0)).eval()


def compiled_in_place(model: nn.Module):
    model.compile()
    return model


# make, whether the mask is read from zeros, whether the weights behind it are known
PRUNED = {
    "torch.nn.utils.prune": (lambda: to_sequential(NET, MASKS), False, True),
    "prune.remove": (removed, True, False),
    "zeros": (zeroed, True, False),
    "negative zeros": (
        lambda: to_sequential(Network.of(lambda a: -a, MASKS.apply(NET))),
        True,
        None,
    ),
    "torch.ao.pruning": (lambda: sparsified(False), False, True),
    "torch.ao.pruning, squashed": (lambda: sparsified(True), True, False),
    "buffer of another name": (lambda: with_buffers(dense(), Masked), False, True),
    "buffer of floats": (lambda: with_buffers(dense(), Masked, dtype=torch.float32), False, True),
    "buffer beside zeros": (lambda: with_buffers(zeroed(), name="m"), False, False),
    "buffer of prune's name": (lambda: with_buffers(zeroed(), name="weight_mask"), False, False),
    "attribute beside zeros": (lambda: with_attributes(zeroed()), True, False),
    "sparse": (lambda: stored_sparse(zeroed()), True, False),
    "float64": (lambda: zeroed().double(), True, False),
    "compiled": (lambda: torch.compile(to_sequential(NET, MASKS)), False, True),
    "compiled inside": (
        lambda: nn.Sequential(torch.compile(to_sequential(NET, MASKS))),
        False,
        True,
    ),
    "compiled in place": (lambda: compiled_in_place(to_sequential(NET, MASKS)), False, True),
    "DataParallel": (lambda: nn.DataParallel(to_sequential(NET, MASKS)), False, True),
    "nested, with layers that rest": (lambda: idle(to_sequential(NET, MASKS)), False, True),
    "one ReLU for all": (lambda: one_relu(to_sequential(NET, MASKS)), False, True),
    "module of one's own": (lambda: Functional(to_sequential(NET, MASKS)), False, True),
    "module around a model": (lambda: Inside(to_sequential(NET, MASKS)).eval(), False, True),
}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # torch.ao is going to move
@pytest.mark.parametrize("case", PRUNED.values(), ids=PRUNED)
def test_a_pruned_model_comes_in_with_its_masks(case, spiral):
    make, from_zeros, behind = case
    model = make()
    if from_zeros:
        with pytest.warns(UserWarning, match=r"504 of 560 weights are exactly zero.*zeros='kept'"):
            net, masks = from_sequential(model)
    else:
        net, masks = from_sequential(model)
    assert masks.weights_kept == KEPT and testing.same(masks, MASKS)
    if behind is not None:
        assert testing.same(net, NET) == behind and testing.same(masks.apply(net), MASKS.apply(NET))


def accuracy(model: nn.Module, x, y) -> float:
    with torch.no_grad():
        logits = model(torch.from_numpy(x)).reshape(-1).numpy()
    return float(((logits > 0) == (y > 0.5)).mean())


def test_what_comes_in_is_as_good_as_the_model_and_stays_as_sparse(spiral):
    x, y = spiral[0][::10], spiral[1][::10]
    model = removed()
    with pytest.warns(UserWarning, match="504 of 560"):
        net, masks = from_sequential(model)
    assert masks.apply(net).evaluate(x, y)[0][0] == accuracy(model, x, y)
    done = train(net, masks, x, y, TrainConfig(lr=0.1, epochs=1))
    assert sum(np.count_nonzero(w) for w in done.network.weights) <= KEPT


def test_zeros_are_kept_on_demand():
    _, masks = from_sequential(removed(), zeros="kept")
    assert testing.same(masks, Masks.ones_like(NET)) and masks.weights_kept == 560
    assert testing.same(from_sequential(to_sequential(NET, MASKS), zeros="kept")[1], MASKS)
    with pytest.raises(UserError, match="zeros must be one of pruned, kept, got 'all'"):
        from_sequential(removed(), zeros="all")


def test_a_weight_of_zero_stays_kept_under_a_mask_on_demand():
    """As those that RigL has just grown."""
    model = to_sequential(Network.zeros_like(NET), MASKS)
    assert testing.same(from_sequential(model, zeros="kept")[1], MASKS)
    with pytest.warns(UserWarning, match="56 of 560 weights are exactly zero"):
        assert from_sequential(model)[1].weights_kept == 0


@pytest.mark.parametrize("amount", [0.0, 0.1], ids=["of ones", "of a few zeros"])
def test_zeros_that_a_second_mask_does_not_know_are_pruned(amount):
    model = removed()
    for layer in model:
        if isinstance(layer, nn.Linear):
            prune.random_unstructured(layer, "weight", amount)
    with pytest.warns(UserWarning, match="weights are exactly zero, without a mask that says so"):
        net, masks = from_sequential(model)
    assert 0 < masks.weights_kept <= KEPT
    assert all((masks.apply(net).weights[i][m] != 0).all() for i, m in enumerate(masks.weights))


class TwoHeads(nn.Module):
    def __init__(self):
        super().__init__()
        self.main, self.aside = dense(), nn.Linear(2, 1)

    def forward(self, x):
        return self.main(x)


@pytest.mark.parametrize(
    "make, told",
    [(TwoHeads, "16 to 1, 2 to 1"), (lambda: nn.Sequential(nn.Linear(2, 0)), "2 to 0")],
)
@pytest.mark.filterwarnings("ignore:Initializing zero-element")
def test_layers_that_do_not_chain_are_told(make, told):
    with pytest.raises(UserError, match=f"must chain and have units, got .*{told}; give those"):
        from_sequential(make())


def test_parameters_beyond_single_precision_are_refused():
    model = dense().double()
    with torch.no_grad():
        model[0].weight[0, 0] = 1e300
    with pytest.raises(UserError, match="parameters must lie within single precision"):
        from_sequential(model)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_weights_pruned_by_torch_ao_come_in(spiral):
    from torch.ao.pruning import WeightNormSparsifier

    x, y = spiral[0][::10], spiral[1][::10]
    model = dense()
    options = {"sparsity_level": 0.5, "sparse_block_shape": (1, 1), "zeros_per_block": 1}
    sparsifier = WeightNormSparsifier(**options)
    sparsifier.prepare(model, [{"tensor_fqn": f"{i}.weight"} for i in range(0, 7, 2)])
    sparsifier.step()
    net, masks = from_sequential(model)
    assert testing.same(net, NET) and masks.weights_kept == 280
    sparsifier.squash_mask()
    with pytest.warns(UserWarning, match="280 of 560 weights"):
        squashed, zeros = from_sequential(model)
    assert testing.same(zeros, masks)
    assert testing.same(masks.apply(squashed), masks.apply(net))
    assert masks.apply(net).evaluate(x, y)[0][0] == accuracy(model, x, y)


def tp_pruner(model: nn.Sequential):
    tp = pytest.importorskip("torch_pruning", reason="Torch-Pruning is not installed")
    importance = tp.importance.MagnitudeImportance(p=2)
    options = {"pruning_ratio": 0.5, "ignored_layers": [model[-1]]}
    return tp, tp.pruner.MagnitudePruner(model, torch.zeros(1, 2), importance, **options)


def test_units_zeroed_by_torch_pruning_come_in(spiral):
    """Soft pruning, as its README has it: what a group would remove is set to zero."""
    x, y = spiral[0][::10], spiral[1][::10]
    model = dense()
    tp, pruner = tp_pruner(model)
    with torch.no_grad():
        for dependency, units in (d for group in pruner.step(interactive=True) for d in group):
            layer = dependency.target.module
            if dependency.handler == tp.prune_linear_out_channels:
                layer.weight[units], layer.bias[units] = 0, 0
            elif dependency.handler == tp.prune_linear_in_channels:
                layer.weight[:, units] = 0
    with pytest.warns(UserWarning, match="408 of 560 weights"):  # 8 units of 16 in each layer
        net, masks = from_sequential(model)
    assert masks.weights_kept == 2 * 8 + 8 * 8 + 8 * 8 + 8
    assert masks.parameters_kept == 152 + 3 * 8 + 1
    assert masks.apply(net).evaluate(x, y)[0][0] == accuracy(model, x, y)


def test_units_removed_by_torch_pruning_are_gone(spiral):
    model = dense()
    tp_pruner(model)[1].step()
    net, masks = from_sequential(model)
    assert net.hidden == (8, 8, 8) and testing.same(masks, Masks.ones_like(net))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, FLOAT8], ids=str)
@pytest.mark.parametrize("masks", [None, MASKS], ids=["dense", "pruned"])
def test_numbers_of_any_size_are_converted(dtype, masks):
    net = Network.of(lambda a: np.sign(a) / 8 + a, NET)  # nothing so small that it becomes zero
    back, found = from_sequential(converted(to_sequential(net, masks), dtype))
    assert testing.same(found, masks or Masks.ones_like(net))
    assert testing.same(back, Network.of(lambda a: torch.tensor(a).to(dtype).float().numpy(), net))


def test_a_network_that_has_diverged_comes_in_too():
    net = Network.of(np.copy, NET)
    net.weights[1][0, 0, 0] = np.nan
    assert testing.same(from_sequential(to_sequential(net))[0], net)


def test_a_weight_too_small_for_the_engine_is_no_zero():
    model = dense().double()
    with torch.no_grad():
        model[0].weight.fill_(1e-60)
    assert testing.same(from_sequential(model)[1], Masks.ones_like(NET))


@pytest.mark.filterwarnings("ignore::FutureWarning")  # the older ones still are in models
@pytest.mark.parametrize(
    "made_of",
    [
        parametrizations.weight_norm,
        parametrizations.spectral_norm,
        parametrizations.orthogonal,
        nn.utils.weight_norm,
        nn.utils.spectral_norm,
    ],
    ids=lambda f: f"{f.__module__}.{f.__name__}",
)
def test_weights_made_of_others_are_read_as_they_are_used(made_of):
    model = dense()
    with testing.other_global_state():  # some draw vectors to begin with
        made_of(model[2])
    for parameter in model[2].parameters():
        parameter.data *= 1.5  # what the last pass left in the layer is old by now
    net, masks = from_sequential(model)
    x = np.random.default_rng(1).normal(size=(50, 2)).astype(np.float32)
    with torch.no_grad():
        logits = model.eval()(torch.from_numpy(x))[:, 0].numpy()
    np.testing.assert_allclose(net.logits(x)[0], logits, rtol=1e-4, atol=1e-6)
    assert testing.same(masks, Masks.ones_like(NET))


@pytest.mark.parametrize(
    "make",
    [
        lambda: to_sequential(NET, MASKS),
        lambda: idle(to_sequential(NET, MASKS)).train(False),
        lambda: parametrized(dense()),
        lambda: counting(dense()),
    ],
    ids=["pruned", "nested", "parametrized", "with a buffer that counts"],
)
def test_a_model_is_left_as_it_was(make):
    model = make()
    model[-1].train(), model[0].eval()
    before = [
        (dict(vars(m)), [*m._parameters.items(), *m._buffers.items()]) for m in model.modules()
    ]
    values = copy.deepcopy(model.state_dict())
    with testing.other_global_state() as moved:
        from_sequential(model)
        assert not moved()
    for module, (held, tensors) in zip(model.modules(), before, strict=True):
        assert vars(module).keys() == held.keys()
        assert all(vars(module)[name] is value for name, value in held.items())
        now = [*module._parameters.items(), *module._buffers.items()]
        assert all(a == b and p is q for (a, p), (b, q) in zip(now, tensors, strict=True))
    assert all(torch.equal(value, values[name]) for name, value in model.state_dict().items())


def parametrized(model):
    parametrizations.spectral_norm(model[2])
    return model


class Counting(nn.Linear):
    def forward(self, x):
        self.passes += 1
        self.latest = self.latest * 0 + len(x)
        return super().forward(x)


def counting(model):
    model[2].__class__ = Counting
    model[2].register_buffer("passes", torch.zeros(()))
    model[2].register_buffer("latest", torch.zeros((), dtype=torch.int64))
    return model


def hooked(model):
    model[2].register_forward_hook(lambda layer, inputs, output: 2 * output)
    return model


def scaled(model):
    class Scaled(nn.Sequential):
        def forward(self, x):
            return super().forward(x) * 2

    return Scaled(*model)


def with_second_buffer(model):
    with_buffers(model)[0].register_buffer("old", 1 - model[0].keep.float())
    return model


def replaced(model, at, layer):
    model[at] = layer
    return model


def lazy():
    return nn.Sequential(nn.LazyLinear(3), nn.ReLU(), nn.Linear(3, 1))


def quantized():
    return nn.Sequential(torch.ao.nn.quantized.dynamic.Linear(2, 1))


def whole_numbers(model):
    model[0].weight = nn.Parameter(torch.ones(16, 2, dtype=torch.int8), requires_grad=False)
    return model


ELSE = "the model computes something else than its Linear layers do, .*: write masks into"
REFUSED = {
    "nothing": (lambda: None, "takes an nn.Module, got NoneType"),
    "a network": (lambda: NET, "takes an nn.Module, got Network"),
    "no layers": (nn.Sequential, "got no layers"),
    "other layers": (
        lambda: replaced(dense(), 1, nn.Tanh()),
        "must alternate.*got Linear, Tanh, Linear, ReLU.*; take off or fold into a Linear",
    ),
    "a sigmoid at the end": (lambda: nn.Sequential(dense(), nn.Sigmoid()), "Sigmoid; take off or"),
    "no ReLU": (lambda: dense()[::2], "must alternate.*got Linear, Linear, Linear, Linear$"),
    "normalized": (
        lambda: Inside(nn.Sequential(nn.BatchNorm1d(2), nn.Linear(2, 1))).eval(),
        "Batch",
    ),
    "Dropout that works": (lambda: Inside(dense()), r"call model\.eval\(\) first"),
    "meta": (lambda: dense().to("meta"), "0.weight is on the meta device.*: load them first"),
    "complex": (
        lambda: dense().to(torch.complex64),
        "0.weight must hold floating-point.*complex64",
    ),
    "whole numbers": (lambda: whole_numbers(dense()), "0.weight must hold floating-point.*int8"),
    "lazy": (lazy, "0.weight has no shape yet: run the model on data once"),
    "quantized": (quantized, r"got torch\.ao\.nn\.quantized\.dynamic\S+Linear; take off"),
    "shapes that do not chain": (
        lambda: nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(4, 1)),
        r"the model fails on \(256, 2\) numbers.*RuntimeError",
    ),
    "another function between": (lambda: Functional(dense(), torch.tanh), ELSE),
    "a hook": (lambda: hooked(dense()), ELSE),
    "a forward of its own": (lambda: scaled(dense()), ELSE),
    "a mask that is not applied": (lambda: with_buffers(dense()), ELSE),
    "a mask applied unseen": (lambda: with_attributes_applied(dense()), ELSE),
    "two masks": (lambda: with_second_buffer(dense()), "keep and old may each be a layer's mask"),
}


def with_attributes_applied(model):
    for layer in with_attributes(model)[::2]:
        layer.__class__ = Masked
    return model


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore:torch.quantize_per_tensor:UserWarning")
@pytest.mark.filterwarnings("ignore:Complex modules:UserWarning")
@pytest.mark.filterwarnings("ignore:Lazy modules:UserWarning")
@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_a_model_that_cannot_be_read_is_refused_in_a_sentence(case):
    make, sentence = case
    with pytest.raises(UserError, match=sentence) as error:
        from_sequential(make())
    assert str(error.value).startswith("from_sequential: ") and "\n" not in str(error.value)


def loss(model: nn.Module) -> torch.Tensor:
    return (model(torch.ones(5, 2)) ** 2).mean()


@pytest.mark.parametrize("passes", [0, 1, 2])
@pytest.mark.parametrize("masks", [None, MASKS], ids=["dense", "pruned"])
def test_an_exported_model_is_copied_and_saved_at_any_time(masks, passes):
    model = to_sequential(NET, masks)
    for _ in range(passes):
        loss(model).backward()
    file = io.BytesIO()
    torch.save(model, file)
    file.seek(0)
    for twin in (copy.deepcopy(model), torch.load(file, weights_only=False)):
        assert testing.same(from_sequential(twin)[0], NET)
        twin.zero_grad()
        model.zero_grad()
        loss(twin).backward(), loss(model).backward()
        pairs = zip(twin.parameters(), model.parameters(), strict=True)
        assert all(torch.equal(p.grad, q.grad) for p, q in pairs)
        assert any(p.grad.any() for p in twin.parameters())
        assert all(p is not q for p, q in zip(twin.parameters(), model.parameters(), strict=True))
        copy.deepcopy(twin)


def test_an_exported_model_can_be_made_plain_after_training():
    model = to_sequential(NET, MASKS)
    loss(model).backward()
    for layer in model[::2]:
        prune.remove(layer, "weight"), prune.remove(layer, "bias")
    assert not prune.is_pruned(model)
    loss(copy.deepcopy(model)).backward()
    np.testing.assert_array_equal(model[2].weight.detach(), MASKS.apply(NET).weights[1][0])
    assert isinstance(model[2].weight, nn.Parameter)
