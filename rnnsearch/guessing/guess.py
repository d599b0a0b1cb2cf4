"""The way in: what kind of file or folder it is, and who guesses for it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from rnnsearch.data.collecting import Problems
from rnnsearch.data.raw.tables import Table
from rnnsearch.data.raw.text_rows import LongText
from rnnsearch.data.sources import TABLES, TEXTS, table_source
from rnnsearch.data.sources.array_names import said_names
from rnnsearch.data.sources.fasta import ENDINGS as FASTA_ENDINGS
from rnnsearch.data.sources.foreign import foreign, way_out
from rnnsearch.data.sources.npz import load_npz
from rnnsearch.data.sources.other_folders import other_files, pairs_beside
from rnnsearch.data.sources.packed import name_inside, unpacked
from rnnsearch.data.splits import said_part
from rnnsearch.errors import InvalidData, Problem
from rnnsearch.guessing._base import FILE, Guess, Wishes, refuse
from rnnsearch.guessing.archive import guess_archive
from rnnsearch.guessing.arrays import guess_arrays
from rnnsearch.guessing.column_cells import column_cells, parse_numbers, without_parts
from rnnsearch.guessing.fasta_letters import guess_fasta, is_fasta
from rnnsearch.guessing.folders import PICTURES, SOUNDS, guess_pictures, guess_sounds
from rnnsearch.guessing.line_labels import check_no_labels, check_no_points, check_no_records
from rnnsearch.guessing.long_text import guess_stream, is_prose
from rnnsearch.guessing.step_table import guess_table
from rnnsearch.guessing.wide_rows import guess_wide, guess_wide_folder, parts_of_wide
from rnnsearch.spec.wording import joined
from rnnsearch.vocabulary import MANY_TO_MANY, MANY_TO_ONE, ONE_TO_MANY, SEQUENCE_TO_SEQUENCE

__all__ = ["guess"]

_TASKS = (MANY_TO_ONE.name, MANY_TO_MANY.name, ONE_TO_MANY.name, SEQUENCE_TO_SEQUENCE.name)
_CSV = (".csv", ".tsv", "")
"""Endings of what the source `csv` reads; a table of another kind has its source's name."""
_TEXT = ".txt"
"""A table, or a text."""
_PARQUET = (".pq", ".parq")
_OTHER_TABLES = (".tab", ".psv", ".dat", ".data", *_PARQUET)
"""Other endings of tables and texts, which need not be such files."""
_CHAPTER = 5_000
"""Bytes of a file from which it may be one of several of one text."""
_LABELS = re.compile("label|class|categor", re.IGNORECASE)
"""Names of arrays whose whole numbers stand for classes."""
_WHOLE = (".npz", ".ts")
"""Of what is read in one piece, and not out of a packed file."""

_IN_FOLDERS = "recordings (.wav, .mp3, …), pictures (.png, .jpg, …), .fasta or .ts files"
"""What is read from folders."""
_OTHER = (
    "write what is in it as a table, frame.to_parquet('data.parquet') of pandas, or as sequences "
    "and their targets, numpy.savez('data.npz', x=x, y=y)"
)
"""What to do with a file of a kind that nothing is known of."""

_Guesser = Callable[[Path, Wishes], Guess]


def guess(path: Path, wishes: Wishes) -> Guess:
    """A spec for a file or a folder.

    Args:
        path: Of the data.
        wishes: What the user said about it, and the machine.

    Raises:
        InvalidData: No spec for it would run; with the reason.
        MissingExtra: An optional library is needed to read it.
    """
    if wishes.task is not None and wishes.task not in _TASKS:
        refuse(f"must be {joined(_TASKS)}", wishes.task, "leave it out to guess", path="--task")
    if not path.exists():
        received = f"{path} (no file)"
        refuse("must be an existing file or folder", received, "give the path of your data")
    try:
        guesser = _of_folder(path) if path.is_dir() else _of_ending(path)
        return guesser(path, wishes)
    except InvalidData as error:
        raise InvalidData(_of_file(problem, path) for problem in error.problems) from None


def _of_ending(path: Path) -> _Guesser:
    """Who guesses for a file."""
    ending = Path(name_inside(path)).suffix.lower()
    tables = [".csv", ".tsv", *(f".{name}" for name in TABLES)]
    known: dict[str, _Guesser] = {
        **dict.fromkeys(["", *tables], _guess_table),
        _TEXT: _guess_text,
        ".npz": _guess_npz,
        ".ts": guess_archive,
        **dict.fromkeys(FASTA_ENDINGS, guess_fasta),
    }
    if ending in _WHOLE and ending != path.suffix.lower():
        refuse("must not be packed", path.name, "unpack it first")
    if ending in _OTHER_TABLES:
        return _guess_table if ending in _PARQUET else _guess_text
    if ending not in known and not way_out(path) and _is_text(path):
        beside = pairs_beside(path)
        if beside is not None:
            refuse("must hold both texts of a pair in each row", *beside)
        return _guess_text
    if ending not in known:
        shown = [each for each in known if each and each not in FASTA_ENDINGS[1:]]
        must = f"must end in {joined(shown)}"
        refuse(must, path.name, way_out(path) or _OTHER)
    return known[ending]


