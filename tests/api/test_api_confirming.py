"""The end of a search: the best confirmed, averages delivered, and what an interruption leaves."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd
import pytest

from rnnsearch import api
from rnnsearch.baselines import fit_baselines
from rnnsearch.data import Part, SequenceData, read
from rnnsearch.driver import Observer
from rnnsearch.driver.planning.programs import Programs
from rnnsearch.engines.fused import FusedEngine
from rnnsearch.models import Architecture
from rnnsearch.models.bag import standard_model
from rnnsearch.outcomes import FinalRun, TrialRecord
from rnnsearch.records import Finals, load_weights, open_study, records
from rnnsearch.spec import Spec, load
from rnnsearch.tasks import TASKS
from rnnsearch.vocabulary import Objective
from tests.inline import command

pytestmark = pytest.mark.usefixtures("without_feed_forward")

SEARCH = "{trials: 4, epochs: 3, seed: 1, block: 2}"
SPEC = f"""
task: many_to_one
data: {{source: npz, path: waves.npz, split: {{test: 0.25, folds: 3}}}}
space:
  cell: GRU
  units: 3
  learning_rate: {{min: 1e-2, max: 1e-1, log: true}}
search: {SEARCH}
run: {{engine: fused, workers: 1, lanes: 2, device: cpu, diagnosis: false}}
"""
SEQUENCES = 24


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory, inline: None) -> Path:
    """24 short sequences of two classes, of which six are the test part."""
    folder = tmp_path_factory.mktemp("waves")
    rng = np.random.default_rng(0)
    y = np.arange(SEQUENCES) % 2
    x = rng.normal(3, 2, size=(SEQUENCES, 5, 2)) + y[:, None, None]
    np.savez(folder / "waves.npz", x=x.astype(np.float32), y=y)
    (folder / "waves.yaml").write_text(SPEC)
    return folder / "waves.yaml"


def variant(spec: Path, name: str, search: str) -> Path:
    """The same with another search section."""
    path = spec.with_name(f"{name}.yaml")
    path.write_text(spec.read_text().replace(SEARCH, search))
    return path


class Study:
    """What a search left in its folder, and what it was made of."""

    def __init__(self, spec: Path, results: api.Results) -> None:
        self.results = results
        self.folder = results.folder
        self.spec: Spec = load(spec).spec
        self.data: SequenceData = read(self.spec.data, self.spec.task)
        self.programs = Programs(self.spec, self.data)
        self.window = self.programs.program({"learning_rate": 0.01}).window
        objective = Objective(results.objective, results.summary["direction"])
        study = open_study(self.folder, self.spec.name, objective.direction)
        self.finals = Finals(self.folder, study).runs()
        self.trials: Mapping[int, TrialRecord] = {r.number: r for r in records(study)}
        self._models: dict[Architecture, keras.Model] = {}

    @property
    def delivered(self) -> Mapping[str, Any]:
        return next(one for one in self.results.summary["deliveries"] if one["delivered"])

    @property
    def trial_shares(self) -> dict[int, float]:
        """Of the trials; what else has a share is a simple method."""
        shares = self.delivered["shares"].items()
        return {int(name): share for name, share in shares if name.isdecimal()}

    def put(self, trial: int, weights: Sequence[np.ndarray], x: Mapping[str, np.ndarray]) -> Any:
        """What a network puts out; by itself, not as part of anything."""
        architecture = self.programs.program(self.trials[trial].params).architecture
        if architecture not in self._models:
            self._models[architecture] = standard_model(architecture, weights)
        model = self._models[architecture]
        for variable, value in zip(model.trainable_variables, weights, strict=True):
            variable.assign(value)
        return model.predict(x["sequence"], verbose=0)

    def average(self, x: np.ndarray, folds: bool = True) -> Any:
        """The delivered networks' average, of raw sequences: each scaled as its division was."""
        total: Any = 0.0
        for number, share in self.trial_shares.items():
            runs = [r for r in self.finals if r.trial == number and (r.fold >= 0) is folds]
            for run in runs:
                fold = run.fold if folds else None
                scaling = self.data.preparation(self.window, fold).scalings["sequence"]
                weights = load_weights(self.folder.final_weights(run.trial, run.index))
                put = self.put(run.trial, weights, {"sequence": scaling.apply(x)})
                total = total + share / len(runs) * put
        return total


@pytest.fixture(scope="module")
def finished(spec: Path) -> tuple[Study, str]:
    """A search that nothing disturbed, by the command line; and what it said."""
    output = spec.parent / "finished"
    status, said, errors = command(spec.parent, "search", str(spec), "-o", str(output))
    assert status == 0, errors
    return Study(spec, api.Results.open(output)), said


