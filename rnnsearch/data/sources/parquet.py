"""A table in a Parquet file, whose columns have types."""

from __future__ import annotations

import ast
import importlib.util
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from rnnsearch.data.collecting import Problems
from rnnsearch.data.raw.tables import Table
from rnnsearch.data.sources._base import TableReader
from rnnsearch.errors import InvalidData, MissingExtra
from rnnsearch.files import memory_bytes

__all__ = ["ParquetReader"]

_NOTHING: Mapping[str, Any] = {}


class ParquetReader(TableReader):
    """Reads Parquet files. Rows count from 1: there is no header line."""

    def read(self, path: Path, asked: Mapping[str, Any] = _NOTHING) -> Table:
        """Read a Parquet file; columns that nobody asks for are left on the disk.

        Raises:
            InvalidData: The file is missing, is no Parquet file, or has no rows.
            MissingExtra: pyarrow is not installed.
        """
        if importlib.util.find_spec("pyarrow") is None:
            raise MissingExtra("pyarrow", "parquet", "a Parquet file")
        import pyarrow as pa
        import pyarrow.parquet as pq

        problems = Problems()
        try:
            file = pq.ParquetFile(path, memory_map=True)
        except FileNotFoundError:
            advice = "a path in a spec is relative to the spec's folder"
            problems.add("data.path", "must be an existing file", str(path), advice)
        except (OSError, pa.ArrowException) as error:
            _damaged(path, error, problems)
        problems.raise_any()
        rows = file.metadata.num_rows
        groups, memory = range(file.metadata.num_row_groups), memory_bytes()
        # A header may say anything, and room is made for what it says.
        if rows != sum(file.metadata.row_group(group).num_rows for group in groups):
            _damaged(path, ValueError("its parts have other numbers of rows than it"), problems)
        elif memory is not None and 8 * rows > memory:
            _damaged(path, ValueError(f"{rows:,} rows, for which there is no memory"), problems)
        elif not rows:
            problems.add("data.path", "must have rows", "none", f"look at {path}")
        problems.raise_any()
        header, notes = _names(file.schema_arrow)
        columns = tuple(_ArrowColumn(file, path, index) for index in range(len(header)))
        return Table(header, np.arange(1, rows + 1), columns, notes)


