"""What stands between the cells of a text table, and commas that stand in numbers instead."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence

__all__ = [
    "SEPARATORS",
    "count_marks",
    "find_separator",
    "halve_numbers",
    "name_rows_as_r",
    "without_ends",
]

SEPARATORS = "\t;|,~^"
"""Those looked for; of several that all lines agree on, the first."""

_HEAD = 400
"""Lines that decide about the separator."""
_AGREE = 0.9
"""Share of lines that must have as many cells as the usual one."""
_ENDS = ";,|"
"""What may end each line, beside another mark between cells."""
_PARTING_TAB = re.compile(r"(?<![;|,\t])\t")
"""A tab that does not only stand behind another mark."""
_DECIMAL = re.compile(r"[-+−]?\d+(?:,(\d+))?")
"""A number that may have a comma for its point."""


def find_separator(lines: Sequence[str]) -> str:
    """What separates the cells of most lines into as many; the first line's, where nothing does."""
    usual = [line for line in lines if line.strip()][:_HEAD]
    if _one_column(usual):
        return ";"
    agreed = {}
    for mark in SEPARATORS:
        counts = Counter(count_marks(line, mark) for line in usual)
        most, agreeing = counts.most_common(1)[0] if counts else (0, 0)
        if most and agreeing >= _AGREE * len(usual):
            agreed[mark] = agreeing
    if len(agreed) > 1 and not any(_PARTING_TAB.search(line) for line in usual):
        agreed.pop("\t", None)  # tabs only pad: "+,S10,\t\tacgt"
    if agreed:
        return max(agreed, key=agreed.__getitem__)
    for mark in SEPARATORS:  # preamble and footers may be long, and quoted cells have line ends
        counts = Counter(len(row) for row in csv.reader(usual, delimiter=mark))
        most, agreeing = counts.most_common(1)[0] if counts else (1, 0)
        if most > 1 and agreeing >= 0.5 * sum(counts.values()):
            return mark
    first = usual[0] if usual else ""
    return max(",;\t|", key=first.count)


def count_marks(line: str, mark: str) -> int:
    """Separators in a line, those within quotes left out."""
    if '"' not in line:
        return line.count(mark)
    bare = re.sub(rf'(?:(?<=^)|(?<={re.escape(mark)}))"(?:[^"]|"")*"', "", line)
    if '"' in bare:  # a blank behind the separator
        bare = re.sub(rf'({re.escape(mark)}) +"(?:[^"]|"")*" *(?={re.escape(mark)}|$)', r"\1", bare)
    return bare.count(mark)


def without_ends(lines: Sequence[str]) -> Sequence[str]:
    """The lines without a mark that ends nearly each of them, where another stands between cells.

    So loggers write ``33,Jogging,0.15;``.
    """
    usual = [line.rstrip() for line in lines if line.strip()][:_HEAD]
    for end in _ENDS:
        ended = [line for line in usual if line.endswith(end) and line.count(end) == 1]
        if not ended or len(ended) < _AGREE * len(usual):
            continue
        for mark in SEPARATORS.replace(end, ""):
            counts = Counter(count_marks(line, mark) for line in ended)
            most, agreeing = counts.most_common(1)[0]
            if most and agreeing >= _AGREE * len(usual):
                return [line.rstrip().removesuffix(end) for line in lines]
    return lines


def name_rows_as_r(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether rows that have a cell more than the header begin with their names.

    So R writes a table. Else a number has a comma for its point, and is cut in two: then the
    first cells are no names, but time stamps that the header names, or numbers that count nothing.
    """
    firsts = [row[0] for row in rows]
    if len({*firsts}) < len(firsts):
        return False
    numbers = [int(cell) for cell in firsts if cell.isdecimal()]
    if len(numbers) == len(firsts):
        return numbers == sorted(numbers)
    dated = sum(cell[:1].isdigit() for cell in firsts) > _AGREE * len(firsts)
    halved = all(row[-1].isdecimal() for row in rows)
    return not (dated and halved and len(header) > 1)


def halve_numbers(header: Sequence[str], rows: Sequence[Sequence[str]], usual: int) -> bool:
    """Whether rows have more cells than the header, as commas between them stand in numbers, too.

    Then nearly all of them have as many cells more as there are numbers, and end with digits.
    """
    more = usual - len(header)
    named = all(header) and not any(char.isdigit() for name in header for char in name)
    if not named or not len(header) > 1 or not 1 < more <= len(header):
        return False
    return all(row[-1].isdecimal() for row in rows if len(row) == usual)


def _one_column(lines: Sequence[str]) -> bool:
    """Whether lines are numbers with a comma for their point, one a line, a name perhaps above.

    Below a name without a comma they are, unless the first parts count the rows, as R does. With
    no name they are where a part behind the comma begins with a zero, as whole numbers do not, or
    where some have no comma.
    """
    found = [_DECIMAL.fullmatch(line.strip()) for line in lines]
    named = bool(lines) and found[0] is None and "," not in lines[0]
    numbers = [match for match in found[named:] if match]
    parts = [match[1] for match in numbers if match[1]]
    if len(numbers) < max(2, len(lines) - named) or not parts:
        return False
    firsts = [match[0].split(",")[0] for match in numbers]
    counted = [str(at + int(firsts[0] != "0")) for at in range(len(firsts))]
    if named and any(mark in lines[0] for mark in SEPARATORS):
        return False
    plain = len(parts) == len(numbers)
    zeros = any(len(part) > 1 and part[0] == "0" for part in parts)
    return firsts != counted and (named or zeros or not plain)
