"""Makers of small files and sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnnsearch.spec.sources import CsvSource, NpzSource

Write = Callable[..., Path]


@pytest.fixture(scope="session")
def write_csv(tmp_path_factory: pytest.TempPathFactory) -> Write:
    """Columns to a new CSV file; None becomes an empty cell."""

    def write(columns: Mapping[str, Sequence[Any]]) -> Path:
        path = tmp_path_factory.mktemp("csv") / "series.csv"
        rows = zip(*columns.values(), strict=True)
        lines = [",".join(columns)]
        lines += [",".join("" if v is None else str(v) for v in row) for row in rows]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def write_npz(tmp_path_factory: pytest.TempPathFactory) -> Write:
    """Arrays to a new .npz file."""

    def write(**arrays: Any) -> Path:
        path = tmp_path_factory.mktemp("npz") / "arrays.npz"
        np.savez(path, **arrays)
        return path

    return write


@pytest.fixture(scope="session")
def csv_source() -> Callable[..., CsvSource]:
    """A source with a window of 4 rows that forecasts `y` from `y`, unless told otherwise."""

    def make(path: Path, **changes: Any) -> CsvSource:
        values: dict[str, Any] = {"inputs": ("y",), "target": "y", "window": 4}
        return CsvSource(source="csv", path=path, **(values | changes))

    return make


@pytest.fixture(scope="session")
def npz_source() -> Callable[..., NpzSource]:
    """A source of arrays."""

    def make(path: Path, **changes: Any) -> NpzSource:
        return NpzSource(source="npz", path=path, **changes)

    return make
