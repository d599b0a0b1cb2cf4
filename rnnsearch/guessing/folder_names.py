"""Names of folders that are no classes, and names of files that say more than which is which."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rnnsearch.data.collecting import name_some
from rnnsearch.data.sources.listed_folders import Listed
from rnnsearch.data.splits import said_part
from rnnsearch.guessing._base import refuse

__all__ = [
    "check_folders_are_classes",
    "check_no_truth",
    "lists_note",
    "numbered_note",
    "paired_note",
    "piece_of",
    "takes_of",
]

_NUMBERED = re.compile(r"(.*[^\W\d_])[ _.-]*(\d+)")
_SHARES = ("fold", "part", "batch", "chunk", "shard", "split", "disc", "dir", "folder", "volume")
"""Words before the number of folders that only hold a share of the files."""
_CLASSES = ("class", "label", "category", "cat", "type", "digit", "grade", "level", "stage", "kind")
"""Words before the number of folders that are classes."""
_TRUTH = {
    *("images", "imgs", "image", "img", "jpegimages", "masks", "mask", "labels", "label"),
    *("annotations", "annotation", "gt", "groundtruth", "ground_truth", "segmentationclass"),
}
"""Folders of pictures and of what is drawn or written for each."""
_MOST_CLASSES, _MEMBERS = 100, 2
_PIECES = re.compile(r"[ _.-]+")
_SPEAKER = r"(?=.*[a-zA-Z]).*\d.*|[0-9a-f]{6,}.*"
"""What a take's name begins with: letters and a number, or what a program draws."""
_TAIL = r"[ _.-]+[^\W\d_]*\d+"
"""What stands behind it."""
_TAKE = re.compile(rf"({_SPEAKER}){_TAIL}")
"""A name that ends in the number of a take, of a speaker or scene that has one, too."""
_FEWEST_PAIRS = 4
"""Folders of which each has another pair of words."""
_FEWEST_TAKES = 10
"""Speakers of each class at least: with fewer, parts of whole speakers would be odd ones."""
_MOST_LIST = 1 << 24


def check_no_truth(root: Path) -> None:
    """Refuse folders that hold pictures, and what is drawn or written for each.

    Raises:
        InvalidData: They do.
    """
    names = sorted(path.name for path in root.iterdir() if path.is_dir() and path.name[0] != ".")
    if len(names) > 1 and all(name.casefold() in _TRUTH for name in names):
        received = f"{name_some(names)}, as sets for detection and segmentation have them"
        advice = "of such no network is searched: put pictures into folders of classes"
        refuse("must have a folder for each class", received, advice)


def check_folders_are_classes(root: Path, names: Sequence[str]) -> None:
    """Refuse folders that only share the files out.

    Args:
        root: The folder.
        names: Of the folders in it that have files.

    Raises:
        InvalidData: They are no classes.
    """
    if _numbered(names) in _SHARES:
        piece = piece_of([path for name in names for path in sorted((root / name).iterdir())])
        received = f"{name_some(names, 3)}, which only share the files out"
        advice = f"put the files into folders of classes{_by_piece(root, piece)}"
        refuse("must have a folder for each class", received, advice)


def numbered_note(listed: Listed, names: Sequence[str]) -> list[str]:
    """What to say of classes that are numbers, or one word with a number each: persons, mostly."""
    word = _numbered(names)
    if word in _CLASSES or (word is None and not _own_names(listed, names)):
        return []
    piece = piece_of(listed.paths)
    return [
        f"classes are the folders, {name_some(names, 3)}: which of them it is will be found. If "
        f"files of a class stand in all of them, put them into folders of classes"
        f"{_by_piece(listed.root, piece)}"
    ]


def paired_note(root: Path, names: Sequence[str]) -> list[str]:
    """What to say of classes that are each of some words with each of others: who, and what."""
    pieces = [_PIECES.split(name) for name in names]
    if len(names) < _FEWEST_PAIRS or {len(each) for each in pieces} != {2}:
        return []
    first, second = ({*column} for column in zip(*pieces, strict=True))
    if min(len(first), len(second)) < 2 or len(first) * len(second) != len({*names}):
        return []
    shown = [name_some(sorted(words), 4) for words in (first, second)]
    copied = (
        f"for folder in pathlib.Path('{root}').iterdir(): shutil.copytree(folder, 'classes/' + "
        "re.split('[ _.-]+', folder.name)[1], dirs_exist_ok=True)"
    )
    return [
        f"classes are each of {shown[0]} with each of {shown[1]}: both will be found. If one of "
        "them is who or where it was, put folders together by the other, such as the last: "
        f"{copied}"
    ]


