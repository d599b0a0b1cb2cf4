"""An exported program of torch, which torch alone runs, compiles or takes further."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import final

from rnnsearch.errors import MissingExtra
from rnnsearch.exports._base import Format, Network
from rnnsearch.exports.backend_process import on_backend

__all__ = ["TorchFormat"]

_SCRIPT = """\
import sys
import keras
import torch

model = keras.saving.load_model(sys.argv[1])
# One sequence at a time: batches of any size are more than torch can follow a network's steps for.
names = sys.argv[3:]
known = {one.name: one for one in model.inputs}
given = [
    torch.zeros([1, *known[name].shape[1:]], dtype=getattr(torch, known[name].dtype))
    for name in names
]


class Served(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.model = model

    def forward(self, *values):
        named = dict(zip(names, values))
        return self.model(named if len(values) > 1 else values[0], training=False)


with torch.no_grad():
    program = torch.export.export(Served().eval(), tuple(given))
torch.export.save(program, sys.argv[2])
"""


@final
class TorchFormat(Format):
    """For what runs torch, a sequence at a time; every step of a window is a part of the graph."""

    name = "torch"
    about = "an exported program, for torch without Keras"
    needs = "torch"
    use = """\
import json

import torch

MODEL = torch.export.load(str(HERE / "model.pt2")).module()
SIGNATURE = json.loads((HERE / "signature.json").read_text("utf-8"))
NAMES = [one["name"] for one in SIGNATURE["inputs"]]


def predict(inputs):
    given = [torch.from_numpy(inputs[name]) for name in NAMES]
    with torch.no_grad():
        found = [MODEL(*(one[at : at + 1] for one in given)) for at in range(len(given[0]))]
    return torch.cat(found).numpy()
"""

    def write(self, network: Network, folder: Path) -> None:
        """``model.pt2``, by Keras on torch in a process of its own."""
        if find_spec("torch") is None:
            raise MissingExtra("torch", "torch", "--format torch")
        given = [str(folder / "model.pt2"), *(one.name for one in network.signature.inputs)]
        on_backend("torch", network.model, _SCRIPT, given, "--format torch")