def test_the_leaderboard_is_rebuilt_as_it_was_written(finished: tuple[Study, str]) -> None:
    path = finished[0].results.folder.leaderboard
    written = path.read_bytes()
    assert b"DELIVERED" in written and b"tied_with_best" in written
    path.unlink()
    api.rebuild_leaderboard(path.parent)
    assert path.read_bytes() == written


def test_the_leaderboard_says_how_sure_the_best_scores_are(finished: tuple[Study, str]) -> None:
    study, _ = finished
    board = study.results.leaderboard.set_index("trial")
    assert board.loc[["bag", "single"], "state"].tolist() == ["DELIVERED", "OFFERED"]
    confirmed = board[board["search_score"].notna()]
    assert len(confirmed) >= 2
    assert (confirmed["score_low"] < confirmed["score"]).all()
    assert (confirmed["score"] < confirmed["score_high"]).all()
    assert (confirmed["runs"] == 3).all() and (
        confirmed["search_score"] != confirmed["score"]
    ).all()
    for number, row in confirmed.iterrows():
        runs = [run for run in study.finals if run.trial == int(str(number))]
        assert {run.fold for run in runs} == {0, 1, 2}
        # Runs that the search did not know: their scores are not those of the best of many.
        assert min(run.index for run in runs) == 3
        assert row["score"] == pytest.approx(np.mean([run.metrics["val_loss"] for run in runs]))
    best = board[board["rank"].notna() & board.index.str.isdecimal()].index
    assert set(best[: len(confirmed)]) == set(confirmed.index)
    assert str(study.results.summary["winner"]["number"]) in confirmed.index


def test_the_end_says_what_was_confirmed_and_delivered(finished: tuple[Study, str]) -> None:
    study, said = finished
    assert f"The bag of {study.delivered['networks']} networks (trial " in said
    assert "95 % interval" in said and "trials were trained again, in 3 new runs each" in said
    assert "To use the winner:" in said
    assert " networks, which takes " in said and " ms a sequence, in batches." in said
    assert study.delivered["milliseconds"] > 0
    board = study.results.leaderboard.set_index("trial")
    assert board.loc["bag", "test_loss"] == pytest.approx(study.delivered["test"]["test_loss"])
    assert board.loc["baseline:linear", "test_loss"] > 0


def test_best_keras_is_the_average_of_its_networks_and_needs_no_rnnsearch(
    finished: tuple[Study, str], spec: Path, tmp_path: Path
) -> None:
    study, _ = finished
    x = np.load(spec.parent / "waves.npz")["x"]
    scaled = study.results.preparation.scalings["sequence"].apply(x)
    np.save(tmp_path / "x.npy", scaled)
    program = (
        "import sys\n"
        "sys.modules['tensorflow'] = None  # takes seconds, and is not needed either\n"
        "import keras, numpy as np\n"
        "model = keras.saving.load_model(sys.argv[1])\n"
        "np.save('put.npy', model.predict(np.load('x.npy'), verbose=0))\n"
        "assert not any(name.startswith('rnnsearch') for name in sys.modules)\n"
    )
    subprocess.run(
        [sys.executable, "-c", program, str(study.folder.model)],
        cwd=tmp_path,
        env={**os.environ, "KERAS_BACKEND": "jax"},
        check=True,
        timeout=120,
    )
    put = np.load(tmp_path / "put.npy")
    np.testing.assert_allclose(put, study.average(x), atol=1e-5)
    frame = study.results.predict(spec.parent / "waves.npz")
    np.testing.assert_allclose(frame[["probability_0", "probability_1"]], put, atol=1e-5)
    # Its score is that of the networks of each division on the part that they did not see.
    losses = []
    for fold in range(3):
        part, total = study.data.dataset(None, fold).validation, 0.0
        for number, share in study.trial_shares.items():
            (run,) = [r for r in study.finals if (r.trial, r.fold) == (number, fold)]
            weights = load_weights(study.folder.final_weights(run.trial, run.index))
            total = total + share * study.put(run.trial, weights, {"sequence": part.array})
        losses.append(-np.log(np.take_along_axis(total, part.y[:, None], axis=1)).mean())
    assert study.delivered["score"] == pytest.approx(np.mean(losses), rel=1e-4)
    assert (
        study.delivered["score"] == study.results.leaderboard.set_index("trial").loc["bag", "score"]
    )


