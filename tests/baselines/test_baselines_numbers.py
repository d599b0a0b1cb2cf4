"""Heads, memoryless features and baselines of every task, on sources of every kind."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse
from sklearn.linear_model import Ridge
from threadpoolctl import threadpool_info, threadpool_limits

from rnnsearch.api import check_report
from rnnsearch.api.asking.asked import Asked, Inputs
from rnnsearch.baselines import _inner, fit_baselines, suitable
from rnnsearch.baselines import ridge as ridge_module
from rnnsearch.baselines._inner import best_cost, solver_for, stratified, threads_for
from rnnsearch.baselines._rows import MOST_ROWS, most_rows
from rnnsearch.baselines.majority import Majority
from rnnsearch.baselines.ridge import _best_penalty, _Decomposed
from rnnsearch.data import (
    MASK_VALUE,
    Arrays,
    Dataset,
    Part,
    Scaling,
    SequenceData,
    Target,
    read,
)
from rnnsearch.data.sequences.sequence_building import read_arrays
from rnnsearch.driver.comparing.simple_methods import SimpleMethods
from rnnsearch.spec import LossSpec
from rnnsearch.spec.sources import ArraysSource, CsvSource, NpzSource, SplitSpec
from rnnsearch.tasks import TASKS, metric_values

RNG = np.random.default_rng(1)
ONE_OUTPUT = ("one_to_one", "many_to_one")


@pytest.fixture(autouse=True)
def _the_same_numbers() -> None:
    """Whatever ran before: of noise two penalties may be as good as each other."""
    RNG.bit_generator.state = np.random.default_rng(1).bit_generator.state


def csv_data(folder: Path, task: str, kind: str) -> SequenceData:
    rows = np.arange(240)
    y = np.round(np.sin(rows / 4) * 3 + RNG.normal(0, 0.1, 240), 4)
    lines = ["a,y,label"]
    lines += [f"{n % 9},{v},{'up' if v > 0 else 'down'}" for n, v in zip(rows, y, strict=True)]
    path = folder / "series.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    values: dict[str, Any] = {"inputs": ("a",), "season": 25, "window": 6}
    if task == "one_to_many":
        values |= {"output_steps": 8, "window": None}
    if task == "one_to_one":
        values["window"] = None
    target = "y" if kind == "numeric" else "label"
    return read(CsvSource(source="csv", path=path, target=target, **values), task)


def arrays(task: str, kind: str) -> tuple[np.ndarray, np.ndarray]:
    vectors = task in ("one_to_many", "one_to_one")
    x = RNG.normal(size=(60, 4) if vectors else (60, 8, 2))
    shape = (60,) if task in ONE_OUTPUT else (60, 8)
    y = RNG.normal(size=shape) if kind == "numeric" else RNG.integers(0, 3, shape)
    if not vectors:
        short = RNG.integers(3, 9, 60)
        x[np.arange(8) >= short[:, None]] = np.nan
    return x, y


def npz_data(folder: Path, task: str, kind: str) -> SequenceData:
    x, y = arrays(task, kind)
    path = folder / "arrays.npz"
    np.savez(path, x=x, y=y)
    return read(NpzSource(source="npz", path=path, target_kind=kind), task)  # type: ignore[arg-type]


def array_data(folder: Path, task: str, kind: str) -> SequenceData:
    split = SplitSpec(test=0)
    source = ArraysSource(source="arrays", target_kind=kind, split=split)  # type: ignore[arg-type]
    return read(source, task, arrays=Arrays(train=arrays(task, kind)))


def predictions(task: str, dataset: Dataset, part: Part) -> dict[str, np.ndarray]:
    return {name: fit.predict(part) for name, fit in fit_baselines(TASKS[task], dataset).items()}


SOURCES = {"csv": csv_data, "npz": npz_data, "arrays": array_data}


@pytest.fixture(params=SOURCES)
def source(request: pytest.FixtureRequest) -> Any:
    return SOURCES[request.param]


@pytest.mark.parametrize("kind", ["numeric", "class"])
@pytest.mark.parametrize("task", ["one_to_one", "many_to_one", "one_to_many", "many_to_many"])
def test_contract(task: str, kind: str, source: Any, tmp_path: Path) -> None:
    """What every source promises to every task."""
    data: SequenceData = source(tmp_path, task, kind)
    dataset = data.dataset()
    head = TASKS[task].head(dataset)
    target = dataset.target
    assert target.kind == kind
    assert (head.width, head.steps) == (target.width, data.steps)
    assert head.activation == ("linear" if kind == "numeric" else "softmax")
    assert head.sequences == (task not in ONE_OUTPUT)
    assert head.repeat == dataset.output_steps
    assert all(isinstance(text, str) for line in data.summary() for text in line)
    for part in (dataset.train, dataset.validation, dataset.test):
        count = len(part)
        axes = (
            (count, head.features)
            if task in ("one_to_one", "one_to_many")
            else (count, head.steps, head.features)
        )
        assert part.x.shape == axes and part.x.dtype == np.float32
        steps = () if task in ONE_OUTPUT else (head.steps,)
        assert part.y.shape == (count, *steps) + ((target.width,) if kind == "numeric" else ())
        assert part.y.dtype == (np.float32 if kind == "numeric" else np.int32)
        assert part.weight is None or part.weight.shape == (count, head.steps)
        assert np.isfinite(part.x).all() and np.isfinite(part.y).all()
        assert all(values.shape == part.y.shape for values in part.naive.values())
        features = TASKS[task].memoryless_features(part.x)
        assert features.shape[:-1] == ((count, head.steps) if task == "many_to_many" else (count,))
        assert not (features == np.float32(MASK_VALUE)).any()
        if count:
            check_baselines(task, dataset, part)


def check_baselines(task: str, dataset: Dataset, part: Any) -> None:
    found = predictions(task, dataset, part)
    numeric = dataset.target.kind == "numeric"
    expected = {"mean" if numeric else "majority", "linear", *part.naive}
    assert set(found) == expected
    for values in found.values():
        assert np.isfinite(values).all()
        if numeric:
            assert values.shape == part.y.shape
        else:
            assert values.shape == (*part.y.shape, dataset.target.width)
            np.testing.assert_allclose(values.sum(axis=-1), 1, atol=1e-6)


def test_mean_is_that_of_training_steps_that_count(tmp_path: Path) -> None:
    dataset = npz_data(tmp_path, "many_to_many", "numeric").dataset()
    train = dataset.train
    assert train.weight is not None
    raw = dataset.target.scaling.invert(train.y)[train.weight > 0]
    found = predictions("many_to_many", dataset, dataset.test)["mean"]
    np.testing.assert_allclose(found, raw.mean(), rtol=1e-5)


def test_mean_of_blocks_is_one_a_step(tmp_path: Path) -> None:
    dataset = csv_data(tmp_path, "one_to_many", "numeric").dataset()
    raw = dataset.target.scaling.invert(dataset.train.y)
    found = predictions("one_to_many", dataset, dataset.test)["mean"]
    np.testing.assert_allclose(found[0], raw.mean(axis=0), atol=1e-5)


def test_steps_that_do_not_count_are_of_no_class() -> None:
    target = Target("class", ("y",), (0, 1), Scaling(np.zeros(1), np.ones(1)))
    y = np.array([[0, 0, 0, 1, 1]], np.int32)
    weight = np.array([[0, 0, 1, 1, 1]], np.float32)
    part = Part(np.zeros((1, 5, 1), np.float32), y, weight)
    dataset = Dataset(part, part, part, target, masked=True)
    found = Majority().fit(TASKS["many_to_many"], dataset).predict(part)
    np.testing.assert_allclose(found[0, 0], [1 / 3, 2 / 3])


def test_majority_is_the_class_frequency(tmp_path: Path) -> None:
    dataset = npz_data(tmp_path, "many_to_one", "class").dataset()
    counts = np.bincount(dataset.train.y, minlength=3)
    found = predictions("many_to_one", dataset, dataset.test)["majority"]
    np.testing.assert_allclose(found[0], counts / counts.sum())


def size(x: np.ndarray) -> float:
    return float(((x - x.mean(axis=0)) ** 2).sum(axis=0).mean())


def ridge(x: np.ndarray, y: np.ndarray, divisions: list[tuple[Any, Any]]) -> Ridge:
    """With the penalty that does best on the rows that are held out, by scikit-learn."""
    scores = {}
    for penalty in 10.0 ** np.arange(4, -5.1, -0.5):
        score = 0.0
        for fit, judge in divisions:
            model = Ridge(alpha=penalty * size(x[fit])).fit(x[fit], y[fit])
            score += ((model.predict(x[judge]).reshape(y[judge].shape) - y[judge]) ** 2).sum()
        scores[score] = penalty
    return Ridge(alpha=scores[min(scores)] * size(x)).fit(x, y)


def origins(rows: int) -> list[tuple[Any, Any]]:
    """Each looks three tenths of the rows ahead."""
    starts = [round(share * rows) for share in (0.5, 0.6, 0.7)]
    return [(slice(start), slice(start, start + round(0.3 * rows))) for start in starts]


def folds(rows: int) -> list[tuple[Any, Any]]:
    every = np.array_split(np.arange(rows), 5)
    return [(np.setdiff1d(np.arange(rows), fold), fold) for fold in every]


@pytest.mark.parametrize(("kind", "divide"), [("csv", origins), ("npz", folds)])
def test_linear_is_the_ridge_that_does_best_inside_the_training_part(
    kind: str, divide: Any, tmp_path: Path
) -> None:
    dataset = SOURCES[kind](tmp_path, "many_to_one", "numeric").dataset()
    train, test = (
        TASKS["many_to_one"].memoryless_features(part.x) for part in (dataset.train, dataset.test)
    )
    train, test = np.asarray(train), np.asarray(test)
    model = ridge(train, dataset.train.y, divide(len(train)))
    expected = model.predict(test).reshape(-1, 1)
    found = fit_baselines(TASKS["many_to_one"], dataset)["linear"]
    np.testing.assert_allclose(found.outputs(dataset.test), expected, rtol=1e-3, atol=1e-4)
    own = dataset.target.scaling.invert(expected)
    np.testing.assert_allclose(found.predict(dataset.test), own, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("kind", ["numeric", "class"])
@pytest.mark.parametrize("source", ["csv", "npz"])
@pytest.mark.parametrize("task", ["many_to_one", "many_to_many"])
def test_what_is_fitted_has_not_seen_the_validation_part(
    task: str, source: str, kind: str, tmp_path: Path
) -> None:
    dataset = SOURCES[source](tmp_path, task, kind).dataset()
    y = dataset.validation.y
    other = replace(dataset, validation=replace(dataset.validation, y=y[::-1].copy()))
    assert not np.array_equal(y, y[::-1])
    found = predictions(task, other, dataset.test)
    for name, values in predictions(task, dataset, dataset.test).items():
        np.testing.assert_array_equal(values, found[name])


def test_a_ridge_is_heavily_penalised_where_there_is_nothing_to_learn() -> None:
    x, y = RNG.normal(size=(300, 40)), RNG.normal(size=(300, 1))
    counts = np.ones_like(y)
    assert _best_penalty(x, y, counts, True) >= 1 and _best_penalty(x, y, counts, False) >= 1
    exact = x @ RNG.normal(size=(40, 1))
    assert _best_penalty(x, exact, counts, False) < 1e-4
    assert _best_penalty(x[:4], y[:4], counts[:4], True) == 1  # too few to hold any out


def test_a_logistic_regression_of_noise_is_heavily_penalised() -> None:
    x, labels = RNG.normal(size=(200, 30)), RNG.integers(0, 3, 200)
    costs = (1e-4, 1e-2, 1.0, 100.0)
    assert best_cost(x, labels, costs)[0] == 1e-4
    cost, loss = best_cost(x[:, :3], np.digitize(x[:, 0], [-0.4, 0.4]), costs)
    assert cost == 100 and loss < 0.2
    assert best_cost(x, np.zeros(200, int), costs) == (1.0, 0.0)  # nothing can be held out
    rare = np.where(np.arange(200) == 7, 2, labels % 2)  # a class that is seen once
    assert best_cost(x, rare, costs)[0] == 1e-4


def test_large_data_choose_the_same_penalty_in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 12))
    labels = (x @ rng.normal(size=12) + 2 * rng.normal(size=400) > 0).astype(int)
    costs = (1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0, 100.0)
    cost, loss = best_cost(x, labels, costs)
    monkeypatch.setattr(_inner, "_SMALL", 0)
    hasty, near = best_cost(x, labels, costs)
    assert hasty == cost and near == pytest.approx(loss, rel=0.01) and near != loss
    monkeypatch.setitem(_inner._CHOOSING["lbfgs"], "max_iter", 1)
    assert best_cost(x, labels, (cost,))[1] > loss + 0.05, "that is the haste it is in"


def test_many_sparse_rows_learn_the_same_row_by_row(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    x = scipy.sparse.random(3_000, 200, density=0.05, format="csr", random_state=1)
    labels = (x @ rng.normal(size=(200, 4)) + 0.3 * rng.normal(size=(3_000, 4))).argmax(axis=1)
    costs = (1e-2, 1e-1, 1.0, 10.0)
    assert solver_for(x) == "sag" and solver_for(x[:500]) == "lbfgs"
    cost, loss = best_cost(x, labels, costs)
    monkeypatch.setattr(_inner, "_MANY", 4_000)  # five folds of lbfgs
    monkeypatch.setattr(_inner, "_FOLDS", 3)
    thorough, least = best_cost(x, labels, costs)
    assert cost == thorough and loss == pytest.approx(least, rel=0.02) and loss != least


def test_large_data_choose_a_penalty_by_one_division(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    x, labels = rng.normal(size=(90, 12)), rng.integers(0, 2, 90)
    first = stratified(labels)[0]
    monkeypatch.setattr(_inner, "_LARGE", 90 * 12 - 1)
    monkeypatch.setattr(_inner, "stratified", lambda *_: [first, None])
    assert best_cost(x, labels, (1e-3,))[1] == pytest.approx(np.log(2), abs=0.02), "of a row"


def threads() -> set[int]:
    return {pool["num_threads"] for pool in threadpool_info()}


def test_few_and_sparse_rows_are_left_to_one_thread() -> None:
    x = np.empty((10_000, 1_000), np.float32)
    with threadpool_limits(2):
        for rows, expected in ((x, 2), (x[:400], 1), (scipy.sparse.csr_matrix(x.shape), 1)):
            with threads_for(rows):
                assert threads() == {expected}
        assert threads() == {2}


@pytest.mark.parametrize("shape", [(40, 7), (12, 30)], ids=["tall", "wide"])
def test_a_ridge_is_that_of_scikit_learn(shape: tuple[int, int]) -> None:
    x = RNG.normal(3, 2, shape)
    x[:, 0] = 5  # a feature that says nothing
    y = RNG.normal(-1, 1, (shape[0], 2))
    decomposed = _Decomposed(x.astype(np.float32), y.astype(np.float32))
    for alpha in (1e-3, 1.0, 1000.0):
        expected = Ridge(alpha=alpha).fit(x, y)
        for weights, bias in (decomposed.solution(alpha), decomposed.only_solution(alpha)):
            np.testing.assert_allclose(weights, expected.coef_.T, rtol=2e-3, atol=1e-5)
            np.testing.assert_allclose(bias, expected.intercept_, rtol=2e-3)


def test_naive_forecasts_fill_up_where_the_past_is_missing(tmp_path: Path) -> None:
    dataset = csv_data(tmp_path, "one_to_many", "numeric").dataset()
    naive = dataset.train.naive
    found = predictions("one_to_many", dataset, dataset.train)
    np.testing.assert_allclose(found["last_value"][0], found["mean"][0])
    assert np.isnan(naive["seasonal_naive"][1]).any()
    unknown = np.isnan(naive["seasonal_naive"])
    np.testing.assert_array_equal(found["seasonal_naive"][unknown], found["last_value"][unknown])


SHIPPED = sorted((Path(__file__).parents[2] / "search_spaces").glob("*.yaml"))


def test_specs_are_shipped() -> None:
    assert len(SHIPPED) >= 4


@pytest.mark.parametrize("path", SHIPPED, ids=[path.stem for path in SHIPPED])
def test_a_shipped_spec_is_valid_and_its_linear_baseline_has_learned(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It passes `check`, and the linear baseline of what was read beats the mean or majority."""
    inputs: list[Inputs] = []

    def noted(asked: Asked, read: Any = Asked.read) -> Inputs:
        inputs.append(read(asked))
        return inputs[-1]

    monkeypatch.setattr(Asked, "read", noted)
    assert check_report.check(path).name == path.stem
    (given,) = inputs
    windows = given.space.windows(given.spec)
    task, dataset = TASKS[given.spec.task], given.data.dataset(max(windows, default=None))
    if dataset.target.tokens:  # n-grams of a long text take their time
        assert "n_gram" in [each.name for each in suitable(task, dataset)]
        return
    part, numeric = dataset.test, dataset.target.kind == "numeric"
    fitted = {each.name: each for each in suitable(task, dataset)}
    y = dataset.target.own_units(part.y, part.anchor)
    name = task.metrics(dataset.target)[0]
    linear, constant = (
        metric_values([name], y, fitted[key].fit(task, dataset).predict(part), part.weights)[name]
        for key in ("linear", "mean" if numeric else "majority")
    )
    # What is made to test memory has nothing linear in it: the two are equal but for chance.
    made = given.spec.data.source == "python"
    slack = (1.01 if numeric else 0.9) if made else 1.0
    assert linear < slack * constant if numeric else linear > slack * constant


