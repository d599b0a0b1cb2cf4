"""Tables with a sequence in each row: what is read, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnnsearch.data.collecting import Problems
from rnnsearch.data.sources import SEQUENCES
from rnnsearch.errors import InvalidData
from rnnsearch.spec.sources import WideSource

READER = SEQUENCES["wide"]


def write(tmp_path: Path, text: str, name: str = "a.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return path


def section(path: Path, **keys: Any) -> WideSource:
    return WideSource.model_validate({"source": "wide", "path": path, "target": "kind", **keys})


def read(source: WideSource) -> Any:
    problems = Problems()
    found = READER.read(source, problems).train
    problems.raise_any()
    return found


def said(source: WideSource) -> list[str]:
    with pytest.raises(InvalidData) as caught:
        read(source)
    return [str(problem) for problem in caught.value.problems]


def test_cells_become_steps_in_the_order_of_their_columns(tmp_path: Path) -> None:
    path = write(tmp_path, "who,t1,t2,t10,kind\nx,1,2,3,b\ny,4,,6,a\nz,7,8,,b\n")
    found = read(section(path, ignore=("who",)))
    np.testing.assert_array_equal(found.x[..., 0], [[1, 2, 3], [4, np.nan, 6], [7, 8, np.nan]])
    assert found.y.tolist() == ["b", "a", "b"]


@pytest.mark.parametrize(
    ("cells", "kind", "expected"),
    [
        ("007 01 007", "auto", ["007", "01", "007"]),
        ("1 0 1", "auto", [1, 0, 1]),
        ("1.0000000e+00 2.0000000e+00 1.0000000e+00", "auto", [1, 2, 1]),
        ("1.5 2 0.25", "auto", [1.5, 2, 0.25]),
        ("007 01 007", "numeric", [7, 1, 7]),
        ("yes no yes", "class", ["yes", "no", "yes"]),
    ],
)
def test_targets_are_as_they_were_written(
    cells: str, kind: str, expected: list[Any], tmp_path: Path
) -> None:
    rows = "\n".join(f"{cell},1,2" for cell in cells.split())
    found = read(section(write(tmp_path, f"kind,t1,t2\n{rows}\n"), target_kind=kind))
    assert found.y.tolist() == expected


def test_groups_and_parts_are_columns(tmp_path: Path) -> None:
    path = write(tmp_path, "who,set,t1,t2,kind\nx,train,1,2,b\ny,test,4,5,a\n")
    found = read(section(path, split={"group": "who", "column": "set"}))
    assert found.group.tolist() == ["x", "y"] and found.part.tolist() == ["train", "test"]
    assert found.x.shape == (2, 2, 1)


WRONG = {
    "a column that is called otherwise": (
        {},
        ",".join(["age", *(f"t{at}" for at in range(12)), "kind"])
        + "\n"
        + "\n".join(["3," * 13 + "a", "4," * 13 + "b"]),
        "data.path: must say of columns that are called otherwise than the steps what they are; "
        "received 'age'; name those that are not read in data.ignore",
    ),
    "steps in disorder": (
        {"quantities": ("t",)},
        "t2,t1,kind\n1,2,a\n",
        "data.path: must have the columns of steps in their order; received 't1' after 't2'; sort "
        "the columns",
    ),
    "text among steps": (
        {},
        "t1,t2,kind\n1,2,a\n1,low,b\n",
        "data.path: must hold numbers in the columns of steps; received 'low' in column 't2', row "
        "3; correct it, or name columns that are no steps in data.ignore",
    ),
    "no target": (
        {"target": "kinds"},
        "t1,t2,kind\n1,2,a\n",
        "data.target: must be the name of a column; received 'kinds'; did you mean 'kind'? "
        "there are: t1, t2, kind",
    ),
    "a class is missing": (
        {},
        "t1,t2,kind\n1,2,a\n1,3,\n",
        "data.target: must have a class in each row; received nothing in row 3; fill it in, or "
        "leave rows out",
    ),
    "texts for numbers": (
        {"target_kind": "numeric"},
        "t1,t2,kind\n1,2,a\n1,3,4\n",
        "data.target: must be a column of numbers; received 'a' in row 2; correct it, or set "
        "target_kind: class",
    ),
    "quantities of unlike length": (
        {"quantities": ("u", "v")},
        "u1,u2,v1,kind\n1,2,3,a\n",
        "data.quantities: must have as many columns of each quantity, called by it and a number; "
        "received 'u' 2, 'v' 1; correct it, or leave columns out",
    ),
    "a column that is no quantity": (
        {"quantities": ("u",)},
        "u1,u2,v1,kind\n1,2,3,a\n",
        "data.quantities: must say of each column what it is; received 'v1'; name what is not "
        "read in data.ignore",
    ),
    "two columns of a name": (
        {},
        "t1,t1,kind\n1,2,a\n",
        "data.path: must have a name of its own for each column; received 't1' more than once; "
        "rename",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_refused(name: str, tmp_path: Path) -> None:
    keys, text, expected = WRONG[name]
    assert expected in said(section(write(tmp_path, text), **keys))


def test_folders_without_parts_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "t1,kind\n1,a\n", "one.csv")
    assert said(section(tmp_path)) == [
        "data.path: must be a table, or a folder with one file …_TRAIN and its …_TEST; received "
        f"none in {tmp_path}; name the file"
    ]


def new(path: Path, targets: bool = False, **keys: Any) -> Any:
    settings = section(path, **keys).model_dump(mode="json")
    problems = Problems()
    found = READER.read_new(path, settings, targets, problems)
    problems.raise_any()
    return found, problems.notes


def test_new_files_need_neither_target_nor_other_columns(tmp_path: Path) -> None:
    path = write(tmp_path, "t1,t2,mood\n1,2,good\n")
    keys = {"quantities": ("t",), "ignore": ("who",), "split": {"group": "g", "column": "set"}}
    found, notes = new(path, **keys)
    np.testing.assert_array_equal(found.x[..., 0], [[1, 2]])
    assert found.y is None and notes == ["not read: 'mood'"]
    with_targets, _ = new(write(tmp_path, "t1,t2,kind\n1,2,a\n"), True, **keys)
    assert with_targets.y.tolist() == ["a"]


def test_of_new_files_without_names_the_first_step_is_no_class(tmp_path: Path) -> None:
    """Left out, a first column of classes would make steps of all but the first cell."""
    with_class = write(tmp_path, "1,0.5,0.25\n2,0.5,0.75\n1,0.1,0.2\n")
    found, _ = new(with_class, target="column_1")
    assert found.x.shape == (3, 2, 1)
    without = write(tmp_path, "0.5,0.25\n0.5,0.75\n0.1,0.2\n")
    with pytest.raises(InvalidData, match=r"must have classes in 'column_1'.*received 0\.5 in row"):
        new(without, target="column_1")
