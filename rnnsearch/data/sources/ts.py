"""The text format of the UCR and UEA archives of time series (timeseriesclassification.com).

Lines that begin with ``@`` describe the data and those that begin with ``#`` explain it. After
``@data`` each line is one sequence: its dimensions divided by ``:``, the values of a dimension by
``,``, and the class or the number to predict after the last ``:``. ``?`` stands for a missing
value. With ``@timestamps true`` a value is ``(time,value)``; the times are not read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rnnsearch.data.collecting import Problems, name_rows, name_some
from rnnsearch.data.raw.cell_numbers import number
from rnnsearch.data.raw.sequence_arrays import Raw
from rnnsearch.data.sources.encodings import decode
from rnnsearch.data.sources.two_parts import TwoPartsReader

__all__ = ["TsReader"]

_STAMPED = re.compile(r"\(([^()]*),([^(),]*)\)")


class TsReader(TwoPartsReader):
    """Reads .ts files: one, or those that end in ``_TRAIN.ts`` and ``_TEST.ts``."""

    ends = ("_train", "_test")
    must = "must be a .ts file, or a folder with one file …_TRAIN.ts"

    def stem(self, file: Path) -> str | None:
        """Of .ts files."""
        name = file.name.lower()
        return name.removesuffix(".ts") if name.endswith(".ts") else None

    def sequences(
        self,
        path: Path,
        settings: Mapping[str, Any],
        targets: bool,
        problems: Problems,
        *,
        new: bool = False,
    ) -> Raw | None:
        """As the file's header says; no setting changes it."""
        return _sequences(path, targets, problems)


@dataclass(frozen=True)
class _Header:
    """What the lines before the data say; `named` are the classes that there are."""

    classes: bool
    numbers: bool
    stamped: bool
    named: frozenset[str] = frozenset()

    @property
    def labelled(self) -> bool:
        """Whether each sequence has a target."""
        return self.classes or self.numbers


def _sequences(path: Path, targets: bool, problems: Problems) -> Raw | None:
    """The sequences of a file; None, and problems, if it can't be read."""
    try:
        whole, note, _ = decode(path.read_bytes(), None)
        problems.notes += filter(None, [note])
        lines = whole.splitlines()
    except FileNotFoundError:
        advice = "a path in a spec is relative to the spec's folder"
        problems.add("data.path", "must be an existing file", str(path), advice)
        return None
    except (OSError, UnicodeError) as error:
        problems.add("data.path", "must be a text file", f"{path} ({error})", "save it as UTF-8")
        return None
    numbered = [(at, line.strip()) for at, line in enumerate(lines, 1) if line.strip()]
    said = [(at, line) for at, line in numbered if not line.startswith("#")]
    start = next((at for at, line in said if line.lower() == "@data"), None)
    rows = [(at, line) for at, line in said if start is not None and at > start]
    if not rows:
        received = "no line @data" if start is None else "nothing below @data"
        must = "must have a line @data and a sequence a line below it"
        problems.add("data.path", must, received, f"look at {path}")
        return None
    header = _header([line for _, line in said if line.startswith("@")])
    if targets and not header.labelled:
        must = "must have @classLabel true or @targetLabel true"
        advice = "sequences without a target can be predicted, not learned from"
        problems.add("data.path", must, f"neither in {path}", advice)
        return None
    return _parsed(path, rows, header, targets, problems)


def _header(lines: list[str]) -> _Header:
    """The settings that matter; those that follow from the data are left alone."""
    said: dict[str, str] = {}
    named: list[str] = []
    for line in lines:
        name, *values = line[1:].split() or [""]
        said[name.lower()] = values[0].lower() if values else ""
        named = values[1:] if name.lower() == "classlabel" else named
    return _Header(
        classes=said.get("classlabel") == "true",
        numbers=said.get("targetlabel") == "true",
        stamped=said.get("timestamps") == "true",
        named=frozenset(named),
    )


def _parsed(
    path: Path,
    rows: list[tuple[int, str]],
    header: _Header,
    targets: bool,
    problems: Problems,
) -> Raw | None:
    """Arrays of the rows, ragged ones padded with NaN at the end."""
    sequences: list[np.ndarray] = []
    labels: list[str] = []
    broken: dict[str, list[int]] = {}
    for at, line in rows:
        *fields, label = _fields(line, header)
        try:
            sequences.append(_values(fields))
            labels.append(_label(label, header, targets))
            if len(sequences[-1]) != len(sequences[0]):
                broken.setdefault(f"{len(sequences[0])} dimensions, as the first", []).append(at)
        except _Broken as error:
            broken.setdefault(str(error), []).append(at)
    for must, where in broken.items():
        advice = f"look at {path}"
        problems.add("data.path", f"must have {must}, in each row", name_rows(where), advice)
    if broken:
        return None
    lengths = np.array([sequence.shape[1] for sequence in sequences])
    x = np.full((len(rows), lengths.max(), len(sequences[0])), np.nan)
    for place, sequence in zip(x, sequences, strict=True):
        place[: sequence.shape[1]] = sequence.T
    y = np.array(labels, dtype=np.float64 if header.numbers else str)
    return Raw(x, y if targets else None, lengths)


class _Broken(Exception):
    """A row is not as it must be; the message says what it must have."""


def _fields(line: str, header: _Header) -> list[str]:
    """Dimensions and, last, the label ("" if the file has none)."""
    if header.stamped:
        # A time has colons of its own.
        line = _STAMPED.sub(lambda pair: pair[2], line)
    fields = line.split(":")
    return fields if header.labelled else [*fields, ""]


def _label(text: str, header: _Header, targets: bool) -> str:
    """The class, or the number to predict; "0" where none is asked."""
    text = text.strip()
    if not targets:
        return "0"
    if header.numbers:
        return str(_number(text))
    if text in ("", "?"):
        raise _Broken("a class after the last ':'")
    return _named(text, header.named) if header.named else text


def _named(text: str, names: frozenset[str]) -> str:
    """A class as the header calls it, which may be 1 where a row has 1.0."""
    if text in names:
        return text
    size = number(text)
    alike = [name for name in names if np.isfinite(size) and number(name) == size]
    if len(alike) == 1:
        return alike[0]
    raise _Broken(f"a class that @classLabel names ({name_some(sorted(names), 9)}), not '{text}'")


def _values(fields: list[str]) -> np.ndarray:
    """(F, T) of a row's dimensions."""
    if not fields:
        raise _Broken("a dimension and, after a ':', the label")
    cells = [field.split(",") for field in fields]
    if len({len(values) for values in cells}) > 1:
        raise _Broken("dimensions of equal length")
    steps = len(cells[0])
    # Lines that were filled up to one length end so; ? is a value that is missing.
    while steps > 1 and all(values[steps - 1].strip().lower() == "nan" for values in cells):
        steps -= 1
    return np.array([[_number(cell) for cell in values[:steps]] for values in cells])


def _number(cell: str) -> float:
    """The value of a cell; NaN where it is missing."""
    cell = cell.strip()
    if cell == "?":
        return np.nan
    try:
        return float(cell)
    except ValueError:
        raise _Broken("numbers or ? for a missing one") from None