def test_baselines_are_fitted_once_for_all_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = csv_data(tmp_path, "many_to_one", "numeric").dataset()
    task, calls, decompose = TASKS["many_to_one"], [], np.linalg.eigh
    monkeypatch.setattr(np.linalg, "eigh", lambda x: (calls.append(1), decompose(x))[1])
    fitted = fit_baselines(task, dataset)
    count = len(calls)
    assert count == 3  # for all penalties, of three origins; the whole has one
    for part in (dataset.train, dataset.validation, dataset.test):
        found = {name: fit.predict(part) for name, fit in fitted.items()}
        assert len(calls) == count
        for name, values in predictions(task.name, dataset, part).items():
            np.testing.assert_array_equal(found[name], values)
        count = len(calls)


def test_linear_baseline_of_ragged_targets_learns_from_what_counts(tmp_path: Path) -> None:
    """y = x + step, known at 3 to 6 of 7 steps; at the last step nothing ever is."""
    x = RNG.normal(size=(90, 1))
    y = np.where(np.arange(7) < RNG.integers(3, 7, 90)[:, None], x + np.arange(7), np.nan)
    path = tmp_path / "arrays.npz"
    np.savez(path, x=x, y=y)
    dataset = read(NpzSource(source="npz", path=path), "one_to_many").dataset()
    part = dataset.test
    found = predictions("one_to_many", dataset, part)
    truth = dataset.target.scaling.invert(part.y)
    np.testing.assert_allclose(
        found["linear"][part.weights > 0], truth[part.weights > 0], atol=0.01
    )
    steps = np.nanmean(dataset.target.scaling.invert(dataset.train.y), axis=0)
    counted = dataset.train.weights.sum(axis=0) == len(dataset.train)
    np.testing.assert_allclose(found["mean"][0][counted], steps[counted], atol=1e-4)
    assert np.isfinite(found["linear"]).all()


