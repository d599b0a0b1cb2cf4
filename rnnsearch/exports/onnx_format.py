"""An ONNX file: recurrent layers are ONNX's own operators, so any runtime has fast ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any, final

import numpy as np

from rnnsearch.data.extras import import_extra
from rnnsearch.exports._base import Format, Network
from rnnsearch.exports.operators import Node, Operators, translated

__all__ = ["OnnxFormat", "write_onnx"]

_OPSET = 18
"""The first that reduces along axes which are inputs, as all operators here do."""

_READS = 10
"""The format's own version, which runtimes since 2024 read."""


@final
class OnnxFormat(Format):
    """For onnxruntime, in Python, C++, Java, JavaScript and others."""

    name = "onnx"
    about = "one .onnx file, for onnxruntime and others"
    needs = "onnxruntime"
    use = """\
import onnxruntime

SESSION = onnxruntime.InferenceSession(HERE / "model.onnx", providers=["CPUExecutionProvider"])


def predict(inputs):
    if not all(map(len, inputs.values())):  # onnxruntime's GRU and LSTM end the whole process
        raise ValueError("Expected one sequence or more. Received: none")
    return SESSION.run(None, inputs)[0]
"""

    def write(self, network: Network, folder: Path) -> None:
        """``model.onnx``."""
        import_extra("onnx", "onnx", "onnx", "--format onnx")
        import_extra("onnxruntime", "onnxruntime", "onnx", "--format onnx")  # the check's
        operators = translated(network.model, [network.signature.output], "--format onnx")
        write_onnx(operators, folder / "model.onnx")


def write_onnx(operators: Operators, path: Path) -> None:
    """A program of operators as an ONNX file, checked by ONNX's own checker."""
    import onnx
    from onnx import helper, numpy_helper

    types = {one: helper.np_dtype_to_tensor_dtype(np.dtype(one)) for one in ("float32", "int32")}
    inputs = [
        helper.make_tensor_value_info(name, types[dtype], ["B", *shape[1:]])
        for name, (shape, dtype) in operators.inputs.items()
    ]
    names = {value: name for name, (value, *_) in operators.outputs.items()}
    outputs = [
        helper.make_tensor_value_info(name, types[dtype], ["B", *shape[1:]])
        for name, (_, shape, dtype) in operators.outputs.items()
    ]
    nodes = [made for node in operators.nodes for made in _nodes(node, names)]
    constants = [
        numpy_helper.from_array(array, name) for name, array in operators.constants.items()
    ]
    graph = helper.make_graph(nodes, "rnnsearch", inputs, outputs, constants)
    opsets = [helper.make_opsetid("", _OPSET)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=_READS)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, str(path))


def _nodes(node: Node, names: dict[str, str]) -> list[Any]:
    """A node of ONNX; of what ONNX lacks, several."""
    from onnx import helper

    outputs = [names.get(name, name) for name in node.outputs]
    settings: dict[str, Any] = dict(node.settings)
    if node.kind == "Cast":
        settings["to"] = helper.np_dtype_to_tensor_dtype(np.dtype(settings["to"]))
    if node.kind == "Conv":
        settings["pads"] = list(settings["pads"])
    if node.kind == "Sort":
        return _sorted(node, outputs)
    made = helper.make_node(node.kind, list(node.inputs), outputs, **settings)
    return [made]


def _sorted(node: Node, outputs: list[str]) -> list[Any]:
    """The highest k of k, the lowest first."""
    from onnx import helper

    (read,), (put,) = node.inputs, outputs
    axis = node.settings["axis"]
    return [
        helper.make_node("Shape", [read], [f"{put}_shape"]),
        helper.make_node("Constant", [], [f"{put}_axis"], value_ints=[axis]),
        helper.make_node("Gather", [f"{put}_shape", f"{put}_axis"], [f"{put}_count"], axis=0),
        helper.make_node(
            "TopK", [read, f"{put}_count"], [put, f"{put}_order"], axis=axis, largest=0, sorted=1
        ),
    ]
