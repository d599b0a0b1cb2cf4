"""`RecurrentForecaster`: the rows that come after the last one of a table."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.utils.validation import check_is_fitted

from rnnsearch.api.asking.given import Given, of_frame
from rnnsearch.api.asking.new_data import as_file
from rnnsearch.data.series.layout import SeriesLayout
from rnnsearch.data.series.predicted_rows import iso_stamps
from rnnsearch.integrations.scikit_learn._base import Recurrent

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["RecurrentForecaster"]

_SPARE = 50
"""Rows more than are read of a table's past, by which the step between rows is known."""


class RecurrentForecaster(Recurrent):
    """Finds the recurrent network that forecasts a series, from its own past and other columns.

    `fit` takes a `pandas.DataFrame` with a row a time step, its index or a column being time
    stamps; a Series; or an array of one or two axes. Parameters and attributes are those of
    `rnnsearch.integrations.scikit_learn._base.Recurrent`, and:

    Args:
        horizon: How many rows ahead at most; all of them are forecast at once.
        target: Column to forecast; None: y, or a column called so, or the last.
        timeout, trials, epochs, cell, space, objective, spec, seed, directory, verbose: As there.

    Attributes:
        target_: Name of the column that is forecast.

    Example:
        >>> import pandas as pd
        >>> hours = pd.date_range("2024-01-01", periods=200, freq="h")
        >>> load = pd.Series([100.0 + hour % 24 for hour in range(200)], hours, name="load")
        >>> wished = {"trials": 1, "epochs": 2, "space": {"units": 4}}
        >>> forecaster = rnnsearch.RecurrentForecaster(horizon=3, **wished).fit(load)
        >>> forecaster.predict().index[0]
        Timestamp('2024-01-09 08:00:00')
    """

    def __init__(
        self,
        *,
        horizon: int = 1,
        target: str | None = None,
        timeout: float | str | None = "1m",
        trials: int | None = None,
        epochs: int | None = None,
        cell: str | list[str] | None = None,
        space: Mapping[str, Any] | None = None,
        objective: str | None = None,
        spec: Mapping[str, Any] | None = None,
        seed: int = 0,
        directory: str | Path | None = None,
        verbose: int = 0,
    ) -> None:
        super().__init__(
            timeout=timeout,
            trials=trials,
            epochs=epochs,
            cell=cell,
            space=space,
            objective=objective,
            spec=spec,
            seed=seed,
            directory=directory,
            verbose=verbose,
        )
        self.horizon = horizon
        self.target = target

    def fit(self, X: Any, y: Any = None) -> Self:
        """Search.

        Args:
            X: The table; a Series or (R,) alone is what is forecast.
            y: (R,) what is forecast, where it is no column of X.

        Raises:
            ValueError: They can't be learned from.
            KeyboardInterrupt: On Ctrl-C.
        """
        if not _is_count(self.horizon):
            raise ValueError(f"Expected horizon of at least 1. Received: {self.horizon!r}")
        if not isinstance(self.target, str | None):
            raise ValueError(
                f"Expected target as the name of one column. Received: {self.target!r}; "
                "fit a forecaster for each"
            )
        frame, target = _table(X, y, self.target)
        study = self._new_study()
        path = study.path.with_name(f"{study.path.name}.csv")
        given = of_frame(frame, path, target=target, task=None)
        self.target_ = str(given.spec["data"]["target"])
        self._search(_ahead(given, int(self.horizon)), study)
        self._past = frame
        return self

    def predict(self, horizon: int | None = None, X: Any = None, y: Any = None) -> pd.Series:
        """What comes after the last row.

        Args:
            horizon: How many rows; None for those of the constructor.
            X: Rows to forecast from, as `fit` takes them, as many as it read at least; None
                for those of `fit`.
            y: As in `fit`.

        Returns:
            (horizon,) by the time stamps of these rows; by their number where there are none.

        Raises:
            NotFittedError: `fit` was not called.
            ValueError: More rows are asked for than the network forecasts, or X has too few.
        """
        check_is_fitted(self)
        asked = self.horizon if horizon is None else horizon
        if not _is_count(asked) or asked > self.horizon:
            raise ValueError(
                f"Expected horizon from 1 to {self.horizon}, which it was fitted for. "
                f"Received: {asked!r}; fit with horizon={asked!r} for more"
            )
        frame = self._past if X is None else _table(X, y, self.target)[0]
        rows = frame.tail(self.rows_read)
        with as_file(rows) as path:
            found = self.results_.predict(path).tail(self.horizon).head(asked)
        values = found[f"predicted_{self.target_}"].to_numpy(np.float64)
        way = self.results_.preparation
        stamps = iso_stamps(way, found) if isinstance(way, SeriesLayout) else None
        return _series(values, frame, stamps, self.target_)

    def score(self, X: Any, y: Any = None) -> float:
        """R² of forecasts within new rows, which follow each other as in `fit`.

        Args:
            X: The rows, as `fit` takes them, with what is forecast.
            y: As in `fit`.

        Raises:
            NotFittedError: `fit` was not called.
            ValueError, InvalidData: X is not like that of `fit`, or has too few rows.
        """
        check_is_fitted(self)
        frame = _table(X, y, self.target)[0]
        with as_file(frame) as path:
            return float(self.results_.evaluate(path)["r2"])

    @property
    def rows_read(self) -> int:
        """Rows that the last forecast reads, and some to know their step by."""
        way = self.results_.preparation
        read = int(getattr(way, "window", None) or 1) + int(getattr(way, "back", 0))
        return read + self.horizon + _SPARE


