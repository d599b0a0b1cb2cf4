"""What a trial's runs come to: its record, and the run whose weights stand for it."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Sequence

import numpy as np

from rnnsearch.driver.planner import TrialPlan
from rnnsearch.driver.trials import TrialRecord, TrialState
from rnnsearch.engines import Program
from rnnsearch.execution import Epoch
from rnnsearch.execution.messages import Ended

__all__ = ["best_weights", "mean_metrics", "spread", "trial_record"]


def trial_record(plan: TrialPlan, ended: Sequence[Ended]) -> TrialRecord:
    """The record of a trial all of whose runs ended, in the order of their indices."""
    state = _state(ended)
    best = [run.best for run in ended if run.best is not None]
    if state == "FAIL":
        best = []
    metrics = mean_metrics(best)
    return TrialRecord(
        number=plan.number,
        state=state,
        score=metrics.get(plan.program.objective),
        metrics={name: value for name, value in metrics.items() if name.startswith("val_")},
        epochs=max(run.epochs for run in ended),
        seconds=sum(run.seconds for run in ended),
        parameters=max(run.parameters for run in ended) or None,
        params=plan.params,
        message=_message(plan, ended, state),
        runs=len(plan.runs),
        spread=spread([epoch.metrics[plan.program.objective] for epoch in best]),
        run_epochs=tuple(run.epochs for run in ended),
        run_scores=_scores(plan, ended),
    )


def _scores(plan: TrialPlan, ended: Sequence[Ended]) -> tuple[float, ...]:
    """The objective of each run, up to the first that was never trained to its end."""
    done = itertools.takewhile(lambda run: run.state == "COMPLETE" and run.best, ended)
    return tuple(run.best.metrics[plan.program.objective] for run in done if run.best)


def _state(ended: Sequence[Ended]) -> TrialState:
    states = {run.state for run in ended}
    return "FAIL" if "FAIL" in states else "PRUNED" if "PRUNED" in states else "COMPLETE"


def mean_metrics(epochs: Sequence[Epoch]) -> dict[str, float]:
    """The mean of each metric over the best epochs of some runs."""
    names = epochs[0].metrics if epochs else ()
    return {name: statistics.fmean(e.metrics[name] for e in epochs) for name in names}


def spread(scores: Sequence[float]) -> float | None:
    """The sample standard deviation of two scores or more."""
    return statistics.stdev(scores) if len(scores) > 1 else None


def _message(plan: TrialPlan, ended: Sequence[Ended], state: TrialState) -> str:
    """Why the trial is not COMPLETE; which run it was, where there are several."""
    if state == "COMPLETE":
        return ""
    rung = plan.stopped_at
    if state == "PRUNED" and rung is not None and rung <= max(run.epochs for run in ended):
        return f"pruned at epoch {rung}"
    if state == "PRUNED" and any(plan.raced.values()):
        count = next(runs for runs, dropped in plan.raced.items() if dropped)
        return f"dropped after {count} of {len(plan.runs)} runs: worse on each than the best"
    cause = next(run for run in ended if run.state == state and run.message)
    if len(plan.runs) == 1:
        return cause.message
    run = plan.runs[cause.index]
    return f"run {run.index} (seed {run.seed}, fold {run.fold}) {cause.message}"


def best_weights(plan: TrialPlan, ended: Sequence[Ended]) -> list[np.ndarray] | None:
    """Of the best run on the last fold, whose training part is the largest."""
    last = max(run.fold for run in plan.runs)
    done = [run for run in ended if run.weights is not None and plan.runs[run.index].fold == last]
    if not done or _state(ended) != "COMPLETE":
        return None
    best = plan.program.goal.best_of(done, lambda run: _score(plan.program, run.best))
    return None if best is None else best.weights


def _score(program: Program, best: Epoch | None) -> float | None:
    return None if best is None else best.metrics.get(program.objective)
