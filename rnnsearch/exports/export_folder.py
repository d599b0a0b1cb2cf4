"""The folder of an export: the format's files, what goes in and comes out, how to use it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from rnnsearch.errors import InvalidInput, Problem
from rnnsearch.exports._base import Format, Network
from rnnsearch.exports.own_code import copy_modules, importing, own_classes
from rnnsearch.exports.text_ids import SCRIPT
from rnnsearch.files import replacing_folder

__all__ = ["write_folder"]

_HEAD = '''\
"""Predict with this export: python use.py. Needs: {needs}.

signature.json says what `predict` takes, a dict of NumPy arrays, and what it gives.
"""

import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent

'''

_TAIL = """

if __name__ == "__main__":
    if not (HERE / "examples.npz").exists():
        sys.exit("Expected examples.npz beside this file. Received: none; call predict()")
    with np.load(HERE / "examples.npz") as kept:
        inputs = {name[6:]: kept[name] for name in kept.files if name.startswith("input_")}
        expected = kept["expected"]
    found = predict(inputs)
    if len(sys.argv) > 1:
        np.save(sys.argv[1], found)
    else:
        print(f"{len(found)} predictions; of what predict gave they are off by "
              f"{np.nanmax(np.abs(found - expected)):.2g} at most")
"""

_MARK = "signature.json"


def write_folder(
    form: Format,
    network: Network,
    folder: Path,
    card: str,
    examples: dict[str, np.ndarray] | None,
    expected: np.ndarray | None,
) -> None:
    """Make an export's folder, or replace one; what stands there half is removed.

    Args:
        form: The format.
        network: What is exported.
        folder: Where to.
        card: The text of model_card.md.
        examples: Raw inputs by name; None where there is no data.
        expected: What they lead to.

    Raises:
        InvalidInput: The folder holds something else, or the format can't hold the network.
        MissingExtra: The format takes a library that is not installed.
    """
    if folder.exists() and not (folder.is_dir() and _ours(folder)):
        must = "must be a folder that is not there yet, or an earlier export"
        raise InvalidInput([Problem("--output", must, str(folder), "give another folder")])
    with replacing_folder(folder) as aside:
        form.write(network, aside)
        _write_text(aside / _MARK, json.dumps(network.signature.to_json(), indent=2) + "\n")
        _write_text(aside / "model_card.md", card)
        own = own_classes(network.model) if form.reads_layers else []
        copy_modules(own, aside)
        head = _HEAD.format(needs=form.needs) + importing(own, "HERE")
        _write_text(aside / "use.py", head + form.use + _TAIL)
        if network.signature.vocabulary is not None:
            _write_text(aside / "vocabulary.json", json.dumps(network.signature.vocabulary) + "\n")
            _write_text(aside / "text_ids.py", SCRIPT)
        if examples is not None and expected is not None:
            given = {f"input_{name}": array for name, array in examples.items()}
            np.savez(aside / "examples.npz", allow_pickle=False, expected=expected, **given)


def _ours(folder: Path) -> bool:
    return (folder / _MARK).exists() or not any(folder.iterdir())


def _write_text(path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8")
