"""Sources of sequences that are separate from each other."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from rnnsearch.spec.fields import Count, Worded
from rnnsearch.spec.sources._base import DialectSpec, Source

__all__ = [
    "SEQUENCES",
    "ArraysSource",
    "AudioSource",
    "ImagesSource",
    "NpySource",
    "NpzSource",
    "PythonSource",
    "SequencesSource",
    "SteppedSource",
    "TsSource",
    "WideSource",
]

Steps = Literal["rows", "columns", "patches", "pixels", "frames"]
Milliseconds = Annotated[float, Field(gt=0, le=10_000)]


class SequencesSource(Source):
    """Sequences that are separate from each other, each with its own target."""

    scaling: Literal["auto", "standard", "per_step", "per_sequence", "none"] = Field(  # type: ignore[assignment]  # some more
        default="auto",
        description="`standard`: zero mean and unit variance, fitted on the training part. "
        "`per_step`: each step less what it is on average over the training part, by the deviation "
        "of what is left, where all sequences follow the same curve, as spectra do. "
        "`per_sequence`: each sequence's features by their own mean and standard deviation over "
        "its steps, where level and size of a sequence say nothing. `auto`: per_step for features "
        "of which one curve explains 99.5 % of the variance, or 95 % of that of 200 sequences or "
        "more, else standard. A target of numbers is scaled as for `standard`.",
    )
    grouped_by: ClassVar[Literal["array", "file"] | None] = None
    """What `split.group` names."""

    ignore_class: int | str | None = Field(
        default=None,
        description="A label that stands for no class, such as -1 where tags are padded: its steps "
        "do not count. null: what only pads sequences, -100, and -1 beside three classes or more "
        "that are counted from 0 or 1; none: every label is a class.",
    )


class SteppedSource(SequencesSource):
    """Sequences that may be images or clips, cut into steps."""

    steps: Steps | Literal["last"] | None = Field(
        default=None,
        description="What a step is where `x` is images (N, height, width[, channels]): `rows`, "
        "`columns`, `patches` or `pixels`, each row by row from the top left; `frames` where it "
        "is clips (N, T, height, width[, channels]). `last`: `x` is (N, features, steps), as "
        "PyTorch's convolutions read it. null: `x` is none of these.",
    )
    patch: Count | None = Field(
        default=None, description="Height and width of a patch, for `steps: patches`."
    )


class PaddedSource(SequencesSource):
    """Sequences that may have been filled up to one length."""

    padding: float | None = Field(
        default=None,
        description="The number that sequences are filled up with: steps at their beginning and "
        "end that hold nothing else do not count. null: NaN.",
    )


class NamedArraysSource(PaddedSource, SteppedSource):
    """Arrays by their names."""

    grouped_by = "array"


class NpzSource(NamedArraysSource):
    """NumPy arrays in one file: ``x_train, y_train, …`` or ``x, y``."""

    source: Literal["npz"] = Field(description="The kind of data.")
    path: Path = Field(description="The .npz file, relative to the YAML file.")


class NpySource(NamedArraysSource):
    """NumPy arrays, each in a file of its own: ``x.npy`` and ``y.npy``."""

    source: Literal["npy"] = Field(description="The kind of data.")
    path: Path = Field(description="The folder of .npy files, relative to the YAML file.")


class PythonSource(NamedArraysSource):
    """Arrays that a function returns."""

    source: Literal["python"] = Field(description="The kind of data.")
    path: Path = Field(
        default=Path(),
        description="Folder that the module is looked for in, before the installed ones; relative "
        "to the YAML file.",
    )
    function: str = Field(
        description="`module:function`, such as `recordings:load` for `load` in recordings.py."
    )
    arguments: Annotated[dict[str, Any], Worded("a mapping of names to values")] = Field(
        default={}, description="Keyword arguments of the function."
    )

    @property
    def new_data(self) -> str:
        """Its function gives what is learned from; new arrays come from a file."""
        return "new.npz"


class TsSource(SequencesSource):
    """Sequences in the format of the UCR and UEA archives."""

    source: Literal["ts"] = Field(description="The kind of data.")
    path: Path = Field(
        description="A .ts file, or a folder with one `…_TRAIN.ts` and its `…_TEST.ts`; relative "
        "to the YAML file."
    )


class WideSource(PaddedSource):
    """A table with a sequence in each row: its steps in columns, beside its class or number."""

    grouped_by = "array"
    source: Literal["wide"] = Field(description="The kind of data.")
    path: Path = Field(
        description="The CSV, TSV or Parquet file, or a folder with one `…_TRAIN` and its "
        "`…_TEST`; relative to the YAML file."
    )
    dialect: DialectSpec = Field(
        default=DialectSpec(), description="How a text file holds the table."
    )
    target: str = Field(description="Column with the class or the number of a row's sequence.")
    ignore: tuple[str, ...] = Field(
        default=(), description="Columns that are neither steps nor the target."
    )
    quantities: tuple[str, ...] = Field(
        default=(),
        description="Where a step has several features: what their columns are called before the "
        "number of the step, such as `[acc_x, acc_y]` for `acc_x_0, …, acc_y_0, …`. Empty: each "
        "column that is left is a step of the only one.",
    )


class AudioSource(SequencesSource):
    """Recordings, a folder for each class."""

    grouped_by = "file"
    source: Literal["audio"] = Field(description="The kind of data.")
    path: Path = Field(description="The folder, relative to the YAML file.")
    features: Literal["log_mel", "mfcc"] = Field(
        default="log_mel",
        description="What a step consists of: the logarithm of the energy in each mel band, or "
        "its cosine transform.",
    )
    rate: Annotated[int, Field(ge=1000)] = Field(
        default=16000,
        description="Samples a second. Recordings of a higher rate are resampled to it; a lower "
        "one is an error, for its upper bands would be empty.",
    )
    frame_ms: Milliseconds = Field(default=25.0, description="Length of a frame, which is a step.")
    hop_ms: Milliseconds = Field(
        default=10.0, description="From the start of a frame to the next one's."
    )
    mels: Count = Field(default=40, description="Mel bands, from 0 Hz to half the rate.")
    coefficients: Count = Field(
        default=13, description="How many coefficients are kept, for `features: mfcc`."
    )


class ImagesSource(SteppedSource):
    """Pictures or clips, a folder for each class."""

    grouped_by = "file"
    source: Literal["images"] = Field(description="The kind of data.")
    path: Path = Field(description="The folder, relative to the YAML file.")
    steps: Steps = Field(
        default="rows",
        description="What a step is: one of the picture's `rows`, `columns`, `patches` or "
        "`pixels`, in the order from the top left, row by row; or `frames`, where a sequence is a "
        "folder of pictures in the order of their names.",
    )
    size: (
        Annotated[
            tuple[Count, Count], Field(), Worded("a list of height and width, such as [28, 28]")
        ]
        | None
    ) = Field(
        default=None,
        description="Height and width that each picture is scaled to; null: all have the same.",
    )
    channels: Literal["grey", "rgb"] = Field(
        default="grey", description="What a pixel consists of: one number, or three."
    )


class ArraysSource(PaddedSource, SteppedSource):
    """Arrays given through the Python API; never written in YAML."""

    source: Literal["arrays"] = Field(description="The kind of data.")

    @property
    def new_data(self) -> str:
        """A file, as a command needs one."""
        return "new.npz"


SEQUENCES: tuple[type[SequencesSource], ...] = (
    NpzSource,
    NpySource,
    PythonSource,
    TsSource,
    WideSource,
    AudioSource,
    ImagesSource,
)
"""Those that a file may name, in the order of the reference."""
