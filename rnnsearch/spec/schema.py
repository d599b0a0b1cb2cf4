"""The validated, frozen form of a spec: what a YAML document may say and what it defaults to."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "ArraysSource",
    "CalendarFeature",
    "CsvSource",
    "DataSpec",
    "Domain",
    "Frozen",
    "NpzSource",
    "RunSpec",
    "Scalar",
    "SearchSpec",
    "Spec",
    "SplitSpec",
    "TaskName",
    "Worded",
]

Scalar = bool | int | float | str | None
TaskName = Literal["many_to_one", "one_to_many", "many_to_many"]
CalendarFeature = Literal[
    "hour", "weekday", "weekend", "day_of_month", "month", "day_of_year", "trend"
]

LISTABLE = 100_000
"""A domain with more values than this is not listed."""


@dataclass(frozen=True)
class Worded:
    """What a field must be, where its type does not say it: put into the field's annotation."""

    text: str


Count = Annotated[int, Field(ge=1)]
Seed = Annotated[int, Field(ge=0, lt=2**32)]
Duration = Annotated[
    float, Field(gt=0), Worded("a duration such as 90s, 20m or 1h30m, or a number of seconds")
]


class Frozen(BaseModel):
    """A section of the spec: unknown keys are errors, nothing changes after validation."""

    model_config = ConfigDict(extra="forbid", frozen=True)


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


class _SourceBase(Frozen):
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


class CsvSource(_SourceBase):
    """A table, one row a time step, oldest first."""

    source: Literal["csv"] = Field(description="The kind of data.")
    path: Path = Field(description="The CSV file, relative to the YAML file.")
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


class NpzSource(_SourceBase):
    """NumPy arrays in one file: ``x_train, y_train, …`` or ``x, y``."""

    source: Literal["npz"] = Field(description="The kind of data.")
    path: Path = Field(description="The .npz file, relative to the YAML file.")


class ArraysSource(_SourceBase):
    """Arrays given through the Python API; never written in YAML."""

    source: Literal["arrays"] = Field(description="The kind of data.")


DataSpec = Annotated[CsvSource | NpzSource | ArraysSource, Field(discriminator="source")]


class Domain(Frozen):
    """What one search parameter may be: fixed, one of a list, or a range.

    Attributes:
        kind: Which of the three.
        values: The one value if fixed; the choices of a list, two or more. The texts ``full``
            (unroll_length) and ``none`` (clip_norm) stand for no cut and no clipping.
        min, max: Ends of a range, both included.
        log: Whether a range is searched on a logarithmic scale.
        step: Grid of a range, or None.
        integer: Whether a range is one of whole numbers.
        when: Parent parameter → values for which this one is in use. A parent that is itself
            not in use has its default.
        per_layer: Whether each layer has its own value (units only).
    """

    kind: Literal["fixed", "choice", "range"]
    values: tuple[Scalar, ...] = ()
    min: int | float | None = None
    max: int | float | None = None
    log: bool = False
    step: int | float | None = None
    integer: bool = False
    when: dict[str, tuple[Scalar, ...]] = Field(default_factory=dict)
    per_layer: bool = False

    def size(self) -> int | None:
        """How many values it may take, or None for a real-valued range without a step."""
        if self.kind != "range":
            return len(self.values)
        step = self.step or (1 if self.integer else None)
        if step is None:
            return None
        return int((Decimal(str(self.max)) - Decimal(str(self.min))) / Decimal(str(step))) + 1

    def candidates(self) -> tuple[Scalar, ...] | None:
        """Every value it may take, or None where they can't be listed or are too many."""
        if self.kind != "range":
            return self.values
        size = self.size()
        if size is None or size > LISTABLE:
            return None
        start, step = Decimal(str(self.min)), Decimal(str(self.step or 1))
        kind = int if self.integer else float
        return tuple(kind(start + index * step) for index in range(size))


class SearchSpec(Frozen):
    """How the space is searched and for how long."""

    objective: str = Field(
        default="val_loss",
        description="What a trial is judged by: `val_loss`, or `val_rmse`, `val_mae`, `val_r2` "
        "for numbers, `val_accuracy`, `val_f1_macro` for classes.",
    )
    direction: Literal["auto", "minimize", "maximize"] = Field(
        default="auto",
        description="Whether small or large is good; `auto` knows it for each objective.",
    )
    sampler: Literal["tpe", "random", "gp", "cmaes", "qmc", "grid"] = Field(
        default="tpe", description="How configurations are suggested (Optuna's sampler)."
    )
    pruner: Literal["hyperband", "asha", "median", "none"] = Field(
        default="hyperband",
        description="How trials that fall behind are stopped early (Optuna's pruner).",
    )
    trials: Count = Field(default=60, description="Trials in total, across resumes.")
    runs_per_trial: Count = Field(
        default=1,
        description="How often each trial is trained (on each fold), every time from another "
        "seed; its score is the mean over these runs.",
    )
    epochs: Count = Field(default=40, description="Most epochs a trial trains.")
    patience: Count | None = Field(
        default=10, description="Epochs without improvement after which a trial stops; null: never."
    )
    timeout: Duration | None = Field(
        default=None, description="Longest time to search; null: no limit."
    )
    block: Count | Literal["auto"] = Field(
        default="auto",
        description="How many trials in a row share their structural parameters, whatever the "
        "number of lanes.",
    )
    seed: Seed = Field(default=0, description="Seed of the sampler and of the trials.")


class RunSpec(Frozen):
    """Where and how trials run."""

    engine: Literal["auto", "fused", "keras"] = Field(
        default="auto",
        description="`fused` trains many trials in one compiled program (jax only); `keras` is "
        "plain `model.fit`; `auto` takes the faster one that can do it.",
    )
    backend: Literal["jax", "tensorflow", "torch"] = Field(
        default="jax", description="Keras backend."
    )
    workers: Count | Literal["auto"] = Field(default="auto", description="Training processes.")
    lanes: Count | Literal["auto"] = Field(
        default="auto",
        description="Runs that one worker trains side by side; the others of a block wait for a "
        "free lane. `auto`: as many as suit the device. 1 for the `keras` engine.",
    )
    lane_mode: Literal["auto", "map", "vmap"] = Field(
        default="auto",
        description="How the `fused` engine runs lanes: `map`, one after the other on each core; "
        "`vmap`, all as one batch. `auto`: `map` on a CPU, `vmap` on a GPU.",
    )
    device: Literal["auto", "cpu", "gpu"] = Field(default="auto", description="What to train on.")


class Spec(Frozen):
    """A whole spec, validated; data paths are absolute.

    ``space`` holds what the user named; every other parameter has its default from
    `rnnsearch.spec.PARAMETERS`. `rnnsearch.spec.resolved` writes all of it out.
    """

    name: str = Field(description="Name of the study; the name of the file if not given.")
    task: TaskName = Field(description="Which mapping is learned.")
    data: DataSpec = Field(description="What is learned from.")
    space: dict[str, Domain] = Field(description="What is searched.")
    search: SearchSpec = Field(default=SearchSpec(), description="How, and for how long.")
    run: RunSpec = Field(default=RunSpec(), description="Where and how trials run.")
