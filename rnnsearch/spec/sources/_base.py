"""What every data section says, and how data is divided."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from rnnsearch.spec.fields import Count, Frozen, Seed, Worded

__all__ = ["BacktestSpec", "DialectSpec", "FoldsSpec", "GroupPattern", "Source", "SplitSpec"]


class GroupPattern(Frozen):
    """What of a file's name is its group."""

    pattern: str = Field(description="A regular expression.")


_ORIGINS = "auto, or a whole number of at least 1"


class BacktestSpec(Frozen):
    """Several forecasts' origins, each with a validation part after it and a training before."""

    folds: Annotated[Literal["auto"] | Count, Worded(_ORIGINS)] = Field(
        default="auto",
        description="Rolling-origin folds of a table: as many validation parts of equal length, "
        "each trained for on rows before it. The last is that of one fold. A trial's score is "
        "the mean over them. `auto`: as many as leave the first at least half as much to train on "
        "as the last has, at most 5 of a table of 2,000 rows, 3 up to 20,000, else 1; 1 where a "
        "column says the parts.",
    )
    step: Count | None = Field(
        default=None,
        description="Rows from one fold's origin to the next one's; null: a validation part's "
        "length, so that each begins where the one before ends.",
    )
    window: Count | None = Field(
        default=None,
        description="Rows that each fold trains on, the last before its origin; null: all of them.",
    )


class FoldsSpec(Frozen):
    """Folds of separate sequences, more than once."""

    folds: Count = Field(
        description="How many (k): each sequence outside the test part is held out by one of them."
    )
    repeats: Count = Field(
        default=1, description="How often the sequences are dealt to k folds anew."
    )


_FOLDS = "auto, a whole number of at least 1, or a mapping such as {folds: 5, repeats: 3}"


class SplitSpec(Frozen):
    """How the data is divided into training, validation and test part."""

    validation: Annotated[float, Field(gt=0, lt=1)] = Field(
        default=0.15,
        description="Share of the data for the validation part, which trials are scored on; "
        "`folds` of separate sequences take its place.",
    )
    test: Annotated[float, Field(ge=0, lt=1)] = Field(
        default=0.15, description="Share of the data for the test part, used once, for the winner."
    )
    by: Literal["auto", "time", "random", "stratified", "series"] = Field(
        default="auto",
        description="How sequences are assigned: the last ones in time, at random, or at random "
        "with the same share of each class (of the first, where several are read). `series`: all "
        "rows of a series of a table are in one part, at random: engines or patients that were "
        "never seen judge. `auto`: by time for a table, stratified for classes, else at random.",
    )
    seed: Seed = Field(
        default=0, description="Seed of a random split, or one by series; not for a split by time."
    )
    folds: Annotated[Literal["auto"] | Count | FoldsSpec, Worded(_FOLDS)] = Field(
        default="auto",
        description="Folds of separate sequences, instead of one validation part: each trial is "
        "trained once for each, on all sequences outside the test part but those that the fold "
        "holds out, and its score is the mean over them. Each fold has its share of each class, "
        "or of small and large numbers; groups stay together. `auto`: 5 folds × 3 repeats up to "
        "200 sequences outside the test part, 5 folds up to 2,000, 3 up to 20,000, else 1; 1 "
        "where the data names a validation part, or texts are written. Where `by` is time each "
        "fold is trained on the sequences before those that it holds out; `auto` takes as many as "
        "leave the first half the sequences of the last. Where `by` is series, they hold out whole "
        "ones.",
    )
    backtest: BacktestSpec = Field(
        default=BacktestSpec(), description="Rolling-origin folds of a table."
    )
    group: (
        Annotated[
            str | GroupPattern,
            Worded("the name of an array, stem, or a mapping such as {pattern: 'speaker[0-9]+'}"),
        ]
        | None
    ) = Field(
        default=None,
        description="Sequences that belong together, by a speaker or a device, and must all be "
        "in one part: the name of an array that says it for each sequence, such as `speaker` "
        "(beside `x_train` it is `speaker_train`). Of files it is `stem`, the name without its "
        "ending, or `{pattern: …}`, a regular expression that is searched for in the path below "
        "the class's folder; its first `( )`, or all that it finds, is the group.",
    )
    reach_back: Literal["auto"] | bool = Field(
        default="auto",
        description="Whether what is forecast from a table first in a validation or test part is "
        "forecast from rows before the part, which are known by then: so all of its rows are "
        "judged. false: no sequence has rows of two parts, and the first rows of each are only "
        "read. `auto`: where the longest window would take more than a sixth of a part, and what "
        "is predicted lies ahead of what is read (not of many_to_many, which has an output at "
        "each row).",
    )
    column: str | None = Field(
        default=None,
        description="Name of an array that says `train`, `validation` or `test` for each "
        "sequence; of a table with a row a time step, the column that says it for each row: each "
        "part is one stretch of a series' rows, in this order. A part that it never says is taken "
        "out of the training part.",
    )

    @property
    def asked_folds(self) -> tuple[int, int] | None:
        """Folds and repeats; None where they are to be chosen."""
        if self.folds == "auto":
            return None
        if isinstance(self.folds, FoldsSpec):
            return self.folds.folds, self.folds.repeats
        return self.folds, 1


class DialectSpec(Frozen):
    """How a text file holds a table, where that is not to be guessed."""

    encoding: str | None = Field(
        default=None,
        description="Encoding, such as `latin-1`, `cp1251` or `utf-16`; null: UTF-8, or UTF-16, or "
        "where it is neither the one that its words speak for, which is said.",
    )
    separator: Annotated[str, Field(min_length=1, max_length=1)] | None = Field(
        default=None,
        description="What stands between cells; null: the tab, `;`, `|`, `,`, `~` or `^` that most "
        "lines agree on.",
    )
    decimal: Literal[".", ","] | None = Field(
        default=None,
        description="What marks decimals; null: by all numbers of the file.",
    )
    quotes: Literal["auto", "none"] = Field(
        default="auto",
        description="`none`: a quotation mark is part of the text; `auto`: it may stand around a "
        "cell that has separators or line ends.",
    )
    header: Annotated[int, Field(ge=1)] | Literal["auto", "none"] = Field(
        default="auto",
        description="Line with the names of the columns, from 1; `none`: there is no such line, "
        "and columns are called column_1, column_2, …",
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

    @property
    def new_data(self) -> str:
        """What new data of this kind may be called: a file as that of the spec, or a folder."""
        path = getattr(self, "path", None)
        endings = path.suffixes if isinstance(path, Path) else []
        packed = endings[-1:] in ([".gz"], [".bz2"], [".xz"], [".zip"], [".zst"])
        return "".join(["new", *endings[-2 if packed else -1 :]]) if endings else "new/"
