"""A search of several objectives with a limit, from its spec to its front and its report."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from rnnsearch import api
from rnnsearch.api.asking.asked import read_spec
from rnnsearch.api.studies.report_file import report_page
from rnnsearch.errors import StudyError
from rnnsearch.execution.measured_costs import costs_of, refusal
from rnnsearch.models import Architecture
from rnnsearch.models.build import build_standard
from rnnsearch.records import load_weights, open_study
from rnnsearch.spec import load
from rnnsearch.tasks import TASKS

pytestmark = pytest.mark.usefixtures("without_feed_forward")

SPEC = """
task: many_to_one
data: {source: npz, path: waves.npz, split: {test: 0.25, folds: 2}}
space:
  cell: SimpleRNN
  units: [2, 4, 24]
  learning_rate: {min: 1e-2, max: 1e-1, log: true}
search:
  objective: [val_loss, parameters, latency]
  constraints: {parameters: "< 400"}
  sampler: SAMPLER
  trials: 8
  epochs: 2
  block: 2
run: {workers: 1, lanes: 2, device: cpu, diagnosis: false}
"""


def found(folder: Path, sampler: str) -> api.Results:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(24, 5, 1)).astype(np.float32)
    np.savez(folder / "waves.npz", x=x, y=(x.sum((1, 2)) > 0).astype(int))
    (folder / "s.yaml").write_text(SPEC.replace("SAMPLER", sampler))
    return api.search(folder / "s.yaml", output=folder / "out")


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory, inline: None) -> api.Results:
    return found(tmp_path_factory.mktemp("objectives"), "tpe")


def test_networks_over_the_limit_are_not_trained_and_optuna_knows(results: api.Results) -> None:
    board = results.leaderboard
    large = board[board["params_units"] == 24]
    assert len(large) and set(large["state"]) == {"PRUNED"} and not large["epochs"].any()
    assert large["message"].str.contains("must be below 400").all()
    study = open_study(results.folder, "s", "minimize")
    over = {t.number: t.constraints["parameters"] > 0 for t in study.trials}
    assert {n for n, is_over in over.items() if is_over} == set(large["trial"].astype(int))
    assert all(len(t.values) == 3 for t in study.trials if t.state.name == "COMPLETE")


def test_the_front_is_of_confirmed_trials_and_holds_the_winner(results: api.Results) -> None:
    front, summary = results.front(), results.summary
    confirmed = {one["trial"] for one in summary["confirmed"]}
    assert len(front) and set(front["trial"].astype(int)) <= confirmed
    assert (front["latency"] > 0).all() and (front["size"] == 4 * front["parameters"]).all()
    assert front["score"].is_monotonic_increasing
    delivered = [one["kind"] for one in summary["deliveries"] if one["delivered"]]
    assert delivered == ["single"]
    rebuilt = api.rebuild_leaderboard(results.folder.path)
    assert rebuilt["pareto"].sum() == len(front)


def test_each_network_of_the_front_is_there_to_be_used(results: api.Results) -> None:
    folder, front = results.folder, results.front()
    assert front["test_loss"].notna().all()
    for row in front.to_dict("records"):
        trial = int(row["trial"])
        one = api.Results.open(folder.path, trial=trial)
        learned = load_weights(folder.final_weights(trial, 1_000))
        model = one.best_model()
        for variable, value in zip(model.trainable_variables, learned, strict=True):
            np.testing.assert_array_equal(variable.numpy(), value)
        assert one.summary["winner"]["number"] == trial and one.use[-1] == str(trial)
        assert one.summary["winner"]["test"]["test_loss"] == row["test_loss"]


def test_a_trial_that_is_not_on_the_front_is_refused(results: api.Results) -> None:
    beaten = set(results.leaderboard["trial"]) - set(results.front()["trial"])
    number = next(int(name) for name in beaten if name.isdecimal())
    with pytest.raises(StudyError, match=f"trial {number} of .* networks are kept: "):
        api.Results.open(results.folder.path, trial=number)


def test_the_report_shows_what_better_costs(results: api.Results) -> None:
    page = report_page(results.folder.path)
    (section,) = [one for one in page.sections if one.key == "tradeoff"]
    keys = [getattr(part, "key", "") for part in section.parts]
    assert keys[:3] == ["tradeoff_parameters", "tradeoff_latency", "front"]
    assert "trials were not trained" in str(section.parts[-1])
    kept = results.summary["front"][0]["shares"]
    assert f"with `--trial {next(iter(kept))}` the commands" in str(section.parts[-2])


def test_nsga2_searches_several_objectives_too(tmp_path: Path, inline: None) -> None:
    assert len(found(tmp_path, "nsga2").front())


def test_costs_are_those_of_the_keras_model(results: api.Results) -> None:
    spec = load(results.folder.spec).spec
    data = read_spec(results.folder.spec, {}).read().data
    dataset = data.dataset()
    head = TASKS[spec.task].head(dataset)
    network = Architecture("LSTM", (7,), False, False, head)
    model: keras.Model = build_standard(network, blank=True)
    costs = costs_of(network, dataset, ["latency"])
    assert costs["parameters"] == model.count_params() and costs["size"] == 4 * costs["parameters"]
    assert {"latency", "latency_in_batches", "latency_of_step"} <= set(costs)
    both = costs_of(Architecture("LSTM", (7,), True, False, head), dataset, ["latency"])
    assert "latency_of_step" not in both  # what reads backwards can't read a stream


def test_a_refusal_says_what_was_measured() -> None:
    costs = {"parameters": 33_100.0, "latency": 1.5}
    said = refusal(costs, {"parameters": 20_000.0, "latency": 2.0})
    assert said == "not trained: parameters 33,100, must be below 20,000 (search.constraints)"
    assert refusal(costs, {"latency": 2.0}) == ""
