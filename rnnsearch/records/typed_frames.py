"""Predictions in a Parquet file, with the types of the file that was predicted for."""

from __future__ import annotations

import importlib.util
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnnsearch.errors import MissingExtra

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["frame_to_parquet"]


def frame_to_parquet(frame: pd.DataFrame, like: Path) -> bytes:
    """A frame as Parquet; columns of time that `like` has, too, have its type.

    Args:
        frame: Times are texts, as predictions have them.
        like: The file that was predicted for; one that is no Parquet file has no types.

    Raises:
        MissingExtra: pyarrow is not installed.
    """
    if importlib.util.find_spec("pyarrow") is None:
        raise MissingExtra("pyarrow", "parquet", "a Parquet file")
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata()
    schema = pq.read_schema(like) if like.suffix.lower() == ".parquet" else pa.schema([])
    for at, name in enumerate(table.column_names):
        if name in schema.names:
            column = _typed(frame.iloc[:, at], schema.field(name).type)
            table = table if column is None else table.set_column(at, name, column)
    written = io.BytesIO()
    pq.write_table(table, written)
    return written.getvalue()


def _typed(texts: pd.Series[Any], kind: Any) -> Any:
    """Times as values of a type; None where it is none of times, or would lose something."""
    import pandas as pd
    import pyarrow as pa

    if not (pa.types.is_timestamp(kind) or pa.types.is_date(kind)):
        return None
    zoned = pa.types.is_timestamp(kind) and kind.tz is not None
    times = pd.to_datetime(texts, format="ISO8601", utc=zoned)
    try:
        return pa.array(times, pa.timestamp("us", "UTC" if zoned else None)).cast(kind)
    except pa.ArrowInvalid:
        return None
