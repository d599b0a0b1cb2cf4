"""OpenVINO's own representation, by way of our ONNX, whose recurrent operators it has, too.

Where padding is read it goes by way of TensorFlow: of a recurrent operator's lengths OpenVINO
2026.4 takes no notice on CPUs.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, final

from rnnsearch.data.extras import import_extra
from rnnsearch.exports._base import Format, Network
from rnnsearch.exports.onnx_format import write_onnx
from rnnsearch.exports.operators import Operators, translated
from rnnsearch.exports.savedmodel import write_savedmodel

__all__ = ["OpenVinoFormat"]

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
        openvino = import_extra("openvino", "openvino", "openvino", "--format openvino")
        output = network.signature.output
        operators = translated(network.model, [output], "--format openvino")
        with TemporaryDirectory() as aside:
            model = _read(openvino, network, operators, Path(aside))
            openvino.save_model(model, str(folder / "model.xml"), compress_to_fp16=False)


def _read(openvino: Any, network: Network, operators: Operators, aside: Path) -> Any:
    """OpenVINO's model of a network."""
    recurrent = [node for node in operators.nodes if node.kind in _RECURRENT]
    if any(node.inputs[_LENGTHS] for node in recurrent):
        write_savedmodel(network.model, aside / "model", "openvino")
        return openvino.convert_model(str(aside / "model"))
    write_onnx(operators, aside / "model.onnx")
    return openvino.Core().read_model(str(aside / "model.onnx"))
