"""What the training of a trial came to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from rnnsearch.diagnosis import LayerDiagnosis, layers_from_json, layers_to_json
from rnnsearch.outcomes.json_values import known_to

if TYPE_CHECKING:
    from rnnsearch.spec import Scalar

__all__ = ["TrialRecord", "TrialState", "cause_of"]

_RUN = re.compile(r"run \d+ \(seed \d+, fold \d+\) ")

TrialState = Literal["COMPLETE", "PRUNED", "FAIL", "RUNNING", "WAITING"]


@dataclass(frozen=True)
class TrialRecord:
    """One trial as the leaderboard shows it.

    Attributes:
        number: Optuna's trial number, from 0.
        state: COMPLETE also where the time was up before its last epoch: then what it had reached
            counts, and its message says so. WAITING where a search ended before its first epoch,
            so that the next call trains it. RUNNING also where a kill left it so.
        score: The objective at the best epoch, the mean over the trial's runs; None where
            there was none.
        metrics: Every validation metric (``val_loss``, ``val_rmse``, …), alike.
        epochs: Trained, by the run that trained longest.
        seconds: Its share of the training time, over all runs.
        parameters: Weights of the model.
        params: Search parameter → value, those in use only.
        message: Why the state is not COMPLETE, or that the time was up.
        runs: How often it is trained: on each fold, from each seed.
        spread: Sample standard deviation of the score over the runs; None where there are not
            two runs with one.
        run_epochs: Epochs of each run, by its index; empty where none is known to have ended.
        run_scores: The objective of each run that has one, by its index, up to the first without.
        cut: Whether the time was up before all of its runs had their epochs.
        whole: Where it was cut, its first runs that had them.
        layers: What its recurrent layers showed at the end of its runs, the mean over them.
        costs: Of its network, by the names of `rnnsearch.vocabulary.COSTS` and what belongs to
            them; empty where none were asked for.
    """

    number: int
    state: TrialState
    score: float | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    epochs: int = 0
    seconds: float = 0.0
    parameters: int | None = None
    params: Mapping[str, Scalar] = field(default_factory=dict)
    message: str = ""
    runs: int = 1
    spread: float | None = None
    run_epochs: tuple[int, ...] = ()
    run_scores: tuple[float, ...] = ()
    cut: bool = False
    whole: int = 0
    layers: tuple[LayerDiagnosis, ...] = ()
    costs: Mapping[str, float] = field(default_factory=dict)

    @property
    def whole_scores(self) -> tuple[float, ...]:
        """Those of `run_scores` that are of runs which were trained to their end."""
        return self.run_scores[: self.whole] if self.cut else self.run_scores

    @property
    def ended(self) -> bool:
        """Whether it will not be trained any more."""
        return self.state not in ("RUNNING", "WAITING")

    @property
    def missing(self) -> int:
        """Runs without a score, of a trial that the time cut; it compares badly with others."""
        return self.runs - len(self.run_scores) if self.cut else 0

    def result(self) -> dict[str, Any]:
        """What it came to, as plain values: all but number, state and params.

        JSON takes Python's numbers where it does not take NumPy's; NaN stays, as the study's
        journal has it.
        """
        return {
            "score": _number(self.score),
            "metrics": {name: _number(value) for name, value in self.metrics.items()},
            "epochs": int(self.epochs),
            "seconds": float(self.seconds),
            "parameters": self.parameters,
            "message": self.message,
            "runs": self.runs,
            "spread": _number(self.spread),
            "run_epochs": [int(epochs) for epochs in self.run_epochs],
            "run_scores": [_number(score) for score in self.run_scores],
            "cut": self.cut,
            "whole": self.whole,
            "layers": layers_to_json(self.layers),
            **({"costs": {n: float(v) for n, v in self.costs.items()}} if self.costs else {}),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> TrialRecord:
        """The record of plain values: number, state, params and what it came to, or some of it."""
        known = known_to(cls, values)
        known["metrics"] = dict(values.get("metrics", {}))
        known["run_epochs"] = tuple(values.get("run_epochs", ()))
        known["run_scores"] = tuple(values.get("run_scores", ()))
        known["costs"] = dict(values.get("costs", {}))
        known["layers"] = layers_from_json(values.get("layers", ()))
        return cls(**known)


def _number(value: float | None) -> float | None:
    """A Python float, which JSON takes where it does not take NumPy's."""
    return None if value is None else float(value)


def cause_of(message: str) -> str:
    """What trials have in common that failed of the same, each in a run of its own."""
    return _RUN.sub("", " ".join(message.split()), count=1)
