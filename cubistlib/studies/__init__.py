"""Studies: numbered tables of experiments that are data, and how they are run."""

from cubistlib.studies.experiment import Experiment
from cubistlib.studies.study import Origin, PruningStudy, SearchStudy, Study, run_shard
