"""The formats by name."""

from __future__ import annotations

from collections.abc import Mapping

from rnnsearch.errors import InvalidInput, Problem
from rnnsearch.exports._base import Format
from rnnsearch.exports.keras_format import KerasFormat
from rnnsearch.exports.litert_format import LiteRtFormat
from rnnsearch.exports.onnx_format import OnnxFormat
from rnnsearch.exports.openvino_format import OpenVinoFormat
from rnnsearch.exports.python_format import PythonFormat
from rnnsearch.exports.savedmodel_format import SavedModelFormat
from rnnsearch.exports.streaming_format import StreamingFormat
from rnnsearch.exports.torch_format import TorchFormat

__all__ = ["FORMATS", "find_format"]

_ALL = (
    KerasFormat(),
    PythonFormat(),
    OnnxFormat(),
    SavedModelFormat(),
    LiteRtFormat("litert", "float32"),
    LiteRtFormat("litert_float16", "float16", loses=0.01),
    LiteRtFormat("litert_int8", "int8", loses=0.1),
    OpenVinoFormat(),
    TorchFormat(),
    StreamingFormat(),
)

FORMATS: Mapping[str, Format] = {one.name: one for one in _ALL}


def find_format(name: str) -> Format:
    """The format of a name.

    Raises:
        InvalidInput: There is none.
    """
    if name not in FORMATS:
        advice = f"choose one of {', '.join(FORMATS)}"
        raise InvalidInput([Problem("--format", "must be a known format", name, advice)])
    return FORMATS[name]
