"""The data section: one class a kind of source, with everything a spec may say about it.

To add a source: its class here, its line in `SOURCES`, and the file that reads it in
`rnnsearch/data/sources/`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from rnnsearch.spec.fields import Count, Frozen, Seed

__all__ = [
    "SOURCES",
    "ArraysSource",
    "CalendarFeature",
    "CsvSource",
    "NpzSource",
    "SequencesSource",
    "SeriesSource",
    "Source",
    "SplitSpec",
]

CalendarFeature = Literal[
    "hour", "weekday", "weekend", "day_of_month", "month", "day_of_year", "trend"
]


class SplitSpec(Frozen):
    """How the data is divided into training, validation and test part."""

    validation: Annotated[float, Field(gt=0, lt=1)] = Field(
        default=0.15,
        description="Share of the data for the validation part, which trials are scored on.",
    )
    test: Annotated[float, Field(ge=0, lt=1)] = Field(
        default=0.15, description="Share of the data for the test part, used once, for the winner."
    )
    by: Literal["auto", "time", "random", "stratified"] = Field(
        default="auto",
        description="How sequences are assigned: the last ones in time, at random, or at random "
        "with the same share of each class. `auto`: by time for a CSV series, stratified for "
        "classes, else at random.",
    )
    seed: Seed = Field(default=0, description="Seed of a random split; not for a split by time.")
    folds: Count = Field(
        default=1,
        description="Rolling-origin folds of a CSV series: as many validation parts of equal "
        "length, one after the other, each trained for on all that is before it. The last is "
        "that of one fold. A trial's score is the mean over them.",
    )


class Source(Frozen):
    """What every data section says."""

    source: str = Field(description="The kind of data.")
    split: SplitSpec = Field(default=SplitSpec(), description="The parts of the data.")
    scaling: Literal["standard", "none"] = Field(
        default="standard",
        description="`standard`: zero mean and unit variance, fitted on the training part.",
    )
    target_kind: Literal["auto", "numeric", "class"] = Field(
        default="auto",
        description="Whether numbers or classes are predicted; `auto` looks at the data.",
    )
    missing: Literal["error", "interpolate", "drop"] = Field(
        default="error", description="What to do about missing values."
    )


class SequencesSource(Source):
    """Sequences that are separate from each other, each with its own target."""


class SeriesSource(Source):
    """A table, one row a time step, oldest first."""

    path: Path = Field(description="The file, relative to the YAML file.")
    time: str | None = Field(default=None, description="Column with the time stamp.")
    inputs: tuple[str, ...] = Field(default=(), description="Columns the network reads.")
    calendar: tuple[CalendarFeature, ...] = Field(
        default=(), description="Further inputs, computed from the time stamp."
    )
    target: str | tuple[str, ...] = Field(description="Column or columns to predict.")
    window: Count | None = Field(
        default=None,
        description="Input steps (T). Not for one_to_many, nor if `space` searches the window.",
    )
    horizon: Annotated[int, Field(ge=0)] = Field(
        default=1,
        description="How many steps after the input step the target lies; 0 is the same step. "
        "Not for one_to_many.",
    )
    stride: Count = Field(
        default=1,
        description="Steps from the start of a training window to the next one's. "
        "Not for one_to_many.",
    )
    output_steps: Count | None = Field(
        default=None,
        description="Length of the output sequence; the series is cut into blocks of so many "
        "steps. one_to_many only.",
    )
    season: Count | None = Field(
        default=None,
        description="Steps of a season, for the seasonal naive baseline; null: from `time`.",
    )


class CsvSource(SeriesSource):
    """A table in a text file with a header line."""

    source: Literal["csv"] = Field(description="The kind of data.")
    path: Path = Field(description="The CSV file, relative to the YAML file.")


class NpzSource(SequencesSource):
    """NumPy arrays in one file: ``x_train, y_train, …`` or ``x, y``."""

    source: Literal["npz"] = Field(description="The kind of data.")
    path: Path = Field(description="The .npz file, relative to the YAML file.")


class ArraysSource(SequencesSource):
    """Arrays given through the Python API; never written in YAML."""

    source: Literal["arrays"] = Field(description="The kind of data.")


SOURCES: dict[str, type[Source]] = {
    "csv": CsvSource,
    "npz": NpzSource,
    "arrays": ArraysSource,
}
"""Every source by its name in a spec. `arrays` is for the Python API only."""
