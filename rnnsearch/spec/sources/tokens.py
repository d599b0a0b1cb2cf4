"""Sources of text, DNA and other tokens."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from rnnsearch.spec.fields import Count, Worded
from rnnsearch.spec.sources._base import DialectSpec, Source, SplitSpec

__all__ = [
    "TOKENS",
    "FastaSource",
    "PairsSource",
    "RowsSource",
    "TableSource",
    "TextSource",
    "TokensSource",
    "TokensSplitSpec",
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


class TokensSplitSpec(SplitSpec):
    """How sequences of tokens are divided."""

    validation: _Amount = Field(
        default=0.15,
        description="Share of the sequences (below 1), or number of them, for the validation "
        "part, which trials are scored on; `folds` take its place.",
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

    dialect: DialectSpec = Field(
        default=DialectSpec(), description="How a text file holds the table."
    )
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

    @property
    def new_data(self) -> str:
        """A text that is read before what is written."""
        return "beginning.txt"


TOKENS: tuple[type[TokensSource], ...] = (TableSource, FastaSource, PairsSource, TextSource)
"""Those that a file may name, in the order of the reference."""
