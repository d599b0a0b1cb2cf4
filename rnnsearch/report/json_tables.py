"""Tables as values that JSON takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rnnsearch.outcomes.json_values import plain as as_json

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["plain", "plain_rows"]


def plain_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame, None where there is no value."""
    return [
        {str(column): plain(value) for column, value in row.items()}
        for row in frame.to_dict("records")
    ]


def plain(value: Any) -> Any:
    """A Python value; None for what is missing or not finite."""
    import pandas as pd

    return None if value is pd.NA else as_json(value)
