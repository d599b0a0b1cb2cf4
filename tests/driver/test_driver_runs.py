"""Trials of several runs: how they are scored, pruned, failed and stood for."""

from __future__ import annotations

import statistics
from typing import Any

import numpy as np
import pytest

from rnnsearch.engines import Run


def by_index(run: Run, epoch: int) -> float:
    """Runs of a trial that differ; the second is the best."""
    return run.trial + (0.4, 0.1, 0.9)[run.index % 3] + 1 / epoch


def seeds(order: Any) -> list[int]:
    return [run.seed for run in order.runs]


def test_a_score_is_the_mean_over_the_runs(simulation, fake) -> None:
    search = simulation(trials=4, runs_per_trial=3)
    records = search.run(fake.Executor(curve=by_index))
    for record in records:
        scores = [record.number + offset + 1 / 9 for offset in (0.4, 0.1, 0.9)]
        assert record.state == "COMPLETE"
        assert record.score == pytest.approx(statistics.fmean(scores))
        assert record.score == record.metrics["val_loss"]
        assert record.spread == pytest.approx(statistics.stdev(scores))
        assert (record.runs, record.run_epochs) == (3, (9, 9, 9))
        assert [len(curve) for curve in search.notes.all_curves[record.number]] == [9, 9, 9]
        assert search.notes.weights[record.number] == [np.array(1)]


def test_the_first_run_has_the_seed_of_a_trial_with_one(simulation, fake) -> None:
    one, three = fake.Executor(), fake.Executor()
    alone = simulation("one", trials=4).run(one)
    simulation("three", trials=4, runs_per_trial=3).run(three)
    assert seeds(one.orders[0]) == seeds(three.orders[0])[::3]
    assert len(set(seeds(three.orders[0]))) == 12
    assert all((r.runs, r.spread, r.run_epochs) == (1, None, (9,)) for r in alone)


def test_a_run_that_diverges_fails_its_trial_and_stops_the_others(simulation, fake) -> None:
    def curve(run: Run, epoch: int) -> float:
        return np.nan if (run.trial, run.index, epoch) == (1, 1, 3) else 1 / epoch

    search, executor = simulation(trials=3, runs_per_trial=4), fake.Executor(curve=curve)
    records = search.run(executor, block=3, lanes=2)
    assert [record.state for record in records] == ["COMPLETE", "FAIL", "COMPLETE"]
    run = next(run for run in executor.orders[0].runs if run.key == (1, 1))
    assert records[1].message == (
        f"run 1 (seed {run.seed}, fold 0) diverged: val_loss is not finite at epoch 3"
    )
    assert records[1].score is None and records[1].spread is None
    assert records[1].run_epochs == (3, 3, 0, 0)  # in two lanes
    assert search.notes.weights[1] is None


def test_the_pruner_hears_the_mean_once_all_runs_are_there(simulation, fake) -> None:
    search = simulation(trials=6, runs_per_trial=3, pruner="median")
    search.run(fake.Executor(curve=by_index), block=6, lanes=2)
    for trial in search.opened()[0].get_trials():
        # In two lanes the third run is at each rung when the others have ended.
        assert sorted(trial.intermediate_values) == list(
            range(1, len(trial.intermediate_values) + 1)
        )
        for epoch, value in trial.intermediate_values.items():
            means = [trial.number + offset + 1 / epoch for offset in (0.4, 0.1, 0.9)]
            assert value == pytest.approx(statistics.fmean(means))


def test_a_verdict_stops_all_runs_of_a_trial(simulation, fake) -> None:
    search = simulation(trials=12, runs_per_trial=2, pruner="asha", epochs=27)
    records = search.run(fake.Executor(curve=by_index), block=4, lanes=8)
    pruned = [record for record in records if record.state == "PRUNED"]
    assert pruned
    for record in pruned:
        assert record.message == f"pruned at epoch {record.epochs}"
        assert record.run_epochs == (record.epochs,) * 2
        assert record.score == pytest.approx(record.number + 0.25 + 1 / record.epochs)


def test_a_run_that_ran_out_of_patience_counts_with_its_best(simulation, fake) -> None:
    def curve(run: Run, epoch: int) -> float:
        return 5.0 + epoch if run.index == 1 else run.trial + 1 / epoch

    search = simulation(trials=6, runs_per_trial=2, pruner="median", patience=2)
    records = search.run(fake.Executor(curve=curve), block=3, lanes=6)
    assert {record.state for record in records} == {"COMPLETE"}
    assert records[0].run_epochs == (9, 3)
    values = search.opened()[0].get_trials()[0].intermediate_values
    assert values[2] == pytest.approx((0.5 + 6.0) / 2)
    assert values[7] == pytest.approx((1 / 7 + 6.0) / 2)
