"""Recordings and pictures whose classes stand in a table beside them, or in the files' names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rnnsearch.data.raw.tables import Table
from rnnsearch.data.sources import TABLES
from rnnsearch.errors import InvalidData
from rnnsearch.guessing._base import refuse
from rnnsearch.guessing.column_cells import column_cells

__all__ = ["check_classes_in_folders", "check_no_names_of_files"]

_MOST_CLASSES, _MEMBERS = 100, 2
"""Kinds of cells that may be classes, and how often each is there at least."""
_MOST_TABLES, _LARGEST = 5, 1 << 24
"""Tables that are looked at, and bytes of one at most."""
_ALIKE = 0.5
"""Share of the files that a table must name."""
_FILE = re.compile(
    r"\S.*\.(?:png|jpe?g|bmp|gif|tiff?|webp|wav|flac|ogg|mp3|m4a|mp4|avi|npy|npz|txt|csv|mat)",
    re.IGNORECASE,
)
_CLASS_FIRST = re.compile(r"([^\W\d_]+)[ _.-]*\d")
"""A name that begins with its class: ``zero_12.wav``."""
_NUMBER_FIRST = re.compile(r"(\d{1,2})_")
"""One that is a number: ``7_jackson_32.wav`` (spoken digits)."""


def check_classes_in_folders(root: Path, endings: Sequence[str]) -> None:
    """Refuse files that do not stand in a folder for each class, with how they get there.

    Args:
        root: The folder.
        endings: Of the files, lower case.

    Raises:
        InvalidData: Their classes are elsewhere.
    """
    files = [path for path in root.rglob("*") if path.suffix.lower() in endings]
    folders = {path.parent for path in files}
    if len(folders) != 1 or not files:
        return
    (folder,) = folders
    must = "must have a folder for each class"
    tables = [path for path in sorted(root.rglob("*")) if path.suffix.lower() in (".csv", ".tsv")]
    tables += sorted(path for path in root.parent.glob("*.csv")) if not tables else []
    small = [table for table in tables if table.stat().st_size <= _LARGEST]
    for table in small[:_MOST_TABLES]:
        columns = _columns(table, files)
        if columns is not None:
            name, label = columns
            received = f"{len(files)} files in {folder}, whose classes {table} says"
            refuse(must, received, _by_table(table, name, label, folder, files[0].suffix))
    for form, pattern in ((_CLASS_FIRST, "[^0-9_. -]+"), (_NUMBER_FIRST, "[0-9]+")):
        classes = Counter(m[1] for path in files if (m := form.match(path.stem)))
        every = classes.total() == len(files) and min(classes.values()) >= _MEMBERS
        if every and 1 < len(classes) <= _MOST_CLASSES:
            said = ", ".join(sorted(classes)[:4])
            received = f"{len(files)} files in {folder}, whose names begin with {said}"
            refuse(must, received, _by_name(folder, pattern))


def check_no_names_of_files(table: Table) -> None:
    """Refuse a table that only says in which files the data are, and of which class.

    Raises:
        InvalidData: It does.
    """
    for name in dict.fromkeys(table.header):
        cells = column_cells(table, name)
        if (
            cells
            and all(_FILE.fullmatch(cell) for cell in cells)
            and len({*cells}) > len(cells) / 2
        ):
            received = f"names of files in '{name}', such as {cells[0]}"
            must = "must hold the data, and not where it is"
            refuse(must, received, "give the folder that they are in")


def _columns(path: Path, files: Sequence[Path]) -> tuple[str, str] | None:
    """The columns of a table that hold the files' names and their classes; None without such."""
    try:
        table = TABLES["csv"].read(path)
    except InvalidData:
        return None
    known = {file.name for file in files} | {file.stem for file in files}
    cells = {name: column_cells(table, name) for name in dict.fromkeys(table.header)}
    named = [
        name
        for name, column in cells.items()
        if sum(Path(cell).name in known for cell in column) >= _ALIKE * len(column)
    ]
    if not named:
        return None
    classes = [
        name
        for name, column in cells.items()
        if name not in named and 1 < len({*column}) <= min(_MOST_CLASSES, len(column) / _MEMBERS)
    ]
    texts = [name for name in classes if not all(cell.isdecimal() for cell in cells[name])]
    chosen = [*texts, *classes]
    return (named[0], chosen[0]) if chosen else None


def _by_table(table: Path, name: str, label: str, folder: Path, ending: str) -> str:
    """Python that copies files into folders by the classes of a table."""
    return (
        f"copy them: for file, label in pandas.read_csv('{table}', dtype=str)"
        f"[['{name}', '{label}']].values: "
        f"os.makedirs(f'classes/{{label}}', exist_ok=True); shutil.copy(pathlib.Path('{folder}', "
        f"file).with_suffix('{ending}'), f'classes/{{label}}')"
    )


def _by_name(folder: Path, pattern: str) -> str:
    """Python that copies files into folders by the beginning of their names."""
    return (
        f"copy them: for file in pathlib.Path('{folder}').iterdir(): label = "
        f"re.match('{pattern}', file.stem)[0]; os.makedirs(f'classes/{{label}}', exist_ok=True); "
        "shutil.copy(file, f'classes/{label}')"
    )
