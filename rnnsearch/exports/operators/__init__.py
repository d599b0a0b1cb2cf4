"""A Keras graph as a list of plain operators, which runtimes have, or which are easily written.

They are named, and behave, as those of ONNX: so writing an ONNX file is a matter of copying, and
`numpy_operators` has each of them in a few lines of NumPy.
"""

from rnnsearch.exports.operators._base import Node, Operators, Symbol, graph_of
from rnnsearch.exports.operators.translate import translated

__all__ = ["Node", "Operators", "Symbol", "graph_of", "translated"]
