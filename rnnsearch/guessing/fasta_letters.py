"""A guess for FASTA: sequences of letters, whose class the header lines or the files' names say."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from rnnsearch.data.collecting import name_some
from rnnsearch.data.raw.text_rows import TextTable
from rnnsearch.data.sources import ROWS
from rnnsearch.data.splits import said_part
from rnnsearch.guessing._base import Guess, Setting, Wishes, check_wishes, refuse
from rnnsearch.guessing.row_sequences import Labelled, balance, guess_labelled
from rnnsearch.vocabulary import MANY_TO_ONE

__all__ = ["guess_fasta", "is_fasta"]

_PATTERNS = (
    r"(?:class|label|type)[=:]\s*([^\s|;,]+)",
    r"\|\s*([^\s|]+)\s*$",
    r"\[([^\[\]=]+)\]\s*$",
    r"\bOS=(.+?)\s+[A-Z]{2}=",
    r"\s(?!(?:OX|GN|PE|SV)=)([^\s\]]+)\s*$",
    r"\|\s*([^\s|]+)\s*\|[^|]*$",
    r"^[^|]*\|\s*([^|]+?)\s*\|",
    r"^[^|]*\|[^|]*\|\s*([^|]+?)\s*\|",
    r"^\s*([^\W\d_]+(?:[_-][^\W\d_]+)*)[_|.-]?\d+\b",
)
"""Where a header line may say the class: by that name; after its last ``|``; as the species that
NCBI writes last in brackets, and UniProt after ``OS=``; as its last word, if that is no version of
UniProt's; before the last ``|``; behind the first or second, as barcodes have it; before the number
that the name ends in."""
_LETTERS = re.compile(r"[A-Za-z*.~-]+")
_HEAD = 20_000
"""Characters that say whether a text is FASTA."""
_MOST_CLASSES = 30
_FEWEST_MEMBERS = 5
"""Of a class; a word that comes up less often names a sequence."""


def is_fasta(text: str) -> bool:
    """Whether a text is FASTA, whatever its file is called: names behind ``>``, and letters."""
    lines = [line.strip() for line in text[:_HEAD].splitlines() if line.strip()]
    headers = [line for line in lines if line.startswith(">")]
    others = [line for line in lines if not line.startswith((">", ";"))]
    named = len(headers) > 1 and lines[0] in headers and all(map(len, headers))
    return named and len(others) >= len(headers) - 1 and all(map(_LETTERS.fullmatch, others))


def guess_fasta(path: Path, wishes: Wishes) -> Guess:
    """A spec for sequences and their classes.

    Args:
        path: A file, or a folder with files or folders that are a class each.
        wishes: What the user said.

    Raises:
        InvalidData: No spec for it would run; with the reason.
    """
    advice = "leave it out: the label is the target"
    check_wishes(wishes, [MANY_TO_ONE.name], "FASTA", target=advice)
    table, label, why = _with_classes(path)
    counts = _classes(table)
    cells = table.column("sequence")
    settings = [Setting("source", "fasta", f"{len(cells)} sequences"), Setting("path", None)]
    if label is not None:
        settings.append(Setting("label", label, why))
    settings.append(Setting("tokens", "characters", f"a step is a letter; {balance(counts)}"))
    if any(not cell.isupper() for cell in cells) and any(not cell.islower() for cell in cells):
        why = "small letters and capitals are the same bases or amino acids"
        settings.append(Setting("lower_case", True, why))
    labelled = Labelled(cells, counts)
    notes = _part_notes(table) if "part" not in table.header else []
    return guess_labelled(labelled, "characters", settings, wishes, notes, _parts(table))


def _parts(table: TextTable) -> dict[str, object] | None:
    """The key of a spec, where folders or files say the part of each sequence."""
    if "part" not in table.header:
        return None
    said = {*table.column("part")}
    shares = {"validation": 0.2, "test": 0.2}
    return {"column": "part", **{name: share for name, share in shares.items() if name not in said}}


def _part_notes(table: TextTable) -> list[str]:
    """What to say where header lines say the part of each sequence: they are not asked for it."""
    names = [name.rsplit("|", 1)[-1] for name in table.column("name")]
    if len({*names}) < 2 or not all(map(said_part, names)):
        return []
    return [
        f"header lines end in {name_some(sorted({*names}))}, and the parts are drawn at random: "
        "files train.fasta and test.fasta in one folder are read as the parts"
    ]


def _with_classes(path: Path) -> tuple[TextTable, str | None, str]:
    """The sequences with their classes, the pattern that finds these, and why this one."""
    reader = ROWS["fasta"]
    table = reader.read(path, {"label": None})
    by_files = "" not in table.column("label")
    if path.is_dir() and by_files:
        if _is_sound(table):
            return table, None, ""
        must = f"must have 2 to {_MOST_CLASSES} classes, a file or a folder each"
        received = f"{len(_classes(table))} of {name_some(_classes(table), 3)}"
        refuse(must, received, f"give each {_FEWEST_MEMBERS} sequences or more")
    for pattern in _PATTERNS:
        table = reader.read(path, {"label": pattern})
        if "" not in table.column("label") and _is_sound(table):
            return table, pattern, f"finds the class in a header line: {balance(_classes(table))}"
    return refuse(
        "must say the class in each header line, such as >name class=exon",
        f"none that comes up {_FEWEST_MEMBERS} times in {path.name}",
        "add it, or give a folder with a file or a folder for each class",
    )


def _classes(table: TextTable) -> dict[str, int]:
    """Class → sequences, the most frequent first."""
    return dict(Counter(table.column("label")).most_common())


def _is_sound(table: TextTable) -> bool:
    """Whether the labels are classes that can be learned."""
    counts = _classes(table)
    some = 2 <= len(counts) <= _MOST_CLASSES and min(counts.values()) >= _FEWEST_MEMBERS
    return some and not all(map(said_part, counts))
