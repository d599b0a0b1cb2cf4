"""A model of darts: forecasts by its time, and darts's own functions on it.

Where darts is installed: pip install 'rnnsearch[darts]'
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

darts = pytest.importorskip("darts", reason="no darts is installed")

from rnnsearch.integrations.darts_model import RecurrentDartsModel  # noqa: E402

pytestmark = [
    pytest.mark.usefixtures("inline"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning"),
]

SETTINGS: dict[str, Any] = {
    "trials": 1,
    "epochs": 1,
    "timeout": None,
    "cell": "GRU",
    "space": {"units": 2, "depth": 1},
    "spec": {"data": {"window": 12}, "search": {"confirm": 0}},
}


def wave(count: int, start: str = "2020-01-01", name: str = "load") -> Any:
    index = pd.date_range(start, periods=count, freq="h", name="hour")
    noise = np.random.default_rng(0).normal(0, 0.1, count)
    values = 10 + np.sin(np.arange(count) * np.pi / 12) + noise
    return darts.TimeSeries.from_series(pd.Series(values.astype(np.float32), index, name=name))


@pytest.fixture(scope="module")
def fitted(inline: None) -> Iterator[RecurrentDartsModel]:
    yield RecurrentDartsModel(3, **SETTINGS).fit(wave(200))


def test_it_forecasts_the_steps_after_a_series(fitted: RecurrentDartsModel, tmp_path: Path) -> None:
    found = fitted.predict(2)
    assert list(found.time_index) == list(pd.date_range("2020-01-09 08:00", periods=2, freq="h"))
    assert list(found.components) == ["load"]
    other = wave(150, "2021-05-01")
    elsewhere = fitted.predict(3, other)
    assert fitted.forecaster is not None
    expected = fitted.forecaster.predict(3, other.to_dataframe()).to_numpy()
    np.testing.assert_allclose(elsewhere.values()[:, 0], expected, rtol=1e-6)
    assert elsewhere.start_time() == other.end_time() + pd.Timedelta("1h")
    fitted.save(str(tmp_path / "model.pkl"))
    again = RecurrentDartsModel.load(str(tmp_path / "model.pkl"), trusted=True)
    np.testing.assert_allclose(again.predict(3, other).values(), elsewhere.values(), rtol=1e-6)


def test_historical_forecasts_are_made_from_the_past_alone(fitted: RecurrentDartsModel) -> None:
    series = wave(120, "2021-05-01")
    found = fitted.historical_forecasts(
        series, start=-4, forecast_horizon=2, retrain=False, last_points_only=False
    )
    assert len(found) == 3
    for one in found:
        before = series.drop_after(one.start_time())
        np.testing.assert_allclose(one.values(), fitted.predict(2, before).values(), rtol=1e-5)


def test_covariates_are_columns_of_the_table() -> None:
    series, beside = wave(120), wave(130, name="load")
    model = RecurrentDartsModel(1, **SETTINGS).fit(series, past_covariates=beside)
    assert model.forecaster is not None
    assert set(model.forecaster.results_.preparation.inputs_names) == {"covariate load", "load"}
    assert len(model.predict(1)) == 1
    backtest = {"start": -2, "forecast_horizon": 1, "retrain": False}
    found = model.historical_forecasts(series, past_covariates=beside, **backtest)
    before = series.drop_after(found.end_time())
    np.testing.assert_allclose(
        found.values()[-1:], model.predict(1, before, past_covariates=beside).values(), rtol=1e-5
    )
    with pytest.raises(ValueError, match="past covariates"):
        model.predict(1, series)
    with pytest.raises(ValueError, match="Expected past_covariates at each step"):
        model.predict(1, wave(140), past_covariates=beside)


@pytest.mark.parametrize(
    ("series", "said"),
    [
        ([wave(50)], "Expected one darts.TimeSeries. Received: list"),
        (wave(50).stack(wave(50, name="other")), "Received: 2 components, 1 samples"),
    ],
)
def test_what_it_is_not_for_is_refused(series: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        RecurrentDartsModel(1, **SETTINGS).fit(series)


def test_more_than_it_forecasts_is_refused(fitted: RecurrentDartsModel) -> None:
    with pytest.raises(ValueError, match="horizon from 1 to 3"):
        fitted.predict(4)
    with pytest.raises(ValueError, match="only supported for probabilistic models"):
        fitted.predict(1, num_samples=10)
