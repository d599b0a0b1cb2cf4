"""study.journal: the Optuna study, and our records as they stand in it.

What is done to the study is in memory until `commit` writes it. A trial has two user attributes:
``params``, every search parameter in use, those that are fixed included, set before it trains;
and ``result``, the rest of its `TrialRecord`, set when it ends. One attribute for all of the
result, as a kill may cut between any two operations.
"""

from __future__ import annotations

import math
import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from rnnsearch.diagnosis import layers_from_json, layers_to_json
from rnnsearch.errors import StudyError
from rnnsearch.records.folder import StudyFolder
from rnnsearch.vocabulary import Direction, Objective

if TYPE_CHECKING:
    import optuna

    from rnnsearch.driver.trials import TrialRecord, TrialState
    from rnnsearch.records.journal import Journal, Storage
    from rnnsearch.spec import Scalar

__all__ = [
    "commit",
    "leave_waiting",
    "open_study",
    "params_of",
    "records",
    "tell",
]

_WAITS = "not trained to its end; the same command goes on with it"


@dataclass(frozen=True)
class _Opened:
    """What lies under an open study; `Study` gives none of it away."""

    storage: Storage
    journal: Journal
    id: int


_opened: weakref.WeakKeyDictionary[optuna.Study, _Opened] = weakref.WeakKeyDictionary()


def open_study(
    folder: StudyFolder,
    name: str,
    direction: Direction,
    sampler: optuna.samplers.BaseSampler | None = None,
    pruner: optuna.pruners.BasePruner | None = None,
) -> optuna.Study:
    """Open the folder's study, or make it. Also quietens Optuna's logging to warnings.

    Opening writes nothing where there is a study, so one that is being searched can be read.

    Args:
        folder: Must exist.
        name: The spec's name.
        direction: Of the objective.
        sampler: Optuna's TPE if None.
        pruner: Optuna's median pruner if None.

    Raises:
        StudyError: study.journal holds another study, or is none.
    """
    import optuna

    from rnnsearch.records.journal import Damaged, Journal, Storage

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    journal = Journal(folder.study)
    try:
        storage = Storage(journal)
    except Damaged as error:
        raise StudyError(
            f"Expected a study as it was written. Received: {folder.study}, of which {error}: the "
            "disk, or somebody, has changed it; put back a copy, remove that line and all after "
            "it, which loses the trials that ended later, or start anew with --fresh"
        ) from error
    except (ValueError, TypeError, KeyError, AssertionError) as error:  # Optuna's, as it replays
        reason = f"{type(error).__name__} {error}".strip().splitlines()[0]
        raise StudyError(
            f"Expected an Optuna study. Received: {folder.study}, which can't be read as one "
            f"({reason}); start anew with --fresh, which keeps the old folder aside"
        ) from error
    names = optuna.get_all_study_names(storage)
    if names and name not in names:
        raise StudyError(
            f"Expected the study {name!r} in {folder.study}. Received: {names[0]!r}; "
            "give another folder with --output, or start anew with --fresh"
        )
    if not names:
        optuna.create_study(storage=storage, study_name=name, direction=direction)
        journal.commit()
    study = optuna.load_study(study_name=name, storage=storage, sampler=sampler, pruner=pruner)
    if study.direction.name.lower() != direction:
        raise StudyError(
            f"Expected the study {name!r} to {direction} its objective. Received: a study to "
            f"{study.direction.name.lower()} it; start anew with --fresh"
        )
    _opened[study] = _Opened(storage, journal, storage.get_study_id_from_name(name))
    return study


def commit(study: optuna.Study) -> None:
    """Write what was done to the study since the last commit; nothing where nothing was.

    A driver that is killed loses what it had not committed, and no more.

    Args:
        study: From `open_study`, by who holds the folder's lock.
    """
    _opened[study].journal.commit()


def params_of(trial: optuna.trial.FrozenTrial) -> dict[str, Scalar]:
    """What the planner noted that it trains with, fixed ones included, or what Optuna suggested."""
    return dict(trial.user_attrs.get("params", trial.params))