def _names(schema: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of columns, and a note where pandas has put them together of several levels.

    It writes ``('Close', 'AAPL')``; CSV files of the same frame have a line for each level.
    """
    names = [field.name.strip() for field in schema]
    said = json.loads((schema.metadata or {}).get(b"pandas", b"{}"))
    if len(said.get("column_indexes") or []) < 2:
        return tuple(names), ()
    levels = {at: found for at, name in enumerate(names) if (found := _levels(name))}
    if len({len(cells) for cells in levels.values()}) != 1:
        return tuple(names), ()
    rows = [*zip(*levels.values(), strict=True)]
    shown = [row for row in rows if len({*row}) > 1] or rows[:1]
    for at, cells in zip(levels, zip(*shown, strict=True), strict=True):
        names[at] = " ".join(filter(None, cells))
    called = ", ".join(names[at] for at in [*levels][:4])
    return tuple(names), (f"columns have {len(rows)} levels: they are called {called}",)


def _levels(name: str) -> tuple[str, ...]:
    """What a name says of each level; empty for one that has none."""
    try:
        found = ast.literal_eval(name) if name.startswith("(") else ()
    except (SyntaxError, ValueError):
        return ()
    return tuple(map(str, found)) if isinstance(found, tuple) else ()


def _damaged(path: Path, error: Exception, problems: Problems) -> None:
    """Note that a file is not what it says."""
    said = " ".join(str(error).split())[:200] or type(error).__name__
    advice = "write it with pandas.DataFrame.to_parquet, or use source: csv"
    problems.add("data.path", "must be a readable Parquet file", f"{path} ({said})", advice)


@dataclass(frozen=True)
class _ArrowColumn:
    """A column of a file.

    Attributes:
        file: A ``pyarrow.parquet.ParquetFile``.
        path: Where it stands.
        index: Which of its columns.
    """

    file: Any
    path: Path
    index: int

    def _cells(self) -> Any:
        """The cells, categories written out.

        Raises:
            InvalidData: They can't be read.
        """
        import pyarrow as pa

        field, problems = self.file.schema_arrow[self.index], Problems()
        try:
            # Read by position, as two columns may have one name; nested columns take several.
            cells = self.file.read(columns=[field.name])
            cells = cells.column(min(cells.schema.get_all_field_indices(field.name)))
            cells = cells.combine_chunks()
            cells.validate(full=True)
            if len(cells) != self.file.metadata.num_rows:
                other = f"{len(cells)} rows of {self.file.metadata.num_rows} in '{field.name}'"
                raise ValueError(other)
            return getattr(cells, "storage", cells).cast(_kind(cells.type))
        except (OSError, pa.ArrowException, MemoryError, ValueError) as error:
            _damaged(self.path, error, problems)
            raise InvalidData(problems.found) from error

    def texts(self) -> list[str]:
        """The cells as text: numbers in the fewest digits, dates in ISO's form."""
        import pyarrow as pa

        if self._period:
            return [str(time) for time in (self._times_of_periods()).astype("datetime64[m]")]
        cells = self._cells()
        kind = cells.type
        if pa.types.is_nested(kind):
            problems = Problems()
            name = self.file.schema_arrow[self.index].name
            must = "must have one number, text or time a cell in the columns it names"
            received = f"{kind} in '{name}'"
            advice = "write each part to a column of its own"
            if pa.types.is_struct(kind):
                advice += f": pandas.json_normalize(frame['{name}'].tolist()).to_csv("
                advice += "'data.csv', index=False)"
            elif pa.types.is_list(kind) and pa.types.is_string(kind.value_type):
                advice = "join what is in each cell, and in those of labels beside it: frame"
                advice += f"['{name}'] = frame['{name}'].map(lambda cell: ' '.join(map(str, cell)))"
            problems.add("data.path", must, received, advice)
            problems.raise_any()
        if pa.types.is_timestamp(kind):
            # Nanoseconds are no part of what a time stamp may say.
            cells = cells.cast(pa.timestamp("us", kind.tz), safe=False)
        if pa.types.is_duration(kind):
            return _elapsed(cells.cast(pa.duration("us"), safe=False).cast(pa.int64()).to_pylist())
        try:
            texts = cells.cast(pa.string()).to_pylist()
        except pa.ArrowException as error:  # bytes that are no text
            problems, name = Problems(), self.file.schema_arrow[self.index].name
            must = "must have one number, text or time a cell in the columns it names"
            received = f"{kind} in '{name}' ({str(error).splitlines()[0]})"
            problems.add("data.path", must, received, "write it as text")
            raise InvalidData(problems.found) from error
        return ["" if text is None else text.strip() for text in texts]

    def numbers(self) -> np.ndarray | None:
        """The cells where the type is one of numbers."""
        return self._numbers

    @cached_property
    def _numbers(self) -> np.ndarray | None:
        import pyarrow as pa

        kind = _kind(self.file.schema_arrow[self.index].type)
        if self._period or not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
            return None
        cells = self._cells().cast(pa.float64(), safe=False)
        return np.asarray(cells.to_numpy(zero_copy_only=False), np.float64)

    def times(self) -> np.ndarray | None:
        """The cells where the type is one of times; what is given with a zone is UTC's."""
        import pyarrow as pa

        if self._period:
            return self._times_of_periods()
        kind = _kind(self.file.schema_arrow[self.index].type)
        if not (pa.types.is_timestamp(kind) or pa.types.is_date(kind)):
            return None
        zone = kind.tz if pa.types.is_timestamp(kind) else None
        # Nanoseconds are no part of what a time stamp may say.
        cells = self._cells().cast(pa.timestamp("us", zone), safe=False)
        counts = cells.cast(pa.int64())
        empty = np.asarray(counts.is_null())
        times = np.asarray(counts.fill_null(0), np.int64).astype("datetime64[us]")
        times[empty] = np.datetime64("NaT")
        return times

    @property
    def _period(self) -> str:
        """How long the periods of pandas are that the column holds, ``M``; "" of another."""
        field = self.file.schema_arrow[self.index]
        if hasattr(field.type, "freq"):
            return str(field.type.freq)
        said = field.metadata or {}
        if said.get(b"ARROW:extension:name") != b"pandas.period":
            return ""
        return str(json.loads(said[b"ARROW:extension:metadata"])["freq"])

    def _times_of_periods(self) -> np.ndarray:
        """The begins of periods, which are stored as counts since 1970."""
        import pandas as pd
        import pyarrow as pa

        counts = self._cells().cast(pa.int64())
        empty = np.asarray(counts.is_null())
        ordinals = np.asarray(counts.fill_null(0), np.int64)
        periods = pd.arrays.PeriodArray(ordinals, dtype=pd.PeriodDtype(self._period))
        begins = pd.Series(periods).dt.to_timestamp()
        times = np.array(begins.to_numpy(), "datetime64[us]")
        times[empty] = np.datetime64("NaT")
        return times

    def zone(self) -> str:
        """The zone of a type of times, "" where it has none."""
        import pyarrow as pa

        kind = _kind(self.file.schema_arrow[self.index].type)
        return (kind.tz or "") if pa.types.is_timestamp(kind) else ""


def _elapsed(micros: list[int | None]) -> list[str]:
    """Microseconds since a start as 25:10:00.5."""
    found = []
    for each in micros:
        seconds, rest = divmod(abs(each or 0), 1_000_000)
        text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        text += f".{rest:06}" if rest else ""
        found.append("" if each is None else text if each >= 0 else f"-{text}")
    return found


def _kind(kind: Any) -> Any:
    """The type of cells; of categories, that of each, and of periods that of their counts."""
    import pyarrow as pa

    if isinstance(kind, pa.BaseExtensionType):
        return kind.storage_type
    return kind.value_type if pa.types.is_dictionary(kind) else kind
