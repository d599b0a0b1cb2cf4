"""What each update of the weights was like, inside a compiled epoch.

Two numbers an update and a lane, a flag where there is clipping; medians are taken once an epoch.
benchmarks/diagnosis_cost.py has the price.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from rnnsearch.engines._base import Program

__all__ = ["MEASURED", "measure", "nothing_measured", "over_updates"]

Array = Any

MEASURED = ("gradient_norm", "gradient_norm_max", "clipped", "update_ratio")
"""What `over_updates` returns, in order; `rnnsearch.engines.Session.advance` says what it is."""

_TINY = float(np.finfo(np.float32).tiny)


def measure(
    program: Program, gradients: Sequence[Array], numbers: Mapping[str, Array], change: Array
) -> Array | None:
    """The norm of an update's gradient, whether it was clipped, the norm of the update: (3,).

    Args:
        program: What is trained; None is returned where it does not diagnose.
        gradients: Before clipping, one array a variable.
        numbers: Of the run.
        change: (P,) of the weights.
    """
    if not program.diagnoses:
        return None
    # As clipping computes it, so that it is computed once.
    squares = jnp.stack([jnp.sum(jnp.square(g)) for g in gradients])
    norm = jnp.sqrt(jnp.sum(squares))
    clipped = jnp.zeros(())
    if program.clip_mode is not None:
        bound = numbers["clip_norm"]
        sizes = {
            "global_norm": lambda: norm,
            "norm": lambda: jnp.sqrt(jnp.max(squares)),
            "value": lambda: jnp.max(jnp.stack([jnp.max(jnp.abs(g)) for g in gradients])),
        }
        clipped = (sizes[program.clip_mode]() > bound).astype(jnp.float32)
    size = jnp.sqrt(jnp.sum(jnp.square(change)))
    finite = jnp.where(jnp.isfinite(norm), norm, jnp.inf)
    return jnp.stack([finite, clipped, jnp.where(jnp.isfinite(size), size, jnp.inf)])


def nothing_measured(program: Program) -> Array | None:
    """In place of what `measure` returns, where a lane makes no update."""
    return jnp.full((3,), jnp.nan) if program.diagnoses else None


def over_updates(measured: Array, weights: Array) -> list[Array]:
    """The values of `MEASURED`, () each.

    Args:
        measured: (…, 3) by update; NaN where there was none.
        weights: (P,) after the last.
    """
    norms, clipped, sizes = measured.reshape(-1, 3).T
    count = jnp.sum(~jnp.isnan(norms))
    # NaN is sorted to the end.
    ordered = jnp.sort(jnp.stack([norms, sizes]), axis=-1)
    low, high = (count - 1) // 2, count // 2
    median = (ordered[:, low] + ordered[:, high]) / 2
    size = jnp.sqrt(jnp.sum(jnp.square(weights)))
    return [
        median[0],
        ordered[0, count - 1],
        jnp.nansum(clipped) / count,
        median[1] / jnp.maximum(size, _TINY),
    ]
