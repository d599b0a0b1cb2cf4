"""One step with its state carried, as ONNX and as Keras."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import final

import numpy as np

from rnnsearch.data.extras import import_extra
from rnnsearch.exports._base import Format, Network
from rnnsearch.exports.onnx_format import write_onnx
from rnnsearch.exports.operators import translated

__all__ = ["StreamingFormat"]


@final
class StreamingFormat(Format):
    """For data that comes step by step: no window has to be kept and computed anew."""

    name = "streaming"
    about = "one step, step(x, state) to y and state: one .onnx file, one .keras file"
    needs = "onnxruntime"
    use = '''\
import json

import onnxruntime

STEP = json.loads((HERE / "step.json").read_text("utf-8"))
SESSION = onnxruntime.InferenceSession(HERE / "step.onnx", providers=["CPUExecutionProvider"])
NAMES = [one.name for one in SESSION.get_outputs()]


def start(count):
    """The state of so many streams before their first step."""
    state = {}
    for one in STEP["states"]:
        full = float("nan") if one["full_of"] is None else one["full_of"]
        state[one["name"]] = np.full((count, *one["shape"]), full, one["dtype"])
    return state


def step(inputs, state):
    """What is predicted after one more step, and the state then."""
    if not all(map(len, inputs.values())):  # onnxruntime's GRU and LSTM end the whole process
        raise ValueError("Expected one stream or more. Received: none")
    put = dict(zip(NAMES, SESSION.run(NAMES, {**inputs, **state})))
    return put.pop(STEP["output"]), {name[len("next_"):]: put[name] for name in put}


def predict(inputs):
    """After the last step of each window, which are read one step after the other."""
    state = start(len(next(iter(inputs.values()))))
    longest = max(array.shape[1] for array in inputs.values())
    if STEP["carries"] == "states" and "past_rows" in state:
        state["past_rows"] = inputs["rows"][:, : -STEP["steps"]]
        longest = STEP["steps"]
    found = None
    for back in range(longest, 0, -1):
        now = {n: x[:, -back] if back <= x.shape[1] else 0 * x[:, 0] for n, x in inputs.items()}
        output, after = step(now, state)
        if STEP["carries"] == "states":  # which have nothing to do with padding
            real = np.all([known(x) for x in now.values()], axis=0)
            after = {n: chosen(real, x, state[n]) for n, x in after.items()}
            output = output if found is None else chosen(real, output, found)
        found, state = output, after
    return found


def known(x):
    """(B,) whether a step is none of padding."""
    return x != 0 if x.ndim == 1 else ~np.isnan(x).all(axis=1)


def chosen(real, one, other):
    return np.where(real.reshape(-1, *[1] * (one.ndim - 1)), one, other)
'''

    def write(self, network: Network, folder: Path) -> None:
        """``step.onnx``, ``step.keras``, and ``step.json``, which says what is carried."""
        import_extra("onnx", "onnx", "onnx", "--format streaming")
        import_extra("onnxruntime", "onnxruntime", "onnx", "--format streaming")  # the check's
        output = network.signature.output
        step = network.step()
        names = sorted(step.model.output)  # the order in which Keras has them
        write_onnx(translated(step.model, names, "--format streaming"), folder / "step.onnx")
        step.model.save(folder / "step.keras")
        states = [
            {**asdict(one), "full_of": None if np.isnan(step.blank[one.name]) else 0.0}
            for one in step.states
        ]
        about = {
            "inputs": [asdict(one) for one in step.inputs],
            "states": states,
            "output": output,
            "carries": step.carries,
            "because": step.because,
            "steps": step.steps,
            "before": step.before,
        }
        (folder / "step.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")

    def shown(
        self, network: Network, expected: np.ndarray, counts: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Of each window, the last step."""
        if network.signature.axes[0] != "step":
            return expected, counts
        return expected[:, -1], None if counts is None else counts[:, -1]
