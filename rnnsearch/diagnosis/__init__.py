"""What a training was like: measured by engines, judged by rules, put into words."""

from rnnsearch.diagnosis.layer_diagnosis import (
    LayerDiagnosis,
    chosen_lags,
    layers_from_json,
    layers_to_json,
    mean_of_runs,
)
from rnnsearch.diagnosis.training_run import NAMES, Training, Verdict
from rnnsearch.diagnosis.verdict_rules import verdict_of

__all__ = [
    "NAMES",
    "LayerDiagnosis",
    "Training",
    "Verdict",
    "chosen_lags",
    "layers_from_json",
    "layers_to_json",
    "mean_of_runs",
    "verdict_of",
]
