"""Workbooks, which may have a table in each of several sheets."""

from __future__ import annotations

import html
import re
import zipfile
import zlib
from pathlib import Path

__all__ = ["said_sheets"]

_SHEET = re.compile(r"<(?:\w+:)?sheet [^>]*?name=\"([^\"]*)\"")


def said_sheets(path: Path) -> str:
    """What to say of a workbook with several sheets, of which the first alone is read."""
    try:
        with zipfile.ZipFile(path) as packed:
            content = packed.read("xl/workbook.xml").decode("utf-8", "replace")
    except (KeyError, OSError, zipfile.BadZipFile, NotImplementedError, zlib.error):
        return ""
    names = [html.unescape(name) for name in _SHEET.findall(content)]
    if len(names) < 2:
        return ""
    return (
        f"; that reads the first of {len(names)} sheets, with sheet_name={names[1]!r} the next; a "
        "table in pieces is put together by pandas.concat(pandas.read_excel(NAME, sheet_name=None)"
        ".values()).to_csv('data.csv', index=False)"
    )
