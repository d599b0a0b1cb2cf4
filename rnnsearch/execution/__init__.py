"""Where engines run: one contract, workers as processes or inline. Imports no backend."""

from rnnsearch.execution._base import Executor, Patience, WorkerSetup, usable_cores
from rnnsearch.execution.messages import Epoch

__all__ = ["Epoch", "Executor", "Patience", "WorkerSetup", "usable_cores"]
