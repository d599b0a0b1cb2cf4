"""`Tuner`: one name for a search by task and space, and for one of a user's build function."""

from __future__ import annotations

import sys
from typing import Any, Union

from rnnsearch.integrations.keras_tuner.specified import SpecTuner

__all__ = ["Tuner"]


class _Tuner:
    """`rnnsearch.Tuner`: searches recurrent networks, or what a function builds.

        rnnsearch.Tuner(build, objective="val_loss", max_trials=10)
        rnnsearch.Tuner(task="many_to_one", space={"units": [8, 16]})

    The first is a `BuildTuner`: KerasTuner's tuner, whose trials are trained together. It may be
    subclassed, with a `run_trial` of one's own. The second is a `SpecTuner`, and imports no Keras.

    Example:
        >>> import numpy as np
        >>> x = np.random.default_rng(0).normal(size=(60, 5, 2))
        >>> space = {"cell": "GRU", "units": 4}
        >>> tuner = rnnsearch.Tuner(task="many_to_one", space=space, max_trials=1)
        >>> tuner.search(x, x[:, -1, 0], validation_split=0.2, epochs=2, verbose=0)
        >>> tuner.get_best_hyperparameters()[0].get("units")
        4
    """

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """A tuner of the kind that the arguments are of."""
        if _has_function(arguments, named):
            from rnnsearch.integrations.keras_tuner.methods import BuildTuner

            return BuildTuner(*arguments, **named)
        if not arguments and not {"task", "space"} & named.keys():
            raise TypeError(
                "Expected a function that builds a model, as in Tuner(build, objective=…), or a "
                "task and a space, as in Tuner(task='many_to_one', space={'units': [8, 16]}). "
                "Received: neither"
            )
        return SpecTuner(*arguments, **named)

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type, ...]:
        from rnnsearch.integrations.keras_tuner.methods import BuildTuner

        return (BuildTuner,)

    def __instancecheck__(self, instance: Any) -> bool:
        return issubclass(type(instance), self)  # type: ignore[arg-type]

    def __subclasscheck__(self, kind: type) -> bool:
        """A tuner of a function is KerasTuner's `Tuner`, whatever its method."""
        keras_tuner = sys.modules.get("keras_tuner")
        return issubclass(kind, SpecTuner) or (
            keras_tuner is not None and issubclass(kind, keras_tuner.Tuner)
        )

    def __or__(self, other: Any) -> Any:
        return Union.__getitem__((self, other))

    def __ror__(self, other: Any) -> Any:
        return Union.__getitem__((other, self))

    def __getattr__(self, name: str) -> Any:
        """`Tuner.run_trial(tuner, …)`, as of the class that KerasTuner has here."""
        if name.startswith("_") and name not in ("__name__", "__qualname__"):
            raise AttributeError(f"Tuner has no attribute {name!r}")
        from rnnsearch.integrations.keras_tuner.methods import BuildTuner

        return "Tuner" if name.startswith("_") else getattr(BuildTuner, name)


def _has_function(arguments: tuple[Any, ...], named: dict[str, Any]) -> bool:
    """Whether there is a hypermodel or an oracle, and neither a task nor a space."""
    if {"task", "space"} & named.keys():
        return False
    if {"hypermodel", "oracle"} & named.keys():
        return True
    return bool(arguments) and not isinstance(arguments[0], str)


Tuner = _Tuner()
