"""Where engines run: one contract, workers as processes or inline. Imports no backend."""

from rnnsearch.execution._base import Executor, Patience, WorkerSetup, usable_cores

__all__ = ["Executor", "Patience", "WorkerSetup", "usable_cores"]
