"""Kernels over lanes as the device's own compiler makes them, beside the loop over steps."""

import jax
import pytest

from rnnsearch.models.kernels import LaneKernels, Making
from tests.gpu.conftest import ON_CPU
from tests.models import test_models_kernels as reference

pytestmark = pytest.mark.gpu

KERNELS = LaneKernels(interpret=ON_CPU)
SIZES = {"lanes": 2, "steps": 3} if ON_CPU else {"lanes": 5, "steps": 20}

ROUNDED = 2e-2
"""Of products rounded as in TF32, relative to the largest of an array."""


@pytest.mark.parametrize("name", ["outputs", "all, from the end"])
@pytest.mark.parametrize("units", [16, 32, 64])
@pytest.mark.parametrize("cell", ["LSTM", "GRU"])
def test_kernels_are_the_loop_over_steps(cell, units, name):
    reference.compare(KERNELS, cell, units, reference.CASES[name], tolerance=5e-4, **SIZES)


@pytest.mark.parametrize("units", [16, 64])
@pytest.mark.parametrize("cell", ["LSTM", "GRU"])
def test_rounded_products_are_near(cell, units):
    case = reference.CASES["outputs"]
    given = reference.arrays(cell, units, case, **SIZES)
    with jax.default_matmul_precision("highest"):
        exact = reference.gradients(reference.recur, cell, case, given)
    found = reference.gradients(KERNELS.recur, cell, case, given)
    reference.assert_near(found, exact, ROUNDED)


def test_other_settings_of_a_simple_cell():
    kernels = LaneKernels(interpret=ON_CPU, making=Making(adds=False, warps=2, rows=16))
    case = reference.CASES["all, from the end"]
    reference.compare(kernels, "SimpleRNN", 32, case, tolerance=5e-4, **SIZES)
