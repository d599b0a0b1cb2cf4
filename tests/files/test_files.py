"""Files that are old or new, never half; a lock that one at a time holds."""

from __future__ import annotations

import ast
import contextlib
import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import rnnsearch
from rnnsearch.files import Locked, atomic, is_held, locked, replacing, replacing_folder, write_text


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_text_is_made_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    write_text(path, "a: ü\n")
    write_text(path, "b: 2\r\n")
    assert path.read_bytes() == b"b: 2\r\n"
    assert names(tmp_path) == ["spec.yaml"]


def test_the_path_aside_has_the_suffix_and_the_folder(tmp_path: Path) -> None:
    path = tmp_path / "best.keras"
    with replacing(path) as aside:
        assert (aside.suffix, aside.parent) == (".keras", tmp_path)
        aside.write_bytes(b"model")
        assert not path.exists()
    assert path.read_bytes() == b"model"


def test_a_writer_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "best.keras"
    path.write_bytes(b"old")

    def fail() -> None:
        with replacing(path) as aside:
            aside.write_bytes(b"ha")
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        fail()
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["best.keras"]


@pytest.mark.parametrize("flush", [True, False])
def test_a_file_is_on_the_disk_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flush: bool
) -> None:
    path, seen = tmp_path / "x.npz", []
    really = os.fsync

    def fsync(descriptor: int) -> None:
        seen.append(path.exists())
        really(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    with replacing(path, flush=flush) as aside:
        aside.write_bytes(b"arrays")
    assert path.read_bytes() == b"arrays"
    assert seen == ([False, True] if flush else [])  # the file, then the folder with its name


def test_a_folder_is_replaced_when_it_is_filled_and_else_stays(tmp_path: Path) -> None:
    folder = tmp_path / "exports" / "onnx"
    with replacing_folder(folder) as aside:
        (aside / "old").touch()
    (tmp_path / "exports" / ".onnx.aside").mkdir()
    (tmp_path / "exports" / ".onnx.aside" / "of one who was killed").touch()
    with replacing_folder(folder) as aside:
        (aside / "new").touch()
        assert names(folder) == ["old"]
    assert names(folder) == ["new"]

    def fail() -> None:
        with replacing_folder(folder) as aside:
            (aside / "half").touch()
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        fail()
    assert names(folder) == ["new"]
    assert names(folder.parent) == ["onnx"]


def test_nobody_else_renames_into_place() -> None:
    """A study that is set aside gets a name that nothing has, and a key is made once."""
    package, found = Path(rnnsearch.__file__).parent, set()
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            owner = getattr(node.func.value, "id", "")
            of_path = node.func.attr in ("rename", "replace") and len(node.args) == 1
            of_module = owner in ("os", "shutil") and node.func.attr in (
                "rename",
                "replace",
                "move",
            )
            if of_module or (of_path and not node.keywords):
                found.add(path.relative_to(package).as_posix())
    pandas = {"integrations/scikit_learn/forecaster.py"}
    assert found - pandas == {"files/atomic.py", "files/own_key.py", "records/folder.py"}


def test_a_lock_is_held_once_and_by_whom_is_told(tmp_path: Path) -> None:
    pytest.importorskip("fcntl")
    path = tmp_path / ".lock"
    with locked(path):
        with pytest.raises(Locked, match=f"is locked by process {os.getpid()}$"), locked(path):
            pass
        assert path.read_text() == str(os.getpid())
    with locked(path):  # it was let go of
        pass


def test_a_lock_is_held_once_on_windows_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By `msvcrt`, of which a byte can be locked once, and is let go of as its file is closed."""
    held: dict[tuple[int, int], int] = {}

    def locking(descriptor: int, mode: int, count: int) -> None:
        assert (mode, count) == (7, 1)
        file = os.fstat(descriptor).st_ino, os.lseek(descriptor, 0, os.SEEK_CUR)
        if file in held and held[file] != descriptor:
            raise OSError(13, "Permission denied")
        held[file] = descriptor

    def close(descriptor: int, close: Any = os.close) -> None:
        for file in [file for file, holder in held.items() if holder == descriptor]:
            del held[file]
        close(descriptor)

    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.setitem(sys.modules, "msvcrt", SimpleNamespace(LK_NBLCK=7, locking=locking))
    monkeypatch.setattr(os, "close", close)
    path = tmp_path / ".lock"
    with locked(path):
        assert is_held(path)
        with pytest.raises(Locked, match=f"is locked by process {os.getpid()}$"), locked(path):
            pass
    assert not is_held(path)
    with locked(path):
        assert path.read_text("utf-8") == str(os.getpid())


@pytest.mark.parametrize(("system", "waits"), [("win32", True), ("linux", False)])
def test_on_windows_a_file_that_is_being_read_is_waited_for(tmp_path, monkeypatch, system, waits):
    place, tried, rename = tmp_path / "board.csv", [], Path.replace
    place.write_text("old", encoding="utf-8")

    def refused_twice(self, target):
        tried.append(target)
        if len(tried) < 3:
            raise PermissionError(13, "being used by another process")
        return rename(self, target)

    monkeypatch.setattr(atomic.sys, "platform", system)
    monkeypatch.setattr(Path, "replace", refused_twice)
    with contextlib.nullcontext() if waits else pytest.raises(PermissionError):
        atomic.write_text(place, "new")
    assert len(tried) == (3 if waits else 1)
    assert place.read_text("utf-8") == ("new" if waits else "old")
    assert [each.name for each in tmp_path.iterdir()] == ["board.csv"]


def test_who_never_lets_go_is_not_waited_for_for_ever(tmp_path, monkeypatch):
    def refused(self, target):
        raise PermissionError(13, "being used by another process")

    monkeypatch.setattr(atomic.sys, "platform", "win32")
    monkeypatch.setattr(atomic, "_PATIENCE", 0.05)
    monkeypatch.setattr(Path, "replace", refused)
    with pytest.raises(PermissionError, match="another process"):
        atomic.write_text(tmp_path / "board.csv", "new")
