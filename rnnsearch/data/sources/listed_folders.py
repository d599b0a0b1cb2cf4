"""Folders of files, a folder for each class: what recordings and pictures have in common."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rnnsearch.data.collecting import Problems, name_some
from rnnsearch.data.splits import said_part
from rnnsearch.files import cache_folder

__all__ = [
    "Listed",
    "folders_of_parts",
    "groups_of",
    "list_classes",
    "list_new",
    "list_parts",
    "place_of",
    "without_classes",
]

_LEFTOVERS = ("__MACOSX", "_background_noise_")
"""Folders that archives of a Mac have beside those of the data."""
_PARTS = ("train", "validation", "test")
_SHOWN = 3
"""Endings that messages name."""


@dataclass(frozen=True)
class Listed:
    """Entries of a part: files, or folders that are one sequence each.

    Attributes:
        root: Folder of the part.
        paths: The entries, in the order of their names.
        labels: The class of each; None where it is not known.
    """

    root: Path
    paths: tuple[Path, ...]
    labels: tuple[str, ...] | None

    @property
    def names(self) -> np.ndarray:
        """(N,) the entries' paths below the root."""
        return np.array([path.relative_to(self.root).as_posix() for path in self.paths])

    @property
    def y(self) -> np.ndarray | None:
        """(N,) the name of each file's folder, where folders are classes."""
        return None if self.labels is None else np.array(self.labels)


def place_of(
    paths: Iterable[Path], form: str, settings: Mapping[str, Any], names: Iterable[str]
) -> Path:
    """Where in the cache what was computed of files is kept, by all that it depends on.

    Args:
        paths: The files; their contents count, and their order.
        form: Names the computation and its version.
        settings: The spec's data section as plain values.
        names: The settings that it depends on.
    """
    digest = hashlib.sha256(form.encode())
    for name in names:
        digest.update(f" {name}={settings[name]}".encode())
    for path in paths:
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return cache_folder("features") / digest.hexdigest()


def list_parts(
    root: Path, endings: Collection[str], folders: bool, problems: Problems
) -> tuple[Listed | None, Listed | None, Listed | None]:
    """Training, validation and test part of `root`.

    Args:
        root: Has a folder a class; or folders `train`, `validation`, `test` that have these, also
            as `Training`, `val`, `valid`, `dev` or `testing`. A test folder without folders is of
            nobody knows which classes, as contests have it: it is no part.
        endings: Of the files to look for, lower case.
        folders: Whether a sequence is a folder of files, not a file.
        problems: Where to note what is wrong.
    """
    if not _is_folder(root, problems):
        return None, None, None
    parts = folders_of_parts(root)
    if without_classes(parts):
        del parts["test"]
    if parts:
        first, second, third = (
            list_classes(parts[name], endings, folders, problems) if name in parts else None
            for name in _PARTS
        )
        return first, second, third
    return list_classes(root, endings, folders, problems), None, None


def without_classes(parts: Mapping[str, Path]) -> bool:
    """Whether the test part has files only, and the training part has folders of classes."""
    return "test" in parts and not _folders(parts["test"]) and bool(_folders(parts["train"]))


def folders_of_parts(root: Path) -> dict[str, Path]:
    """The folder of each part; {} where folders are classes."""
    said = [(said_part(folder.name), folder) for folder in _folders(root)]
    parts = dict(said)
    return parts if len(parts) == len(said) and "" not in parts and "train" in parts else {}


def list_classes(
    root: Path, endings: Collection[str], folders: bool, problems: Problems
) -> Listed | None:
    """The entries of every class's folder; None, and a problem, if there are none."""
    if not _is_folder(root, problems):
        return None
    wanted = _wanted(endings)
    found = {folder.name: _entries(folder, endings, folders) for folder in _folders(root)}
    if not found:
        must = "must have a folder for each class"
        problems.add("data.path", must, f"no folders in {root}", f"put {wanted} into folders")
        return None
    empty = [name for name, paths in found.items() if not paths]
    if empty:
        kind = f"folders of {wanted}" if folders else wanted
        must = f"must have {kind} in the folder of each class"
        received = f"none in {name_some(empty)}"
        problems.add("data.path", must, received, f"fill or remove these of {root}")
        return None
    pairs = [(path, name) for name, paths in found.items() for path in paths]
    return Listed(root, tuple(path for path, _ in pairs), tuple(name for _, name in pairs))


def list_new(
    path: Path, endings: Collection[str], folders: bool, problems: Problems
) -> Listed | None:
    """Entries whose class is not asked: one file, or all below a folder."""
    if path.is_file():
        return Listed(path.parent, (path,), None)
    if not _is_folder(path, problems):
        return None
    files = [file for file in sorted(path.rglob("*")) if _fits(file, endings, path)]
    entries = sorted({file.parent for file in files}) if folders else files
    if not entries:
        must, received = f"must have {_wanted(endings)}", f"none in {path}"
        problems.add("data.path", must, received, "name a folder that has some")
        return None
    return Listed(path, tuple(entries), None)


def groups_of(listed: Listed, group: Any, problems: Problems) -> np.ndarray | None:
    """(N,) the group of each entry, as `split.group` says; None if it says nothing.

    Args:
        listed: The entries.
        group: None, ``stem`` or ``{"pattern": …}``.
        problems: Where to note entries that the pattern does not find.
    """
    if group is None:
        return None
    if not isinstance(group, Mapping):
        return np.array([path.stem for path in listed.paths])
    pattern = re.compile(str(group["pattern"]))
    # Below the class's folder: a group that follows from the class would be no group.
    places = [path.relative_to(listed.root).parts[1:] for path in listed.paths]
    matches = [pattern.search("/".join(place)) for place in places]
    lost = [name for name, match in zip(listed.names, matches, strict=True) if match is None]
    if lost:
        must = "must find something in the name of each file"
        received = f"nothing in {name_some(lost)}"
        problems.add("data.split.group", must, received, "change the pattern")
        return None
    return np.array([m[1] if pattern.groups else m[0] for m in matches if m is not None])


def _is_folder(root: Path, problems: Problems) -> bool:
    if not root.is_dir():
        what = "a file" if root.exists() else "nothing"
        advice = "a path in a spec is relative to the spec's folder"
        problems.add("data.path", "must be an existing folder", f"{what} at {root}", advice)
        return False
    return True


def _folders(root: Path) -> list[Path]:
    every = (path for path in root.iterdir() if path.is_dir())
    return sorted(path for path in every if path.name[0] != "." and path.name not in _LEFTOVERS)


def _fits(path: Path, endings: Collection[str], folder: Path) -> bool:
    """Whether it is a file to read; what is hidden below the folder is not.

    So are ``._a.wav``, and copies that notebooks keep in ``.ipynb_checkpoints``.
    """
    shown = all(part[0] != "." for part in path.relative_to(folder).parts)
    return shown and path.is_file() and path.suffix.lower() in endings


def _entries(folder: Path, endings: Collection[str], folders: bool) -> list[Path]:
    """The files of a class in the order of their names, or its folders that have some."""
    files: Iterable[Path] = (path for path in folder.rglob("*") if _fits(path, endings, folder))
    return sorted({path.parent for path in files} - {folder} if folders else files)


def _wanted(endings: Collection[str]) -> str:
    shown = ", ".join([*endings][:_SHOWN])
    return f"{shown}, … files" if len(endings) > _SHOWN else f"{shown} files"