def test_without_confirming_the_best_trial_is_delivered_as_it_was_found(
    finished: tuple[Study, str], spec: Path
) -> None:
    study, _ = finished
    plain = variant(spec, "plain", SEARCH.replace("{", "{confirm: 0, "))
    # The sequences are dealt once more, which only confirming would make use of.
    plain.write_text(plain.read_text().replace("folds: 3", "folds: {folds: 3, repeats: 2}"))
    results = api.search(plain, output=spec.parent / "plain")
    board = results.leaderboard.set_index("trial")
    assert not {"bag", "single"} & set(board.index)
    assert not {"score_low", "score_high", "tied_with_best", "search_score"} & set(board.columns)
    assert results.summary["deliveries"] == [] == list(results.folder.weights_folder.glob("fin*"))
    # The search itself is the same.
    other = study.results.leaderboard.set_index("trial")
    scores = other["search_score"].fillna(other["score"])
    trials = [str(number) for number in range(4)]
    pd.testing.assert_series_equal(board.loc[trials, "score"], scores[trials], check_names=False)
    winner = results.summary["winner"]["number"]
    assert board.index[board.index.str.isdecimal()][0] == str(winner)
    kept = load_weights(results.folder.weights(winner))
    for one, saved in zip(kept, results.best_model().get_weights(), strict=True):
        np.testing.assert_array_equal(one, saved)
    # Those of the last division of the search, scaled and judged as it was.
    scaling = study.data.preparation(None, 2).scalings["sequence"]
    np.testing.assert_array_equal(results.preparation.scalings["sequence"].offset, scaling.offset)
    test = study.data.dataset(None, 2).test
    put = study.put(winner, kept, {"sequence": test.array})
    loss = -np.log(np.take_along_axis(put, test.y[:, None], axis=1)).mean()
    assert results.summary["winner"]["test"]["test_loss"] == pytest.approx(loss, rel=1e-4)


class Interrupts(Observer):
    """Ctrl-C when a search gets so far."""

    def __init__(self, when: Callable[[Any], bool]) -> None:
        self._when = when

    def started(self, device: str) -> None:
        pass

    def progressed(self, snapshot: Any) -> None:
        if self._when(snapshot):
            raise KeyboardInterrupt

    def ended(self, record: Any, curves: Any, weights: Any) -> None:
        pass


def test_a_search_interrupted_while_it_confirms_trains_no_run_twice(
    finished: tuple[Study, str], spec: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    undisturbed, _ = finished
    output = spec.parent / "cut"
    keep = Finals.keep

    def keep_two(self: Finals, *run: Any) -> None:
        """Ctrl-C when the second run was kept."""
        keep(self, *run)
        if len(self.runs()) == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Finals, "keep", keep_two)
        cut = Study(spec, api.search(spec, output=output))
    assert cut.results.interrupted and not cut.folder.model.exists()
    assert len(cut.finals) == 2 < len(undisturbed.finals)
    assert_best_so_far_predicts(cut, spec)
    written = {path: path.stat().st_mtime_ns for path in output.glob("weights/final-*.npz")}
    assert len(written) == len(cut.finals)

    whole = Study(spec, api.search(spec, output=output))
    assert not whole.results.interrupted
    assert whole.finals[: len(cut.finals)] == cut.finals
    keys = [(run.trial, run.index) for run in whole.finals]
    assert len(keys) == len(set(keys)) == len(undisturbed.finals)
    assert {path: path.stat().st_mtime_ns for path in written} == written
    expected = undisturbed.delivered
    assert whole.delivered["shares"] == expected["shares"]
    for key in ("score", "low", "high", "metrics", "test"):
        assert whole.delivered[key] == pytest.approx(expected[key], rel=1e-5)
    assert json.loads(whole.folder.preparation.read_text()).get("trial") is None
    drop = {"columns": "seconds"}
    pd.testing.assert_frame_equal(
        whole.results.leaderboard.drop(**drop),
        undisturbed.results.leaderboard.drop(**drop),
        rtol=1e-5,
    )


