"""Names of columns that hold the time."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rnnsearch.data.time.split_times import role

__all__ = ["TIMES", "named", "says_when"]

TIMES = (
    *("time", "date", "datetime", "timestamp", "day", "month", "year", "ds", "period", "week"),
    *("unix", "unixtime", "epoch", "ts", "when", "datum", "zeit", "zeitpunkt", "zeitstempel"),
    *("messzeit", "messzeitpunkt", "tag", "fecha", "tarih", "dato", "tijd", "tid", "czas", "heure"),
    *("horodatage", "hora", "jour", "дата", "время"),
    *("日期", "时间", "日付", "日時", "날짜"),
    *("jd", "mjd", "bjd", "hjd", "julian", "datenum", "quarter"),
)
_ZONE = re.compile(r"[\W_]+(?:utc|gmt|cet|mez|local|lokal|lt)[)\]]?$", re.IGNORECASE)
"""Whose clocks are meant: ``time_utc``, ``Date (GMT)``."""


def named(name: str, words: Sequence[str]) -> bool:
    """Whether a column's name is one of these words, or has one in it: ``start_date``."""
    folded = name.casefold()
    return any(folded == word or folded.endswith(("_" + word, " " + word)) for word in words)


def says_when(name: str) -> bool:
    """Whether a name says that a column holds the time, or a part of it."""
    bare = _ZONE.sub("", name)
    return named(bare, TIMES) or bool(role(bare))
