"""The reference engine: one lane, plain `model.fit`, on any backend that Keras has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import keras
import numpy as np

from rnnsearch.data import Dataset, Part
from rnnsearch.data.inputs import take
from rnnsearch.engines._base import Engine, Program, Run, SavedLane, Session
from rnnsearch.engines.compiling import make_optimizer
from rnnsearch.engines.devices import describe_device
from rnnsearch.engines.keras_losses import make_training_loss
from rnnsearch.engines.orders import Orders
from rnnsearch.engines.schedules import updates_of
from rnnsearch.models.build import build, build_standard
from rnnsearch.models.chunked import ChunkedLayers, ChunkedRNN
from rnnsearch.models.feeding import fit_epoch, predict
from rnnsearch.models.moved_weights import in_standard_order
from rnnsearch.models.own import own_weights
from rnnsearch.models.seeded_weights import dropout_seed, initial_weights
from rnnsearch.tasks import judge, loss_weights

__all__ = ["KerasEngine"]


class KerasEngine(Engine):
    """Trains one run after the other with `model.fit`."""

    def lanes(self, program: Program, folds: Sequence[Dataset], runs: int, epochs: int = 1) -> int:
        """One, whatever the runs: `model.fit` trains one model."""
        return 1

    def open(
        self, program: Program, folds: Sequence[Dataset], width: int, epochs: int = 1
    ) -> Session:
        """A session of one lane, whatever `width` is."""
        return _KerasSession(program, folds)

    def prepare(
        self, program: Program, folds: Sequence[Dataset], width: int, epochs: int = 1
    ) -> None:
        """Nothing: Keras compiles at the first batch of each run."""

    def free(self) -> None:
        """What Keras keeps of models."""
        keras.backend.clear_session()

    @property
    def device(self) -> str:
        """The backend's default device."""
        return describe_device()


class _KerasSession(Session):
    width = 1

    def __init__(self, program: Program, folds: Sequence[Dataset]) -> None:
        self.parameters = build_standard(program.architecture, blank=True).count_params()
        self._program = program
        self._folds = folds
        self._orders = Orders(program, folds)
        self._dataset: Dataset
        self._model: keras.Model | None = None
        self._run: Run
        self._unaveraged: _Unaveraged
        self._epoch = 0
        self._best: tuple[float, list[np.ndarray]] | None = None

    def load(self, runs: Mapping[int, Run]) -> None:
        """Build and compile the one run's model."""
        (self._run,) = runs.values()
        self._dataset = self._folds[self._run.fold]
        # Each trial compiles anew here, and Keras would keep every model alive otherwise.
        keras.backend.clear_session()
        updates = updates_of(self._run, len(self._dataset.train), self._program.batch_size)
        self._model = _compiled(self._program, self._run, updates)
        self._unaveraged = _Unaveraged(self._model)
        self._epoch = 0
        self._best = None

    def advance(self, epochs: int = 1) -> dict[int, dict[str, float]]:
        """Fit and evaluate it."""
        if self._model is None:
            return {}
        losses = [self._train() for _ in range(epochs)]
        metrics = {"loss": losses[-1], **self._evaluate(self._dataset.validation)}
        self._keep_best(metrics[self._program.objective])
        return {0: metrics}

    def _train(self) -> float:
        """One epoch, and its mean loss."""
        assert self._model is not None
        self._epoch += 1
        part = self._dataset.train
        # Where every entry weighs the same, Keras is spared the weights.
        plain = part.weight is None and self._program.loss.class_weights is None
        weights = None if plain else loss_weights(self._program.loss, self._dataset, part)
        order = self._orders.of(self._run, self._epoch)
        _forget(self._model)
        x, size = take(part.x, order), self._program.batch_size
        weights = None if weights is None else weights[order]
        y = part.y[order]
        self._unaveraged.put_back()
        loss = fit_epoch(self._model, size, x, y, weights, [self._unaveraged.keep])
        self._unaveraged.part()
        return loss

    def _evaluate(self, part: Part) -> dict[str, float]:
        assert self._model is not None
        _forget(self._model)
        predicted = predict(self._model, part.x, self._program.batch_size)
        loss, metrics = self._program.loss, self._program.metrics
        weights, least = loss_weights(loss, self._dataset, part), keras.config.epsilon()
        values = judge(predicted, part, self._dataset.target, loss, metrics, weights, least)
        return {f"val_{name}": value for name, value in values.items()}

    def _keep_best(self, value: float) -> None:
        if self._best is None or self._program.goal.better(value, self._best[0]):
            self._best = (value, self.last_weights(0))

    def best_weights(self, lane: int) -> list[np.ndarray]:
        """As they were copied at that epoch."""
        assert self._best is not None
        return self._best[1]

    def last_weights(self, lane: int) -> list[np.ndarray]:
        """As the model has them."""
        assert self._model is not None
        variables = in_standard_order(self._model, self._program.architecture)
        return [_copied(variable) for variable in variables]

    def states(self) -> dict[int, list[np.ndarray]]:
        """Variables of model and optimizer, weights before they were averaged, and the best."""
        if self._model is None or self._best is None:
            return {}
        value, best = self._best
        held = [_copied(variable) for variable in self._variables()]
        return {0: [*held, np.array(value), *best, *self._unaveraged.ended]}

    def restore(self, saved: Mapping[int, SavedLane]) -> frozenset[int]:
        """Build the model anew, and put them in."""
        ((lane, one),) = saved.items()
        self.load({lane: one.run})
        assert self._model is not None
        self._model.optimizer.build(self._model.trainable_variables)
        variables, count = self._variables(), len(self._model.trainable_variables)
        held, rest = one.arrays[: len(variables)], one.arrays[len(variables) :]
        shapes = [tuple(variable.shape) for variable in variables]
        if len(rest) not in (1 + count, 1 + 2 * count) or shapes != [a.shape for a in held]:
            return frozenset()
        for variable, array in zip(variables, held, strict=True):
            variable.assign(array)
        self._best = float(rest[0]), list(rest[1 : 1 + count])
        self._unaveraged.ended = list(rest[1 + count :])
        self._epoch = one.epochs
        return frozenset(saved)

    def _variables(self) -> list[keras.Variable]:
        """All that training changes."""
        assert self._model is not None
        return [*self._model.variables, *self._model.optimizer.variables]

    def release(self, lane: int) -> None:
        """Let go of the model."""
        self._model = None