def tell(study: optuna.Study, record: TrialRecord) -> None:
    """Note how a trial ended. It may have been left running by a driver that was killed.

    Two operations: the result, then the state. A kill that cuts a commit between the two leaves
    the trial running, to be trained again.

    Args:
        study: From `open_study`.
        record: COMPLETE with a finite score, PRUNED or FAIL.

    Raises:
        ValueError: The trial has ended before, or the record says that it has not.
    """
    import optuna

    if record.state == "COMPLETE" and (record.score is None or not math.isfinite(record.score)):
        raise ValueError(f"a COMPLETE trial must have a finite score; received {record.score}")
    if not record.ended:
        raise ValueError(f"trial {record.number} must have ended; received state {record.state}")
    opened = _opened[study]
    trial_id = opened.storage.get_trial_id_from_study_id_trial_number(opened.id, record.number)
    result: dict[str, Any] = {
        "score": _number(record.score),
        "metrics": {name: _number(value) for name, value in record.metrics.items()},
        "epochs": int(record.epochs),
        "seconds": float(record.seconds),
        "parameters": record.parameters,
        "message": record.message,
        "runs": record.runs,
        "spread": _number(record.spread),
        "run_epochs": [int(epochs) for epochs in record.run_epochs],
        "run_scores": [_number(score) for score in record.run_scores],
        "cut": record.cut,
        "whole": record.whole,
        "layers": layers_to_json(record.layers),
    }
    opened.storage.set_trial_user_attr(trial_id, "result", result)
    value = record.score if record.state == "COMPLETE" else None
    study.tell(record.number, value, state=optuna.trial.TrialState[record.state])


def leave_waiting(study: optuna.Study) -> None:
    """Note of the trials that were asked for and have not ended that nobody trains them now.

    Args:
        study: From `open_study`, by who holds the folder's lock; `commit` writes it.
    """
    from rnnsearch.driver.trials import WAITS

    opened = _opened[study]
    for trial in study.get_trials(deepcopy=False):
        if trial.state.name == "RUNNING" and not trial.user_attrs.get(WAITS):
            opened.storage.set_trial_user_attr(trial._trial_id, WAITS, True)


def records(study: optuna.Study) -> list[TrialRecord]:
    """Every trial of the study, by number."""
    frozen = study.get_trials(deepcopy=False)
    objective = Objective("score", "maximize" if study.direction.name == "MAXIMIZE" else "minimize")
    return [_record(trial, objective) for trial in sorted(frozen, key=lambda trial: trial.number)]


def _record(trial: optuna.trial.FrozenTrial, objective: Objective) -> TrialRecord:
    from rnnsearch.driver.trials import WAITS, TrialRecord

    state, result = trial.state.name, trial.user_attrs.get("result", {})
    if state in ("WAITING", "RUNNING"):
        state, result = "WAITING" if trial.user_attrs.get(WAITS) else "RUNNING", {}
    score = result.get("score")
    if score is None and state != "FAIL":
        score = trial.value if state == "COMPLETE" else _best_reported(trial, objective)
    return TrialRecord(
        number=trial.number,
        state=cast("TrialState", state),
        score=score,
        metrics=dict(result.get("metrics", {})),
        epochs=result.get("epochs", max(trial.intermediate_values, default=0)),
        seconds=result.get("seconds", 0.0),
        parameters=result.get("parameters"),
        params=params_of(trial),
        message=result.get("message", _WAITS if state == "WAITING" else ""),
        runs=result.get("runs", 1),
        spread=result.get("spread"),
        run_epochs=tuple(result.get("run_epochs", ())),
        run_scores=tuple(result.get("run_scores", ())),
        cut=result.get("cut", False),
        whole=result.get("whole", 0),
        layers=layers_from_json(result.get("layers", ())),
    )


def _best_reported(trial: optuna.trial.FrozenTrial, objective: Objective) -> float | None:
    """The best value reported at a rung so far."""
    values = [value for value in trial.intermediate_values.values() if not math.isnan(value)]
    return objective.best_of(values, float)


def _number(value: float | None) -> float | None:
    """A Python float, which JSON takes where it does not take NumPy's."""
    return None if value is None else float(value)
