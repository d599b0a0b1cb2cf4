"""A Python file that needs NumPy alone, with the weights in an .npz beside it."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any, final

import numpy as np

from rnnsearch.exports import numpy_operators
from rnnsearch.exports._base import Format, Network
from rnnsearch.exports.operators import Node, Operators, translated

__all__ = ["PythonFormat", "python_text"]

_HEAD = '''\
"""A network that rnnsearch found, in NumPy.

{about}
Written by: python main.py export … --format python
"""

from pathlib import Path

import numpy as np

with np.load(Path(__file__).with_name("{weights}"), allow_pickle=False) as kept:
    C = {{name: kept[name] for name in kept.files}}
'''


@final
class PythonFormat(Format):
    """The network as a program: every step of it can be read."""

    name = "python"
    about = "one .py file that needs NumPy alone, and its .npz"
    needs = "numpy"
    use = """\
sys.path.insert(0, str(HERE))
from model import predict as run


def predict(inputs):
    return run(**inputs)
"""

    def write(self, network: Network, folder: Path) -> None:
        """``model.py`` and ``model.npz``."""
        output = network.signature.output
        operators = translated(network.model, [output], "--format python")
        np.savez(folder / "model.npz", allow_pickle=False, **operators.constants)
        lines = [f"    {one.name} {one.shape}: {one.about}" for one in network.signature.inputs]
        about = "\n".join(["predict takes, B first:\n", *lines, f"\nand gives {output}.\n"])
        (folder / "model.py").write_text(python_text(operators, about), encoding="utf-8")


def python_text(operators: Operators, about: str) -> str:
    """A program of operators as the text of a Python file with a function ``predict``."""
    given = ", ".join(operators.inputs)
    lines = [f"def predict({given}):", '    """From raw values to what is predicted."""']
    for name, (_, dtype) in operators.inputs.items():
        lines.append(f"    {name} = np.asarray({name}, np.{dtype})")
    lines += [f"    {_line(node, operators)}" for node in operators.nodes]
    results = ", ".join(name for name, *_ in operators.outputs.values())
    lines.append(f"    return {results}")
    body = "\n".join(lines)
    head = _HEAD.format(about=about, weights="model.npz")
    return "\n\n".join([head, *_sources(body), body]) + "\n"


def _line(node: Node, operators: Operators) -> str:
    """One operator as a line of Python."""
    read = [_name(name, operators) for name in node.inputs]
    form: Any = numpy_operators.KINDS[node.kind]
    targets = ", ".join(node.outputs)
    if isinstance(form, str):
        return f"{targets} = {form.format(*read, **node.settings)}"
    settings = [f"{key}={value!r}" for key, value in node.settings.items()]
    return f"{targets} = {form.__name__}({', '.join([*read, *settings])})"


def _name(name: str, operators: Operators) -> str:
    if not name:
        return "None"
    return f'C["{name}"]' if name in operators.constants else name


def _sources(body: str) -> list[str]:
    """The functions that a text calls, and those that these call, as they stand in our module."""
    functions = {
        name: inspect.getsource(function)
        for name, function in inspect.getmembers(numpy_operators, inspect.isfunction)
        if function.__module__ == numpy_operators.__name__
    }
    wanted, texts = set[str](), [body]
    while texts:
        text = texts.pop()
        for name in functions.keys() - wanted:
            if re.search(rf"(?<![.\w]){name}\b", text):
                wanted.add(name)
                texts.append(functions[name])
    # Annotations are of no use there, and would want an import.
    plain = {
        name: re.sub(r": Any\b|: int\b|: str\b| -> Any\b", "", functions[name]) for name in wanted
    }
    return [plain[name].strip("\n") + "\n" for name in functions if name in wanted]
