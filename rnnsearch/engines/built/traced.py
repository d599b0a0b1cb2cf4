"""The numbers of a model that may be an input of its program instead of a part of it.

Keras keeps them as attributes: the rate of a `Dropout`, the `clipnorm` of an optimizer. While a
program is traced they are replaced by what stands for an array, so that one program serves every
value. Which side of 0 and of 1 a number is on stays a part of the program, as Keras asks for it.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import keras
import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

__all__ = ["Number", "find_numbers", "pairs", "replaced", "traced"]

_LAYERS: dict[type, tuple[str, ...]] = {
    keras.layers.Dropout: ("rate",),
    keras.layers.SpatialDropout1D: ("rate",),
    keras.layers.SpatialDropout2D: ("rate",),
    keras.layers.SpatialDropout3D: ("rate",),
    keras.layers.AlphaDropout: ("rate",),
    keras.layers.GaussianNoise: ("stddev",),
    keras.layers.LSTMCell: ("dropout", "recurrent_dropout"),
    keras.layers.GRUCell: ("dropout", "recurrent_dropout"),
    keras.layers.SimpleRNNCell: ("dropout", "recurrent_dropout"),
}
_REGULARIZERS: dict[type, tuple[str, ...]] = {
    keras.regularizers.L1: ("l1",),
    keras.regularizers.L2: ("l2",),
    keras.regularizers.L1L2: ("l1", "l2"),
}
_REGULARIZED = ("kernel", "bias", "activity", "recurrent", "embeddings", "gamma", "beta",
                "depthwise", "pointwise")  # fmt: skip
_OPTIMIZER = ("weight_decay", "clipnorm", "global_clipnorm", "clipvalue")
_OPTIMIZERS: dict[type, tuple[str, ...]] = {
    keras.optimizers.SGD: ("momentum",),
    keras.optimizers.RMSprop: ("rho", "momentum"),
    keras.optimizers.Adam: ("beta_1", "beta_2"),
    keras.optimizers.AdamW: ("beta_1", "beta_2"),
    keras.optimizers.Nadam: ("beta_1", "beta_2"),
    keras.optimizers.Lion: ("beta_1", "beta_2"),
    keras.optimizers.Adagrad: (),
    keras.optimizers.Adadelta: ("rho",),
    keras.optimizers.Adamax: ("beta_1", "beta_2"),
}
_LOSSES: dict[type, str] = {
    keras.losses.CategoricalCrossentropy: "label_smoothing",
    keras.losses.BinaryCrossentropy: "label_smoothing",
}
_SHARES = ("rate", "dropout", "recurrent_dropout", "label_smoothing")
"""Names of numbers from 0 to 1, of which both ends are something else."""

_COMPARISONS = (np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal)


@dataclass(frozen=True)
class Number:
    """One number of a model, and the attribute that holds it.

    Attributes:
        owner: The layer, regularizer, optimizer or loss.
        name: Of its attribute.
        value: As it is.
        bounds: What Keras compares it with: a layer without dropout is another program.
    """

    owner: Any
    name: str
    value: float
    bounds: tuple[int, ...]

    @property
    def kind(self) -> list[int]:
        """On which side of each bound it is, which decides how a layer is computed."""
        return [(self.value > bound) - (self.value < bound) for bound in self.bounds]

    def put(self, value: Any) -> None:
        """Let the owner hold another one, or what stands for it."""
        object.__setattr__(self.owner, self.name, value)
        arguments = getattr(self.owner, "_fn_kwargs", None)  # a loss computes with these
        if arguments is not None and self.name in arguments:
            arguments[self.name] = value
        if self.name == "clipvalue":
            self._put_clipping(value)

    def _put_clipping(self, value: Any) -> None:
        """JAX's clip takes arrays and nothing that stands for one."""
        if isinstance(value, _Traced):
            object.__setattr__(self.owner, "_clip_gradients", value.clip)
        else:
            vars(self.owner).pop("_clip_gradients", None)


