"""`read_spec`: what shows only once the data is read, and where it says it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnnsearch.api.asking.asked import fingerprint, read_spec
from rnnsearch.data import Arrays
from rnnsearch.errors import InvalidData, InvalidSpec

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(40, 9, 2)), np.arange(40) % 2


def spec(**sections: Any) -> dict[str, Any]:
    usual = {
        "task": "many_to_one",
        "data": {"source": "arrays"},
        "space": {"cell": ["LSTM", "GRU"]},
    }
    return usual | sections


def read(arrays: Arrays | None = None, **sections: Any) -> Any:
    return read_spec(spec(**sections), {}, arrays or Arrays(train=(X, Y))).read()


def problems(caught: pytest.ExceptionInfo[InvalidSpec]) -> list[str]:
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    "unroll_length", ["full", 8, [2, 8, "full"], {"min": 1, "max": 8}, {"values": [8, "full"]}]
)
def test_unroll_lengths_that_cut_something(unroll_length: Any) -> None:
    assert read(space={"unroll_length": unroll_length}).data.steps == 9


MUST = "must be below 9, the longest sequence (the arrays)"


@pytest.mark.parametrize(
    ("unroll_length", "expected"),
    [
        (
            9,
            [f"space.unroll_length: {MUST}, or full; received 9; it would cut nothing: use full"],
        ),
        (
            [4, 9, "full", 48],
            [
                f"space.unroll_length[1]: {MUST}, or full; received 9; it would cut nothing: "
                "use full",
                f"space.unroll_length[3]: {MUST}, or full; received 48; it would cut nothing: "
                "use full",
            ],
        ),
        (
            {"min": 2, "max": 9},
            [f"space.unroll_length.max: {MUST}; received 9; lower it to 8"],
        ),
        (
            {"min": 12, "max": 48},
            [f"space.unroll_length.max: {MUST}; received 48; lower it to 8"],
        ),
    ],
)
def test_unroll_lengths_that_would_cut_nothing(unroll_length: Any, expected: list[str]) -> None:
    with pytest.raises(InvalidSpec) as caught:
        read(space={"unroll_length": unroll_length})
    assert problems(caught) == expected


def test_very_short_sequences_have_no_range_to_search() -> None:
    with pytest.raises(InvalidSpec) as caught:
        read(Arrays(train=(X[:, :2], Y)), space={"unroll_length": {"min": 1, "max": 2}})
    assert problems(caught) == [
        "space.unroll_length.max: must be below 2, the longest sequence (the arrays); received "
        "2; write unroll_length: full"
    ]


def test_steps_of_one_to_many_are_those_of_the_output() -> None:
    arrays = Arrays(train=(X[:, 0], RNG.normal(size=(40, 6))))
    assert read(arrays, task="one_to_many", space={"unroll_length": 5}).data.steps == 6
    with pytest.raises(InvalidSpec, match="must be below 6, the longest sequence"):
        read(arrays, task="one_to_many", space={"unroll_length": 6})


def test_problems_of_a_file_are_located_and_come_together(tmp_path: Path) -> None:
    np.savez(tmp_path / "arrays.npz", x=X, y=Y.astype(str))
    path = tmp_path / "s.yaml"
    path.write_text(
        "task: many_to_one\n"
        "data: {source: npz, path: arrays.npz}\n"
        "space:\n"
        "  unroll_length: [4, 20]\n"
        "search: {objective: val_rmse}\n",
        encoding="utf-8",
    )
    with pytest.raises(InvalidSpec) as caught:
        read_spec(path, {}).read()
    assert problems(caught) == [
        f"{path}:4:22: space.unroll_length[1]: must be below 9, the longest sequence "
        "(data.path), or full; received 20; it would cut nothing: use full",
        f"{path}:5:10: search.objective: must be a metric of a class, as y is; received "
        "val_rmse; use one of val_loss, val_accuracy, val_f1_macro, val_log_loss, val_roc_auc, "
        "val_perplexity, val_bits",
    ]


NUMBERS = Arrays(train=(X, RNG.normal(size=40)))


@pytest.mark.parametrize(
    ("arrays", "sections", "expected"),
    [
        (
            Arrays(train=(X, Y.astype(str))),
            {"loss": "huber"},
            "loss: must be a loss of a class, as y is; received huber; use one of auto, "
            "cross_entropy",
        ),
        (
            NUMBERS,
            {"loss": {"name": "cross_entropy", "class_weights": {"1": 2}}},
            "loss: must be a loss of a number, as y is; received cross_entropy; use one of auto, "
            "mse, mae, huber, quantile",
        ),
        (
            Arrays(train=(X, Y)),
            {"loss": {"name": "cross_entropy", "class_weights": {"1": 2, "2": 3}}},
            "loss.class_weights.2: must be a class of y; received 2; there are: 0, 1",
        ),
        (
            NUMBERS,
            {"search": {"metrics": ["mape", "log_loss"]}},
            "search.metrics[1]: must be a metric of a number, as y is; received log_loss; use one "
            "of mape, smape, nrmse",
        ),
        (
            NUMBERS,
            {"search": {"objective": "val_mase"}},
            "search.objective: must be another metric than mase, for which the data has no naive "
            "forecast; received val_mase; use one of val_loss, val_rmse, val_mae, val_r2, "
            "val_mape, val_smape, val_nrmse",
        ),
        (
            NUMBERS,
            {"loss": "quantile", "search": {"metrics": ["mase"]}},
            "search.metrics[0]: must be another metric than mase, for which the data has no naive "
            "forecast; received mase; use one of mape, smape, nrmse",
        ),
        (
            Arrays(train=(X, Y), validation=(X[::2], Y[::2])),
            {"search": {"objective": "val_roc_auc"}},
            "search.objective: must be another metric where the validation part has one class "
            "only; received val_roc_auc; change data.split",
        ),
    ],
)
def test_losses_and_metrics_that_do_not_fit_the_target(
    arrays: Arrays, sections: dict[str, Any], expected: str
) -> None:
    with pytest.raises(InvalidSpec) as caught:
        read(arrays, **sections)
    assert problems(caught) == [expected]


@pytest.mark.parametrize("loss", ["auto", "mse", "mae", "huber", "quantile"])
def test_losses_that_fit_numbers(loss: str) -> None:
    assert read(NUMBERS, loss=loss, search={"metrics": ["smape"]}).spec.loss.name == loss


def test_overrides_reach_a_spec_in_a_dict() -> None:
    given = spec(search={"trials": 3})
    inputs = read_spec(given, {"search.trials": 5, "run.workers": 1}, Arrays(train=(X, Y))).read()
    assert (inputs.spec.search.trials, inputs.spec.run.workers) == (5, 1)
    assert given["search"] == {"trials": 3} and "run" not in given
    with pytest.raises(InvalidSpec, match="search"):
        read_spec(spec(search=7), {"search.trials": 5}, Arrays(train=(X, Y))).read()
    assert read_spec(spec(search=None), {"search.trials": 5}, Arrays(train=(X, Y))).read()


def test_fingerprint_of_text_is_that_of_its_letters() -> None:
    curves = RNG.normal(size=(40, 3))
    texts = [
        np.array([f"speaker {n % 3}" for n in range(40)], dtype=object).copy() for _ in range(2)
    ]
    parsed = read(Arrays(train=(texts[0], curves)), task="one_to_many").spec
    first, second = (fingerprint(parsed, Arrays(train=(text, curves))) for text in texts)
    texts[1][0] = "another"
    assert first == second != fingerprint(parsed, Arrays(train=(texts[1], curves)))


def test_arrays_in_another_form_are_refused() -> None:
    with pytest.raises(InvalidData, match=r"arrays: must be a rnnsearch.Arrays; received tuple"):
        read_spec({}, {}, ((1, 2),)).read()  # type: ignore[arg-type]
    with pytest.raises(InvalidData, match=r"arrays.train: must be \(x, y\).*received 1 items"):
        read_spec({}, {}, Arrays(train=(1,))).read()