def test_linear_baseline_of_a_class_is_the_mean_of_its_sequences(tmp_path: Path) -> None:
    labels = np.array(["a", "b", "c"] * 30)
    y = np.array([[0.0, 1, 2], [5, 5, 4], [-3, 0, 3]] * 30)
    path = tmp_path / "arrays.npz"
    np.savez(path, x=labels, y=y)
    dataset = read(NpzSource(source="npz", path=path), "one_to_many").dataset()
    found = predictions("one_to_many", dataset, dataset.test)["linear"]
    truth = dataset.target.scaling.invert(dataset.test.y)
    np.testing.assert_allclose(found, truth, atol=0.01)


@pytest.mark.parametrize("kind", [np.asarray, scipy.sparse.csr_matrix], ids=["dense", "sparse"])
def test_more_features_than_rows_have_the_same_linear_model_in_their_space(kind: Any) -> None:
    from sklearn.linear_model import LogisticRegression

    from rnnsearch.baselines._inner import in_row_space

    generator = np.random.default_rng(0)
    x = generator.normal(size=(30, 200))
    y = (x[:, 0] + generator.normal(0, 0.3, 30) > 0).astype(int)
    short, widen = in_row_space(kind(x))
    exact = {"C": 0.1, "tol": 1e-10, "max_iter": 5000}
    plain = LogisticRegression(**exact).fit(x, y)
    found = LogisticRegression(**exact).fit(short, y)

    assert short.shape == (30, 30)
    np.testing.assert_allclose(widen(found.coef_), plain.coef_, atol=1e-5)
    np.testing.assert_allclose(found.intercept_, plain.intercept_, atol=1e-5)
    assert in_row_space(kind(x[:, :5]))[0].shape == (30, 5)


