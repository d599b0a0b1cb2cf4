"""OpenVINO's own representation, by way of our ONNX, whose recurrent operators it has, too.

Where padding is read, sequences are read backwards or several recurrent layers stand in a graph it
goes by way of TensorFlow, which takes longer: of a recurrent operator's lengths OpenVINO 2026.4
takes no notice on CPUs, and some of the others it computes wrong for several sequences at once.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import final

from rnnsearch.data.extras import import_extra
from rnnsearch.errors import MissingExtra
from rnnsearch.exports._base import Format, Network
from rnnsearch.exports.backend_process import run_script, write_savedmodel
from rnnsearch.exports.onnx_format import write_onnx
from rnnsearch.exports.operators import Operators, translated

__all__ = ["OpenVinoFormat", "computed_right"]

_SCRIPT = """\
import sys

sys.modules["openvino_telemetry"] = None  # else Intel is told
import openvino

read, put = sys.argv[1:]
openvino.save_model(openvino.Core().read_model(read), put, compress_to_fp16=False)
"""
"""For a process of its own: importing OpenVINO forks, which JAX must not be within."""

_RECURRENT = ("LSTM", "GRU", "RNN")
_LENGTHS = 4
"""Place of a recurrent operator's lengths among its inputs."""


@final
class OpenVinoFormat(Format):
    """For Intel's processors, graphics and accelerators."""

    name = "openvino"
    about = "model.xml and model.bin, for OpenVINO"
    needs = "openvino"
    use = """\
sys.modules["openvino_telemetry"] = None  # else OpenVINO tells Intel that it is used
import openvino

# Else numbers have 16 bits where a processor is quicker with them.
EXACT = {"INFERENCE_PRECISION_HINT": "f32"}
MODEL = openvino.Core().compile_model(HERE / "model.xml", "CPU", EXACT)


def predict(inputs):
    return MODEL(inputs)[0]
"""

    def write(self, network: Network, folder: Path) -> None:
        """``model.xml`` and ``model.bin``, with weights of 32 bits."""
        import_extra("onnx", "onnx", "openvino", "--format openvino")
        if find_spec("openvino") is None:
            raise MissingExtra("openvino", "openvino", "--format openvino")
        output = network.signature.output
        operators = translated(network.model, [output], "--format openvino")
        with TemporaryDirectory() as aside:
            if not computed_right(operators):
                read = Path(aside) / "model"
                write_savedmodel(network.model, read, "openvino")
            else:
                read = Path(aside) / "model.onnx"
                write_onnx(operators, read)
            run_script(_SCRIPT, [str(read), str(folder / "model.xml")], "--format openvino")


def computed_right(operators: Operators) -> bool:
    """Whether OpenVINO computes what recurrent operators of ONNX stand for."""
    recurrent = [node for node in operators.nodes if node.kind in _RECURRENT]
    return len(recurrent) < 2 and all(
        node.settings["direction"] == "forward" and not node.inputs[_LENGTHS] for node in recurrent
    )
