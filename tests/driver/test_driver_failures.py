"""Trials that fail in a row, are lost with their worker, or hang with it."""

from __future__ import annotations

from typing import Any

import pytest

from rnnsearch.driver.running.failures import Failures, in_common
from rnnsearch.execution import Patience
from rnnsearch.execution.messages import Crashed
from rnnsearch.outcomes import TrialRecord


def failed(number: int, message: str = "diverged", **params: Any) -> TrialRecord:
    return TrialRecord(number, "FAIL", params=params, message=message)


def test_failures_of_one_structure_do_not_end_a_search_of_several() -> None:
    several, only = Failures(3, None), Failures(3, 1)
    for number in range(5):
        several.add(failed(number), "GRU")
        only.add(failed(number), "GRU")
    assert only.too_many and not several.too_many
    several.add(failed(5), "LSTM")
    assert several.too_many


def test_a_trial_that_goes_well_ends_the_row() -> None:
    row = Failures(2, 1)
    for record in (failed(0), TrialRecord(1, "PRUNED"), failed(2)):
        row.add(record, "GRU")
    assert not row.too_many
    row.add(failed(3), "GRU")
    assert row.too_many
    assert not Failures(None, 1).too_many


def test_what_failures_have_in_common_is_said() -> None:
    records = [
        failed(0, "diverged at epoch 3", cell="GRU", optimizer="sgd", learning_rate=0.5),
        failed(1, "diverged at epoch 3", cell="LSTM", optimizer="sgd", learning_rate=0.1),
        failed(2, "no memory", cell="GRU", optimizer="sgd", learning_rate=0.25),
    ]
    assert in_common(records) == (
        "diverged at epoch 3 (2 times); no memory (1 times); they have in common: optimizer sgd, "
        "learning_rate from 0.1 to 0.5"
    )


@pytest.mark.parametrize("retries", [0, 1, 3])
def test_a_lost_trial_is_retried_as_often_as_asked(
    simulation: Any, fake: Any, retries: int
) -> None:
    def fault(worker: int, block: Any, epoch: int) -> Crashed | None:
        lost = any(run.trial == 2 for run in block.runs) and epoch == 2
        return Crashed("its worker was killed", gone=True) if lost else None

    executor = fake.Executor(fault=fault)
    records = simulation(trials=4).run(executor, retries=retries)
    assert [record.state for record in records].count("FAIL") == (1 if retries else 4)
    assert records[2].message == "its worker was killed"
    assert sum(2 in block for block in executor.blocks) == retries + 1


def test_a_search_ends_after_so_many_failures(simulation: Any, fake: Any) -> None:
    executor = fake.Executor(curve=lambda run, epoch: float("nan"))
    search = simulation(trials=40)
    records = search.run(executor, block=2, failures=6)
    assert search.stop == "failures"
    assert 6 <= len([record for record in records if record.state == "FAIL"]) < 20


def test_patience_grows_with_what_epochs_take() -> None:
    patience = Patience(None)
    assert patience.seconds == 7200
    patience.note(1000)
    assert patience.seconds == 20_000
    fixed = Patience(90)
    fixed.note(1000)
    assert fixed.seconds == 90
