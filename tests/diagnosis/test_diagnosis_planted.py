"""Troubles that are planted in networks are found by the verdicts, on the fused engine."""

import pytest

from benchmarks.planted import verdicts
from benchmarks.plants import KINDS


@pytest.mark.parametrize("kind", ["exploding", "vanishing", "overfitting"])
def test_three_planted_runs_have_the_verdict(kind):
    """benchmarks/planted.py counts 20 of each, of the other kinds too; here other data."""
    assert {verdict.name for verdict in verdicts(KINDS[kind], 3, first=100)} == {kind}