@pytest.mark.parametrize("size", [1.0, 0.01])
def test_a_logistic_regression_learns_from_features_of_any_size(size: float) -> None:
    rng = np.random.default_rng(2)
    y = np.repeat([0, 1, 2], 20)
    x = rng.normal(size=(60, 5, 1)) + (y[:, None, None] == np.arange(5)[:, None]) * 3
    source = ArraysSource(source="arrays", scaling="none", target_kind="class")
    arrays = Arrays(train=(x * size + 7, y))
    dataset = read_arrays(source, "many_to_one", arrays).dataset()
    fitted = fit_baselines(TASKS["many_to_one"], dataset)["linear"]
    right = (fitted.predict(dataset.test).argmax(axis=1) == dataset.test.y).mean()
    assert right > 0.7


def test_folds_of_a_penalty_are_dealt_as_sequences_are() -> None:
    """Neighbours repeat each other: what is left out with its neighbours looks unlike the rest."""
    rng = np.random.default_rng(5)
    groups = np.repeat(rng.normal(size=(12, 6)), 5, axis=0)
    x, labels = groups + 0.1 * rng.normal(size=(60, 6)), np.repeat(rng.integers(0, 2, 12), 5)
    order = np.argsort(labels, kind="stable")
    costs = (1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0, 100.0)
    (apart, loss), (dealt, less) = (
        best_cost(x[order], labels[order], costs, shuffled) for shuffled in (False, True)
    )
    assert dealt > apart and less < 0.8 * loss


