"""Studies: numbered tables of experiments that are data, and how they are run."""

from cubistlib.studies.eliminating import EliminationStudy
from cubistlib.studies.experiment import Experiment
from cubistlib.studies.inherited import Inherited
from cubistlib.studies.pruning import PruningStudy
from cubistlib.studies.searching import SearchStudy
from cubistlib.studies.study import Origin, Study, run_shard

__all__ = [
    "EliminationStudy", "Experiment", "Inherited", "Origin", "PruningStudy", "SearchStudy", "Study",
    "run_shard",
]  # fmt: skip
