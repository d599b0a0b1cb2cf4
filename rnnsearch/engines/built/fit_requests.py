"""What `fit` was asked for, taken apart as Keras takes it apart."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import jax
import keras
import numpy as np
from keras.src.trainers.data_adapters import array_slicing, get_data_adapter
from keras.src.trainers.data_adapters.array_data_adapter import ArrayDataAdapter
from keras.src.trainers.data_adapters.data_adapter_utils import unpack_x_y_sample_weight

from rnnsearch.engines.data_sizes import too_large
from rnnsearch.engines.fingerprints import fingerprint
from rnnsearch.files import memory_bytes

__all__ = ["NotArrays", "Request", "in_order", "orders", "own_generator"]

_SIGNATURE = inspect.signature(keras.Model.fit)

_DATA = ("x", "y", "sample_weight", "class_weight", "validation_data", "validation_split")
"""Arguments that say what is trained and judged on."""


class NotArrays(ValueError):
    """The data can't stay on the device as arrays; the message says what it is."""


@dataclass(frozen=True)
class Request:
    """One `fit`, as a program runs it.

    Attributes:
        train: The training part as one batch: (x,), (x, y) or (x, y, weights), of arrays (N, …).
        validation: Alike, or None.
        count: N of the training part.
        batch: Of training.
        validation_batch: Of the validation part.
        epochs: The last epoch's number.
        first: The first epoch's, counted from 0.
        shuffle: As Keras has it.
        frequency: Of the epochs at whose end is validated.
        verbose: Of what Keras prints.
        callbacks: As given.
        unusual: Arguments that a program doesn't follow.
        given: What the two parts were made of.
        held: What that held then.
    """

    train: Any
    validation: Any
    count: int
    batch: int
    validation_batch: int
    epochs: int
    first: int
    shuffle: Any
    frequency: Any
    verbose: Any
    callbacks: list[Any] = field(default_factory=list)
    unusual: tuple[str, ...] = ()
    given: tuple[Any, ...] = ()
    held: str = ""

    @classmethod
    def of(
        cls, arguments: Sequence[Any], named: Mapping[str, Any], kept: dict[Any, Any]
    ) -> Request:
        """Read the arguments of a `fit`.

        Args:
            arguments: By place, without the model.
            named: By name.
            kept: Where data that was read is found again; it belongs to one search.

        Raises:
            NotArrays: The data is a data set or a generator, or of texts.
            TypeError: As `fit` raises it.
            Exception: Whatever Keras says of data that doesn't fit together.
        """
        bound = _SIGNATURE.bind(None, *arguments, **named)
        bound.apply_defaults()
        given = bound.arguments
        train, validation, held = _arrays(given, kept)
        count = len(_leaves(train)[0])
        batch = given["batch_size"] or 32
        unusual = ("steps_per_epoch", "validation_steps")
        return cls(
            train=train,
            validation=validation,
            count=count,
            batch=batch,
            validation_batch=given["validation_batch_size"] or batch,
            epochs=given["epochs"],
            first=given["initial_epoch"],
            shuffle=given["shuffle"],
            frequency=given["validation_freq"],
            verbose=given["verbose"],
            callbacks=_listed(given["callbacks"]),
            unusual=tuple(name for name in unusual if given[name] is not None),
            given=tuple(given[name] for name in _DATA),
            held=held,
        )

    def renewed(self) -> Request:
        """This one while its arrays hold what they held, else that of what they hold now.

        On JAX `fit` reads them for each batch, so it sees what a callback has put there.
        """
        held = fingerprint(self.given)
        if held == self.held:
            return self
        train, validation = _read(*self.given)
        return replace(self, train=train, validation=validation, held=held)

    @property
    def judged(self) -> int:
        """N of the validation part."""
        return len(_leaves(self.validation)[0])

    def validates(self, epoch: int) -> bool:
        """Whether there is a validation after an epoch counted from 0."""
        if self.validation is None:
            return False
        if isinstance(self.frequency, int):
            return (epoch + 1) % self.frequency == 0
        return epoch + 1 in self.frequency

    def generator(self, *, looks: bool) -> np.random.RandomState:
        """What draws the orders of this `fit`; NumPy's own goes on as if `fit` had drawn them.

        Args:
            looks: Whether `fit` looks at one batch before it trains, and has it drawn.
        """
        if looks:
            self.look()
        copy = np.random.RandomState()
        copy.set_state(np.random.get_state())
        if self.shuffle:
            for _ in range(self.first, self.epochs):
                orders(self, own_generator())
        return copy

    def look(self) -> None:
        """Have one batch drawn by NumPy's own generator, as `fit` does that looks at it."""
        if self.shuffle:
            every = self.shuffle != "batch"
            np.random.permutation(self.count if every else min(self.count, self.batch))


