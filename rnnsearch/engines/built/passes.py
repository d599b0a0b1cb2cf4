"""A pass over data: all its batches in one call, or each by a call of its own.

One call keeps Python out of the loop, which is what small models need. But XLA on a CPU turns a
convolution into one that its library knows only outside of loops (`ConvCanonicalization` looks at
the entry computation alone); in a loop the gradients of convolutions are some twenty times slower.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np
from jax.extend import core

from rnnsearch.engines.xla_options import LOW_LEVEL, unless_said

__all__ = ["Batches", "Pass", "lower"]

Step = Callable[[Any, Any, Any], tuple[Any, Any]]
"""From what is carried, what is given and a batch's places (B,) to what is carried on, and logs."""


class Pass(ABC):
    """A compiled pass: (carry, given, order (S, B), rest (R,)) to (carry, logs)."""

    @abstractmethod
    def __call__(self, carry: Any, given: Any, order: np.ndarray, rest: np.ndarray) -> Any:
        """Take the batches of an order, and what is left."""

    @abstractmethod
    def prepare(self) -> None:
        """Compile what nobody compiles yet; what another thread does is not waited for."""

    @abstractmethod
    def text(self) -> str:
        """The code that it comes to, before it is compiled."""


class _Compiled:
    """A function of arrays: traced by who may, compiled by who first needs it."""

    def __init__(self, lowered: Any) -> None:
        self.lowered = lowered
        self._compiled: Any = None
        self._lock = threading.Lock()

    def __call__(self, *arguments: Any) -> Any:
        """Run it; whoever comes second waits for the first, who compiles."""
        if self._compiled is None:
            with self._lock:
                self._compile()
        return self._compiled(*arguments)

    def prepare(self) -> None:
        """As `Pass`."""
        if self._compiled is None and self._lock.acquire(blocking=False):
            try:
                self._compile()
            finally:
                self._lock.release()

    def _compile(self) -> None:
        """Compile it, unless another thread has; the lock is held."""
        if self._compiled is None:
            options = unless_said(LOW_LEVEL) if jax.default_backend() == "cpu" else {}
            self._compiled = self.lowered.compile(compiler_options=options)


class _InOneCall(Pass):
    def __init__(self, lowered: Any) -> None:
        self._whole = _Compiled(lowered)

    def __call__(self, carry: Any, given: Any, order: np.ndarray, rest: np.ndarray) -> Any:
        return self._whole(carry, given, order, rest)

    def prepare(self) -> None:
        self._whole.prepare()

    def text(self) -> str:
        code: str = self._whole.lowered.as_text()
        return code


class Batches(Pass):
    """A call for each batch; one that isn't full is another function."""

    def __init__(self, full: Any, rest: Any | None) -> None:
        self._full = _Compiled(full)
        self._rest = None if rest is None else _Compiled(rest)

    def __call__(self, carry: Any, given: Any, order: np.ndarray, rest: np.ndarray) -> Any:
        """As `Pass`."""
        logs: Any = None
        for chosen in order:
            carry, logs = self._full(carry, given, chosen)
        if self._rest is not None:
            carry, logs = self._rest(carry, given, rest)
        return carry, logs

    def prepare(self) -> None:
        """As `Pass`."""
        for part in self._parts:
            part.prepare()

    def text(self) -> str:
        """As `Pass`."""
        return "\n".join(part.lowered.as_text() for part in self._parts)

    @property
    def _parts(self) -> list[_Compiled]:
        return [part for part in (self._full, self._rest) if part is not None]


def lower(step: Step, carry: Any, given: Any, count: int, batch: int) -> Pass:
    """Trace a pass over so many, in the way that is quicker to run.

    Args:
        step: Of one batch.
        carry: Of the first.
        given: Of every one.
        count: Of the data.
        batch: The size of a batch.
    """
    number, left = divmod(count, batch)
    traceable = jax.jit(step)  # keeps its trace, which the loop takes again
    full, rest = jax.ShapeDtypeStruct((batch,), np.int32), jax.ShapeDtypeStruct((left,), np.int32)
    if number and jax.default_backend() == "cpu":
        traced = traceable.trace(carry, given, full)
        if any(equation.primitive.name == "conv_general_dilated" for equation in _all(traced)):
            return Batches(traced.lower(), traceable.lower(carry, given, rest) if left else None)
    order = jax.ShapeDtypeStruct((number, batch), np.int32)
    return _InOneCall(jax.jit(_looped(traceable)).lower(carry, given, order, rest))


def _all(traced: Any) -> Iterator[Any]:
    """The equations of what was traced, those within others, too."""
    waiting = [traced.jaxpr.jaxpr]
    while waiting:
        for equation in waiting.pop().eqns:
            yield equation
            inner = jax.tree.leaves(list(equation.params.values()))
            waiting += [part for part in inner if isinstance(part, core.Jaxpr)]
            waiting += [part.jaxpr for part in inner if isinstance(part, core.ClosedJaxpr)]


def _looped(step: Step) -> Callable[..., Any]:
    def whole(carry: Any, given: Any, order: Any, rest: Any) -> tuple[Any, Any]:
        """All batches of an order, and what is left."""
        logs: Any = None
        if order.shape[0]:
            carry, every = jax.lax.scan(
                lambda held, chosen: step(held, given, chosen), carry, order
            )
            logs = jax.tree.map(lambda a: a[-1], every)
        if rest.shape[0]:
            carry, logs = step(carry, given, rest)
        return carry, logs

    return whole
