"""KerasTuner's tuners for a function that builds models; their trials are trained as lanes.

Everything but training is KerasTuner's own: oracles, hyperparameters, trials, files, summaries.
"""

from __future__ import annotations

import contextlib
import gc
from collections import deque
from collections.abc import Iterator
from typing import Any

import keras
import keras_tuner
from keras_tuner.src import utils as keras_tuner_utils
from keras_tuner.src.distribute import utils as distribution
from keras_tuner.src.engine import tuner_utils
from keras_tuner.src.engine.tuner import maybe_compute_model_size, maybe_distribute

from rnnsearch.files import memory_bytes
from rnnsearch.integrations.keras_tuner.apart import NotApart, begin_early
from rnnsearch.integrations.keras_tuner.asking import asks_more, offer_again, tells_nothing
from rnnsearch.integrations.keras_tuner.common_weights import CommonWeights
from rnnsearch.integrations.keras_tuner.facts import listed, on_jax, overrides, takes_gpu, who_fits
from rnnsearch.integrations.keras_tuner.own_fits import program_fits
from rnnsearch.integrations.keras_tuner.standing_against import (
    HOOKS,
    Said,
    fits_itself,
    goes_in_turn,
    why_own,
)
from rnnsearch.integrations.keras_tuner.trial_fitting import (
    Job,
    Pool,
    build_as_recorded,
    save_best,
    too_many,
    weight_count,
)
from rnnsearch.integrations.keras_tuner.trial_start import Start

__all__ = ["LaneTuner"]

_COLLECTED = 16
"""Models between two searches for garbage, each of which takes 0.2 s beside TensorFlow."""

_COLLECTED_NUMBERS = 2**25
"""Weights of these models, if they are fewer but large: they hold themselves until then."""


