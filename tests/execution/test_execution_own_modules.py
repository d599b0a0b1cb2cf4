"""A worker's process finds the modules of a user's that lie beside the spec, and no others."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]

SPEC = """
task: many_to_one
data: {source: npz, path: waves.npz}
space: {cell: "my_cells:MinimalGRU", units: 2, bidirectional: false, pooling: last}
search: {trials: 1, epochs: 1, confirm: 0}
run: {diagnosis: false, device: cpu}
"""
SCRIPT = """
import rnnsearch
print("begins")
rnnsearch.search("../own.yaml", output="../found")
"""


def test_a_script_without_a_main_guard_searches_a_cell_that_lies_beside_its_spec(
    tmp_path: Path,
) -> None:
    x = np.random.default_rng(0).normal(size=(30, 3, 1)).astype("float32")
    np.savez(tmp_path / "waves.npz", x=x, y=x.sum((1, 2)))
    (tmp_path / "own.yaml").write_text(SPEC)
    shutil.copy(ROOT / "docs" / "examples" / "my_cells.py", tmp_path)
    elsewhere, begun_in = tmp_path / "elsewhere", tmp_path / "begun_in"
    elsewhere.mkdir()  # not where the module lies
    (elsewhere / "script.py").write_text(SCRIPT)
    begun_in.mkdir()
    for name in ("keras", "random"):  # an exercise's name, which libraries import as well
        (begun_in / f"{name}.py").write_text("raise SystemExit('a file of the user was run')")
    done = subprocess.run(
        [sys.executable, "../elsewhere/script.py"],
        cwd=begun_in,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("begins") == 1, "no worker runs the script anew"
    assert (tmp_path / "found" / "best.keras").exists()