def test_heavy_penalties_that_chance_favours_do_not_end_the_choice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    losses = {1e-4: 1.0, 1e-3: 1.1, 1e-2: 1.2, 1e-1: 0.9, 1.0: 0.5, 10.0: 0.6, 100.0: 0.7}
    monkeypatch.setattr(_inner, "_log_loss", lambda model, x, labels: losses[model.C])
    x, labels = RNG.normal(size=(40, 3)), np.arange(40) % 2
    assert best_cost(x, labels, tuple(losses))[0] == 1.0


def test_a_logistic_regression_knows_whether_sequences_are_dealt() -> None:
    rng = np.random.default_rng(5)
    groups = np.repeat(rng.normal(size=(12, 6)), 5, axis=0)
    x, labels = groups + 0.1 * rng.normal(size=(60, 6)), np.repeat(rng.integers(0, 2, 12), 5)
    order = np.argsort(labels, kind="stable")
    source = ArraysSource(source="arrays", target_kind="class", split=SplitSpec(folds=2))
    arrays = Arrays(train=(x[order][..., None], labels[order]))
    dataset = read_arrays(source, "many_to_one", arrays).dataset()
    assert dataset.dealt
    of_neighbours = replace(dataset, dealt=False)
    found, other = (
        fit_baselines(TASKS["many_to_one"], one)["linear"].model.C  # type: ignore[attr-defined]
        for one in (dataset, of_neighbours)
    )
    assert found > other