def _own_names(listed: Listed, names: Sequence[str]) -> bool:
    """Whether folders are called by numbers that all of their files have in their names.

    And another piece of these names has the same few kinds in every folder.
    """
    piece = piece_of(listed.paths)
    if piece is None or not all(map(str.isdecimal, names)):
        return False
    split = [(path.parent.name, _PIECES.split(path.stem)) for path in listed.paths]
    kinds = {name: {pieces[piece] for folder, pieces in split if folder == name} for name in names}
    alike = {frozenset(each) for each in kinds.values()}
    return all(folder in pieces for folder, pieces in split) and len(alike) == 1


def _numbered(names: Sequence[str]) -> str | None:
    """The word that all names begin with, before a number; None if they don't."""
    found = [_NUMBERED.fullmatch(name) for name in names]
    words = {match[1].casefold().rstrip(" _.-") for match in found if match}
    return words.pop() if len(names) > 1 and all(found) and len(words) == 1 else None


def piece_of(files: Sequence[Path]) -> int | None:
    """Which piece of the files' names may say the class, from 0: words before numbers.

    None where names have unlike numbers of pieces, or no piece comes up again and again. What is
    the same in all files of each folder says no more than the folder.
    """
    pieces = [_PIECES.split(path.stem) for path in files]
    folders = [path.parent for path in files]
    if not pieces or len({len(each) for each in pieces}) != 1 or len(pieces[0]) < 2:
        return None
    kinds = [Counter(column) for column in zip(*pieces, strict=True)]
    able = [
        place
        for place, counts in enumerate(kinds)
        if 2 <= len(counts) <= _MOST_CLASSES
        and min(counts.values()) >= _MEMBERS
        and len({(folder, each[place]) for folder, each in zip(folders, pieces, strict=True)})
        > len({*folders})
    ]
    words = [place for place in able if not any(kind.isdecimal() for kind in kinds[place])]
    if words:
        return min(words, key=lambda place: len(kinds[place]))
    return max(able, key=lambda place: len(kinds[place]), default=None)


def _by_piece(root: Path, piece: int | None) -> str:
    """Python that copies files into folders by a piece of their names."""
    if piece is None:
        return ""
    label = f"re.split('[ _.-]+', file.stem)[{piece}]"
    return (
        f", such as by piece {piece} of their names, from 0: for file in "
        f"pathlib.Path('{root}').rglob('*.*'): label = {label}; "
        "os.makedirs(f'classes/{label}', exist_ok=True); shutil.copy(file, f'classes/{label}')"
    )


def takes_of(listed: Listed) -> tuple[str, str] | None:
    """A pattern of what several files of one speaker or scene begin with, and an example.

    None where few do, or where a class has so few of them that parts of whole ones are odd.
    """
    assert listed.labels is not None
    found = [_TAKE.fullmatch(path.stem) for path in listed.paths]
    names = [match[1] for match in found if match]
    if len(names) < len(found):
        return None
    members = Counter(names)
    if sum(count for count in members.values() if count > 1) * 2 < len(names):
        return None
    of_classes = Counter(label for _, label in {*zip(names, listed.labels, strict=True)})
    if min(of_classes.values()) < _FEWEST_TAKES:
        return None
    return rf"([^/]+){_TAIL}\.\w+$", members.most_common(1)[0][0]


def lists_note(root: Path, endings: Sequence[str]) -> list[str]:
    """What to say of lists beside the folders that name the files of a part: move these."""
    found: list[str] = []
    for path in sorted(root.glob("*.txt")):
        part = next(filter(None, map(said_part, _PIECES.split(path.stem))), "")
        if part not in ("validation", "test") or path.stat().st_size > _MOST_LIST:
            continue
        lines = path.read_text("utf-8", "replace").splitlines()
        named = [line for line in lines if line.lower().endswith(tuple(endings))]
        if named and len(named) * 2 > len(lines) and (root / named[0]).is_file():
            found.append(
                f"for line in pathlib.Path('{path}').read_text().splitlines(): os.renames("
                f"f'{root}/{{line}}', f'parts/{part}/{{line}}')"
            )
    if not found:
        return []
    moves = "; then ".join(found)
    return [
        "lists beside the folders name files of the parts, and are not read: to follow them, "
        f"{moves}; then os.rename('{root}', 'parts/train')"
    ]
