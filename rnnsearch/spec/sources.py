"""The data section: one class a kind of source, with everything a spec may say about it.

To add a source: its class here, its line in `SOURCES`, and the file that reads it in
`rnnsearch/data/sources/`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from rnnsearch.spec.fields import Count, Frozen, Seed, Worded

__all__ = [
    "SOURCES",
    "ArraysSource",
    "BacktestSpec",
    "CalendarFeature",
    "CsvSource",
    "FastaSource",
    "NpzSource",
    "PairsSource",
    "ParquetSource",
    "RowsSource",
    "SequencesSource",
    "SeriesSource",
    "Source",
    "SplitSpec",
    "TableSource",
    "TextSource",
    "TokensSource",
    "TokensSplitSpec",
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


class NpzSource(SequencesSource):
    """NumPy arrays in one file: ``x_train, y_train, …`` or ``x, y``."""

    source: Literal["npz"] = Field(description="The kind of data.")
    path: Path = Field(description="The .npz file, relative to the YAML file.")


class ArraysSource(SequencesSource):
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
    path: Path = Field(description="The CSV or TSV file, relative to the YAML file.")
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
    "table": TableSource,
    "fasta": FastaSource,
    "pairs": PairsSource,
    "text": TextSource,
    "arrays": ArraysSource,
}
"""Every source by its name in a spec. `arrays` is for the Python API only."""
