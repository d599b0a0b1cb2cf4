"""The data section: one class a kind of source, with everything a spec may say about it.

To add a source: its class here, its line in `SOURCES`, and the file that reads it in
`rnnsearch/data/sources/`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field

from rnnsearch.spec.fields import Count, Frozen, Seed, Worded

__all__ = [
    "SOURCES",
    "ArraysSource",
    "AudioSource",
    "BacktestSpec",
    "CalendarFeature",
    "CsvSource",
    "FastaSource",
    "GroupPattern",
    "ImagesSource",
    "NpySource",
    "NpzSource",
    "PairsSource",
    "ParquetSource",
    "PythonSource",
    "RowsSource",
    "SequencesSource",
    "SeriesSource",
    "Source",
    "SplitSpec",
    "SteppedSource",
    "TableSource",
    "TextSource",
    "TokensSource",
    "TokensSplitSpec",
    "TsSource",
]

CalendarFeature = Literal[
    "hour", "weekday", "weekend", "day_of_month", "month", "day_of_year", "trend"
]

TokenKind = Literal["characters", "words", "spaces"]


def _whole_from_one(amount: float) -> float:
    """Refuse numbers of sequences that are not whole."""
    if amount >= 1 and amount != round(amount):
        raise ValueError("not whole")
    return amount


_AMOUNT = "a share below 1, or a whole number of sequences"
_Amount = Annotated[float, Field(gt=0), AfterValidator(_whole_from_one), Worded(_AMOUNT)]
_AmountOrNone = Annotated[float, Field(ge=0), AfterValidator(_whole_from_one), Worded(_AMOUNT)]


Steps = Literal["rows", "columns", "patches", "pixels", "frames"]
Milliseconds = Annotated[float, Field(gt=0, le=10_000)]


class GroupPattern(Frozen):
    """What of a file's name is its group."""

    pattern: str = Field(description="A regular expression.")


