"""Whether a library runs on this processor and computes what the loop over steps does.

``python -m rnnsearch.models.native.cpp_trial LIBRARY`` ends with 0 where it does.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from rnnsearch.models import recurrence
from rnnsearch.models.cells import CELLS
from rnnsearch.models.native import FUNCTIONS
from rnnsearch.models.native.cpp_recurrence import HostKernels, register
from rnnsearch.models.recurrence import Gates, Recur, Sweep, Weights

_STEPS, _ROWS, _UNITS = 4, 13, 32
"""More units than a vector has, and sequences that fill no block."""
_TOLERANCE = 1e-4
_QUICK: dict[str, Any] = {"xla_backend_optimization_level": 0}
"""For the compiler: what runs once need not be fast."""


def main(path: str) -> str:
    """Try every function of the library; what is wrong with it, or nothing."""
    register(ctypes.CDLL(path))
    for cell in FUNCTIONS:
        found, wanted = (_outcome(run, cell) for run in (HostKernels().recur, recurrence.recur))
        for one, other in zip(jax.tree.leaves(found), jax.tree.leaves(wanted), strict=True):
            if not np.allclose(one, other, _TOLERANCE, _TOLERANCE):
                apart = float(np.max(np.abs(np.subtract(one, other))))
                return f"{cell}: values are up to {apart:.2g} from those of the loop over steps"
    return ""


def _outcome(recur: Recur, cell: str) -> Any:
    """What a layer puts out in either direction, and the gradients of a sum of it."""
    rng = np.random.default_rng(0)
    columns = CELLS[cell].gates * _UNITS

    def noise(*shape: int, scale: float = 1.0) -> Any:
        return (scale * rng.normal(size=shape)).astype(np.float32)

    cuts, skip = rng.random(_STEPS) < 0.3, rng.random((_STEPS, _ROWS, 1)) < 0.3
    gates = Gates(jnp.asarray(cuts), jnp.asarray(skip), None)
    aims = noise(_STEPS, _ROWS, _UNITS)

    def total(share: Any, kernel: Any, bias: Any) -> Any:
        """A weighted sum of all that comes out, and what comes out."""
        weights = Weights(kernel, bias)
        ways = [
            recur(Sweep(cell, True, backward), share, weights, gates) for backward in (False, True)
        ]
        sums = [(outputs * aims).sum() + (last[-1] * aims[0]).sum() for outputs, last in ways]
        return sum(sums), ways

    kernel = noise(_UNITS, columns, scale=_UNITS**-0.5)
    given = noise(_STEPS, _ROWS, columns), kernel, noise(columns)
    gradients = jax.jit(jax.grad(total, argnums=(0, 1, 2), has_aux=True))
    return gradients.lower(*given).compile(_QUICK)(*given)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]) or 0)
