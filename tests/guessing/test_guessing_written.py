"""The YAML that is written: it parses to what was guessed, and its data reads."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import rnnsearch
from rnnsearch.errors import InvalidData
from rnnsearch.guessing import Guess, Setting, write_text
from rnnsearch.spec.yaml_loader import read_text
from tests.guessing.conftest import days, numbers, setting, write_table

lenient = settings(deadline=None, max_examples=25)
ODD = ["yes", "null", "1e3", "012", "a: b", "#x", "it's", '"q"', "a]b", "{x}", "-", "*a", "@b", "ü",
       "x #y", "? z", "1:30", "~", "%", "2020-01-01", "a,b", "😀", "a\nb", "a\\b", "&c", "|", ">"]  # fmt: skip


def flat(found: Guess) -> dict[str, Any]:
    sections = (("data", found.data), ("space", found.space), ("search", found.search))
    document = {name: {s.key: s.value for s in section} for name, section in sections}
    return {"task": found.task.value, **document}


@settings(deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=3), st.text())
def test_any_text_is_read_as_it_was(texts: list[str], why: str) -> None:
    found = Guess(
        Setting("task", "many_to_one", why),
        (Setting("path", "x"), Setting("inputs", texts, why)),
        (Setting("dropout", {"min": 0, "max": 0.3}, why),),
        (Setting("seed", 0),),
        (why,),
    )
    text = write_text(found, "x", (why,))
    document = read_text(text, "s.yaml")
    assert document.problems == []
    assert document.value == flat(found)


@pytest.mark.parametrize("name", ODD)
def test_other_readers_of_yaml_agree(name: str) -> None:
    found = Guess(
        Setting("task", "x"), (Setting("inputs", [name, "b"]),), (), (Setting("k", name),)
    )
    assert yaml.safe_load(write_text(found, "", ()))["data"] == {"inputs": [name, "b"]}
    assert yaml.safe_load(write_text(found, "", ()))["search"] == {"k": name}


@st.composite
def sound_tables(draw: st.DrawFn) -> dict[str, list[Any]]:
    """Tables for which there is always a spec: numbers, with and without gaps and time."""
    rows = draw(st.integers(40, 200))
    names = draw(st.lists(st.sampled_from(ODD), min_size=2, max_size=5, unique=True))
    assume({*names} - {"1e3", "012"})  # a header of numbers is none
    columns: dict[str, list[Any]] = {}
    if draw(st.booleans()):
        columns[names.pop()] = days(rows)
    every = draw(st.sampled_from([0, 3, 7]))
    for seed, name in enumerate(names):
        values: list[Any] = numbers(rows, seed)
        if every:
            values = [None if i % every == 1 else v for i, v in enumerate(values)]
        columns[name] = values
    return columns


@settings(lenient, max_examples=15)
@given(sound_tables())
def test_a_sound_table_has_a_spec_that_reads(columns: dict[str, list[Any]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write_table(Path(folder) / "data.csv", columns)
        initial = rnnsearch.init(path, output=Path(folder) / "a.yaml")
        report = rnnsearch.check(initial.path)
        assert report.objective == "val_rmse"
        assert set(setting(initial.guess, "inputs")) <= {*columns}
        document = read_text(initial.path.read_text("utf-8"), "a.yaml")
        assert document.value["data"].pop("path") == "data.csv"
        expected = flat(initial.guess)
        del expected["data"]["path"]
        assert document.value == expected


names = st.text(st.characters(codec="utf-8"), max_size=6)
cells = st.one_of(
    st.sampled_from(["", "NA", "nan", "inf", "1e400", "0", "1", "2", "x", "y", "2020-01-01", "-"]),
    st.floats(-1e32, 1e32).map(repr),
    st.integers(-3, 3).map(str),
    st.text(max_size=3),
)


@st.composite
def wild_tables(draw: st.DrawFn) -> dict[str, list[Any]]:
    """Whatever a file may hold."""
    rows = draw(st.integers(28, 60))
    kinds = st.sampled_from(
        ["time", "disorder", "noise", "labels", "same", "count", "cells", "gap"]
    )
    columns: dict[str, list[Any]] = {}
    for name in draw(st.lists(names, min_size=1, max_size=5, unique=True)):
        kind = draw(kinds)
        seed = draw(st.integers(0, 3))
        noise = numbers(rows, seed)
        columns[name] = {
            "time": lambda: days(rows),
            "disorder": lambda: days(rows)[::-1],
            "noise": lambda: noise,  # noqa: B023
            "labels": lambda: [["a", "b", ""][i % (2 + seed % 2)] for i in range(rows)],  # noqa: B023
            "same": lambda: [seed] * rows,  # noqa: B023
            "count": lambda: list(range(rows)),
            "cells": lambda: draw(st.lists(cells, min_size=rows, max_size=rows)),
            "gap": lambda: [*noise[: rows // 2], *[None] * (rows - rows // 2)],  # noqa: B023
        }[kind]()
    return columns


@settings(deadline=None, max_examples=30)
@given(wild_tables(), st.sampled_from([None, "many_to_one", "many_to_many", "one_to_many"]))
def test_any_table_has_a_spec_that_reads_or_is_refused(columns, task) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write_table(Path(folder) / "data.csv", columns)
        try:
            initial = rnnsearch.init(path, output=Path(folder) / "a.yaml", task=task)
        except InvalidData as error:  # an InvalidSpec would be a fault of the guess
            assert not (Path(folder) / "a.yaml").exists()
            for problem in error.problems:
                # What the data lack is said by the key that the spec would have had.
                assert problem.path.startswith((path.name, "--", "data."))
                assert problem.received and problem.advice
        else:
            rnnsearch.check(initial.path)


def test_long_lists_and_reasons_are_broken_into_lines() -> None:
    many = [f"column_{i}" for i in range(30)]
    found = Guess(
        Setting("task", "many_to_one", "word " * 40),
        (Setting("inputs", many, "word " * 40),),
        (),
        (),
        ("note " * 40,),
    )
    text = write_text(found, "", ("head " * 40, "", "    command " + "x" * 120))
    lines = [line for line in text.splitlines() if "command" not in line]
    assert max(map(len, lines)) <= 100
    assert read_text(text, "a.yaml").value["data"] == {"inputs": many}
    assert "#     command " + "x" * 120 in text


def test_the_values_are_numpys_no_more(tmp_path) -> None:
    np.savez(
        tmp_path / "a.npz", x=np.zeros((40, 9, 1)) + np.arange(40)[:, None, None], y=[0, 1] * 20
    )
    text = rnnsearch.init(tmp_path / "a.npz", output=tmp_path / "a.yaml").path.read_text()
    assert "np." not in text
