"""Optuna's samplers as an oracle of KerasTuner's, usable in KerasTuner itself."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import keras_tuner
import optuna
from keras_tuner.src.engine.hyperparameters import hp_types
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.trial import TrialState, create_trial

from rnnsearch.integrations.keras_tuner.optuna_pruning import Pruning

__all__ = ["OptunaOracle"]

_END = {"COMPLETED": TrialState.COMPLETE, "FAILED": TrialState.FAIL}


class OptunaOracle(keras_tuner.Oracle):
    """Proposes what a sampler of Optuna's does, such as TPE (Bergstra et al., 2011).

        keras_tuner.Tuner(OptunaOracle("val_loss", max_trials=50), build)

    Conditional scopes and spaces that only show as models are built are Optuna's own way; a name
    with several ranges is a parameter for each of them. Of ``reverse_log`` it draws KerasTuner's
    grid of values. KerasTuner tells an oracle of ended trials only; a callback asks a pruner:

        tuner.search(x, y, callbacks=[oracle.pruning()])

    Args:
        objective: As KerasTuner has it.
        max_trials: In total.
        sampler: Of Optuna's; None for TPE, which regards trials under way as bad ones.
        seed: Of TPE; for another sampler give it that.
        pruner: Of Optuna's; None ends no trial before its last epoch. A trial that is ended keeps
            the score of its best epoch.
        named: Of `keras_tuner.Oracle`.

    Attributes:
        latest: Id of the trial that was made last.
    """

    def __init__(
        self,
        objective: Any = None,
        max_trials: int | None = 10,
        sampler: optuna.samplers.BaseSampler | None = None,
        seed: int | None = None,
        pruner: optuna.pruners.BasePruner | None = None,
        **named: Any,
    ) -> None:
        super().__init__(objective, max_trials, seed=seed, **named)
        self._pruner = pruner or optuna.pruners.NopPruner()
        self._sampler = sampler or optuna.samplers.TPESampler(
            seed=self.seed, constant_liar=True, group=False
        )
        self._numbers: dict[str, int] = {}
        self._asked: dict[str, optuna.Trial] = {}
        self._told: set[str] = set()
        self._reports: dict[str, dict[int, float]] = {}
        self._pruned: set[str] = set()
        self.latest: str | None = None
        self._study = self._new_study()

    def _new_study(self) -> optuna.Study:
        ways = optuna.study.StudyDirection
        direction = ways.MAXIMIZE if self.objective.direction == "max" else ways.MINIMIZE
        return optuna.create_study(
            sampler=self._sampler,
            pruner=self._pruner,
            direction=direction,
            storage=optuna.storages.InMemoryStorage(),
        )

    @keras_tuner.synchronized  # type: ignore[untyped-decorator]
    def create_trial(self, tuner_id: str) -> Any:
        """The next trial.

        Args:
            tuner_id: Whose it is to be.
        """
        trial = super().create_trial(tuner_id)
        self.latest = trial.trial_id
        return trial

    def pruning(self) -> Pruning:
        """A callback for `search`, by which the pruner ends trials."""
        return Pruning(self)

    @keras_tuner.synchronized  # type: ignore[untyped-decorator]
    def report(self, trial_id: str, epoch: int, value: float) -> bool:
        """Take the objective of an epoch; of several executions the first is judged.

        Args:
            trial_id: Of KerasTuner's trial.
            epoch: From 0.
            value: Of the objective.

        Returns:
            Whether the pruner ends the trial.
        """
        reports = self._reports.setdefault(trial_id, {})
        if epoch not in reports and trial_id not in self._pruned:
            reports[epoch] = value
            running = self._running(trial_id)
            running.report(value, epoch)
            if running.should_prune():
                self._pruned.add(trial_id)
        return trial_id in self._pruned

    def _running(self, trial_id: str) -> optuna.Trial:
        """Optuna's trial, as it was asked for; of one that another process asked for, anew."""
        if trial_id not in self._asked:
            frozen = self._study.trials[self._numbers[trial_id]]
            self._asked[trial_id] = optuna.trial.Trial(self._study, frozen._trial_id)
        return self._asked[trial_id]

    def populate_space(self, trial_id: str) -> dict[str, Any]:
        """Values of the next trial; the search ends where only known ones are proposed.

        Args:
            trial_id: Of KerasTuner's trial.
        """
        for _ in range(self._max_collisions + 1):
            asked = self._study.ask()
            values = self._proposed(asked)
            if not self._duplicate(values):
                self._numbers[trial_id], self._asked[trial_id] = asked.number, asked
                return {"status": "RUNNING", "values": values}
            self._study.tell(asked, state=TrialState.FAIL)
        return {"status": "STOPPED", "values": None}

    def _proposed(self, asked: optuna.Trial) -> dict[str, Any]:
        hyperparameters = keras_tuner.HyperParameters()
        for entry in self.hyperparameters.space:
            hyperparameters.merge([entry])
            if hyperparameters.is_active(entry):
                hyperparameters.values[entry.name] = _suggest(asked, entry)
        values: dict[str, Any] = hyperparameters.values
        return values

    @keras_tuner.synchronized  # type: ignore[untyped-decorator]
    def end_trial(self, trial: Any) -> None:
        """Tell the sampler, unless the trial is to be run again.

        Args:
            trial: KerasTuner's, with its status.
        """
        super().end_trial(trial)
        self._tell(self.trials[trial.trial_id])

    def _tell(self, trial: Any) -> None:
        state = self._state(trial)
        if state is None or trial.trial_id in self._told:
            return
        self._told.add(trial.trial_id)
        self._asked.pop(trial.trial_id, None)
        score = trial.score if state is TrialState.COMPLETE else None
        self._study.tell(self._numbers[trial.trial_id], score, state)

    def _state(self, trial: Any) -> TrialState | None:
        """Of Optuna's; None of a trial that hasn't ended."""
        state = _END.get(trial.status)
        pruned = state is TrialState.COMPLETE and trial.trial_id in self._pruned
        return TrialState.PRUNED if pruned else state

    def get_state(self) -> dict[str, Any]:
        """What a project keeps of it."""
        kept = {"reports": self._reports, "pruned": sorted(self._pruned)}
        return {**super().get_state(), "optuna": kept}

    def set_state(self, state: dict[str, Any]) -> None:
        """Read a project: the sampler learns of its trials anew.

        Args:
            state: As `get_state` gave it.
        """
        super().set_state(state)
        in_order = sorted(self.trials.items())  # a folder lists them in any
        self.trials.clear()
        self.trials.update(in_order)
        kept = state.get("optuna", {"reports": {}, "pruned": []})
        self._reports = {
            trial_id: {int(epoch): value for epoch, value in reports.items()}
            for trial_id, reports in kept["reports"].items()
        }
        self._pruned = {*kept["pruned"]}
        self._study, self._numbers, self._told = self._new_study(), {}, set()
        self._asked.clear()
        for number, trial in enumerate(self.trials.values()):
            values = trial.hyperparameters.values
            entries = [e for e in trial.hyperparameters.space if e.name in values]
            known = {_name(e): (_distribution(e), values[e.name]) for e in entries if _free(e)}
            ended = self._state(trial)
            self._numbers[trial.trial_id] = number
            if ended is not None:
                self._told.add(trial.trial_id)
            self._study.add_trial(
                create_trial(
                    state=ended or TrialState.RUNNING,
                    value=trial.score if ended is TrialState.COMPLETE else None,
                    params={name: value for name, (_, value) in known.items()},
                    distributions={name: kind for name, (kind, _) in known.items()},
                    intermediate_values=self._reports.get(trial.trial_id),
                )
            )


