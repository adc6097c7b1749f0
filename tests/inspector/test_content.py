"""What the page is sent, and what an output keeps."""

import base64
import itertools
import json
from dataclasses import replace

import numpy as np
import pytest
from inspected import CONFIG

import cubistlib as cl
from cubistlib.inspector.content import content, kept
from cubistlib.inspector.model import Model
from cubistlib.inspector.sources import catalogue
from cubistlib.inspector.view import View


def unpacked(film):
    """Networks and masks as the page gets them: parameters, and whether they are kept."""
    count = sum(a * b + b for a, b in itertools.pairwise(film["sizes"]))
    shape = len(film["steps"]), count
    bits = np.unpackbits(np.frombuffer(film["kept"], np.uint8), count=np.prod(shape))
    kept = bits.reshape(shape).astype(bool)
    values = np.zeros(shape, np.float32)
    values[kept] = np.frombuffer(film["values"], "<f4")
    return values, kept


def test_the_page_gets_every_checkpoint_to_the_bit(results, few):
    model = Model(catalogue(results, None, (), *few), *few)
    view = View(algorithm="gmp", width="3", beside="snip")
    pinned = model.catalogue.pinned(view)
    given = content(model, pinned)
    assert given["keeps"] == [15, 20] and [m[0] for m in given["menus"]["beside"]] == list(
        model.catalogue.menu("algorithm", View())
    )
    for each, sent in zip(model.views(view), given["films"], strict=True):
        film, (values, kept) = model.catalogue.film(each), unpacked(sent)
        assert sent["steps"] == list(film.steps) and sent["kind"] == "sgd"
        for step, row, mask, title in zip(film.steps, values, kept, sent["titles"], strict=True):
            shown = model.catalogue.specimen(replace(each, step=step))
            layers = (*shown.net.weights, *shown.net.biases)
            np.testing.assert_array_equal(row, np.concatenate([p.ravel() for p in layers]))
            layers = (*shown.masks.weights, *shown.masks.biases)
            np.testing.assert_array_equal(mask, np.concatenate([p.ravel() for p in layers]))
            assert title == shown.title


def test_an_output_keeps_what_is_shown_and_nothing_to_ask_for(results, few):
    model = Model(catalogue(results, None, (), *few), *few)
    view = model.checked(View(algorithm="gmp", width="3", keep=15, beside="snip"))
    held, given = json.loads(json.dumps(kept(model, view))), content(model, view)
    assert View.parse(held["view"]) == view
    assert (held["menus"], held["keeps"]) == ({}, [])  # k of runs is the kernel's
    for film, sent in zip(held["films"], given["films"], strict=True):
        assert film | {"kept": "", "values": ""} == sent | {"kept": "", "values": ""}
        for name in ("kept", "values"):
            assert base64.b64decode(film[name]) == sent[name]
    x1, x2, labels = np.frombuffer(base64.b64decode(held["points"]), "<f4").reshape(3, -1)
    np.testing.assert_array_equal(np.stack([x1, x2, labels]), np.vstack([few[0].T, few[1]]))


def test_of_what_is_too_large_the_step_is_kept_that_is_shown_or_nothing(net, few, spiral):
    every = cl.Masks.ones_like(net)
    states = [cl.train(net, every, *few, CONFIG, stop=stop).state for stop in range(5)]
    model = Model(catalogue(states, None, (), *few), *few)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("cubistlib.inspector.content.LARGEST", 34_000)  # 32,000 are the points'
        (film,) = kept(model, View(step=2))["films"]
    assert (film["steps"], film["kind"]) == ([2], "polished")
    assert film["titles"] == ["network, step 2 of 4, 90 weights kept"]
    values = np.frombuffer(base64.b64decode(film["values"]), "<f4")
    shown = model.catalogue.film(View()).at(2).net
    layers = (*shown.weights, *shown.biases)
    np.testing.assert_array_equal(values, np.concatenate([p.ravel() for p in layers]))
    wide = cl.Network.initialize([200, 200])
    assert kept(Model(catalogue(wide, None, (), *spiral), *spiral), View()) is None
    whole = kept(Model(catalogue(net, None, (), *spiral), *spiral), View())
    assert whole["points"] == "" and whole["keeps"] == list(range(91))
