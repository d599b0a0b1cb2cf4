"""Files that were packed are read as what is in them; archives of several are refused."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rnnsearch.data.sources import TABLES, TEXTS
from rnnsearch.data.sources import packed as module
from rnnsearch.data.sources.packed import unpacked, without_packing
from rnnsearch.errors import InvalidData
from rnnsearch.guessing import Wishes, guess
from tests.guessing.conftest import setting

TABLE = "date,v\n" + "".join(
    f"2020-{1 + at // 28:02}-{1 + at % 28:02},{at * at % 7}\n" for at in range(60)
)


def zipped(content: bytes, *more: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in ("folder/data.csv", "__MACOSX/folder/._data.csv", *more):
            archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("ending", "pack"),
    [(".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress), (".zip", zipped)],
)
def test_packed_files_are_read(ending: str, pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    (path := tmp_path / f"a.csv{ending}").write_bytes(pack(TABLE.encode()))
    assert TABLES["csv"].read(path).column("v").texts() == [str(at * at % 7) for at in range(60)]
    assert setting(guess(path, Wishes()), "time") == "date"
    assert TEXTS["text"].read(path).text == TABLE
    path.write_bytes(pack(TABLE.encode())[:-9])
    with pytest.raises(
        InvalidData, match=r"must be a text file.*(packed by|archive).*unpack it first"
    ):
        TABLES["csv"].read(path)


def test_what_unpacks_to_more_than_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "memory_bytes", lambda: 4000)
    assert len(unpacked(gzip.compress(b"a" * 1000))) == 1000
    with pytest.raises(OSError, match="unpacks to more than 1,000 bytes"):
        unpacked(gzip.compress(b"a" * 1001))


def test_other_archives_are_refused(tmp_path: Path) -> None:
    (path := tmp_path / "a.csv").write_bytes(zipped(b"a,b\n1,2\n", "folder/other.csv"))
    with pytest.raises(InvalidData, match="a workbook of Excel, or another zip archive"):
        TABLES["csv"].read(path)


def test_names_of_what_is_packed() -> None:
    assert [*map(without_packing, ("a.csv.GZ", "a.b.csv", "a.zip", "b.fa.xz"))] == (
        ["a.csv", "a.b.csv", "a.zip", "b.fa"]
    )


def test_large_packed_tables(tmp_path: Path) -> None:
    values = np.random.default_rng(0).normal(size=130_000)
    text = "a,b\n" + "".join(f"{value:.9f},{at}\n" for at, value in enumerate(values))
    (path := tmp_path / "a.csv.gz").write_bytes(gzip.compress(text.encode(), 1))
    assert path.stat().st_size > 1 << 20
    table = TABLES["csv"].read(path)
    assert len(table.rows) == 130_000 and table.column("a").texts()[-1] == f"{values[-1]:.9f}"


@pytest.mark.parametrize("beside", [(), ("__MACOSX/._data.csv",)])
def test_a_zip_archive_of_one_table(beside: tuple[str, ...], tmp_path: Path) -> None:
    rows = [f"2024-01-{1 + at % 28:02} {at // 28:02}:00,{at % 7}.5" for at in range(100)]
    rows.sort()
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("in/data.csv", "\n".join(["time,load", *rows]))
        for name in beside:
            archive.writestr(name, "x")
    found = guess(tmp_path / "all.zip", Wishes())
    assert setting(found, "target") == "load"


def test_archives_that_are_unpacked_first(tmp_path: Path) -> None:
    for name, members in (("two.zip", ["a.csv", "b.csv"]), ("ts.zip", ["X.ts"])):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            for member in members:
                archive.writestr(member, "a,b\n1,2\n")
        with pytest.raises(InvalidData, match="unpack it first"):
            guess(tmp_path / name, Wishes())
