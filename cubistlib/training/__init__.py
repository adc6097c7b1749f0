"""Masked SGD on a stack of networks: configuration, the loop over steps, and what does them."""

from cubistlib.training import backends
from cubistlib.training.config import SCHEDULES, TrainConfig
from cubistlib.training.loop import Trained, resume, train
from cubistlib.training.state import Hook, TrainState
