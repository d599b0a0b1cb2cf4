"""What is noted in a study beside what Optuna keeps: every key, and what stands under it.

Of a trial ``params``, every search parameter in use, those that are fixed included, set before it
trains; ``verdict`` and ``raced``, what was decided while it trained, so that a process that goes on
does not decide again; ``waits``, where a search ended before it; and ``result``, what it came to,
set when it ends. Of the study ``blocks`` and ``finals``. Values are such as JSON has.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import optuna

    from rnnsearch.spec import Scalar

__all__ = [
    "BLOCKS",
    "FINALS",
    "RESULT",
    "WAITS",
    "has_params",
    "last_comparison",
    "last_verdict",
    "note_comparison",
    "note_params",
    "note_taken_up",
    "note_verdict",
    "params_of",
    "result_of",
    "run_epochs_of",
]

RESULT = "result"
WAITS = "waits"
BLOCKS = "blocks"
FINALS = "finals"
_PARAMS = "params"
_VERDICT = "verdict"
_RACED = "raced"


def has_params(trial: optuna.trial.FrozenTrial | optuna.trial.Trial) -> bool:
    """Whether a trial has been suggested all that it trains with."""
    return _PARAMS in trial.user_attrs


def note_params(trial: optuna.trial.Trial, params: Mapping[str, Scalar]) -> None:
    """Note what a trial trains with, once it has it all; what was noted before stays."""
    if not has_params(trial):
        trial.set_user_attr(_PARAMS, params)


def params_of(trial: optuna.trial.FrozenTrial) -> dict[str, Scalar]:
    """What was noted that it trains with, fixed ones included, or what Optuna suggested."""
    return dict(trial.user_attrs.get(_PARAMS, trial.params))


def note_verdict(trial: optuna.trial.Trial, epoch: int, stop: bool) -> None:
    """Note at which rung the pruner was asked last, and whether it stopped the trial."""
    trial.set_user_attr(_VERDICT, [epoch, stop])


def last_verdict(trial: optuna.trial.FrozenTrial) -> dict[int, bool]:
    """Epoch → whether it was stopped there, of the last rung; empty where it was not asked."""
    return dict([trial.user_attrs[_VERDICT]]) if _VERDICT in trial.user_attrs else {}


def note_comparison(trial: optuna.trial.Trial, runs: int, dropped: bool) -> None:
    """Note after how many runs a trial was compared last, and whether that ended it."""
    trial.set_user_attr(_RACED, [runs, dropped])


def last_comparison(trial: optuna.trial.FrozenTrial) -> dict[int, bool]:
    """Runs → whether it was dropped after so many; empty where it was not compared."""
    return dict([trial.user_attrs[_RACED]]) if _RACED in trial.user_attrs else {}


def note_taken_up(trial: optuna.trial.Trial, frozen: optuna.trial.FrozenTrial) -> None:
    """Note of a trial that waited for a process to go on with it that one does."""
    if frozen.user_attrs.get(WAITS):
        trial.set_user_attr(WAITS, False)


def result_of(trial: optuna.trial.FrozenTrial) -> Mapping[str, Any]:
    """What it came to, as plain values; empty where it has not ended."""
    found: Mapping[str, Any] = trial.user_attrs.get(RESULT, {})
    return found


def run_epochs_of(trial: optuna.trial.FrozenTrial) -> tuple[int, ...]:
    """Epochs of each of its runs, where it has ended."""
    return tuple(result_of(trial).get("run_epochs", ()))
