"""What a network starts from where the spec says nothing of `base`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from rnnsearch.data import read
from rnnsearch.spec.sources import CsvSource


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A price that goes up and down by chance, and what it was traded for."""
    rng = np.random.default_rng(0)
    price = 100 + np.cumsum(rng.normal(0, 1, 400))
    path = tmp_path_factory.mktemp("walk") / "walk.csv"
    columns = {"price": price, "cost": price + 5, "volume": rng.normal(9, 1, 400)}
    pd.DataFrame(columns).to_csv(path, index=False)
    return path


def base(path: Path, **changes: Any) -> str:
    values: dict[str, Any] = {"inputs": ("price",), "target": "price", "window": 4} | changes
    data = read(CsvSource(source="csv", path=path, **values), "many_to_one")
    lag = data.preparation().lag
    return "none" if lag is None else lag.base


def test_of_a_walk_that_is_read_it_is_the_last_value(walk: Path) -> None:
    assert base(walk) == "last"


@pytest.mark.parametrize(
    "changes",
    [{"base": "none"}, {"inputs": ("volume",)}, {"horizon": 0, "inputs": ("volume", "price")}],
    ids=["as asked", "not read", "not ahead"],
)
def test_else_it_is_nothing(changes: dict[str, Any], walk: Path) -> None:
    """A file that is predicted need not have the target's past where the network does not read it."""
    assert base(walk, **changes) == "none"


def test_of_several_targets_all_are_read(walk: Path) -> None:
    targets = ("price", "cost")
    assert base(walk, target=targets, inputs=("price",)) == "none"
    assert base(walk, target=targets, inputs=targets) != "none"
