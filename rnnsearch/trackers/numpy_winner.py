"""The winner as NumPy alone, for registries of models."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

__all__ = ["export_winner"]


def export_winner(study: Path, folder: Path) -> str:
    """Export the winner of a study in a process of its own, as the format ``python``.

    Args:
        study: Its folder.
        folder: Where to.

    Returns:
        Why there is none; empty where there is.
    """
    export = ["export", str(study), "--format", "python", "-o", str(folder)]
    done = subprocess.run(
        [sys.executable, "-P", "-m", "rnnsearch", *export],
        # This package, wherever it was imported from.
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=False,
    )
    if not done.returncode:
        return ""
    return (done.stderr.strip().splitlines() or ["no reason was given"])[-1]
