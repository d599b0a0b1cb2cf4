"""From rows of text to model input and targets, and the JSON that keeps the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from rnnsearch.data._base import Part, Preparation, Scaling, Target
from rnnsearch.data.categories import check_known, columns_scaling, join_columns
from rnnsearch.data.collecting import Problems
from rnnsearch.data.inputs import Inputs
from rnnsearch.data.scaling import fitted_target
from rnnsearch.data.sources import ROWS
from rnnsearch.data.spans import Span
from rnnsearch.data.texts.coding import Coding, Writing
from rnnsearch.data.texts.tokenizers import Tokenizer
from rnnsearch.data.tokens.numbered import Numbered
from rnnsearch.data.tokens.row_checks import check_classes, check_steps, check_written
from rnnsearch.data.tokens.token_rows import Kind, Rows, TokenColumns, read_rows
from rnnsearch.data.tokens.unlike_texts import unlike_columns, unlike_texts
from rnnsearch.vocabulary import MAPPINGS

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["RowsPreparation", "Vectors", "columns_of"]


@dataclass(frozen=True)
class Vectors:
    """How columns become the features of a vector.

    Attributes:
        names: The columns.
        categories: Column → categories, of those that are no numbers.
        scaling: Of all features.
        seen: The span of each column of numbers in the training part.
    """

    names: tuple[str, ...]
    categories: Mapping[str, tuple[str, ...]]
    scaling: Scaling
    seen: tuple[Span, ...] = ()

    def joined(self, rows: Rows) -> np.ndarray:
        """(N, F) float64, not scaled."""
        return join_columns(rows.numbers, rows.texts, self.names, self.categories)

    def fitted(self, joined: np.ndarray) -> Vectors:
        """With the scaling of these features; categories keep 0 and 1."""
        numbers = [name not in self.categories for name in self.names]
        sizes = [len(self.categories.get(name, " ")) for name in self.names]
        scaling = columns_scaling(joined[:, np.repeat(numbers, sizes)], self.names, self.categories)
        return replace(self, scaling=Scaling(*scaling))

    def to_json(self) -> dict[str, Any]:
        """Plain values; `from_json` reads them back."""
        return {
            "names": list(self.names),
            "categories": {name: list(values) for name, values in self.categories.items()},
            "offset": self.scaling.offset.tolist(),
            "scale": self.scaling.scale.tolist(),
            "seen": [list(span) for span in self.seen],
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Vectors:
        """The inverse of `to_json`."""
        return cls(
            tuple(values["names"]),
            {name: tuple(known) for name, known in values["categories"].items()},
            Scaling(np.array(values["offset"]), np.array(values["scale"])),
            tuple((low, high) for low, high in values.get("seen", ())),
        )


def columns_of(settings: Mapping[str, Any], task: str, kind: str, *, target: bool) -> TokenColumns:
    """What to read of a file of rows.

    Args:
        settings: The data section as plain values.
        task: Its name.
        kind: Of the target of many_to_one, ``auto`` before it is known.
        target: Whether the target is needed.
    """
    lower = settings["lower_case"]
    writes = settings["target_tokens"] or settings["tokens"]
    mapping = MAPPINGS[task]
    written = "labels" if mapping.aligned else "text"
    return TokenColumns(
        sequence=settings["sequence"],
        inputs=tuple(settings.get("inputs", ())),
        target=settings["target"] if target else None,
        kind=cast("Kind", written if mapping.writes_sequence else kind),
        reads=Tokenizer(settings["tokens"], lower),
        writes=Tokenizer(writes, lower and not mapping.aligned),
        missing=settings["missing"],
    )


@dataclass(frozen=True)
class RowsPreparation(Preparation):
    """How rows of a table become sequences of ids.

    Attributes:
        task: Its name.
        masked: Whether input is padded, so that shorter sequences may come.
        target: What is predicted.
        kind: Of the target.
        settings: The spec's data section as plain values, by which new files are read.
        reading: How the text that is read becomes ids, or
        vectors: how columns become a vector; the other is None.
        writing: How the target becomes ids, where it is text.
    """

    task: str
    masked: bool
    target: Target
    kind: Kind
    settings: Mapping[str, Any]
    reading: Coding | None
    vectors: Vectors | None
    writing: Writing | None

    def to_json(self) -> dict[str, Any]:
        """Plain values; `from_json` reads them back."""
        return {
            "source": "rows",
            "reader": dict(self.settings),
            "task": self.task,
            "masked": self.masked,
            "reading": self.reading.to_json() if self.reading else None,
            "vectors": self.vectors.to_json() if self.vectors else None,
            "writing": self.writing.coding.to_json() if self.writing else None,
            "target": {**self.target.to_json(), "kind": self.kind},
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> RowsPreparation:
        """The inverse of `to_json`."""
        target = values["target"]
        reading, vectors, writing = (values[key] for key in ("reading", "vectors", "writing"))
        return cls(
            values["task"],
            values["masked"],
            Target.from_json(target, tokens=writing is not None),
            target["kind"],
            values["reader"],
            Coding.from_json(reading) if reading else None,
            Vectors.from_json(vectors) if vectors else None,
            Writing(Coding.from_json(writing)) if writing else None,
        )

    @property
    def scalings(self) -> Mapping[str, Scaling]:
        """Of the vector, if one is read."""
        return {} if self.vectors is None else {"vector": self.vectors.scaling}

    @property
    def unseen(self) -> tuple[int, ...]:
        """Of the text that is read."""
        return () if self.reading is None else self.reading.vocabulary.unseen_ids

    @property
    def unknown(self) -> int:
        """That of its unknown token."""
        return 0 if self.reading is None else self.reading.vocabulary.unknown

    def fitted(self, train: Numbered, standard: bool, min_count: int) -> RowsPreparation:
        """The same for another training part: its scaling, and which tokens it shows.

        Args:
            train: Its sequences.
            standard: Whether numbers are scaled.
            min_count: How often a token must occur to be known.
        """
        reading, vectors, writing, target = self.reading, self.vectors, self.writing, self.target
        if reading is not None:
            reading = reading.knowing(train.x, min_count)
        if vectors is not None and standard:
            vectors = vectors.fitted(train.x)
        if writing is not None:
            assert train.weight is not None
            writing = writing.knowing(train.y, train.weight, min_count)
        if self.kind == "numeric":
            target = fitted_target(target, train.y, standard)
        return replace(self, reading=reading, vectors=vectors, writing=writing, target=target)

    def part(self, rows: Rows) -> Part:
        """Model input, targets and which of their steps count."""
        return self.arrays(self.numbered(rows))

    def arrays(self, numbered: Numbered) -> Part:
        """`part` of sequences that were numbered for this or another fold."""
        x, y, weight = numbered.x, numbered.y, numbered.weight
        if self.vectors is not None:
            x = self.vectors.scaling.apply(x)
        elif self.reading is not None:
            x = self.reading.vocabulary.hidden(x)
        if self.writing is not None:
            assert weight is not None
            y = self.writing.hidden(y)
            return Part(_beside(self, x, self.writing.previous(y, weight)), y, weight)
        if self.kind == "numeric":
            y = self.target.scaling.apply(y)
        return Part(x, y, None if weight is None or weight.all() else weight)

    def numbered(self, rows: Rows) -> Numbered:
        """Tokens and classes as numbers, nothing scaled."""
        x = self._numbers(rows)
        if self.writing is not None:
            return Numbered(x, *self.writing.targets(rows.target))
        if self.kind == "numeric":
            return Numbered(x, rows.target, None)
        index = {label: position for position, label in enumerate(self.target.classes)}
        if self.kind == "class":
            y = np.array([index[label] for label in rows.target], dtype=np.int32)
            return Numbered(x, y, None)
        y = np.zeros(x.shape, np.int32)
        for row, labels in zip(y, rows.target, strict=True):
            row[len(row) - len(labels) :] = [index[label] for label in labels]
        return Numbered(x, y, (x != 0).astype(np.float32))

    def _numbers(self, rows: Rows) -> np.ndarray:
        """Ids (N, T), or a vector (N, F) that is not scaled."""
        if self.reading is not None:
            return self.reading.read(rows.sequence)
        assert self.vectors is not None
        return self.vectors.joined(rows)

    def _read(self, rows: Rows) -> np.ndarray:
        """Ids (N, T), or a vector (N, F)."""
        x = self._numbers(rows)
        return x if self.vectors is None else self.vectors.scaling.apply(x)

    def inputs(self, path: str) -> tuple[Inputs, pd.DataFrame]:
        """x of every new sequence, and where each stands.

        The frame has `row`, from 2 below a header line, the name that the source gives a
        sequence if it does, and for many_to_many `step`, from 1, without padding. Where text is
        written, ``previous`` holds the start symbol only.
        """
        import pandas as pd

        rows, names = self._rows(path, targets=False)
        frame = pd.DataFrame({"row": rows.rows, **names})
        x = self._read(rows)
        if self.writing is not None:
            return _beside(self, x, self.writing.begun(len(rows))), frame
        if self.mapping.aligned:
            real = x != 0
            frame = frame.loc[np.repeat(np.arange(len(x)), x.shape[1])].reset_index(drop=True)
            frame["step"] = np.cumsum(real, axis=1).ravel()
            frame = frame[real.ravel()]
        return x, frame

    def unlike(self, path: str, *, targets: bool = False) -> tuple[str, ...]:
        """Columns of numbers, or texts, unlike those of the training part."""
        rows, _ = self._rows(path, targets=targets)
        if self.vectors is not None:
            names = [name for name in self.vectors.names if name not in self.vectors.categories]
            return unlike_columns(names, self.vectors.seen, rows, path)
        return () if self.reading is None else unlike_texts(self.reading, rows, path)

    def targets(self, path: str) -> Part:
        """Every new sequence with its target."""
        return self.part(self._rows(path, targets=True)[0])

    def _rows(self, path: str, targets: bool) -> tuple[Rows, dict[str, list[str]]]:
        """The rows of a new file, checked against what the model takes, and their names."""
        problems = Problems()
        reader = ROWS[self.settings["source"]]
        table = reader.read(Path(path), self.settings)
        columns = replace(
            columns_of(self.settings, self.task, self.kind, target=targets),
            texts=tuple(self.vectors.categories) if self.vectors else None,
            named=isinstance(next(iter(self.target.classes), None), str),
        )
        rows = read_rows(table, columns, problems)
        if self.reading is not None:
            check_steps(rows, self.reading.steps, self.masked, problems)
        if self.vectors is not None:
            check_known(rows.texts, rows.rows, self.vectors.categories, True, problems)
        if targets and self.writing is not None:
            check_written(rows, self.writing.coding.steps - 1, problems)
        elif targets and self.kind != "numeric":
            check_classes(rows, self.target.classes, problems)
        problems.raise_any()
        name = reader.identity
        if name is None:
            return rows, {}
        cells = table.column(name)
        return rows, {name: [cells[position] for position in rows.positions]}


def _beside(prepared: RowsPreparation, x: np.ndarray, previous: np.ndarray) -> Any:
    """Both inputs of a network that writes tokens."""
    name = "vector" if prepared.vectors is not None else "source"
    return {name: x, "previous": previous}
