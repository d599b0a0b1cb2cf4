"""study.journal: the Optuna study, and our records as they stand in it.

What is done to the study is in memory until `commit` writes it. What a trial came to is one of its
attributes, as a kill may cut between any two operations; `rnnsearch.records.notes` has them all.
"""

from __future__ import annotations

import math
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rnnsearch.errors import StudyError
from rnnsearch.outcomes import TrialRecord
from rnnsearch.outcomes.fronts import values_of, violations
from rnnsearch.outcomes.record_forms import check_form, check_params, check_result
from rnnsearch.records.folder import StudyFolder
from rnnsearch.records.notes import RESULT, WAITS, params_of, result_of
from rnnsearch.vocabulary import Direction, Objective

if TYPE_CHECKING:
    import optuna

    from rnnsearch.records.database import Database
    from rnnsearch.records.journal import Journal, Storage

__all__ = [
    "commit",
    "leave_waiting",
    "open_study",
    "records",
    "tell",
]

_WAITING = "not trained to its end; the same command goes on with it"


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
    costs: Sequence[str] = (),
    database: Database | None = None,
) -> optuna.Study:
    """Open the folder's study, or make it. Also quietens Optuna's logging to warnings.

    Opening writes nothing where there is a study, so one that is being searched can be read.

    Args:
        folder: Must exist.
        name: The spec's name.
        direction: Of the objective.
        sampler: Optuna's TPE if None.
        pruner: Optuna's median pruner if None.
        costs: Further objectives of a study that is made, each to be minimized.
        database: Where the study is kept, too, by who holds its lock.

    Raises:
        StudyError: study.journal holds another study, or is none.
    """
    import optuna

    from rnnsearch.records.journal import Journal

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    journal = Journal(folder.study, database)
    storage = _storage(journal, folder, name)
    names = optuna.get_all_study_names(storage)
    if names and name not in names:
        raise StudyError(
            f"Expected the study {name!r} in {folder.study}. Received: {names[0]!r}; "
            "give another folder with --output, or start anew with --fresh"
        )
    if not names:
        directions: list[Direction] = [direction]
        directions += ["minimize"] * len(costs)
        optuna.create_study(storage=storage, study_name=name, directions=directions)
        journal.commit()
    study = optuna.load_study(study_name=name, storage=storage, sampler=sampler, pruner=pruner)
    if study.directions[0].name.lower() != direction:
        raise StudyError(
            f"Expected the study {name!r} to {direction} its objective. Received: a study to "
            f"{study.directions[0].name.lower()} it; start anew with --fresh"
        )
    _opened[study] = _Opened(storage, journal, storage.get_study_id_from_name(name))
    return study


def _storage(journal: Journal, folder: StudyFolder, name: str) -> Storage:
    """Optuna's view of a journal.

    Raises:
        StudyError: It is another study's, was changed, or is none.
    """
    from rnnsearch.records.journal import Apart, Damaged, Storage

    try:
        return Storage(journal)
    except Apart as error:
        raise StudyError(
            f"Expected {folder.path} to hold the study that run.storage has under the name "
            f"{name!r}. Received: another one; give another folder with --output, another name, "
            "or start anew with --fresh, which keeps both aside"
        ) from error
    except Damaged as error:
        raise StudyError(
            f"Expected a study as it was written. Received: {folder.study}, of which {error}: the "
            "disk, or somebody, has changed it; put back a copy, remove that line and all after "
            "it, which loses the trials that ended later, or start anew with --fresh"
        ) from error
    except (ValueError, TypeError, LookupError, AttributeError, AssertionError) as error:
        # Optuna's, as it replays what is not its own.
        reason = f"{type(error).__name__} {error}".strip().splitlines()[0]
        raise StudyError(
            f"Expected an Optuna study. Received: {folder.study}, which can't be read as one "
            f"({reason}); start anew with --fresh, which keeps the old folder aside"
        ) from error


def commit(study: optuna.Study) -> None:
    """Write what was done to the study since the last commit; nothing where nothing was.

    A driver that is killed loses what it had not committed, and no more.

    Args:
        study: From `open_study`, by who holds the folder's lock.
    """
    _opened[study].journal.commit()


def tell(
    study: optuna.Study,
    record: TrialRecord,
    costs: Sequence[str] = (),
    limits: Mapping[str, float] | None = None,
) -> None:
    """Note how a trial ended. It may have been left running by a driver that was killed.

    The result and whether it keeps its limits, then the state. A kill that cuts a commit before the
    last leaves the trial running, to be trained again.

    Args:
        study: From `open_study`.
        record: COMPLETE with a finite score, PRUNED or FAIL.
        costs: The study's further objectives.
        limits: Cost → what it must be below.

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
    known = study.get_trials(deepcopy=False)[record.number].constraints
    for name, over in violations(record.costs, limits or {}).items():
        if name not in known:  # of a trial that a kill left without its state it is there
            optuna.trial.Trial(study, trial_id).set_constraint(name, over)
    opened.storage.set_trial_user_attr(trial_id, RESULT, record.result())
    values = values_of(record, costs) if record.state == "COMPLETE" else None
    study.tell(record.number, values, state=optuna.trial.TrialState[record.state])


def leave_waiting(study: optuna.Study) -> None:
    """Note of the trials that were asked for and have not ended that nobody trains them now.

    Args:
        study: From `open_study`, by who holds the folder's lock; `commit` writes it.
    """
    opened = _opened[study]
    for trial in study.get_trials(deepcopy=False):
        if trial.state.name == "RUNNING" and not trial.user_attrs.get(WAITS):
            opened.storage.set_trial_user_attr(trial._trial_id, WAITS, True)


def records(study: optuna.Study) -> list[TrialRecord]:
    """Every trial of the study, by number.

    Raises:
        StudyError: What one came to is nothing that a search notes.
    """
    frozen = study.get_trials(deepcopy=False)
    objective = Objective("score", study.directions[0].name.lower())  # type: ignore[arg-type]
    found = []
    for trial in sorted(frozen, key=lambda trial: trial.number):
        try:
            check_result(result_of(trial))
            check_params(params_of(trial))
            rungs = trial.intermediate_values
            check_form(Sequence[int], list(rungs), "rungs")
            check_form(Sequence[float], list(rungs.values()), "values at rungs")
            found.append(_record(trial, objective))
        except (TypeError, ValueError) as error:  # the journal is text that others may write
            raise StudyError(
                f"Expected trials as a search notes them in study.journal. Received: trial "
                f"{trial.number}, of which {' '.join(str(error).split())}; put back a copy, or "
                "start anew with --fresh"
            ) from error
    return found


def _record(trial: optuna.trial.FrozenTrial, objective: Objective) -> TrialRecord:
    state, result = trial.state.name, result_of(trial)
    if state in ("WAITING", "RUNNING"):
        state, result = "WAITING" if trial.user_attrs.get(WAITS) else "RUNNING", {}
    score = result.get("score")
    if score is None and state != "FAIL":
        score = trial.values[0] if state == "COMPLETE" else _best_reported(trial, objective)
    return TrialRecord.from_json(
        {
            "epochs": max(trial.intermediate_values, default=0),
            "message": _WAITING if state == "WAITING" else "",
            **result,
            "number": trial.number,
            "state": state,
            "score": score,
            "params": params_of(trial),
        }
    )


def _best_reported(trial: optuna.trial.FrozenTrial, objective: Objective) -> float | None:
    """The best value reported at a rung so far."""
    values = [value for value in trial.intermediate_values.values() if not math.isnan(value)]
    return objective.best_of(values, float)
