"""Functions in C++ compute what the loop over steps does, and its gradients."""

import signal
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from rnnsearch.models.native import cpp_library, has_function
from rnnsearch.models.native.cpp_library import library
from rnnsearch.models.native.cpp_recurrence import HostKernels
from rnnsearch.models.recurrence import Sweep, Weights, recur
from tests.models.test_models_kernels import CASES, arrays, assert_near, gradients

pytestmark = pytest.mark.skipif(isinstance(library(), str), reason=str(library()))


@pytest.fixture(autouse=True)
def registered():
    """As an engine asks before it calls."""
    assert HostKernels().take("LSTM", 48)


@pytest.mark.parametrize("cell", ["LSTM", "GRU"])
@pytest.mark.parametrize("name", CASES)
def test_a_function_is_the_loop_over_steps(cell, name):
    """Also of more than one vector of units, and of sequences that fill no block."""
    case = {"batch": 13, **CASES[name]}
    given = arrays(cell, 48, case, steps=5)
    found = gradients(HostKernels().recur, cell, case, given)
    assert_near(found, gradients(recur, cell, case, given), 1e-5)


@pytest.mark.parametrize("cell", ["LSTM", "GRU"])
def test_what_is_not_finite_stays_so_and_where_it_is(cell):
    """A sequence that diverges, beside others."""
    (learned, gates, _), steps = arrays(cell, 16, CASES["outputs"], lanes=1), []
    learned = jax.tree.map(lambda array: array[0], learned)
    share = learned["share"].at[1, 3].set(jnp.nan)
    weights = Weights(learned["kernel"], learned["bias"])
    for run in (HostKernels().recur, recur):
        outputs, last = run(Sweep(cell, True), share, weights, gates, learned["first"])
        np.testing.assert_array_equal(outputs[-1], last[0])
        steps.append(np.asarray(outputs))
    assert np.isnan(steps[0][1:, 3]).all() and not np.isnan(steps[0][:, 4]).any()
    np.testing.assert_allclose(*steps, rtol=1e-5, atol=1e-6)


def test_layers_without_a_function_are_known():
    kernels = HostKernels()
    assert kernels.take("LSTM", 64) and kernels.take("GRU", 16)
    others = (("GRU", 20), ("LSTM", 128), ("SimpleRNN", 16))
    assert not any(kernels.take(*layer) or has_function(*layer) for layer in others)


@pytest.mark.parametrize(
    ("compiler", "message"),
    [("no-such-compiler", "no C++ compiler: none of no-such-compiler"), ("false", "false failed")],
)
def test_without_a_compiler_it_is_said_why(monkeypatch, tmp_path, compiler, message):
    monkeypatch.setenv("CXX", compiler)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    found = cpp_library.library.__wrapped__()
    assert isinstance(found, str) and message in found
    assert not list(tmp_path.rglob("*.so"))
    assert not list(tmp_path.rglob("*.failed")) or compiler == "false", "it may be installed yet"


def test_what_computes_something_else_is_not_kept_and_not_tried_again(monkeypatch, tmp_path):
    """A processor or a compiler at fault; the next worker only reads why."""
    wrong = tmp_path / "recurrence.cc"
    wrong.write_text(cpp_library._SOURCE.read_text("utf-8").replace("d_c * r);", "d_c);"))
    monkeypatch.setattr(cpp_library, "_SOURCE", wrong)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first = cpp_library.library.__wrapped__()
    assert isinstance(first, str) and "GRU: values are up to" in first
    assert not list(tmp_path.rglob("*.so"))
    monkeypatch.setattr(cpp_library, "_build", None)
    again = cpp_library.library.__wrapped__()
    assert isinstance(again, str) and "GRU: values are up to" in again and ".failed to try" in again


@pytest.mark.parametrize(("number", "lasting"), [(signal.SIGILL, True), (signal.SIGTERM, False)])
def test_an_end_by_signal_tells_of_the_library_unless_it_came_from_outside(number, lasting):
    dies = [sys.executable, "-c", f"import os; os.kill(os.getpid(), {int(number)})"]
    with pytest.raises(
        cpp_library.NotBuilt, match=f"the trial failed: it ended with -{int(number)}"
    ) as caught:
        cpp_library._run("the trial", dies)
    assert caught.value.lasting is lasting