def _listed(callbacks: Any) -> list[Any]:
    if callbacks is None:
        return []
    return list(callbacks) if isinstance(callbacks, list | tuple) else [callbacks]


def _arrays(given: Mapping[str, Any], kept: dict[Any, Any]) -> tuple[Any, Any, str]:
    """The two parts, and what they hold; the same with the same in it is on the device once."""
    told = tuple(given[n] if n == "validation_split" else id(given[n]) for n in _DATA)
    key = told, fingerprint([given[n] for n in _DATA])
    if key not in kept:
        # What was given is kept so that nothing else gets its identity.
        kept[key] = _read(*(given[name] for name in _DATA)), [given[name] for name in _DATA]
    return *kept[key][0], key[1]


def _read(x: Any, y: Any, weights: Any, classes: Any, validation: Any, share: Any) -> Any:
    if share and validation is None:
        if not _sliceable((x, y, weights)):
            raise NotArrays(f"the data is a {type(x).__name__}, not arrays")
        (x, y, weights), validation = array_slicing.train_validation_split(
            (x, y, weights), validation_split=share
        )
    train = _whole(x, y, weights, classes)
    if validation is None:
        return train, None
    if not isinstance(validation, tuple | list):
        raise NotArrays(f"validation_data is a {type(validation).__name__}, not arrays")
    return train, _whole(*unpack_x_y_sample_weight(validation))


def _sliceable(parts: Any) -> bool:
    leaves = [part for part in keras.tree.flatten(parts) if part is not None]
    return bool(leaves) and all(array_slicing.can_slice_array(part) for part in leaves)


def _whole(x: Any, y: Any, weights: Any, classes: Any = None) -> Any:
    """Data as one batch, in the types that Keras gives it to a model in."""
    if not _sliceable((x, y, weights)):
        raise NotArrays(f"the data is a {type(x).__name__}, not arrays")
    if reason := too_large((x, y, weights), _memory()):
        raise NotArrays(reason)
    adapter = get_data_adapter(x=x, y=y, sample_weight=weights, batch_size=2**31 - 1,
                               shuffle=False, class_weight=classes)  # fmt: skip
    if not isinstance(adapter, ArrayDataAdapter):
        raise NotArrays(f"the data is a {type(x).__name__}, not arrays")
    for leaf in keras.tree.flatten((x, y, weights)):
        if isinstance(leaf, np.ndarray) and leaf.dtype.kind not in "fiub":
            raise NotArrays("the data isn't of numbers")
    batch = next(iter(adapter.get_jax_iterator()))
    for leaf in keras.tree.flatten(batch):
        if not isinstance(leaf, (np.ndarray, jax.Array, type(None))):
            raise NotArrays("the data is sparse")
    return jax.device_put(batch)


def _memory() -> int | None:
    """Bytes that the device has, or the machine where that is one."""
    stats = jax.local_devices()[0].memory_stats() or {}
    return stats.get("bytes_limit") or memory_bytes()


def _leaves(batch: Any) -> list[Any]:
    return list(jax.tree.leaves(batch))


def own_generator() -> np.random.RandomState:
    """The one that `np.random.permutation` and its like draw from."""
    return np.random.mtrand._rand


def orders(request: Request, generator: np.random.RandomState) -> tuple[np.ndarray, np.ndarray]:
    """An epoch's order, as Keras draws it: (S, B) of the full batches, and (R,) of the rest."""
    count, batch = request.count, request.batch
    if request.shuffle == "batch":
        starts = range(0, count, batch)
        parts = [generator.permutation(min(s + batch, count) - s) + s for s in starts]
        order = np.concatenate(parts)
    elif request.shuffle:
        order = generator.permutation(count)
    else:
        order = np.arange(count)
    return _in_batches(order, batch)


def in_order(count: int, batch: int) -> tuple[np.ndarray, np.ndarray]:
    """As `orders`, of what is judged: as it comes."""
    return _in_batches(np.arange(count), batch)


def _in_batches(order: np.ndarray, batch: int) -> tuple[np.ndarray, np.ndarray]:
    order = order.astype(np.int32)
    full = len(order) // batch * batch
    return order[:full].reshape(-1, batch), order[full:]