def test_a_ridge_knows_whether_sequences_are_dealt(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []

    def noted(*arguments: Any) -> float:
        asked.append(arguments[-1])
        return 1.0

    monkeypatch.setattr(ridge_module, "_best_penalty", noted)
    source = ArraysSource(source="arrays", split=SplitSpec(folds=2))
    arrays = Arrays(train=(RNG.normal(size=(60, 6, 1)), RNG.normal(size=60)))
    dataset = read_arrays(source, "many_to_one", arrays).dataset()
    for one in (dataset, replace(dataset, dealt=False)):
        fit_baselines(TASKS["many_to_one"], one)
    assert asked == [True, False]


@pytest.mark.parametrize("kind", ["numeric", "class"])
def test_large_data_have_the_penalty_of_their_first_division(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def penalty_of(fitted: Any) -> float:
        return float(fitted.penalty if kind == "numeric" else fitted.model.C)

    rng = np.random.default_rng(1)
    x, noise = rng.normal(size=(90, 4, 1)), 3 * rng.normal(size=90)
    learned, chance = x.sum(axis=(1, 2)), noise
    divisions = []
    for y in (learned, chance):
        y = y if kind == "numeric" else (y > 0).astype(int)
        source = ArraysSource(source="arrays", target_kind=kind, split=SplitSpec(folds=2))
        divisions.append(read_arrays(source, "many_to_one", Arrays(train=(x, y))).dataset())
    task = TASKS["many_to_one"]
    first, anew = (fit_baselines(task, one)["linear"] for one in divisions)
    assert penalty_of(first) != penalty_of(anew)

    def again() -> Any:
        return fit_baselines(task, divisions[1], like={"linear": first})["linear"]

    assert penalty_of(again()) == penalty_of(anew), "which costs nothing"
    monkeypatch.setattr(_inner, "_LARGE", 50)
    assert penalty_of(again()) == penalty_of(first)
    loss = task.loss(divisions[1].target, LossSpec())
    methods = SimpleMethods.fit(task, divisions, loss)
    of_folds = [penalty_of(fit.baselines["linear"]) for fit in methods.fits]
    whole = methods.fitted_on(divisions[1], ["linear"])
    assert {*of_folds, penalty_of(whole["linear"])} == {penalty_of(first)} and len(whole) == 1
    # What was not fitted there is chosen anew.
    alone = fit_baselines(task, divisions[1], like={})["linear"]
    assert penalty_of(alone) == penalty_of(fit_baselines(task, divisions[1])["linear"])


def test_wide_rows_are_fewer_and_their_targets_with_them(monkeypatch: pytest.MonkeyPatch) -> None:
    assert most_rows(np.empty((3, 10))) == MOST_ROWS
    assert most_rows(np.empty((3, 2_000))) == 10_000
    assert most_rows(np.empty((3, 100, 1_000))) == 2_000
    monkeypatch.setattr("rnnsearch.baselines._rows._LEAST_ROWS", 20)
    monkeypatch.setattr("rnnsearch.baselines._rows._MOST_NUMBERS", 30 * 4)
    rng = np.random.default_rng(2)
    x = rng.normal(size=(90, 4, 1))
    for y in (x.sum(axis=(1, 2)), (x.sum(axis=(1, 2)) > 0).astype(int)):
        kind = "class" if y.dtype.kind == "i" else "numeric"
        source = ArraysSource(source="arrays", target_kind=kind, split=SplitSpec(folds=2))
        dataset = read_arrays(source, "many_to_one", Arrays(train=(x, y))).dataset()
        fitted = fit_baselines(TASKS["many_to_one"], dataset)["linear"]
        right = fitted.predict(dataset.validation)
        if kind == "class":
            assert (right.argmax(axis=-1) == dataset.validation.y).mean() > 0.8
        else:
            own = dataset.target.own_units(dataset.validation.y, None)
            np.testing.assert_allclose(right, own, atol=0.2)
