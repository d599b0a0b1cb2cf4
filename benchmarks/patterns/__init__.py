"""Ways in which KerasTuner is used, as scripts do it; see benchmarks/tuner_patterns.py."""

from benchmarks.patterns import (
    afterwards,
    data,
    models,
    scripts,
    spaces,
    training,
    tuners,
    watching,
)
from benchmarks.patterns._base import WAYS, Way

__all__ = [
    "WAYS",
    "Way",
    "afterwards",
    "data",
    "models",
    "scripts",
    "spaces",
    "training",
    "tuners",
    "watching",
]