def _is_text(path: Path) -> bool:
    """Whether a file of an ending that nothing is known of is a text, or a table."""
    content = unpacked(path.read_bytes())
    return bool(content.strip()) and not foreign(content)


def _of_folder(path: Path) -> _Guesser:
    """Who guesses for a folder: by the endings of most of its files."""
    known: dict[str, _Guesser] = {
        **dict.fromkeys(SOUNDS, guess_sounds),
        **dict.fromkeys(PICTURES, guess_pictures),
        **dict.fromkeys(FASTA_ENDINGS, guess_fasta),
        ".ts": guess_archive,
    }
    found = (file for file in path.rglob("*") if file.is_file() and file.name[0] != ".")
    counts = Counter(known.get(file.suffix.lower()) for file in found)
    del counts[None]
    if not counts and parts_of_wide(path) and not _are_texts(path):
        return guess_wide_folder
    if not counts and _are_chapters(path):
        return _guess_chapters
    if not counts:
        must = f"must be a file, or a folder with a folder for each class of {_IN_FOLDERS}"
        received, advice = other_files(path)
        refuse(must, f"{path} ({received})", advice)
    return counts.most_common(1)[0][0] or guess_sounds


def _are_texts(path: Path) -> bool:
    """Whether a folder has texts only, as they are written to be read."""
    files = [file for file in sorted(path.rglob("*")) if file.is_file() and file.name[0] != "."]
    texts = all(file.suffix.lower() == ".txt" for file in files)
    return texts and is_prose(files[0].read_text("utf-8", "replace"))


def _are_chapters(path: Path) -> bool:
    """Whether a folder has long texts only, which no name says to be parts or classes."""
    files = [file for file in path.rglob("*") if file.is_file() and file.name[0] != "."]
    if len(files) < 2 or any(
        file.suffix.lower() != ".txt" or file.parent != path for file in files
    ):
        return False
    words = [word for file in files for word in re.split("[._-]", file.stem)]
    long = all(file.stat().st_size >= _CHAPTER for file in files)
    return (
        long and not any(map(said_part, words)) and is_prose(files[0].read_text("utf-8", "replace"))
    )


def _guess_chapters(path: Path, wishes: Wishes) -> Guess:
    """One text, of several files by their names."""
    found = _guess_stream(TEXTS["text"].read(path), wishes)
    note = "the texts of the folder are one behind the other, by their names"
    return replace(found, notes=(note, *found.notes))


def _guess_npz(path: Path, wishes: Wishes) -> Guess:
    problems = Problems()
    arrays: Mapping[str, np.ndarray] = load_npz(path, problems)
    problems.raise_any()
    with np.load(path) as file:
        names = file.files
    found = guess_arrays(arrays, "npz", wishes, labels=any(map(_LABELS.search, names)))
    said = said_names(names)
    return replace(found, notes=(said, *found.notes)) if said else found


def _guess_table(path: Path, wishes: Wishes) -> Guess:
    name = path.suffix.lower().removeprefix(".")
    source = name if name in TABLES else table_source(path, "csv")
    table = TABLES[source].read(path)
    table, unread = (table, []) if source == "csv" else without_parts(table)
    return guess_wide(table, path, wishes) or guess_table(table, source, wishes, unread)


def _guess_text(path: Path, wishes: Wishes) -> Guess:
    """A table where it can be one; else a text."""
    read = TEXTS["text"].read(path)
    text = read.text
    if is_fasta(text):
        return guess_fasta(path, wishes)
    check_no_records(text)
    check_no_points(path, text)
    try:
        table = TABLES["csv"].read(path)
    except InvalidData:
        if not is_prose(text):
            raise
        return _guess_stream(read, wishes)
    if _is_lines(table) and is_prose(text):
        return _guess_stream(read, wishes)
    return guess_wide(table, path, wishes) or guess_table(table, "csv", wishes)


def _guess_stream(read: LongText, wishes: Wishes) -> Guess:
    check_no_labels(read.text, wishes)
    found = guess_stream(read.text, wishes)
    return replace(found, notes=(*read.notes, *found.notes))


def _is_lines(table: Table) -> bool:
    """Whether there is one column, of text."""
    if len(table.header) > 1:
        return False
    values, _ = parse_numbers(column_cells(table, table.header[0]))
    return bool(np.isnan(values).sum() * 2 > len(values))


def _of_file(problem: Problem, path: Path) -> Problem:
    """A reader's problem, said of the file: there is no spec yet that could have a key."""
    name = path.resolve().name or FILE
    if problem.path == "data.path":
        return replace(problem, path=name)
    return replace(problem, path=re.sub(rf"^{FILE}(?=$|, )", lambda _: name, problem.path))
