"""Facts that every floor above speaks of, without functions; imports nothing of this package.

What a spec may name stands here: mappings, metrics, losses, cells, samplers and pruners. The spec
derives its choices and its reference from them, and the floors above attach what computes them.
"""

from rnnsearch.vocabulary.cell_facts import CELLS, CellFact
from rnnsearch.vocabulary.cost_facts import COSTS, CostFact, limit_of
from rnnsearch.vocabulary.loss_facts import LOSSES, LossFact, usual_loss
from rnnsearch.vocabulary.mappings import (
    MANY_TO_MANY,
    MANY_TO_ONE,
    MAPPINGS,
    ONE_TO_MANY,
    ONE_TO_ONE,
    SEQUENCE_TO_SEQUENCE,
    MappingFact,
)
from rnnsearch.vocabulary.metric_facts import (
    METRICS,
    Kind,
    MetricFact,
    TargetKind,
    counts_evenly,
)
from rnnsearch.vocabulary.objective import Direction, Objective
from rnnsearch.vocabulary.sampler_facts import PRUNERS, SAMPLERS, PrunerFact, SamplerFact

__all__ = [
    "CELLS",
    "COSTS",
    "LOSSES",
    "MANY_TO_MANY",
    "MANY_TO_ONE",
    "MAPPINGS",
    "METRICS",
    "ONE_TO_MANY",
    "ONE_TO_ONE",
    "PRUNERS",
    "SAMPLERS",
    "SEQUENCE_TO_SEQUENCE",
    "CellFact",
    "CostFact",
    "Direction",
    "Kind",
    "LossFact",
    "MappingFact",
    "MetricFact",
    "Objective",
    "PrunerFact",
    "SamplerFact",
    "TargetKind",
    "counts_evenly",
    "limit_of",
    "usual_loss",
]
