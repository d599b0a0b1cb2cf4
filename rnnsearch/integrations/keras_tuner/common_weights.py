"""What several models of one function have in common: weights of a part made once, outside of it,
or an optimizer.

Each trial then goes on with what the one before has left there, so they must be trained in turn.
"""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Iterator
from typing import Any

import keras

__all__ = ["CommonWeights"]


class CommonWeights:
    """The weights that models were seen with, as long as there are any."""

    def __init__(self) -> None:
        self._seen: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()
        self._learning: set[str] = set()
        self._any = False

    @property
    def change(self) -> bool:
        """Whether models had some in common that training changes."""
        return self._any

    @property
    def learning(self) -> str:
        """The layer with weights of that kind, seeds of random numbers aside; empty if none."""
        return min(self._learning, default="")

    def see(self, model: Any) -> None:
        """Know a model's weights, and which of them another had before."""
        if not isinstance(model, keras.Model):
            return
        for layer in model._flatten_layers():
            seeds = {id(one.state) for one in layer._seed_generators}
            for variable in (*layer._trainable_variables, *layer._non_trainable_variables, *(
                one.state for one in layer._seed_generators
            )):  # fmt: skip
                known = self._seen.get(id(variable)) is variable
                self._seen[id(variable)] = variable
                if id(variable) in seeds:
                    self._any = self._any or known
                elif known and _may_change(layer):
                    self._any = True
                    self._learning.add(layer.name)
        optimizer: Any = getattr(model, "optimizer", None)  # it goes on with what it keeps
        if isinstance(optimizer, keras.optimizers.Optimizer):  # or whatever a fit reads
            if id(optimizer) in self._seen:
                self._any = True
                self._learning.add(optimizer.name)
            self._seen[id(optimizer)] = optimizer

    @contextlib.contextmanager
    def seeing(self, hypermodel: Any) -> Iterator[None]:
        """In the block the models that a hypermodel builds are seen."""
        build, own = hypermodel.build, vars(hypermodel).get("build")

        def and_see(hp: Any) -> Any:
            """Build a model as ever."""
            model = build(hp)
            self.see(model)
            return model

        hypermodel.build = and_see
        try:
            yield
        finally:
            del hypermodel.build
            if own is not None:
                hypermodel.build = own


def _may_change(layer: Any) -> bool:
    """Whether training changes a layer's weights: frozen ones and what was adapted stay."""
    return bool(layer.trainable) and not isinstance(layer, keras.layers.Normalization)
