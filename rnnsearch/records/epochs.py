"""epochs.csv: the learning curve of each run of each trial, appended when the trial ends."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, final

from rnnsearch.errors import StudyError
from rnnsearch.files import write_bytes
from rnnsearch.outcomes import Epoch

if TYPE_CHECKING:
    import pandas as pd


__all__ = ["EpochsFile", "read_epochs"]

_KEYS = ("trial", "run", "epoch")
_MOST = 2**53

_Row: TypeAlias = tuple[tuple[int, ...], list[float]]
"""Trial, run and epoch; metrics."""


@final
class EpochsFile:
    """The file, to be appended to; it is read only where this object does not know what it holds.

    Args:
        path: Made, with its header, where it is missing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._columns: list[str] = []
        self._size = -1

    def append(self, trial: int, curve: Sequence[Epoch], run: int = 0) -> None:
        """Add a run's learning curve, or the next part of it.

        A line that a kill left unfinished is removed first. Metrics that the file has no column
        for yet widen it, which writes it anew.

        Args:
            trial: The trial's number.
            curve: Points in the order of their epochs. One that is not above the last one of
                the same run begins it anew, and replaces for `read_epochs` what it had.
            run: Which of the trial's runs it is.
        """
        if not curve:
            return
        if not self._path.exists() or self._path.stat().st_size != self._size:
            self._columns, self._size = _header(self._path)
        self._add_columns(list(dict.fromkeys(name for epoch in curve for name in epoch.metrics)))
        lines = "".join(f"{_line((trial, run), epoch, self._columns)}\n" for epoch in curve)
        with self._path.open("r+b") as file:
            file.truncate(self._size)
            file.seek(self._size)
            self._size += file.write(lines.encode("utf-8"))

    def _add_columns(self, names: Sequence[str]) -> None:
        missing = [name for name in _ordered(names) if name not in self._columns]
        if missing:
            self._columns = [*(self._columns or _KEYS), *missing]
            self._size = _widen(self._path, self._columns, len(missing))


def read_epochs(path: Path) -> pd.DataFrame:
    """All learning curves: ``trial, run, epoch, loss, val_…``, sorted by these three.

    Of a trial that was trained again only the last time is given; a line that a kill left
    unfinished is not. Empty where there is no file.

    Raises:
        StudyError: Its columns are not those of curves.
    """
    import pandas as pd

    columns, size = _header(path)
    if columns and (columns[: len(_KEYS)] != list(_KEYS) or len({*columns}) < len(columns)):
        raise StudyError(
            f"Expected learning curves: columns {', '.join(_KEYS)}, then metrics. Received: "
            f"{path}, which has others ({', '.join(columns)[:80]}); put back a copy, or remove it"
        )
    if not columns:
        return pd.DataFrame({key: pd.Series(dtype="int64") for key in _KEYS})
    runs: dict[tuple[int, int], list[_Row]] = {}
    content = path.read_bytes()[:size].decode("utf-8", "replace")
    for line in content.splitlines()[1:]:
        row = _row(line, len(columns))
        if row is None:
            continue  # damage from outside: nothing of ours writes such a line
        (trial, number, epoch), _ = row
        run = runs.setdefault((trial, number), [])
        if run and epoch <= run[-1][0][2]:
            run.clear()
        run.append(row)
    rows = [row for key in sorted(runs) for row in runs[key]]
    series: dict[str, pd.Series] = {}
    for position, column in enumerate(columns[: len(_KEYS)]):
        series[column] = pd.Series([keys[position] for keys, _ in rows], dtype="int64")
    for position, column in enumerate(columns[len(_KEYS) :]):
        series[column] = pd.Series([values[position] for _, values in rows], dtype="float64")
    return pd.DataFrame(series)


def _row(line: str, columns: int) -> _Row | None:
    """A line's whole numbers and its metrics; None where it has others."""
    cells = line.split(",")
    if len(cells) != columns:
        return None
    try:
        keys = tuple(int(cell) for cell in cells[: len(_KEYS)])
        values = [float(cell) if cell else math.nan for cell in cells[len(_KEYS) :]]
    except ValueError:
        return None
    return (keys, values) if all(0 <= key < _MOST for key in keys) else None


def _header(path: Path) -> tuple[list[str], int]:
    """The columns and how many bytes of the file are whole lines; [] and 0 without a header."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return [], 0
    size = content.rfind(b"\n") + 1
    if not size:
        return [], 0
    return content[: content.index(b"\n")].decode("utf-8", "replace").split(","), size


def _ordered(names: Sequence[str]) -> list[str]:
    """``loss`` first, the training metrics, then the validation metrics."""
    return sorted(names, key=lambda name: (name != "loss", name.startswith("val_"), name))


def _widen(path: Path, columns: Sequence[str], added: int) -> int:
    """Write the file anew with more columns, empty in the old rows; return its size."""
    old = path.read_bytes() if path.exists() else b""
    whole = old[: old.rfind(b"\n") + 1].decode("utf-8").splitlines()[1:]
    lines = [",".join(columns), *(line + "," * added for line in whole)]
    content = "".join(f"{line}\n" for line in lines).encode("utf-8")
    write_bytes(path, content)
    return len(content)


def _line(run: tuple[int, int], epoch: Epoch, columns: Sequence[str]) -> str:
    values = [
        repr(float(epoch.metrics[name])) if name in epoch.metrics else ""
        for name in columns[len(_KEYS) :]
    ]
    return ",".join([*map(str, run), str(epoch.number), *values])
