"""summary.json: what the search came to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rnnsearch.errors import StudyError
from rnnsearch.files import write_text
from rnnsearch.outcomes import Summary
from rnnsearch.outcomes.record_forms import check_summary

__all__ = ["read_summary", "write_summary"]


def write_summary(path: Path, summary: Summary) -> None:
    """Make or replace summary.json."""
    write_text(path, json.dumps(summary.to_json(), indent=2, allow_nan=False) + "\n")


def read_summary(path: Path) -> dict[str, Any]:
    """What was written, as plain values.

    Raises:
        StudyError: There is none, or it is none as a search writes it.
    """
    try:
        values: dict[str, Any] = json.loads(path.read_text("utf-8"))
        check_summary(values)
    except FileNotFoundError:
        raise StudyError(
            f"Expected a results folder. Received: {path.parent}, which has no summary.json; "
            "give the folder of a search that has ended"
        ) from None
    except (ValueError, RecursionError) as error:
        raise StudyError(
            f"Expected a summary in JSON. Received: {path}, which reads otherwise "
            f"({' '.join(str(error).split())}); run the search again to have it written anew"
        ) from error
    return values
