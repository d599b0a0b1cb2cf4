"""What was imported is left out of searches for garbage; what a user made is not."""

import gc
import subprocess
import sys

import keras
import pytest
from keras.src.backend.common import global_state

from rnnsearch.integrations.keras_tuner.imported import freeze_imported


@pytest.fixture
def frozen(monkeypatch):
    """How often everything was left out."""
    calls = []
    monkeypatch.setattr(gc, "freeze", lambda: calls.append(1))
    monkeypatch.setattr(sys, "flags", _Flags(interactive=0))
    for module in ("IPython",):
        monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.delattr(sys, "ps1", raising=False)
    kept = global_state.get_global_attribute("object_name_uids")
    global_state.set_global_attribute("object_name_uids", None)
    yield calls
    global_state.set_global_attribute("object_name_uids", kept)


class _Flags:
    def __init__(self, interactive):
        self.interactive = interactive


def test_imports_are_left_out(frozen):
    freeze_imported()
    assert frozen == [1]


def test_a_model_may_be_forgotten(frozen):
    keras.layers.Dense(1)
    freeze_imported()
    assert not frozen


@pytest.mark.parametrize("how", ["ps1", "interactive", "IPython"])
def test_a_session_may_forget(frozen, monkeypatch, how):
    if how == "ps1":
        monkeypatch.setattr(sys, "ps1", ">>> ", raising=False)
    elif how == "interactive":
        monkeypatch.setattr(sys, "flags", _Flags(interactive=1))
    else:
        monkeypatch.setitem(sys.modules, "IPython", sys)
    freeze_imported()
    assert not frozen


def test_a_worker_imports_nothing_that_reads_files():
    """Of JAX beside a script: half of it would be for tables that nobody reads there."""
    code = "import sys, rnnsearch.engines; print('rnnsearch.data' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"
