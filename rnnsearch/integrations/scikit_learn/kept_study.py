"""The folder of an estimator's search: kept where the user says, or as long as the estimator."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from functools import cached_property
from pathlib import Path
from typing import Any, final

from rnnsearch import api

__all__ = ["Study"]

_LEFT_OUT = ("weights", "logs", "data")
"""Folders of a study that its winner does without, where there is one in best.keras."""


@final
class Study:
    """A study's folder, which goes along when the estimator is pickled.

    Args:
        path: The folder; None for a temporary one, which is removed with this object.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path if path is not None else self._temporary()

    def _temporary(self) -> Path:
        """A folder in one that is removed with this object, or when the process ends."""
        folder = tempfile.mkdtemp(prefix="rnnsearch-")
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        return Path(folder) / "search"

    @cached_property
    def results(self) -> api.Results:
        """What was found.

        Raises:
            StudyError: There is nothing in the folder.
        """
        return api.Results.open(self.path)

    def __getstate__(self) -> dict[str, Any]:
        """The content of the files that the winner needs, wherever the folder is."""
        whole = not (self.path / "best.keras").exists()
        files = [path for path in sorted(self.path.rglob("*")) if path.is_file()]
        named = {path.relative_to(self.path): path for path in files}
        return {
            "files": {
                name.as_posix(): path.read_bytes()
                for name, path in named.items()
                if whole or name.parts[0] not in _LEFT_OUT
            }
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Write them into a temporary folder."""
        self.path = self._temporary()
        for name, content in state["files"].items():
            path = self.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
