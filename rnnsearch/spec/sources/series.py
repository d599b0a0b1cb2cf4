"""Sources of tables with one row a time step."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from rnnsearch.spec.fields import Count
from rnnsearch.spec.sources._base import DialectSpec, Source

__all__ = ["SERIES", "Base", "CalendarFeature", "CsvSource", "ParquetSource", "SeriesSource"]

Base = Literal["auto", "none", "last", "season"]

CalendarFeature = Literal[
    "hour",
    "weekday",
    "weekend",
    "day_of_month",
    "month",
    "month_name",
    "quarter",
    "day_of_year",
    "trend",
]


class SeriesSource(Source):
    """A table, one row a time step, oldest first."""

    path: Path = Field(description="The file, relative to the YAML file.")
    time: str | tuple[str, ...] | None = Field(
        default=None,
        description="Column with the time stamp; or a list of columns that hold parts of it, such "
        "as `[date, hour]` or `[year, month]`.",
    )
    time_format: str | None = Field(
        default=None,
        description="Form of the time stamps: a pattern of `strptime` for their date, such as "
        "`'%d/%m/%Y'`, or one of iso, quarter, week, year, excel, matlab, julian, mjd, "
        "decimal_months, decimal_days, unix_s, unix_ms, unix_us, unix_ns, duration; or seconds, "
        "minutes, hours, days, which are counted from a start. "
        "null: the form that suits all rows, their order and regularity. New files must have it, "
        "or ISO's.",
    )
    time_zone: str | None = Field(
        default=None,
        description="Zone whose clocks the time stamps are of, such as `Europe/Berlin`, or an "
        "offset such as `+01:00`. null: that of the file's offsets from UTC, if it has any.",
    )
    series: str | tuple[str, ...] | None = Field(
        default=None,
        description="Column that names the series of a row, where the table holds several, each "
        "with its own rows in time; or a list of columns that name it together, such as "
        "`[store, item]`. No sequence has rows of two; all are split at the same times.",
    )
    inputs: tuple[str, ...] = Field(default=(), description="Columns the network reads.")
    known: tuple[str, ...] = Field(
        default=(),
        description="Further input columns whose values are known when a forecast is made, as "
        "holidays are: each step reads those of the row that it predicts. `predict` needs "
        "rows more up to the last that is predicted (`horizon` of them, and the further steps of "
        "sequence_to_sequence) that have them, the other cells empty. Not for one_to_many.",
    )
    kinds: tuple[str, ...] = Field(
        default=(),
        description="Those of the inputs whose numbers name kinds, as zip codes and numbers of "
        "shops do: they are read as texts are, a zero and one for each.",
    )
    calendar: tuple[CalendarFeature, ...] = Field(
        default=(),
        description="Further inputs, computed from the time stamp. hour, day_of_month, month and "
        "day_of_year are a sine and a cosine each; weekday, month_name and quarter zeros and a "
        "one: a column for each day, month or quarter.",
    )
    target: str | tuple[str, ...] = Field(description="Column or columns to predict.")
    window: Count | None = Field(
        default=None,
        description="Input steps (T); of sequence_to_sequence those that the encoder reads. Not "
        "for one_to_many, nor if `space` searches the window.",
    )
    horizon: Annotated[int, Field(ge=0)] = Field(
        default=1,
        description="How many steps after the input step the target lies; 0 is the same step. Of "
        "sequence_to_sequence, the first target after the last input step, at least 1. Not for "
        "one_to_many.",
    )
    stride: Count = Field(
        default=1,
        description="Steps from the start of a training window to the next one's. "
        "Not for one_to_many.",
    )
    output_steps: Count | None = Field(
        default=None,
        description="Length of the output sequence. one_to_many: the series is cut into blocks of "
        "so many steps. sequence_to_sequence: so many steps are forecast. Not for other tasks.",
    )
    season: Count | None = Field(
        default=None,
        description="Steps of a season, for the seasonal naive baseline and for `base`; "
        "null: from `time`.",
    )
    base: Base | None = Field(
        default=None,
        description="The naive forecast that the network starts from: it learns the target's "
        "change from it. `last`, the last value known when the forecast is made; `season`, that of "
        "the season before, or where a step lies further ahead, of the latest season known there; "
        "`none`, the values themselves. `auto` takes the one from which a ridge regression "
        "forecasts best on rolling origins before the first row that scores; null: `auto` where "
        "all targets are inputs and lie ahead, else `none`. Where the target is an input, too, "
        "its changes from the row before, or from a season before, are read. Scores and "
        "predictions are in the target's own units. For numbers.",
    )
    lags: tuple[Count, ...] = Field(
        default=(),
        description="Further inputs: what was to be learned of the target, its value or its change "
        "from `base`, so many rows before the row predicted, such as a season or two before; where "
        "a step lies further ahead, some whole lags before. For numbers; the rows before the first "
        "sequence must reach back so far.",
    )
    difference: Literal[1, "season"] | None = Field(
        default=None,
        description="The name that `base` had before: `1` is `base: last`, and `season` is "
        "`base: season`. Not for one_to_many.",
    )
    scaling: Literal["standard", "log", "none"] = Field(  # type: ignore[assignment]  # one more
        default="standard",
        description="`standard`: zero mean and unit variance, fitted on the training part. `log`: "
        "the same of the logarithm for the target, also where it is an input, and `standard` for "
        "the other inputs.",
    )

    irregular: Literal["rows", "reindex", "error"] = Field(
        default="rows",
        description="What to do where rows are missing, or not equally far apart in time: count "
        "windows and horizon in `rows` all the same, while seasons and lags go by the clock where "
        "there is one; `reindex` puts the missing rows in as gaps, to be treated as `missing` "
        "says; `error`.",
    )

    duplicates: Literal["error", "first", "last", "mean"] = Field(
        default="error",
        description="What to do where a series has a time stamp twice: take the first row, the "
        "last, or the mean of numbers, or call it an `error`.",
    )
    missing_values: tuple[float | str, ...] = Field(
        default=(),
        description="Values that stand for nothing, such as `[-9999]`; they are treated as empty "
        "cells are (`missing`).",
    )
    dialect: DialectSpec = Field(
        default=DialectSpec(), description="How a text file holds the table."
    )

    @property
    def dialect_items(self) -> tuple[tuple[str, Any], ...]:
        """What is said of the dialect: pairs of a key and its value."""
        return tuple(self.dialect.model_dump(exclude_defaults=True).items())

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that the network reads."""
        return self.inputs + self.known

    @property
    def times(self) -> tuple[str, ...]:
        """All columns of the time stamp; empty for none."""
        return (self.time,) if isinstance(self.time, str) else self.time or ()

    @property
    def keys(self) -> tuple[str, ...]:
        """All columns that name the series of a row; empty where there is one series."""
        return (self.series,) if isinstance(self.series, str) else self.series or ()

    @property
    def asked_base(self) -> Base:
        """`base`, or what `difference` says in its place, or what is meant without either."""
        if self.difference is not None:
            return "last" if self.difference == 1 else "season"
        if self.base is not None:
            return self.base
        read = set(self.targets) <= set(self.inputs)
        return "auto" if read and self.horizon > 0 else "none"

    @property
    def targets(self) -> tuple[str, ...]:
        """All columns to predict."""
        return (self.target,) if isinstance(self.target, str) else self.target


class CsvSource(SeriesSource):
    """A table in a text file with a header line."""

    source: Literal["csv"] = Field(description="The kind of data.")
    path: Path = Field(description="The CSV file, relative to the YAML file.")


class ParquetSource(SeriesSource):
    """A table in a Parquet file (needs ``pip install 'rnnsearch[parquet]'``)."""

    source: Literal["parquet"] = Field(description="The kind of data.")
    path: Path = Field(description="The Parquet file, relative to the YAML file.")


SERIES: tuple[type[SeriesSource], ...] = (CsvSource, ParquetSource)
"""Those that a file may name, in the order of the reference."""
