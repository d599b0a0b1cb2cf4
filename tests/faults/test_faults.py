"""A few of each fault; `python -m tests.faults --full` does them all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import FAULTS, Fault, Scene, Zygote


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    with Zygote() as one:
        yield one


@pytest.mark.parametrize(
    ("fault", "seed"),
    [
        pytest.param(one, seed, id=f"{one.name}-{seed}")
        for one in FAULTS.values()
        for seed in range(one.quick)
    ],
)
def test_fault(fault: Fault, seed: int, zygote: Zygote, tmp_path: Path) -> None:
    fault.act(Scene(tmp_path, seed, zygote))
