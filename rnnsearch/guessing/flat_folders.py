"""Recordings and pictures whose classes stand in a table beside them, or in the files' names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rnnsearch.data.collecting import name_some
from rnnsearch.data.raw.tables import Table
from rnnsearch.data.sources import TABLES
from rnnsearch.data.sources.listed_folders import folders_of_parts
from rnnsearch.errors import InvalidData
from rnnsearch.guessing._base import refuse
from rnnsearch.guessing.column_cells import column_cells
from rnnsearch.guessing.folder_names import check_folders_are_classes, check_no_truth, piece_of

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
    learned = folders_of_parts(root).get("train", root)
    files = [path for path in sorted(learned.rglob("*")) if path.suffix.lower() in endings]
    folders = {path.parent for path in files}
    outer = sorted({path.relative_to(learned).parts[0] for path in files} - {f.name for f in files})
    must = "must have a folder for each class"
    flat = len(folders) == 1
    check_no_truth(learned)
    if not flat and not _only_share(outer):
        check_folders_are_classes(learned, outer)
        return
    for table in _tables(root) if files else []:
        columns = _columns(table, files)
        if columns is not None:
            name, label = columns
            (place, where) = (learned, "") if not flat else (files[0].parent, "in ")
            received = f"{len(files)} files {where or 'below '}{place}, whose classes {table} says"
            refuse(must, received, _by_table(table, name, label, place, files[0].suffix, flat))
    if not flat:
        check_folders_are_classes(learned, outer)
        return
    (folder,) = folders
    for form, pattern in ((_CLASS_FIRST, "[^0-9_. -]+"), (_NUMBER_FIRST, "[0-9]+")):
        classes = Counter(m[1] for path in files if (m := form.match(path.stem)))
        every = classes.total() == len(files) and min(classes.values()) >= _MEMBERS
        if every and 1 < len(classes) <= _MOST_CLASSES:
            said = ", ".join(sorted(classes)[:4])
            received = f"{len(files)} files in {folder}, whose names begin with {said}"
            refuse(must, received, _by_name(folder, f"re.match('{pattern}', file.stem)[0]"))
    piece = piece_of(files)
    if piece is not None:
        kinds = sorted({re.split("[ _.-]+", path.stem)[piece] for path in files})
        received = f"{len(files)} files in {folder}, whose names have {name_some(kinds, 4)} in them"
        refuse(must, received, _by_name(folder, f"re.split('[ _.-]+', file.stem)[{piece}]"))


def _only_share(names: Sequence[str]) -> bool:
    """Whether folders seem to hold no class each: there are few, or they are numbered."""
    return len(names) < _MEMBERS or all(name[-1:].isdecimal() for name in names)


def _tables(root: Path) -> list[Path]:
    """Small tables in the folder, else beside it."""
    tables = [path for path in sorted(root.rglob("*")) if path.suffix.lower() in (".csv", ".tsv")]
    tables += sorted(path for path in root.parent.glob("*.csv")) if not tables else []
    return [table for table in tables if table.stat().st_size <= _LARGEST][:_MOST_TABLES]


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


def _by_table(table: Path, name: str, label: str, folder: Path, ending: str, flat: bool) -> str:
    """Python that copies files into folders by the classes of a table."""
    rows = f"pandas.read_csv('{table}', dtype=str)[['{name}', '{label}']].values"
    if not flat:
        return (
            f"copy them: for file, label in {rows}: os.makedirs(f'classes/{{label}}', "
            f"exist_ok=True); [shutil.copy(found, f'classes/{{label}}') for found in "
            f"pathlib.Path('{folder}').rglob(pathlib.Path(file).stem + '{ending}')]"
        )
    return (
        f"copy them: for file, label in {rows}: "
        f"os.makedirs(f'classes/{{label}}', exist_ok=True); shutil.copy(pathlib.Path('{folder}', "
        f"file).with_suffix('{ending}'), f'classes/{{label}}')"
    )


def _by_name(folder: Path, label: str) -> str:
    """Python that copies files into folders by what finds the class in their names."""
    return (
        f"copy them: for file in pathlib.Path('{folder}').iterdir(): label = {label}; "
        "os.makedirs(f'classes/{label}', exist_ok=True); shutil.copy(file, f'classes/{label}')"
    )
