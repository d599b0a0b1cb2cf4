"""Each of several targets has an error of its own."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnnsearch.data import Target
from rnnsearch.data.scaling import identity
from rnnsearch.tasks import TASKS, Facts, metric_values, output_metrics, outputs_of


def test_an_error_for_each() -> None:
    generator = np.random.default_rng(0)
    truth, forecast = generator.normal(size=(2, 50, 4, 2)) * [1e6, 0.1]
    target = Target("numeric", ("watts", "share"), (), identity(2))
    names = TASKS["many_to_many"].metrics(target)
    found = metric_values(names, truth, forecast, np.ones((50, 4)), Facts(outputs=target.names))
    errors = np.sqrt(((truth - forecast) ** 2).mean(axis=(0, 1)))
    np.testing.assert_allclose([found["rmse_watts"], found["rmse_share"]], errors)
    assert outputs_of(names) == ("watts", "share")


def test_one_target_or_many_have_none() -> None:
    assert output_metrics(["y"]) == () and output_metrics([f"y{n}" for n in range(50)]) == ()


def test_it_is_said_that_one_error_hides_the_other(tmp_path: Any) -> None:
    from rnnsearch.data import read
    from rnnsearch.spec.sources import CsvSource

    rows = [f"{1e6 * np.sin(n):.0f},{np.cos(n) / 10:.4f}" for n in range(80)]
    (tmp_path / "a.csv").write_text("watts,share\n" + "\n".join(rows))
    source = CsvSource(
        source="csv",
        path=tmp_path / "a.csv",
        inputs=("watts",),
        target=("watts", "share"),
        window=3,
    )
    assert "val_nrmse and val_loss weigh each" in read(source, "many_to_one").notes[-1]
