"""Files to guess from, and what the guess was."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnnsearch.errors import InvalidInput
from rnnsearch.guessing import Guess, Wishes, guess

ROWS = 400


def write_table(path: Path, columns: Mapping[str, Sequence[Any]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    return path


def days(rows: int = ROWS) -> list[str]:
    return np.datetime_as_string(np.datetime64("2020-01-01") + np.arange(rows)).tolist()


def numbers(rows: int = ROWS, seed: int = 0) -> list[float]:
    return np.random.default_rng(seed).normal(size=rows).round(3).tolist()


Look = Callable[..., Guess]


@pytest.fixture
def look(tmp_path: Path) -> Look:
    """The guess for a table that is given as columns."""

    def call(columns: Mapping[str, Sequence[Any]], **wishes: Any) -> Guess:
        return guess(write_table(tmp_path / "data.csv", columns), Wishes(**wishes))

    return call


@pytest.fixture
def refusal(look: Look) -> Callable[..., str]:
    """The message by which a table is refused."""

    def call(columns: Mapping[str, Sequence[Any]], **wishes: Any) -> str:
        with pytest.raises(InvalidInput) as caught:
            look(columns, **wishes)
        return str(caught.value)

    return call


def setting(found: Guess, key: str) -> Any:
    """A value of the guess; None where it is not written."""
    every = (found.task, *found.data, *found.space, *found.search)
    return next((setting.value for setting in every if setting.key == key), None)
