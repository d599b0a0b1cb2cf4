"""Our spaces of recurrent networks as a `HyperModel`, for KerasTuner's tuners and for ours."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import keras_tuner

from rnnsearch.api.asking.asked import read_spec
from rnnsearch.api.asking.given import merged, of_arrays
from rnnsearch.data import Part, read
from rnnsearch.data.inputs import as_array
from rnnsearch.errors import InvalidSpec, Problem
from rnnsearch.integrations.keras_tuner.compiled_networks import compile_as_trained
from rnnsearch.integrations.keras_tuner.hyperparameters import parents_of
from rnnsearch.models.build import build_standard
from rnnsearch.models.configured import architecture_of
from rnnsearch.space import Dimension, SearchSpace
from rnnsearch.tasks import TASKS

__all__ = ["RecurrentHyperModel"]

_FOLLOWED = (
    *("cell", "depth", "units", "bidirectional", "embedding_dim", "attention", "pooling", "patch"),
    *("changes", "decoder", "layer_norm", "window", "optimizer", "learning_rate", "clip_mode"),
    *("clip_norm", "weight_decay", "dropout", "recurrent_dropout"),
)
"""Parameters that a compiled model has; others are of our own training, or of `fit`."""


class RecurrentHyperModel(keras_tuner.HyperModel):
    """The networks of a spec's space, built as KerasTuner asks for them.

        hypermodel = RecurrentHyperModel({"space": {"cell": ["LSTM", "GRU"]}}, x=x, y=y)
        tuner = keras_tuner.RandomSearch(hypermodel, objective="val_loss", max_trials=20)
        tuner.search(*hypermodel.train, validation_data=hypermodel.validation, epochs=20)

    Args:
        spec: A YAML file, or the same as a dict; beside x and y those of its keys that are not to
            be guessed.
        x, y: Sequences and targets, as `rnnsearch.search` takes them.
        name, tunable: As of `keras_tuner.HyperModel`.

    Attributes:
        train: (x, y), or (x, y, weights) where some steps don't count: scaled, padded in front.
        validation: Alike; of several folds those of the last.
        preparation: The way from raw data to x, and from the model's output to y.

    Raises:
        InvalidSpec, InvalidData: With every problem found.
    """

    def __init__(
        self,
        spec: str | Path | Mapping[str, Any] | None = None,
        *,
        x: Any = None,
        y: Any = None,
        name: str | None = None,
        tunable: bool = True,
    ) -> None:
        super().__init__(name=name, tunable=tunable)
        asked, arrays = spec, None
        if x is not None or y is not None:
            given = of_arrays(x, y)
            guessed = {k: v for k, v in given.spec["space"].items() if k in _FOLLOWED}
            said = spec if isinstance(spec, Mapping) else {}
            asked, arrays = merged({**given.spec, "space": guessed}, said), given.arrays
        if asked is None or (arrays is not None and isinstance(spec, str | Path)):
            must, advice = "must be a spec, or x and y", "give one of them"
            raise InvalidSpec([Problem("spec", must, str(spec), advice)])
        self._spec = read_spec(asked, {}, arrays).spec
        self._space = SearchSpace.from_spec(self._spec)
        windows = self._space.windows(self._spec)
        _check(self._spec.space, windows)
        data = read(self._spec.data, self._spec.task, windows, arrays)
        window = windows[0] if windows else None
        dataset = data.dataset(window)
        task = TASKS[self._spec.task]
        self._target = dataset.target
        self._loss = task.loss(dataset.target, self._spec.loss)
        self._head = replace(task.head(dataset), width=self._loss.outputs(dataset.target))
        self.train, self.validation = _of_fit(dataset.train), _of_fit(dataset.validation)
        self.preparation = data.preparation(window)

    def build(self, hp: Any) -> keras.Model:
        """A compiled network; what is searched is registered with `hp`, conditions included."""
        values = dict(self._space.defaults)
        names = {dimension.name for dimension in self._space.dimensions}
        for dimension in self._space.dimensions:
            in_use = dimension.in_use(values)
            with ExitStack() as scopes:
                for parent, allowed in parents_of(dimension).items():
                    if parent in names:
                        scopes.enter_context(hp.conditional_scope(parent, allowed))
                value = _ask(hp, dimension)
            if in_use:
                values[dimension.name] = value
        params = self._space.complete(
            {d.name: values[d.name] for d in self._space.dimensions if d.in_use(values)}
        )
        model = build_standard(
            architecture_of(params, self._head),
            dropout=float(params["dropout"] or 0),
            recurrent_dropout=float(params["recurrent_dropout"] or 0),
        )
        compile_as_trained(model, params, self._spec.loss, self._target.kind)
        return model


def _check(space: Mapping[str, Any], windows: tuple[int, ...]) -> None:
    """Nothing that is searched may be without effect."""
    problems = [
        Problem(
            f"space.{name}",
            "must not be given: it is of our own training, and KerasTuner trains by model.fit",
            name,
            "remove it, give it to tuner.search, or use rnnsearch.search",
        )
        for name in space
        if name not in _FOLLOWED
    ]
    if len(windows) > 1:
        must = "must be one length: a tuner has one set of arrays for all trials"
        problems.append(Problem("space.window", must, str(list(windows)), "write data.window"))
    if problems:
        raise InvalidSpec(problems)


def _of_fit(part: Part) -> tuple[Any, ...]:
    """What `model.fit` takes of a part."""
    given = (as_array(part.x), part.y)
    return given if part.weight is None else (*given, part.weight)


def _ask(hp: Any, dimension: Dimension) -> Any:
    """A value of one parameter, from a `keras_tuner.HyperParameters`."""
    domain, name = dimension.domain, dimension.name
    if domain.kind == "fixed":
        return hp.Fixed(name, domain.values[0])
    if domain.kind == "choice":
        if set(map(type, domain.values)) == {bool}:
            return hp.Boolean(name)
        if len(set(map(type, domain.values))) == 1:
            return hp.Choice(name, list(domain.values))
        texts = {str(value): value for value in domain.values}  # KerasTuner has no mixed lists
        return texts[hp.Choice(name, list(texts))]
    make = hp.Int if domain.integer else hp.Float
    sampling = "log" if domain.log else "linear"
    return make(name, domain.min, domain.max, step=domain.step, sampling=sampling)