def _free(entry: Any) -> bool:
    return not isinstance(entry, hp_types.Fixed) and len(_values(_distribution(entry))) != 1


def _values(distribution: BaseDistribution) -> tuple[Any, ...]:
    """The only value of a distribution that has one; otherwise more, or nothing."""
    if isinstance(distribution, CategoricalDistribution):
        return tuple(distribution.choices)
    return (distribution.low,) if distribution.single() else ()  # type: ignore[attr-defined]


def _suggest(asked: optuna.Trial, entry: Any) -> Any:
    """A value of one entry, in the type that KerasTuner has for it."""
    if isinstance(entry, hp_types.Fixed):
        return entry.value
    name, drawn = _name(entry), _distribution(entry)
    only = _values(drawn)
    if len(only) == 1:
        return only[0]
    if isinstance(drawn, CategoricalDistribution):
        return asked.suggest_categorical(name, drawn.choices)
    if isinstance(drawn, IntDistribution):
        return asked.suggest_int(name, drawn.low, drawn.high, step=drawn.step, log=drawn.log)
    assert isinstance(drawn, FloatDistribution)
    return asked.suggest_float(name, drawn.low, drawn.high, step=drawn.step, log=drawn.log)


def _name(entry: Any) -> str:
    """A parameter's name; ranges under one name are told apart by themselves."""
    return f"{entry.name} {_distribution(entry)}"


def _distribution(entry: Any) -> BaseDistribution:
    """What Optuna draws an entry from; steps of a logarithmic scale are choices."""
    kind = type(entry).__name__
    if kind == "Boolean":
        return CategoricalDistribution([False, True])
    if kind not in ("Int", "Float") or (entry.sampling != "linear" and entry.step is not None):
        return CategoricalDistribution(list(entry.values))
    if entry.sampling == "reverse_log":
        return CategoricalDistribution(list(entry.values))
    low, high, step = entry.min_value, entry.max_value, entry.step
    log = entry.sampling == "log"
    if kind == "Float" and step is None:
        return FloatDistribution(low, high, log=log)
    if kind == "Int" and log:
        return IntDistribution(low, high, log=True)
    start, width = Decimal(str(low)), Decimal(str(1 if step is None else step))
    high = start + (Decimal(str(high)) - start) // width * width  # KerasTuner may stop short of it
    if kind == "Int":
        return IntDistribution(low, int(high), step=int(width))
    return FloatDistribution(low, float(high), step=float(width))
