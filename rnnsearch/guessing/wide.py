"""Tables with a row a year and a column a month, or a row a day and a column an hour."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rnnsearch.data.time import month_of

__all__ = ["wide_note"]

_HOUR = re.compile(r"(?:h|hr|hour|he)?[ _]?(\d{1,2})(?::00)?", re.IGNORECASE)


def wide_note(names: Sequence[str]) -> list[str]:
    """What to say where columns are steps of time: here each is taken for a quantity of its own."""
    months = [name for name in names if month_of(name)]
    hours = [name for name in names if _HOUR.fullmatch(name.strip())]
    for found, what, count in ((months, "months", 12), (hours, "hours", 24)):
        if len(found) == count:
            return [
                f"columns '{found[0]}' to '{found[-1]}' look like {what}: each is taken for a "
                f"quantity of its own; for one series of {what} put them in one column below each "
                "other (pandas.melt)"
            ]
    return []
