"""A study made from its record is the study; a record that tells too little is refused."""

import json

import eliminations
import numpy as np
import pandas as pd
import pytest
import sweeps

import cubistlib as cl
from cubistlib.search import Canonical, Joined, Structured, Unstructured
from cubistlib.studies import descents, paper, replicates, verdict
from cubistlib.studies.definition import definition
from cubistlib.studies.recorded import recorded
from cubistlib.studies.study import Origin
from cubistlib.sweep import kept

CELLS = (("gmp", 3, 12, 0.1, "cosine"), ("rigl", 4, 15, 0.2, "cosine"))
NETWORKS = (cl.Network.initialize((3, 1, 3)), cl.Network.initialize((4, 2, 3), seed=1))
OWN = [cl.Masks.ones_like(net) for net in NETWORKS]
STUDIES = [
    *paper.STUDIES.values(),
    *replicates.ablations(),
    *replicates.rates(),
    verdict.study("snip"),
    descents.dense(),
    descents.dense(biases=True),
    descents.sparse(),
    eliminations.tiny(),
    sweeps.pruning(only=CELLS, control="shuffled", draws="tiny/other", tries=3),
    sweeps.pruning(origin=Origin("tiny/search", 0.7, 5)),
    sweeps.search(rungs=((1, 0.5),), tries=2),
    sweeps.search(masks=Joined((Unstructured((2, 2, 2), first=2), Structured(3, below=(2, 2, 2))))),
    sweeps.search(masks=Canonical((2, 2, 2), weights=9)),
]


@pytest.mark.parametrize("study", STUDIES, ids=lambda study: study.name)
def test_a_study_is_what_its_record_tells(study):
    known = json.loads(json.dumps(definition(study)))
    assert recorded(known, {}) == study


@pytest.mark.parametrize(
    "study, given",
    [
        (replicates.dense(), {"masks": replicates.dense().masks}),
        (descents.pruned("gmp", NETWORKS), {"networks": NETWORKS, "polished": ()}),
    ],
)
def test_what_a_record_tells_by_a_checksum_has_to_be_given(study, given):
    known = definition(study)
    again = recorded(known, given)
    assert definition(again) == known and len(again) == len(study)
    with pytest.raises(cl.UserError, match="its record keeps a checksum alone; make the study in"):
        recorded(known, {})
    field, right = next(iter(given.items()))
    with pytest.raises(cl.UserError, match="is of another version"):
        recorded(known, given | {field: right[:-1]})


# What is changed in a record, None for a field that is gone; what is said.
BAD = {
    "no kind": ({"kind": "Sketch"}, "is of no kind of study, 'Sketch'"),
    "a kind that is a list": ({"kind": []}, "is of no kind of study, []"),
    "a field of another version": ({"colour": "red"}, "is of another version"),
    "another number of shards": ({"shards": 3}, "is of another version"),
    "no such masks": ({"masks": "Woven(a=(2, 2))"}, "of no study (there is no Woven)"),
    "masks of other arguments": ({"masks": "Structured(width=3)"}, "of no study (Structured."),
    "code": ({"masks": "__import__('os').getcwd()"}, "of no study (there is no such call)"),
    "half a text": ({"masks": "Structured("}, "tells of no study ("),
    "a number for masks": ({"masks": 3}, "study: masks must be a list of one or more"),
    "a wrong origin": ({"origin": {"study": "a"}}, "tells of no study (Origin."),
    "no masks": ({"masks": None}, "tells of no study (SearchStudy."),
}


@pytest.mark.parametrize("changed, said", BAD.values(), ids=BAD)
def test_a_record_of_what_is_none_is_refused_in_a_sentence(changed, said):
    fields = {**definition(sweeps.search()), **changed}
    with pytest.raises(cl.UserError) as refused:
        recorded({name: value for name, value in fields.items() if value is not None}, {})
    assert said in str(refused.value) and "\n" not in str(refused.value)


def test_what_differs_is_told_value_by_value():
    study = sweeps.search()
    one = study.run([0, 1])
    assert not kept.differing(one, study.run([0, 1])).to_numpy().any()
    other = one.assign(loss=[one["loss"][0], np.nextafter(one["loss"][1], 1)])
    found = kept.differing(one, other)
    assert found["loss"].tolist() == [False, True] and found.to_numpy().sum() == 1
    missing = kept.differing(one, one.assign(live_weights=pd.NA))
    assert missing["live_weights"].all() and missing.to_numpy().sum() == 2
    assert not kept.differing(one, one.assign(version="0.0.1")).to_numpy().any()
