"""What benchmarks/quality.py says of scores: who wins, and how near the nearest neighbour is."""

import numpy as np
import pytest

from benchmarks.quality_contenders.dtw import distances
from benchmarks.quality_contenders.scores import Mean, compare, score, tables


def test_accuracy_has_its_binomial_error():
    outputs = np.eye(2)[[0, 1, 1, 1]]
    found = score("accuracy", outputs, np.array([0, 1, 1, 0]))
    assert found == {"score": 0.75, "error": pytest.approx((0.75 * 0.25 / 4) ** 0.5), "count": 4}


def test_rmse_has_about_the_error_that_the_delta_method_gives():
    difference = np.random.default_rng(1).normal(size=(400, 1))
    found = score("rmse", difference, np.zeros((400, 1)))
    root = np.sqrt((difference**2).mean())
    assert found["score"] == pytest.approx(root)
    assert found["error"] == pytest.approx((difference**2).std() / 20 / (2 * root), rel=0.15)


def test_predictions_that_are_not_finite_have_no_score():
    assert score("rmse", np.array([[np.nan]]), np.zeros((1, 1)))["score"] is None


@pytest.mark.parametrize(
    ("ours", "other", "metric", "result"),
    [
        (Mean(0.9, 0.03, 5), Mean(0.8, 0.04, 5), "accuracy", "win"),
        (Mean(0.9, 0.03, 5), Mean(0.86, 0.04, 5), "accuracy", "tie"),
        (Mean(9.0, 0.3, 5), Mean(8.0, 0.4, 5), "rmse", "loss"),
        # A method without seeds is a number beside a mean over seeds.
        (Mean(0.9, 0.01, 5), Mean(0.88, 0.1, 1), "accuracy", "win"),
        (Mean(0.9, 0.01, 1), Mean(0.88, 0.1, 1), "accuracy", "tie"),
        (Mean(1.0, 0.0, 5), Mean(1.0, 0.0, 1), "accuracy", "tie"),
    ],
)
def test_a_tie_is_within_one_standard_error_of_the_difference(ours, other, metric, result):
    assert compare(ours, other, metric) == result


def test_the_tables_hold_means_failures_and_wins():
    def line(contender, seed, value):
        run = {"set": "coffee", "metric": "accuracy", "contender": contender, "seed": seed}
        return {**run, "score": value, "error": 0.1, "count": 28, "trials": 3, "took": 9.0}

    lines = [line("rnnsearch", 0, 0.9), line("rnnsearch", 1, 1.0), line("linear", 0, 0.5)]
    lines.append({**lines[0], "contender": "autokeras", "failed": "autokeras not installed"})
    del lines[-1]["score"], lines[-1]["took"]
    text = tables(lines, ["rnnsearch", "autokeras", "linear"], ["coffee"])
    assert "**0.950 ± 0.050**" in text
    assert "not installed" in text
    (row,) = [row for row in text.splitlines() if row.startswith("| linear")]
    assert [cell.strip() for cell in row.split("|")[2:5]] == ["1", "0", "0"]


def _by_cells(one, other, band):
    cells = np.full((len(one) + 1, len(other) + 1), np.inf)
    cells[0, 0] = 0
    for i, a in enumerate(one):
        for j, b in enumerate(other):
            if abs(i - j) <= band:
                least = min(cells[i, j], cells[i, j + 1], cells[i + 1, j])
                cells[i + 1, j + 1] = ((a - b) ** 2).sum() + least
    return cells[-1, -1]


@pytest.mark.parametrize(
    ("steps", "lengths", "band"), [(30, [30] * 5, 3), (17, [12, 30, 7, 22, 30], 99)]
)
def test_distances_are_those_of_the_recurrence_cell_by_cell(steps, lengths, band):
    rng = np.random.default_rng(0)
    one, others = rng.normal(size=(steps, 2)), rng.normal(size=(5, 30, 2))
    expected = [_by_cells(one, row[:n], band) for row, n in zip(others, lengths, strict=True)]
    np.testing.assert_allclose(distances(one, others, np.array(lengths)), expected)