def assert_best_so_far_predicts(study: Study, spec: Path) -> None:
    """The networks of the best trials' divisions, each scaled as its own was, are what predicts."""
    kept = json.loads(study.folder.preparation.read_text())
    number = study.results.summary["winner"]["number"]
    assert kept["trial"] == number and not study.folder.model.exists()
    runs = [(one["trial"], one["run"]) for one in kept["members"]]
    assert study.results.summary["standing_in"] == len(runs)
    assert {(number, fold) for fold in range(3)} <= set(runs) and len(set(runs)) % 3 == 0
    x, expected = np.load(spec.parent / "waves.npz")["x"], 0.0
    for trial, fold in runs:
        scaling = study.data.preparation(None, fold).scalings["sequence"]
        weights = load_weights(study.folder.run_weights(trial, fold))
        put = study.put(trial, weights, {"sequence": scaling.apply(x)})
        expected = expected + put / len(runs)
    frame = study.results.predict(spec.parent / "waves.npz")
    np.testing.assert_allclose(frame[["probability_0", "probability_1"]], expected, atol=1e-5)
    metrics = study.results.evaluate(spec.parent / "waves.npz")
    truth = np.load(spec.parent / "waves.npz")["y"]
    assert metrics["accuracy"] == pytest.approx((expected.argmax(axis=1) == truth).mean())


def test_a_killed_search_predicts_with_its_best_so_far(spec: Path) -> None:
    """What SIGKILL leaves is the folder of a search under way (test_api_searching.py kills one)."""
    output, killed = spec.parent / "under_way", spec.parent / "killed"

    def copied(snapshot: Any) -> bool:
        if (output / "summary.json").exists() and not killed.exists():
            shutil.copytree(output, killed)
        return killed.exists()

    assert api.search(spec, output=output, observer=Interrupts(copied)).interrupted
    assert not (killed / "best.keras").exists()
    study = Study(spec, api.Results.open(killed))
    assert study.results.interrupted
    assert_best_so_far_predicts(study, spec)
    status, said, errors = command(spec.parent, "predict", str(killed), "waves.npz")
    assert status == 0, errors
    assert len(said.splitlines()) > SEQUENCES


def test_time_too_short_for_a_trial_delivers_a_bag_of_what_there_is(spec: Path) -> None:
    short = variant(spec, "short", "{trials: 4, epochs: 100000, timeout: 1, seed: 1, block: 2}")
    study = Study(short, api.search(short, output=spec.parent / "short"))
    board = study.results.leaderboard
    assert "RUNNING" not in set(board["state"])
    trials = board[board["state"] == "COMPLETE"]
    assert len(trials) and trials["message"].str.contains("out of time at epoch").all()
    winner = study.results.summary["winner"]
    assert winner["cut"] and winner["number"] == int(trials["trial"].iloc[0])
    assert study.folder.model.exists() and study.delivered["kind"] == "bag"
    x = np.load(spec.parent / "waves.npz")["x"]
    model = keras.saving.load_model(study.folder.model)
    delivered = study.data.preparation(study.window).scalings["sequence"]
    expected: Any = 0.0
    for number in study.trial_shares:
        runs = sorted(study.folder.weights_folder.glob(f"{number:05d}-*.npz"))
        for path in runs:
            scaling = study.data.preparation(None, int(path.stem[6:])).scalings["sequence"]
            put = study.put(number, load_weights(path), {"sequence": scaling.apply(x)})
            expected = expected + study.trial_shares[number] / len(runs) * put
    np.testing.assert_allclose(model.predict(delivered.apply(x), verbose=0), expected, atol=1e-5)
    test = study.data.dataset().test
    put = model.predict(test.array, verbose=0)
    assert study.delivered["test"]["test_accuracy"] == pytest.approx(
        (put.argmax(axis=1) == test.y).mean(), abs=1e-6
    )


def test_a_search_that_goes_on_and_is_interrupted_keeps_what_it_delivered(
    finished: tuple[Study, str], spec: Path, tmp_path: Path
) -> None:
    study, _ = finished
    output = tmp_path / "more"
    shutil.copytree(study.folder.path, output)
    more = {"search.trials": 8}
    seen = api.search(
        spec, overrides=more, output=output, observer=Interrupts(lambda s: s.done > 4)
    )
    assert seen.interrupted and len(seen.trials()) >= 1
    expected = study.results.predict(spec.parent / "waves.npz")
    pd.testing.assert_frame_equal(seen.predict(spec.parent / "waves.npz"), expected)


# --- On everything but the test part ----------------------------------------------------------

TABLE = """
task: many_to_one
data: {source: csv, path: series.csv, inputs: [load], target: load, window: 4}
space: {cell: GRU, units: 3, learning_rate: [0.01, 0.03]}
search: {sampler: grid, epochs: 2, seed: 1}
run: {engine: fused, workers: 1, lanes: 2, device: cpu, diagnosis: false}
"""


