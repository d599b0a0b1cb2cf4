"""What `check` says of a space: what does nothing, what costs, what can't be told apart."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import rnnsearch
from rnnsearch.api.asking.asked import read_spec, resolve_engine
from rnnsearch.linting import Earlier, Planned, costs, lint
from rnnsearch.linting.costs import foretold, step_seconds
from rnnsearch.linting.earlier import from_earlier
from rnnsearch.linting.resolution import _alike, resolution
from rnnsearch.outcomes import TrialRecord
from rnnsearch.spec import PARAMETERS

RNG = np.random.default_rng(3)


def planned(
    space: dict[str, Any],
    search: dict[str, Any] | None = None,
    *,
    sequences: int = 200,
    steps: int = 20,
    classes: bool = False,
    data: dict[str, Any] | None = None,
    run: dict[str, Any] | None = None,
) -> Planned:
    x = RNG.normal(size=(sequences, steps, 2)).astype("float32")
    y = np.arange(sequences) % 2 if classes else RNG.normal(size=(sequences, 1))
    spec = {
        "task": "many_to_one",
        "data": {"source": "arrays", **(data or {})},
        "space": space,
        "search": {"trials": 12, "epochs": 4, **(search or {})},
        "run": run or {},
    }
    arrays = rnnsearch.Arrays(train=(x, y.astype("int64" if classes else "float32")))
    inputs = read_spec(spec, {}, arrays).read()
    return Planned(inputs.spec, inputs.space, inputs.data, resolve_engine(inputs.spec), 2)


def said(of: Planned, earlier: Earlier | None = None) -> dict[str, str]:
    return {one.path: f"{one.kind}: {one.says}" for one in lint(of, earlier).remarks}


def test_a_usual_space_has_no_remark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(costs, "compiler", lambda: "c++")
    assert said(planned({"cell": ["LSTM", "GRU"], "units": [16, 32]}, sequences=600)) == {}


def test_values_that_come_to_the_same_patches_stand_for_one_another() -> None:
    found = said(planned({"patch": 4, "unroll_length": [5, 7, 12, "full"]}, sequences=600))
    assert found == {"space.unroll_length": "does nothing: 5 and 7 stand for one another here"}


def test_batches_larger_than_the_data_are_one_and_the_same() -> None:
    found = said(planned({"batch_size": [16, 256, 512]}))
    assert "256 and 512 stand for one another" in found["space.batch_size"]


def test_a_parameter_all_of_whose_values_come_to_the_same_does_nothing() -> None:
    found = said(planned({"batch_size": [256, 512]}))
    assert "every value of batch_size comes to the same" in found["space.batch_size"]


def test_layers_that_no_depth_reaches_are_named() -> None:
    space = {
        "depth": {"values": [2, 3], "when": {"cell": ["GRU"]}},
        "cell": ["LSTM", "GRU"],
        "units": {"values": [8, 16], "per_layer": True, "when": {"cell": ["LSTM"]}},
    }
    found = said(planned(space))
    assert "uses units_2" in found["space.units"] or "uses units_3" in found["space.units"]


def test_the_average_of_more_updates_than_there_are_is_doubted() -> None:
    assert "10,000 updates" in said(planned({"averaging": [0.0, 0.9999]}))["space.averaging"]
    assert "space.averaging" not in said(planned({"averaging": [0.0, 0.5]}))


def test_momentum_and_learning_rate_of_sgd_are_one_dial() -> None:
    rate = {"min": 1e-3, "max": 1e-1, "log": True}
    space = {"optimizer": "sgd", "momentum": {"min": 0.0, "max": 0.9}, "learning_rate": rate}
    assert "one dial" in said(planned(space))["space.momentum"]
    fixed = {**space, "momentum": 0.9}
    assert "space.momentum" not in said(planned(fixed))


def test_what_loses_lanes_is_said() -> None:
    assert "one at a time" in said(planned({"units": 8}, run={"engine": "keras"}))["run.engine"]
    assert "run.backend" in said(planned({"units": 8}, run={"backend": "tensorflow"}))
    assert "program of its own" in said(planned({"units": [8, 9]}, {"block": 1}))["search.block"]
    assert "program of its own" in said(planned({"units": [8, 9]}, {"trials": 7}))["search.trials"]
    assert "search.trials" not in said(planned({"units": [8, 9]}, {"trials": 8}))
    learns = {"sampler": "cmaes", "pruner": "none"}
    space = {"learning_rate": {"min": 1e-3, "max": 1e-1}, "clip_norm": {"min": 0.1, "max": 1.0}}
    assert "program of its own" in said(planned(space, learns))["search.sampler"]


def test_a_range_of_units_is_a_program_each() -> None:
    found = said(planned({"units": {"min": 8, "max": 256}, "bidirectional": False}))
    assert "249 structures" in found["space.units"] and "4 blocks" in found["space.units"]


def test_on_a_gpu_units_without_kernels_are_named() -> None:
    gpu = {"device": "gpu"}
    assert "of 24 units" in said(planned({"units": [16, 24, 32]}, run=gpu))["space.units"]
    assert "space.units" not in said(planned({"units": [16, 32, 64]}, run=gpu))


def test_where_layers_are_loops_for_want_of_a_compiler_it_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(costs, "compiler", lambda: None)
    monkeypatch.setattr(costs, "sys", SimpleNamespace(platform="linux"))
    cpu = {"device": "cpu"}
    assert "no C++ compiler" in said(planned({"units": [16, 24]}, run=cpu))["run.device"]
    assert "run.device" not in said(planned({"units": [24, 128]}, run=cpu))
    monkeypatch.setattr(costs, "compiler", lambda: "c++")
    assert "run.device" not in said(planned({"units": [16, 24]}, run=cpu))


def test_more_trials_than_there_is_time_for() -> None:
    found = said(planned({"units": 32}, {"trials": 5000, "epochs": 200, "timeout": 60}))
    assert "of 5000 trials" in found["search.timeout"]


# How large a difference can be told


def test_few_sequences_tell_large_differences_only() -> None:
    small, large = (
        planned({"units": 8}, sequences=60, classes=True),
        planned({"units": 8}, sequences=6000, classes=True),
    )
    few, many = resolution(small), resolution(large)
    assert few is not None and many is not None
    assert few.smallest == pytest.approx(1.96 * (0.1 / few.sequences) ** 0.5)
    assert many.smallest < few.smallest / 5
    assert "data.split" in said(small) and "data.split" not in said(large)


def test_the_difference_it_tells_is_that_of_a_simulation() -> None:
    """Two equally good predictions, correlated as assumed, differ by less 19 times in 20."""
    found = resolution(planned({"units": 8}, sequences=400))
    assert found is not None
    count, errors, gaps = found.sequences, np.random.default_rng(0), []
    for _ in range(2000):
        shared, one, other = errors.normal(size=(3, count))
        # Squares of normal numbers with correlation r have the correlation r².
        r = 0.5**0.5
        a, b = (r**0.5 * shared + (1 - r) ** 0.5 * own for own in (one, other))
        gaps.append(abs(np.sqrt((a**2).mean()) - np.sqrt((b**2).mean())))
    assert np.quantile(gaps, 0.95) == pytest.approx(found.smallest, rel=0.2)


def test_neighbours_in_time_count_as_far_as_they_are_alike() -> None:
    noise = np.random.default_rng(1).normal(size=20_000)
    walk = np.zeros(20_000)
    for step in range(1, 20_000):
        walk[step] = 0.9 * walk[step - 1] + noise[step]
    assert _alike(noise) == pytest.approx(1.0, abs=0.15)
    assert _alike(walk) == pytest.approx((1 + 0.9) / (1 - 0.9), rel=0.2)  # of an AR(1) process
    assert _alike(np.ones(50)) == 1.0


# Costs


def test_time_grows_with_the_work() -> None:
    space = {"units": 32, "pooling": "last", "bidirectional": False}
    one = foretold(planned(space, {"epochs": 100}, sequences=600))
    two = foretold(planned(space, {"epochs": 200}, sequences=600))
    fixed = 20 + 1.7
    assert two.seconds - fixed == pytest.approx(2 * (one.seconds - fixed), rel=0.05)
    assert one.programs == 1 and 345 < one.memory < 1000


@pytest.mark.parametrize(("cell", "units", "microseconds"), [("LSTM", 32, 0.68), ("GRU", 128, 4.1)])
def test_a_step_costs_what_was_measured(cell: str, units: int, microseconds: float) -> None:
    """Beside benchmarks/README.md, "The engine alone", of which a search takes twice the time."""
    of = planned({"cell": cell, "units": units}, steps=50)
    found = step_seconds(of.programs.program(of.drawn[0]).architecture)
    assert found / 2 == pytest.approx(microseconds * 1e-6, rel=0.1)


# What an earlier study says


def earlier(rates: list[float], clipped: dict[int, float] | None = None) -> Earlier:
    """Trials in this order, best first."""
    order = [
        TrialRecord(n, "COMPLETE", float(n), params={"learning_rate": rate, "clip_norm": 1.0})
        for n, rate in enumerate(rates)
    ]
    return Earlier("results/x", order, clipped or {}, None)


RATE = {"learning_rate": {"min": 1e-4, "max": 1e-1, "log": True}}


def test_an_end_that_never_helped_is_named() -> None:
    best, poor = [2e-3 + n * 1e-3 for n in range(12)], [2e-4] * 12
    (remark,) = from_earlier(earlier([*best, *poor]), planned(RATE))
    assert "lower end, 0.0001 to 0.001, never helped" in remark.says
    assert "none of its 12 trials is among the best 6 of 24" in remark.says


def test_an_end_that_chance_may_have_left_out_is_not() -> None:
    rates = [2e-3 + n * 1e-3 for n in range(12)]
    assert list(from_earlier(earlier([*rates, 2e-4]), planned(RATE))) == []
    assert list(from_earlier(earlier(rates[:8]), planned(RATE))) == []  # too few say nothing


def test_a_range_whose_best_lie_at_an_end_may_be_too_short() -> None:
    rates = [9e-2] * 6 + [float(r) for r in np.geomspace(1e-4, 9e-2, 18)]
    says = [one.says for one in from_earlier(earlier(rates), planned(RATE))]
    assert any("all lie at the upper end" in one for one in says)
    # Twelve trials say something, eleven nothing.
    assert [len([*from_earlier(earlier([9e-2] * n), planned(RATE))]) for n in (11, 12)] == [0, 1]


def test_clipping_that_never_was_is_said() -> None:
    space = {"clip_norm": {"min": 0.1, "max": 10, "log": True}}
    study = earlier([1e-3] * 16, dict.fromkeys(range(16), 0.0))
    assert "nothing was clipped" in next(from_earlier(study, planned(space))).says
    study = earlier([1e-3] * 16, dict.fromkeys(range(16), 0.3))
    assert list(from_earlier(study, planned(space))) == []


def test_check_locates_remarks_in_the_file(tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", x=RNG.normal(size=(40, 6, 1)), y=RNG.normal(size=40))
    (tmp_path / "s.yaml").write_text(
        "task: many_to_one\ndata: {source: npz, path: d.npz}\nspace:\n  batch_size: [64, 128]\n"
    )
    remarks = {one.path: one for one in rnnsearch.check(tmp_path / "s.yaml").remarks}
    assert remarks["space.batch_size"].location.endswith("s.yaml:4:3")
    assert "stand for one another" in str(remarks["space.batch_size"]) or "every value" in str(
        remarks["space.batch_size"]
    )


def test_every_parameter_of_a_rule_exists() -> None:
    assert {"averaging", "momentum", "clip_norm", "unroll_length", "batch_size"} <= set(PARAMETERS)


@pytest.mark.parametrize(
    ("inputs", "horizon", "remarked"), [("a", 1, 1), ("a, sky", 1, 0), ("a", 0, 0)]
)
def test_classes_are_forecast_better_by_who_knows_the_last(
    inputs: str, horizon: int, remarked: int, tmp_path: Path
) -> None:
    rows = [
        f"2024-01-{1 + n // 24:02} {n % 24:02}:00,{n % 5},{'ab'[n // 3 % 2]}" for n in range(240)
    ]
    (tmp_path / "t.csv").write_text("\n".join(["time,a,sky", *rows]))
    path = tmp_path / "spec.yaml"
    path.write_text(
        "task: many_to_one\n"
        f"data: {{source: csv, path: t.csv, time: time, inputs: [{inputs}], target: sky,\n"
        f"  target_kind: class, window: 4, horizon: {horizon}}}\n"
        "space: {cell: GRU}\nsearch: {trials: 1}\n"
    )
    found = read_spec(path, {}).read()
    of = Planned(found.spec, found.space, found.data, "fused", 2)
    assert list(said(of)).count("data.inputs") == remarked