def _forget(model: keras.Model) -> None:
    """Set the states that layers keep, those of a stream, to zeros."""
    for layer in model.layers:
        if isinstance(layer, ChunkedRNN):
            layer.forget()


class _Unaveraged:
    """Lets an epoch go on from where the one before ended, not from the average of the weights.

    Where there is an average, Keras puts it in place of the weights at the end of `fit`.

    Attributes:
        keep: Called by Keras before it does.
        ended: The weights at the end of the last epoch; none where there is no average.
    """

    def __init__(self, model: keras.Model) -> None:
        self._model = model
        self.ended: list[np.ndarray] = []
        self.keep = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: self._keep())

    def _keep(self) -> None:
        if self._model.optimizer.use_ema:
            self.ended = [_copied(variable) for variable in self._model.trainable_variables]

    def part(self) -> None:
        """Copy the average: Keras put the very arrays in place, and JAX would free them twice."""
        if self.ended:
            for variable in self._model.trainable_variables:
                variable.assign(_copied(variable))

    def put_back(self) -> None:
        """Put the weights in place of their average, where an epoch went before."""
        for variable, value in zip(self._model.trainable_variables, self.ended, strict=False):
            variable.assign(value)


def _copied(variable: keras.Variable) -> np.ndarray:
    return np.array(keras.ops.convert_to_numpy(variable))


def _compiled(program: Program, run: Run, updates: int) -> keras.Model:
    numbers = run.numbers
    steps = program.architecture.longest
    layers = ChunkedLayers(
        unroll_length=int(min(numbers.unroll_length, steps)),
        dropout=numbers.dropout,
        recurrent_dropout=numbers.recurrent_dropout,
        teacher_forcing=numbers.teacher_forcing if program.mixes_tokens else 1.0,
        augment=numbers.augment if program.augments else None,
        rows=program.architecture.head.stream,
    )
    model = build(program.architecture, layers, blank=True)
    variables = in_standard_order(model, program.architecture)
    cell, zero_start = program.architecture.cell, program.architecture.head.zero_start
    own = own_weights(model, program.architecture, run.seed)
    bias = numbers.forget_bias
    weights = initial_weights(variables, run.seed, cell, bias, zero_start=zero_start, own=own)
    for variable, value in zip(variables, weights, strict=True):
        variable.assign(value)
    generators = [
        v for v in model.non_trainable_variables if v.path.endswith("seed_generator_state")
    ]
    for index, state in enumerate(generators):
        state.assign(np.array([dropout_seed(run.seed, index), 0], dtype=state.dtype))
    model.compile(
        optimizer=make_optimizer(program, run, updates),
        loss=make_training_loss(program, numbers.label_smoothing),
    )
    return model