def table(folder: Path) -> Path:
    rng = np.random.default_rng(0)
    load = 10 + np.sin(np.arange(120) / 3) + rng.normal(0, 0.1, 120)
    pd.DataFrame({"load": load.round(3)}).to_csv(folder / "series.csv", index=False)
    (folder / "series.yaml").write_text(TABLE)
    return folder / "series.yaml"


def trained_on_all(study: Study, run: FinalRun, engine: FusedEngine) -> list[np.ndarray]:
    """The same run, trained here on everything outside the test part."""
    params = study.trials[run.trial].params
    program = study.programs.program(params)
    first = study.programs.confirming(run.trial, params, 1000)[0]
    given = replace(first, fold=0, epochs=run.epochs, seed=first.seed + run.index - 1000)
    whole = study.data.whole(program.window)
    session = engine.open(program, [whole], 2)
    session.load({0: given})
    for _ in range(run.epochs):
        session.advance()
    return session.last_weights(0)


@pytest.mark.parametrize("kind", ["single", "table"])
def test_networks_are_trained_on_all_but_the_test_part(
    kind: str, spec: Path, tmp_path: Path
) -> None:
    single = kind == "single"
    if single:
        given = variant(spec, "single", SEARCH.replace("{", "{deliver: single, "))
    else:
        given = table(tmp_path)
    study = Study(given, api.search(given, output=tmp_path / "study"))
    delivered = study.delivered
    assert (delivered["kind"] == "single") is single
    runs = [run for run in study.finals if run.fold == -1]
    assert {run.trial for run in runs} == set(study.trial_shares)
    assert len(runs) == delivered["networks"]
    # One alone, or of forecasts as many of each configuration as make six networks at least.
    configurations = len(study.trial_shares)
    assert len(runs) == (1 if single else configurations * max(2, -(-6 // configurations)))
    whole, last = study.data.whole(study.window), study.data.dataset(study.window)
    assert len(whole.train) >= len(last.train) + len(last.validation)
    engine = FusedEngine("auto")
    for run in runs:
        kept = load_weights(study.folder.final_weights(run.trial, run.index))
        for one, other in zip(kept, trained_on_all(study, run, engine), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)
    # What was not delivered is judged beside it, of networks that there are anyway.
    board = study.results.leaderboard.set_index("trial")
    offered = "bag" if single else "single"
    assert board.loc[offered, "state"] == "OFFERED" and board.loc[offered, "test_loss"] > 0
    if not single:
        first = study.results.summary["winner"]["number"]
        run = next(r for r in runs if (r.trial, r.index) == (first, 1000))
        program = study.programs.program(study.trials[first].params)
        kept = load_weights(study.folder.final_weights(run.trial, run.index))
        model, test = standard_model(program.architecture, kept), whole.test
        error = model.predict(test.array, verbose=0) - test.y
        assert board.loc["single", "test_loss"] == pytest.approx((error**2).mean(), rel=1e-3)
    if single:
        model = keras.saving.load_model(study.folder.model)
        for one, saved in zip(kept, model.get_weights(), strict=True):
            np.testing.assert_array_equal(one, saved)
        return
    raw = pd.read_csv(tmp_path / "series.csv")["load"].to_numpy()
    windows = np.lib.stride_tricks.sliding_window_view(raw, 4)[..., None]
    scaling = study.results.preparation.target.scaling
    expected = study.average(windows, folds=False)
    # Simple methods that stand beside the networks were fitted on the same rows.
    fitted = fit_baselines(TASKS["many_to_one"], whole)
    read_by = study.data.preparation(study.window).scalings["sequence"].apply(windows)
    naive = {"last_value": windows[:, -1]}
    part = Part(read_by, np.zeros((len(windows), 1), np.float32), naive=naive)
    for name, share in delivered["shares"].items():
        if not name.isdecimal():
            expected = expected + share * fitted[name].outputs(part)
    frame = study.results.predict(tmp_path / "series.csv")
    np.testing.assert_allclose(frame["predicted_load"], scaling.invert(expected)[:, 0], rtol=1e-4)


def test_time_alone_ends_a_search(spec: Path) -> None:
    timed = variant(spec, "timed", "{timeout: 4, epochs: 1, seed: 1}")
    results = api.search(timed, output=spec.parent / "timed")
    assert not results.interrupted
    states = results.summary["states"]
    assert results.summary["stop"] in ("timeout", "no gain")
    # On a machine that takes longer to start it has a winner, too.
    assert set(states) <= {"COMPLETE", "PRUNED", "WAITING"} and states["COMPLETE"]
    assert results.predict(spec.parent / "waves.npz").shape[0] == SEQUENCES