class BacktestSpec(Frozen):
    """Several forecasts' origins, each with a validation part after it and a training before."""

    folds: Count = Field(
        default=1,
        description="Rolling-origin folds of a table: as many validation parts of equal length, "
        "each trained for on rows before it. The last is that of one fold. A trial's score is "
        "the mean over them.",
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
        "with the same share of each class. `auto`: by time for a table, stratified for "
        "classes, else at random.",
    )
    seed: Seed = Field(default=0, description="Seed of a random split; not for a split by time.")
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
    column: str | None = Field(
        default=None,
        description="Name of an array that says `train`, `validation` or `test` for each "
        "sequence. A part that it never says is taken out of the training part.",
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

    grouped_by: ClassVar[Literal["array", "file"] | None] = None
    """What `split.group` names."""


class SteppedSource(SequencesSource):
    """Sequences that may be images or clips, cut into steps."""

    steps: Steps | None = Field(
        default=None,
        description="What a step is where `x` is images (N, height, width[, channels]): `rows`, "
        "`columns`, `patches` or `pixels`, each row by row from the top left; `frames` where it "
        "is clips (N, T, height, width[, channels]). null: `x` is no image.",
    )
    patch: Count | None = Field(
        default=None, description="Height and width of a patch, for `steps: patches`."
    )


class SeriesSource(Source):
    """A table, one row a time step, oldest first."""

    path: Path = Field(description="The file, relative to the YAML file.")
    time: str | None = Field(default=None, description="Column with the time stamp.")
    series: str | None = Field(
        default=None,
        description="Column that names the series of a row, where the table holds several, each "
        "with its own rows in time. No sequence has rows of two; all are split at the same times.",
    )
    inputs: tuple[str, ...] = Field(default=(), description="Columns the network reads.")
    known: tuple[str, ...] = Field(
        default=(),
        description="Further input columns whose values are known when a forecast is made, as "
        "holidays are: each step reads those of the row that it predicts. `predict` needs "
        "`horizon` rows more that have them, the other cells empty. Not for one_to_many.",
    )
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
        description="Steps of a season, for the seasonal naive baseline and for `difference`; "
        "null: from `time`.",
    )
    difference: Literal[1, "season"] | None = Field(
        default=None,
        description="What the target is the change from while the network learns: `1`, the last "
        "value known when the forecast is made; `season`, that of the season before. Where the "
        "target is an input, too, its changes from the row before, or from a season before, are "
        "read. Scores and predictions are in the target's own units. Not for one_to_many.",
    )
    scaling: Literal["standard", "log", "none"] = Field(  # type: ignore[assignment]  # one more
        default="standard",
        description="`standard`: zero mean and unit variance, fitted on the training part. `log`: "
        "the same of the logarithm for the target, also where it is an input, and `standard` for "
        "the other inputs.",
    )

    irregular: Literal["rows", "error"] = Field(
        default="rows",
        description="What to do where rows are not equally far apart in time, such as days on "
        "which a market is open: count windows, horizon and season in `rows` all the same, or call "
        "it an `error`.",
    )

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that the network reads."""
        return self.inputs + self.known

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


class NpzSource(SteppedSource):
    """NumPy arrays in one file: ``x_train, y_train, …`` or ``x, y``."""

    grouped_by = "array"
    source: Literal["npz"] = Field(description="The kind of data.")
    path: Path = Field(description="The .npz file, relative to the YAML file.")


class NpySource(SteppedSource):
    """NumPy arrays, each in a file of its own: ``x.npy`` and ``y.npy``."""

    grouped_by = "array"
    source: Literal["npy"] = Field(description="The kind of data.")
    path: Path = Field(description="The folder of .npy files, relative to the YAML file.")


class PythonSource(SteppedSource):
    """Arrays that a function returns."""

    grouped_by = "array"
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


class TsSource(SequencesSource):
    """Sequences in the format of the UCR and UEA archives."""

    source: Literal["ts"] = Field(description="The kind of data.")
    path: Path = Field(
        description="A .ts file, or a folder with one `…_TRAIN.ts` and its `…_TEST.ts`; relative "
        "to the YAML file."
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


class ArraysSource(SteppedSource):
    """Arrays given through the Python API; never written in YAML."""

    source: Literal["arrays"] = Field(description="The kind of data.")


class TokensSplitSpec(SplitSpec):
    """How sequences of tokens are divided."""

    validation: _Amount = Field(
        default=0.15,
        description="Share of the sequences (below 1), or number of them, for the validation "
        "part, which trials are scored on.",
    )
    test: _AmountOrNone = Field(
        default=0.15,
        description="Share or number of sequences for the test part, used once, for the winner.",
    )
    group: str | None = Field(
        default=None,
        description="Column whose value is shared by sequences that must be in the same part.",
    )
    column: str | None = Field(
        default=None,
        description="Column that says of each sequence where it belongs: train, validation or "
        "test. A part that none is said to be in is taken out of the training part.",
    )
    block: Count | Literal["auto"] = Field(
        default="auto",
        description="So many rows, one after the other, are in the same part. `auto`: 100 for "
        "pairs, which are mostly sentences of one text after the other, or a fiftieth of the file "
        "if that is less; else 1.",
    )
    duplicates: Literal["keep", "drop"] = Field(
        default="keep",
        description="`drop` leaves out of the validation part what training holds too, and "
        "out of the test part what either does.",
    )


class TokensSource(Source):
    """Text, DNA and other sequences of tokens."""

    path: Path = Field(description="The file, relative to the YAML file.")
    tokens: TokenKind = Field(
        default="characters",
        description="What the network reads at a step: a character, a word or mark of punctuation "
        "(`words`), or what stands between white space (`spaces`).",
    )
    lower_case: bool = Field(default=False, description="Whether capitals are made small.")
    max_vocabulary: Count | None = Field(
        default=None,
        description="Most tokens that are known, the frequent ones of the training part; all "
        "others are one, `<unk>`. null: no limit.",
    )
    min_count: Count = Field(
        default=1,
        description="How often the training part must show a token for it to be known.",
    )


class RowsSource(TokensSource):
    """Separate sequences of tokens, in the rows of a table."""

    split: TokensSplitSpec = Field(default=TokensSplitSpec(), description="The parts of the data.")
    sequence: str | None = Field(
        default=None, description="Column with the text that the network reads."
    )
    target: str = Field(description="Column to predict.")
    target_tokens: TokenKind | None = Field(
        default=None,
        description="How a target that is text is cut into tokens; null: as `tokens` says. "
        "Not for many_to_one.",
    )


class TableSource(RowsSource):
    """A table with a header line and a sequence a row: text or DNA with its class, names."""

    source: Literal["table"] = Field(description="The kind of data.")
    path: Path = Field(description="The CSV, TSV or Parquet file, relative to the YAML file.")
    inputs: tuple[str, ...] = Field(
        default=(), description="Columns that the network reads; one_to_many only."
    )


class PairsSource(RowsSource):
    """A table with a header line and two texts a row, such as a sentence and its translation."""

    source: Literal["pairs"] = Field(description="The kind of data.")
    path: Path = Field(description="The TSV or CSV file, relative to the YAML file.")
    sequence: str = Field(description="Column with the text that the network reads.")


class FastaSource(RowsSource):
    """Sequences in FASTA files, each with a class."""

    source: Literal["fasta"] = Field(description="The kind of data.")
    path: Path = Field(
        description="The FASTA file, or a folder of them, relative to the YAML file."
    )
    label: str | None = Field(
        default=None,
        description="Regular expression; its first group, searched in a sequence's header line, "
        "is the class. null: the folder's name if files stand in folders, else the file's.",
    )
    sequence: Literal["sequence"] = Field(
        default="sequence", description="What is read: the sequence."
    )
    target: Literal["label"] = Field(default="label", description="What is predicted: the label.")


class TextSource(TokensSource):
    """One long text, of which the network predicts each next token."""

    source: Literal["text"] = Field(description="The kind of data.")
    path: Path = Field(
        description="The UTF-8 text file, or a folder of them, relative to the YAML file."
    )
    window: Count | None = Field(
        default=None,
        description="Tokens in a training step (T), after which the gradient is cut; the state "
        "flows on. Not if `space` searches the window.",
    )


SOURCES: dict[str, type[Source]] = {
    "csv": CsvSource,
    "parquet": ParquetSource,
    "npz": NpzSource,
    "npy": NpySource,
    "python": PythonSource,
    "ts": TsSource,
    "audio": AudioSource,
    "images": ImagesSource,
    "table": TableSource,
    "fasta": FastaSource,
    "pairs": PairsSource,
    "text": TextSource,
    "arrays": ArraysSource,
}
"""Every source by its name in a spec. `arrays` is for the Python API only."""
