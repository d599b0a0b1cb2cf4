"""Faults: what befalls a search that runs through the night, and what must hold all the same.

`python -m tests.faults --help` says how to do them in large numbers; CI does a few of each.
"""

from tests.faults import (  # noqa: F401 - they register their faults
    files,
    inputs,
    kills,
    real,
    structured,
    trials,
)
from tests.faults._base import FAULTS, Fault, Scene, Violation
from tests.faults.zygote import Zygote

__all__ = ["FAULTS", "Fault", "Scene", "Violation", "Zygote"]