def find_numbers(model: keras.Model) -> list[Number]:
    """The numbers of a compiled model, in an order that equal models have in common.

    The learning rate isn't among them: the optimizer has it as a variable already.
    """
    found: dict[tuple[int, str], Number] = {}
    for owner, name in _attributes(model):
        value = getattr(owner, name, None)
        if value is None or isinstance(value, bool):
            continue
        number = Number(owner, name, float(value), (0, 1) if name in _SHARES else (0,))
        if math.isfinite(number.value):
            found.setdefault((id(owner), name), number)
    return list(found.values())


def _attributes(model: keras.Model) -> Iterator[tuple[Any, str]]:
    for layer in model._flatten_layers(include_self=False, recursive=True):
        yield from ((layer, name) for name in _LAYERS.get(type(layer), ()))
        for part in _REGULARIZED:
            regularizer = getattr(layer, f"{part}_regularizer", None)
            names = _REGULARIZERS.get(type(regularizer), ())
            yield from ((regularizer, name) for name in names)
    optimizer = model.optimizer
    if type(optimizer) in _OPTIMIZERS:
        yield from ((optimizer, name) for name in (*_OPTIMIZER, *_OPTIMIZERS[type(optimizer)]))
    for loss in keras.tree.flatten(model.loss):
        if type(loss) in _LOSSES:
            yield loss, _LOSSES[type(loss)]


@contextlib.contextmanager
def replaced(numbers: Sequence[Number], by: Callable[[int, Number], Any]) -> Iterator[None]:
    """The owners hold something else in the block: what `by` makes of a place and a number."""
    kept = [getattr(number.owner, number.name) for number in numbers]
    try:
        for place, number in enumerate(numbers):
            number.put(by(place, number))
        yield
    finally:
        for number, value in zip(numbers, kept, strict=True):
            number.put(value)


def traced(values: Any) -> Callable[[int, Number], Any]:
    """What stands for the numbers while a program is traced.

    Args:
        values: (numbers, 2), each number and 1 less it.
    """
    return lambda place, number: _Traced(values[place], number)


class _Traced(NDArrayOperatorsMixin):
    """An array that is asked, as Keras asks a number, whether it is above 0, or is 1.

    Any other question that needs its value fails, and with it the trace. NumPy's mixin hands every
    operator to `__array_ufunc__`; scalars of NumPy on the left do the same.
    """

    def __init__(self, pair: Any, number: Number) -> None:
        self._array, self._complement = pair
        self._value = number.value
        self._bounds = number.bounds

    def __jax_array__(self) -> Any:
        return self._array

    @property
    def dtype(self) -> Any:
        """Of the array."""
        return self._array.dtype

    @property
    def shape(self) -> tuple[int, ...]:
        """Of a number."""
        return ()

    @property
    def ndim(self) -> int:
        """Of a number."""
        return 0

    def __bool__(self) -> bool:
        return self._value != 0

    __hash__ = object.__hash__

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **named: Any) -> Any:
        """JAX's function of the same name; a comparison is answered with the number itself."""
        if method != "__call__" or named:
            return NotImplemented
        if ufunc in _COMPARISONS:
            return bool(ufunc(*map(self._known, inputs)))
        if ufunc is np.subtract and inputs[1] is self and _is_one(inputs[0]):
            return self._complement  # rounded once, as Python's own 1 - x then is
        return getattr(jnp, ufunc.__name__)(*map(_array_of, inputs))

    def _known(self, side: Any) -> Any:
        """A side of a comparison as a number."""
        if side is self:
            return self._value
        if isinstance(side, int | float) and side in self._bounds:
            return side
        raise TypeError(f"Expected a comparison with one of {self._bounds}. Received: {side}")

    def clip(self, gradients: list[Any]) -> list[Any]:
        """As an optimizer does with its `clipvalue`."""
        bound = self._array
        return [g if g is None else jnp.clip(g, -bound, bound) for g in gradients]


def _is_one(value: Any) -> bool:
    return isinstance(value, int | float) and value == 1


def _array_of(value: Any) -> Any:
    return value._array if isinstance(value, _Traced) else value


def pairs(numbers: Sequence[Number]) -> np.ndarray:
    """(numbers, 2) of what a program takes for them."""
    values = np.array([number.value for number in numbers], np.float64)
    return np.stack([values, 1 - values], axis=-1).astype(np.float32)
