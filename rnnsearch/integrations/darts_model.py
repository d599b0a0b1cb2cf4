"""A forecasting model of darts, which a search is behind: `RecurrentDartsModel`.

darts's own functions work with it: `historical_forecasts`, `backtest`, `residuals`, ensembles,
`save`, and `load` with ``trusted=True``. Imports darts: ``pip install 'rnnsearch[darts]'``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, final

from rnnsearch.errors import MissingExtra
from rnnsearch.integrations.scikit_learn import RecurrentForecaster

try:
    from darts import TimeSeries
    from darts.models.forecasting.forecasting_model import GlobalForecastingModel
except ModuleNotFoundError as error:
    raise MissingExtra("darts", "darts", "RecurrentDartsModel") from error

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["RecurrentDartsModel"]


@final
class RecurrentDartsModel(GlobalForecastingModel):
    """Finds the recurrent network that forecasts a series of one component, in one go.

    Args:
        output_chunk_length: Steps ahead at most; all are forecast at once, and no more.
        settings: Of `RecurrentForecaster`: ``timeout``, ``trials``, ``epochs``, ``cell``,
            ``space``, ``objective``, ``spec``, ``seed``, ``directory``, ``verbose``.

    Attributes:
        forecaster: The fitted `RecurrentForecaster`: its ``results_`` and ``leaderboard_``.
    """

    forecaster: RecurrentForecaster | None

    def __init__(self, output_chunk_length: int = 1, **settings: Any) -> None:
        super().__init__(add_encoders=None)
        self._steps = output_chunk_length
        self._settings = settings
        self.forecaster = None

    def fit(
        self,
        series: TimeSeries,
        past_covariates: TimeSeries | None = None,
        verbose: bool | None = None,
    ) -> Self:
        """Search.

        Args:
            series: What is forecast: one series of one component, and one sample of it.
            past_covariates: What is known up to the last step that a forecast is made from.
            verbose: Whether progress is shown.

        Raises:
            ValueError: They can't be learned from.
        """
        _check(series)
        super().fit(series, past_covariates=past_covariates, verbose=verbose)
        settings = {**self._settings} if verbose is None else {**self._settings, "verbose": verbose}
        target = str(series.components[0])
        forecaster = RecurrentForecaster(horizon=self._steps, target=target, **settings)
        self.forecaster = forecaster.fit(_table(series, past_covariates))
        return self

    def predict(
        self,
        n: int,
        series: TimeSeries | None = None,
        past_covariates: TimeSeries | None = None,
        num_samples: int = 1,
        verbose: bool | None = None,
        predict_likelihood_parameters: bool = False,
        show_warnings: bool = True,
        random_state: int | None = None,
    ) -> TimeSeries:
        """The steps after the last.

        Args:
            n: How many, up to ``output_chunk_length``.
            series: What to forecast from, if not what `fit` was given.
            past_covariates: Of it, where `fit` was given some.
            num_samples: 1: a network's forecast is a number, not a distribution.
            verbose, predict_likelihood_parameters, show_warnings, random_state: As darts has them;
                without effect.

        Raises:
            ValueError: More steps are asked for than the network forecasts, or more samples.
        """
        if series is None:
            series = self.training_series
            past_covariates = past_covariates or self.past_covariate_series
        super().predict(n, series, past_covariates, num_samples=num_samples, show_warnings=False)
        _check(series)
        assert self.forecaster is not None
        found = self.forecaster.predict(n, _table(series, past_covariates))
        return self._build_forecast_series(found.to_numpy()[:, None], input_series=series)

    @property
    def supports_multivariate(self) -> bool:
        """One component is forecast; others are covariates."""
        return False

    @property
    def supports_past_covariates(self) -> bool:
        """They are further columns; backtests give them only to a model that says so."""
        return True

    @property
    def supports_transferable_series_prediction(self) -> bool:
        """It forecasts from other rows than those that it was fitted to."""
        return True

    @property
    def supports_optimized_historical_forecasts(self) -> bool:
        """Each forecast is asked for by itself."""
        return False

    @property
    def output_chunk_length(self) -> int:
        """Steps ahead, at most."""
        return self._steps

    @property
    def min_train_samples(self) -> int:
        """Windows without which there is nothing to learn."""
        return 1

    @property
    def extreme_lags(self) -> tuple[int | None, ...]:
        """How far back the network reads, once one is found."""
        past = -self._reads if self.uses_past_covariates else None
        last = -1 if self.uses_past_covariates else None
        return -self._reads, self._steps - 1, past, last, None, None, 0

    @property
    def _reads(self) -> int:
        """Steps that a forecast is made from."""
        return self._steps if self.forecaster is None else self.forecaster.rows_read

    @property
    def _target_window_lengths(self) -> tuple[int, int]:
        return self._reads, self._steps

    @property
    def _model_encoder_settings(self) -> tuple[Any, ...]:
        return self._reads, self._steps, False, False, None, None


def _check(series: object) -> None:
    if not isinstance(series, TimeSeries):
        raise ValueError(
            f"Expected one darts.TimeSeries. Received: {type(series).__name__}; fit a model for "
            "each series, or rnnsearch.search a table with a column that names them"
        )
    if series.n_components != 1 or series.n_samples != 1:
        raise ValueError(
            "Expected a series of one component and one sample. Received: "
            f"{series.n_components} components, {series.n_samples} samples; "
            "give what is known beside it as past_covariates"
        )


def _table(series: TimeSeries, past_covariates: TimeSeries | None) -> pd.DataFrame:
    """A series, with its covariates as further columns."""
    table: pd.DataFrame = series.to_dataframe().rename(columns=str)
    if past_covariates is None:
        return table
    beside = past_covariates.to_dataframe().rename(columns=str).add_prefix("covariate ")
    missing = table.index.difference(beside.index)
    if len(missing):
        raise ValueError(
            f"Expected past_covariates at each step of the series. Received: none at {missing[0]}"
        )
    both: pd.DataFrame = beside.loc[table.index]
    return both.assign(**{table.columns[0]: table.iloc[:, 0]})
