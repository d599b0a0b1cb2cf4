"""How a trial starts: its models are built, and are lanes from then on if they can be."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, final

import keras
from keras_tuner.src.engine import tuner_utils

from rnnsearch.integrations.keras_tuner.apart import Apart, NotApart
from rnnsearch.integrations.keras_tuner.best_epoch import BestEpoch
from rnnsearch.integrations.keras_tuner.common_weights import CommonWeights
from rnnsearch.integrations.keras_tuner.datasets import Datasets
from rnnsearch.integrations.keras_tuner.facts import listed, on_jax, overrides
from rnnsearch.integrations.keras_tuner.standing_against import HOOKS, Said, why_by_fit
from rnnsearch.integrations.keras_tuner.trial_fitting import Job, Pool

__all__ = ["Start"]


@final
class Start:
    """Starts the trials of a tuner, and holds what they have in common.

    Args:
        tuner: A `LaneTuner`, which builds the models.
        said: What its user has been told.
        common: The weights that its models were seen with.
        apart: Whether JAX may train in a process of its own.

    Attributes:
        programs: Of all searches of the tuner; None before the first.
        acted: Whether a trial's callbacks changed what was trained ahead of them.
        fitted: How a trial is trained that is no lane.
    """

    def __init__(self, tuner: Any, said: Said, common: CommonWeights, apart: bool) -> None:
        self._tuner = tuner
        self._said = said
        self._common = common
        self._may_part = apart
        self._left: list[tuple[Any, keras.Model]] = []
        self._read: dict[Any, Any] = {}
        self._datasets = Datasets()
        self._apart: Apart | None = None
        self.programs: Any = None
        self.acted = False
        self.fitted = "by model.fit"

    def of(self, trial: Any, pool: Pool, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Job:
        """Build a trial's models and let them train, if they can as lanes.

        Args:
            trial: Of the oracle.
            pool: Of the threads that train.
            args: Of `model.fit`.
            kwargs: Alike.
        """
        job = Job(trial)
        reason = why_by_fit(self._tuner, self._may_part)
        if reason is None:
            try:
                start = self._lay_out if on_jax() else self._send
                reason = start(job, pool, args, kwargs)
            except Exception as error:  # a trial's failure is the oracle's to judge
                job.error = error
        if reason is not None:
            self._said.trained(reason, self.fitted)
        return job

    def leave(self, hyperparameters: Any, models: Iterable[keras.Model]) -> None:
        """Keep models that were built, for `model.fit` to train."""
        self._left += [(hyperparameters, model) for model in models]

    def take(self, hyperparameters: Any) -> keras.Model | None:
        """One of those that were kept; None if there is none of these hyperparameters."""
        for place, (known, model) in enumerate(self._left):
            if known is hyperparameters:
                del self._left[place]
                return model
        return None

    def process(self) -> Apart:
        """The process in which JAX trains."""
        if self._apart is None:
            self._apart = Apart(self._tuner.hypermodel)
        return self._apart

    def forget(self) -> None:
        """Let go of what belongs to one search."""
        self._read.clear()
        self._left.clear()
        self._datasets = Datasets()
        if self._apart is not None:
            self._apart.close()
            self._apart = None

    def _lay_out(
        self, job: Job, pool: Pool, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> str | None:
        """Make the lanes of a trial; or say why not, with the models left for `model.fit`."""
        from rnnsearch.engines import built

        tuner, hyperparameters = self._tuner, job.trial.hyperparameters
        model = tuner._try_build(hyperparameters)
        callbacks = listed(kwargs.get("callbacks"))
        if self.programs is None:
            self.programs = built.Programs()
        request: Any = None
        try:
            args, kwargs = self._datasets.in_memory(args, kwargs, exact=True)
            request = built.Request.of(args, kwargs, self._read)
            found = built.program_for(self.programs, model, request, callbacks)
        except built.NotArrays as error:
            found = str(error)
        except Exception as error:  # `model.fit` says it in its own words, if it is of the user's
            found = f"no program can be made of it ({type(error).__name__})"
        if isinstance(found, str):
            if request is not None:
                built.leave_to_fit(model, request)
            self.leave(hyperparameters, [model])
            return found
        program, values = found
        for execution in range(tuner.executions_per_trial):
            if execution:  # not before the first draws its orders: a function may set seeds
                model = tuner._try_build(hyperparameters)
                program, values = self.programs.of(model, request)
            keeper = BestEpoch(tuner.oracle.objective)
            called = tuner._deepcopy_callbacks(callbacks)
            if overrides(tuner, *HOOKS):
                called.append(tuner_utils.TunerCallback(tuner, job.trial))
            common = self._common.change
            renew = partial(self.programs.of, model, request)
            lane = built.Lane(
                model,
                request,
                program,
                values,
                called,
                keeper,
                in_turn=common,
                renew=renew,
                alone=not pool.threads,
            )
            job.lanes.append(lane)
            job.keepers.append(keeper)
            job.futures.append(pool.train(lane, called, ahead=not self.acted))
        return None

    def _send(
        self, job: Job, pool: Pool, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> str | None:
        """As `_lay_out`, of lanes that another process trains."""
        tuner, hyperparameters = self._tuner, job.trial.hyperparameters
        models = [tuner._try_build(hyperparameters) for _ in range(tuner.executions_per_trial)]
        if layer := self._common.learning:
            self.leave(hyperparameters, models)
            return f"each model goes on with the weights of {layer}, made outside of the function"
        callbacks = listed(kwargs.get("callbacks"))
        objective = tuner.oracle.objective
        args, kwargs = self._datasets.in_memory(args, kwargs, exact=False)
        try:
            for model in models:
                keeper, called = BestEpoch(objective), tuner._deepcopy_callbacks(callbacks)
                lane = self.process().lane(
                    model, job.trial, called, keeper, objective, args, kwargs
                )
                job.lanes.append(lane)
                job.keepers.append(keeper)
                job.futures.append(lane.future)
        except NotApart as reason:
            self.leave(hyperparameters, models)
            job.lanes.clear()
            job.keepers.clear()
            job.futures.clear()
            return str(reason)
        return None
