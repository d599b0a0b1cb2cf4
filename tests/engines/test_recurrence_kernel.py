"""The prototype of a kernel over lanes: the LSTM it computes, and its gradients, without a GPU."""

from functools import partial

import jax
import numpy as np
import pytest

from benchmarks.recurrence_gpu import arrays, gradients, lstm_of_xla, make_lstm


@pytest.mark.parametrize(("steps", "units"), [(1, 16), (5, 16), (3, 32)])
def test_the_kernel_is_the_loop_over_steps(steps, units):
    given = arrays(lanes=2, steps=steps, batch=16, units=units)
    with jax.default_matmul_precision("highest"):
        expected = jax.jit(partial(gradients, lstm_of_xla))(*given)
        found = partial(gradients, make_lstm(interpret=True))(*given)
    for one, other in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
        np.testing.assert_allclose(one, other, rtol=2e-4, atol=2e-4)