class LaneTuner(keras_tuner.Tuner):
    """A tuner of KerasTuner's whose `search` trains several trials at once; see docs/tuner.md.

    Where the backend isn't JAX, a process of its own is started in which it is. What can't be a
    lane is trained by `model.fit`, as KerasTuner does, and the log of the name ``rnnsearch`` says
    once why.

    Args:
        arguments: Of KerasTuner's tuner of the same name.
        block: How many trials are asked for before any of them is told; None for what suits the
            oracle, 1 for KerasTuner's own order of events.
        apart: Whether JAX may train in a process of its own where it isn't the backend.
        named: As `arguments`.
    """

    def __init__(
        self, *arguments: Any, block: int | None = None, apart: bool = True, **named: Any
    ) -> None:
        if block is not None and block < 1:
            raise ValueError(f"Expected block to be at least 1. Received: {block}")
        self._block = block
        self._jobs: dict[str, Job] = {}
        self._said = Said()
        self._common = CommonWeights()
        self._start = Start(self, self._said, self._common, apart)
        self._asked = 0
        self._made = 0
        self._made_numbers = 0
        self._may_part = apart
        super().__init__(*arguments, **named)
        if self.hypermodel is None and not overrides(self, "run_trial"):
            raise ValueError(
                "Received `hypermodel=None`: expected a function that builds a model, or a "
                "HyperModel, or a subclass with a `run_trial` of its own"
            )

    def _populate_initial_space(self) -> None:
        """As KerasTuner's, which builds models: that is time in which another process may start."""
        apart = self._may_part and not on_jax()
        if apart and self.hypermodel is not None and not (why_own(self) or takes_gpu()):
            begin_early()
        known = self.hypermodel is not None
        with self._common.seeing(self.hypermodel) if known else contextlib.nullcontext():
            super()._populate_initial_space()

    def search(self, *fit_args: Any, **fit_kwargs: Any) -> None:
        """Search as KerasTuner does.

        Args:
            fit_args: Of `run_trial`, which gives them to `model.fit`.
            fit_kwargs: Alike.
        """
        try:
            turns = goes_in_turn(self, self._block, self._may_part)
            if turns or self._share(listed(fit_kwargs.get("callbacks"))):
                with self._fits():
                    super().search(*fit_args, **fit_kwargs)
            else:
                self._search(fit_args, fit_kwargs)
        finally:
            self._start.forget()

    def _share(self, callbacks: list[Any]) -> bool:
        """Whether copies of a callback are one, which knows the model of one trial at a time."""
        copies = self._deepcopy_callbacks(callbacks)
        return any(copy is one for copy, one in zip(copies, callbacks, strict=True))

    @contextlib.contextmanager
    def _fits(self) -> Iterator[None]:
        """In it `model.fit`, called by the user's code, is a program's where that may be."""
        own = overrides(self, "run_trial") or fits_itself(self.hypermodel)
        within = overrides(self, "_build_and_fit_model", "on_batch_begin", "on_batch_end")
        several = self.distribution_strategy is not None or distribution.has_chief_oracle()
        seen = who_fits() != "keras"
        if not own or within or several or seen or self.hypermodel is None or not on_jax():
            yield
            return
        with program_fits(self.hypermodel, overrides(self, *HOOKS), self._said.trained):
            self._start.fitted = "one after the other"
            try:
                yield
            finally:
                self._start.fitted = "by model.fit"

    def _search(self, fit_args: tuple[Any, ...], fit_kwargs: dict[str, Any]) -> None:
        """The loop of KerasTuner's `search`, with several trials under way."""
        self.oracle.verbose = fit_kwargs.get("verbose", self.oracle.verbose)
        self.on_search_begin()
        under_way: deque[Any] = deque()
        pool = Pool(threads=True)
        if not on_jax():
            with contextlib.suppress(NotApart):  # the first trial says why
                self._start.process().start()  # it imports while the first models are built
        try:
            while True:
                ended = self._ask(under_way, pool, fit_args, fit_kwargs)
                if not under_way:
                    if ended:
                        break
                    continue
                # Who learns from ends is asked again when all are known: no race decides.
                count = 1 if tells_nothing(self.oracle) and not ended else len(under_way)
                for _ in range(count):
                    trial = under_way[0]
                    self._try_run_and_update_trial(trial, *fit_args, **fit_kwargs)
                    self.on_trial_end(trial)
                    under_way.popleft()
        finally:
            pool.close()
            self._jobs.clear()
            offer_again(self.oracle, under_way)
        self.on_search_end()

    def _ask(
        self,
        under_way: deque[Any],
        pool: Pool,
        fit_args: tuple[Any, ...],
        fit_kwargs: dict[str, Any],
    ) -> bool:
        """Begin trials until there are enough, or no more for now; whether there are no more."""
        while asks_more(self.oracle, len(under_way), self._block, apart=not on_jax()):
            self.pre_create_trial()
            # A name that has a trial under way would be given that one again.
            self._asked += 1
            named = f"{self.tuner_id}-{self._asked}" if under_way else self.tuner_id
            trial = self.oracle.create_trial(named)
            if trial.status == "STOPPED":
                return True
            if trial.status == "IDLE":
                return False
            self.on_trial_begin(trial)
            under_way.append(trial)
            job = self._start.of(trial, pool, fit_args, self._of_trial(trial, fit_kwargs))
            self._jobs[trial.trial_id] = job
            if not job.lanes:  # it failed, or `model.fit` trains it: in KerasTuner's own order
                return False
            # As the trial's end will: the next one may have what this one's model asked for, and
            # its values are compared with all that this one has.
            self.oracle.update_space(trial.hyperparameters)
            self.oracle._record_values(trial)
            if self._block is None and too_many(self._jobs.values(), memory_bytes()):
                return False
        return False

    def run_trial(self, trial: Any, *args: Any, **kwargs: Any) -> Any:
        """Train a trial, or say what its lanes came to, if it is one of several under way.

        Args:
            trial: Of the oracle.
            args: Of `model.fit`.
            kwargs: Alike.

        Returns:
            As KerasTuner's: a History for each execution, or what `HyperModel.fit` returned.
        """
        kwargs = self._of_trial(trial, kwargs)
        job = self._jobs.pop(trial.trial_id, None)
        if job is None:
            job = self._start.of(trial, Pool(threads=False), args, kwargs)
        objective, path = self.oracle.objective, self._get_checkpoint_fname(trial.trial_id)
        try:
            trained = job.results()
        except NotApart as reason:
            self._said.trained(str(reason))
            self._start.leave(trial.hyperparameters, [lane.model for lane in job.lanes])
            return super().run_trial(trial, *args, **kwargs)
        except Exception:
            save_best(job, objective, path)  # KerasTuner has saved it when it came
            raise
        self._start.acted = self._start.acted or job.acted
        if not job.lanes:
            return super().run_trial(trial, *args, **kwargs)
        if not on_jax():
            self._said.apart(job.lanes[0].model)
        save_best(job, objective, path)
        model = job.lanes[-1].model
        keras_tuner_utils.save_json(
            self._get_build_config_fname(trial.trial_id), model.get_build_config()
        )
        histories = [one.history for one in trained]
        for history in histories:
            tuner_utils.validate_trial_results(history, objective, "HyperModel.fit()")
        return histories

    def _of_trial(self, trial: Any, kwargs: dict[str, Any]) -> dict[str, Any]:
        """The arguments of a trial's `fit`, for a tuner that has some of its own."""
        return kwargs

    def _try_build(self, hp: Any) -> keras.Model:
        """As KerasTuner's, but that memory is collected once for several trials."""
        if left := self._start.take(hp):
            return left
        keras.backend.clear_session(free_memory=False)
        if self._made >= _COLLECTED or self._made_numbers >= _COLLECTED_NUMBERS:
            self._made = self._made_numbers = 0
            gc.collect()
        model = self._build_hypermodel(hp)
        if not isinstance(model, keras.Model):
            raise keras_tuner.errors.FatalTypeError(
                "Expected the model-building function, or HyperModel.build() to return a valid "
                f"Keras Model instance. Received: {model} of type {type(model)}."
            )
        self._common.see(model)
        size = maybe_compute_model_size(model)
        self._made += 1
        self._made_numbers += weight_count(model)
        if self.max_model_size and size > self.max_model_size:
            raise keras_tuner.errors.FailedTrialError(
                f"Oversized model: {size} parameters. Skip model."
            )
        return model

    def load_model(self, trial: Any) -> keras.Model:
        """The model of a trial, with the weights of its best epoch.

        Args:
            trial: Of the oracle.
        """
        model = self._try_build(trial.hyperparameters)
        if not model.built:
            path = self._get_build_config_fname(trial.trial_id)
            build_as_recorded(model, keras_tuner_utils.load_json(path))
        with maybe_distribute(self.distribution_strategy):
            model.load_weights(self._get_checkpoint_fname(trial.trial_id))
        return model

    def _configure_tensorboard_dir(
        self, callbacks: list[Any], trial: Any, execution: int = 0
    ) -> None:
        """As KerasTuner's, which on TensorFlow needs TensorBoard even where nobody uses it."""
        if any(type(one).__name__ == "TensorBoard" for one in callbacks):
            super()._configure_tensorboard_dir(callbacks, trial, execution)