def _is_count(value: Any) -> bool:
    """Whether something is a whole number of at least 1, NumPy's included."""
    return isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= 1


def _table(x: Any, y: Any, target: str | None) -> tuple[pd.DataFrame, str | None]:
    """The table, and the name of its column that is forecast, if it is known."""
    import pandas as pd

    if isinstance(x, pd.Series):
        frame = x.to_frame(str(x.name) if x.name is not None else "y")
        target = target or str(frame.columns[0])
    elif isinstance(x, pd.DataFrame):
        frame = x.rename(columns=str)
    else:
        array = np.asarray(x)
        if array.ndim not in (1, 2) or array.dtype.kind not in "biuf":
            raise ValueError(
                "Expected a DataFrame, a Series, or numbers of one or two axes. "
                f"Received: {type(x).__name__} of shape {array.shape} and type {array.dtype}"
            )
        columns = ["y"] if array.ndim == 1 else [f"x{at}" for at in range(array.shape[1])]
        frame = pd.DataFrame(array.reshape(len(array), -1), columns=columns)
        target = target or ("y" if array.ndim == 1 else None)
    _check_order(frame.index)
    if y is None:
        return frame, target
    name = str(getattr(y, "name", None) or target or "y")
    values = np.asarray(y)
    if values.shape != (len(frame),):
        raise ValueError(
            f"Expected y with one number for each of {len(frame)} rows. "
            f"Received: shape {values.shape}"
        )
    return frame.assign(**{name: values}), name


def _check_order(index: pd.Index[Any]) -> None:
    """Have time stamps go forwards, as rows of one series do."""
    import pandas as pd

    if isinstance(index, pd.DatetimeIndex | pd.PeriodIndex) and not index.is_monotonic_increasing:
        stamps: list[Any] = list(index)
        row = next(at for at in range(1, len(stamps)) if stamps[at] < stamps[at - 1])
        raise ValueError(
            "Expected rows sorted by their time stamps, oldest first. "
            f"Received: {stamps[row]} after {stamps[row - 1]}; call sort_index()"
        )


def _ahead(given: Given, horizon: int) -> Given:
    """The guess for a forecast of so many rows at once."""
    if horizon == 1:
        return given
    data = {key: value for key, value in given.spec["data"].items() if key != "horizon"}
    spec = {**given.spec, "task": "sequence_to_sequence"}
    spec["data"] = {**data, "output_steps": horizon}
    return Given(spec, None, given.notes)


def _series(
    values: np.ndarray, frame: pd.DataFrame, stamps: list[str] | None, name: str
) -> pd.Series[Any]:
    """Forecasts by what the index of the table goes on with, or by their time stamps."""
    import pandas as pd

    index = frame.index
    if stamps is None:
        after = pd.RangeIndex(len(frame), len(frame) + len(values))
        return pd.Series(values, after, name=name)
    zone = getattr(index, "tz", None)
    times = pd.DatetimeIndex(pd.to_datetime(stamps, utc=zone is not None))
    if isinstance(index, pd.PeriodIndex):
        later = times.to_period(index.freqstr).rename(index.name)
        return pd.Series(values, later, name=name)
    times = times if zone is None else times.tz_convert(zone)
    return pd.Series(values, times.rename(index.name), name=name)
