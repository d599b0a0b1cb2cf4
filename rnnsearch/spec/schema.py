"""The validated, frozen form of a spec: what a YAML document may say and what it defaults to."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import Field, SerializeAsAny

from rnnsearch.spec.fields import Count, Duration, Frozen, Scalar, Seed, Worded
from rnnsearch.spec.sources import Source
from rnnsearch.vocabulary import COSTS, LOSSES, MAPPINGS, METRICS, PRUNERS, SAMPLERS, Kind

__all__ = [
    "Domain",
    "LossSpec",
    "RunSpec",
    "SearchSpec",
    "Spec",
    "TaskName",
]

if TYPE_CHECKING:  # the vocabulary has the names
    TaskName: TypeAlias = str
    LossName: TypeAlias = str
    FurtherMetric: TypeAlias = str
    SamplerName: TypeAlias = str
    CostName: TypeAlias = str
    LimitName: TypeAlias = str
    PrunerName: TypeAlias = str
else:
    TaskName = Literal[tuple(MAPPINGS)]
    LossName = Literal["auto", *LOSSES]
    FurtherMetric = Literal[tuple(name for name, metric in METRICS.items() if not metric.usual)]
    SamplerName = Literal[tuple(SAMPLERS)]
    CostName = Literal[tuple(COSTS)]
    LimitName = Literal[tuple(name for name, cost in COSTS.items() if cost.beforehand)]
    PrunerName = Literal["auto", *PRUNERS]

LISTABLE = 100_000
"""A domain with more values than this is not listed."""


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


class LossSpec(Frozen):
    """What networks are trained to make small."""

    name: LossName = Field(
        default="auto",
        description="`auto`: `mse` for numbers, `cross_entropy` for classes, which has no other.",
    )
    delta: Annotated[float, Field(gt=0)] = Field(
        default=1.0,
        description="`huber` only: size from which on an error counts linearly, not squared; in "
        "scaled units, of which 1 is the target's standard deviation.",
    )
    quantiles: Annotated[
        tuple[Annotated[float, Field(gt=0, lt=1)], ...],
        Worded("a list of increasing numbers between 0 and 1, with 0.5 between others"),
    ] = Field(default=(0.1, 0.5, 0.9), description="`quantile` only: those that are predicted.")
    class_weights: Annotated[
        Literal["balanced"] | dict[str, Annotated[float, Field(gt=0)]] | None,
        Worded("balanced, a mapping of labels to weights above 0, or null"),
    ] = Field(
        default=None,
        description="`cross_entropy` only: what each class weighs (1 where it is not named); "
        "`balanced`: so that the classes of the training part weigh the same.",
    )

    @property
    def kind(self) -> Kind | None:
        """What is predicted to make it small; None where the target decides."""
        return None if self.name == "auto" else LOSSES[self.name].kind


class SearchSpec(Frozen):
    """How the space is searched and for how long."""

    objective: str = Field(
        default="val_loss",
        description="What a trial is judged by: `val_loss`, or `val_` and the name of a "
        "metric below which says what is better. Or a list of that and of costs, as "
        "`[val_rmse, latency]`: see docs/objectives.md.",
    )
    costs: tuple[CostName, ...] = Field(
        default=(),
        description="What is to be small beside the objective, the rest of its list: "
        "`parameters`; `size`, the bytes of the weights; `latency`, milliseconds of one sequence "
        "alone; `training_seconds` of a run. What no other trial beats in all of them is the "
        "front.",
    )
    constraints: Annotated[
        dict[LimitName, str],
        Worded("a mapping of parameters, size and latency to limits such as '< 20000' or '< 2 ms'"),
    ] = Field(
        default={},
        description='Limits of networks, as `{parameters: "< 20000", latency: "< 2 ms"}`; also '
        '`size: "< 50 kB"`. They are looked at before a trial is trained; one that is over a '
        "limit is not.",
    )
    metrics: tuple[FurtherMetric, ...] = Field(
        default=(),
        description="What is reported beside the usual metrics and the objective.",
    )
    direction: Literal["auto", "minimize", "maximize"] = Field(
        default="auto",
        description="Whether small or large is good; `auto` knows it for each objective.",
    )
    sampler: SamplerName = Field(
        default="tpe", description="How configurations are suggested (Optuna's sampler)."
    )
    pruner: PrunerName = Field(
        default="auto",
        description="How trials that fall behind are stopped early: by a `race`, on two divisions "
        "of the data before all of them, or by their epochs (Optuna's pruners). `auto`: a race "
        "where the data is divided more than twice, else `hyperband`.",
    )
    trials: Count | Literal["auto"] = Field(
        default="auto",
        description="Trials in total, across resumes; `auto`: as many as `timeout` leaves time "
        "for, and 60 without one.",
    )
    runs_per_trial: Count = Field(
        default=1,
        description="How often each trial is trained (on each fold), every time from another "
        "seed; its score is the mean over these runs.",
    )
    epochs: Count | Literal["auto"] = Field(
        default="auto",
        description="Most epochs a trial trains; `auto`: as many as make 1,000 updates of the "
        "weights, and show every sequence often enough.",
    )
    patience: Annotated[
        Count | Literal["auto"] | None, Worded("auto, a whole number of at least 1, or null")
    ] = Field(
        default="auto",
        description="Epochs without improvement after which a trial stops; null: never. `auto`: a "
        "third of its epochs, and never where the validation part has fewer than 100 sequences: "
        "there a network is judged at its last epoch.",
    )
    keep: Literal["auto", "best", "last"] = Field(
        default="auto",
        description="At which epoch a network is judged, and its weights taken: its `best` by the "
        "objective, or its `last`. `auto`: the last where the validation part has fewer than 100 "
        "sequences, too few to say which epoch was best.",
    )
    confirm: Annotated[float, Field(ge=0, lt=1)] = Field(
        default=0.35,
        description="Share of the time, or of the runs, that trains the best few again, from other "
        "seeds and on other divisions of the data: what is published is their score there. 0: "
        "none is, and the best trial's own score stands.",
    )
    deliver: Literal["bag", "single", "best"] = Field(
        default="bag",
        description="What best.keras holds: the average of the networks of the winner and of those "
        "that can't be told apart from it (`bag`), one network trained on training and "
        "validation part (`single`), or the best trial's network as it was found (`best`). Of "
        "texts that are written, and of one long text, always `best`.",
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
    executor: Literal["processes", "ray"] = Field(
        default="processes",
        description="Where workers run: `processes` of this machine, and those that join; or "
        "`ray`, actors on the machines of a Ray cluster, which need no disk in common: see "
        "docs/scale.md.",
    )
    address: Annotated[str | None, Worded("an address such as 10.0.0.1:6379, or null")] = Field(
        default=None,
        description="Of the Ray cluster, as `ray.init` has it; null: that of this machine, or of "
        "the variable RAY_ADDRESS.",
    )
    workers: Count | Literal["auto"] = Field(
        default="auto",
        description="Training processes, or actors. `auto`: one where lanes fill the machine (of "
        "Ray, one a machine or a GPU), else one for each two cores.",
    )
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
    retries: Annotated[int, Field(ge=0)] = Field(
        default=1,
        description="How often a trial that was lost with its worker is trained again, from its "
        "last checkpoint, before it is a failure.",
    )
    max_failures: Annotated[Count | None, Worded("a whole number of at least 1, or null")] = Field(
        default=50,
        description="So many trials that fail in a row, of two structures at least, end the "
        "search, which says what they have in common; null: none do.",
    )
    trial_timeout: Annotated[
        Duration | Literal["auto"] | None,
        Worded("auto, a duration such as 90s, 20m or 1h30m, a number of seconds, or null"),
    ] = Field(
        default="auto",
        description="A worker that ends no epoch for so long is taken to hang: it is started "
        "anew, and its trials are retried. `auto`: two hours, or twenty times the longest that "
        "the search has seen; null: never.",
    )
    join: Literal["machine", "network"] = Field(
        default="machine",
        description="From where `worker` may join the search: this `machine`, or by the `network`, "
        "from machines that share its folder and the key of the same user. What goes between them "
        "is not encrypted: see docs/scale.md.",
    )
    storage: Annotated[
        str | None,
        Field(pattern="^postgres(ql)?://"),
        Worded("a PostgreSQL address such as postgresql://user@host/name, or null"),
    ] = Field(
        default=None,
        description="A PostgreSQL database that keeps the study beside its folder, as "
        "`postgresql://user@host/name`: who searches it is known there, from any machine, and "
        "`worker` finds a search by the same address. A password comes from PGPASSWORD or "
        "~/.pgpass. Workers join as with `join: network`: see docs/scale.md.",
    )
    diagnosis: bool = Field(
        default=True,
        description="Whether the `fused` engine notes what gradients and updates were like in each "
        "epoch, and how far back learning reached at the end of each run: see docs/diagnosis.md. "
        "It changes no result.",
    )
    trackers: tuple[Literal["jsonl", "mlflow", "tensorboard", "wandb"], ...] = Field(
        default=(),
        description="What follows the search beside its folder: `jsonl`, a line an event in "
        "events.jsonl; `mlflow`, runs in runs and the winner in the registry, at "
        "MLFLOW_TRACKING_URI; `tensorboard`, curves and HParams; `wandb`, Weights & Biases, online "
        "or by WANDB_MODE=offline. See docs/trackers.md.",
    )
    code: Annotated[Path | None, Worded("a folder, or null")] = Field(
        default=None,
        description="Folder of modules that the space names, such as `my_cells` of "
        "`cell: my_cells:MinimalGRU`; that of the spec unless given. Their code runs.",
    )


class Spec(Frozen):
    """A whole spec, validated; data paths are absolute.

    ``space`` holds what the user named; every other parameter has its default from
    `rnnsearch.spec.PARAMETERS`. `rnnsearch.spec.resolved` writes all of it out.
    """

    name: str = Field(description="Name of the study; the name of the file if not given.")
    task: TaskName = Field(description="Which mapping is learned.")
    data: SerializeAsAny[Source] = Field(description="What is learned from.")
    space: dict[str, Domain] = Field(description="What is searched.")
    loss: LossSpec = Field(default=LossSpec(), description="What is trained on.")
    search: SearchSpec = Field(default=SearchSpec(), description="How, and for how long.")
    run: RunSpec = Field(default=RunSpec(), description="Where and how trials run.")
