"""Rows of a table: values of the last rows known, and what is known of those ahead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, final

import numpy as np
from keras import ops

from rnnsearch.data import Scaling
from rnnsearch.data.series.series_preparation import SeriesPreparation
from rnnsearch.exports.raw._base import Examples, Given, RawForm
from rnnsearch.exports.raw.arithmetic import linked, scaled
from rnnsearch.exports.raw.row_places import anchor_rows, lagged_rows
from rnnsearch.exports.raw.table_layout import TableLayout
from rnnsearch.exports.raw.table_rows import examples_of

__all__ = ["TableForm"]

Tensor = Any


@final
class TableForm(RawForm):
    """Windows of rows, and blocks.

    A row that lies `d` rows before the last one known has the place P - 1 - d in ``rows``.

    Args:
        prepared: How the rows of a table become sequences.
    """

    prepared: SeriesPreparation

    def __init__(self, prepared: SeriesPreparation) -> None:
        self.prepared = prepared
        self.target = prepared.target
        self.features = len(prepared.scaling.offset)
        self.layout = TableLayout.of(prepared)

    @property
    def inputs(self) -> tuple[Given, ...]:
        """``rows``, and where there is such ``known``, ``ahead``, ``vector``."""
        prepared, layout, found = self.prepared, self.layout, []
        if layout.columns:
            about = "the last rows that are known, oldest first, in their own units"
            shape = (layout.rows, len(layout.columns))
            found.append(Given("rows", shape, "float32", layout.columns, about))
        if prepared.window is None:
            about = "what is known of the first row that is predicted"
            names = prepared.features_names
            return (*found, Given("vector", (len(names),), "float32", names, about))
        names = prepared.features_names[layout.soon :]
        if names:
            shape = (prepared.window, len(names))
            lead = 0 if prepared.output_steps else prepared.horizon
            about = f"of the last {prepared.window} rows, what is known {lead} rows ahead of each"
            found.append(Given("known", shape, "float32", names, about))
        if names and prepared.output_steps:
            about = "what is known of each row that is predicted"
            shape = (prepared.output_steps, len(names))
            found.append(Given("ahead", shape, "float32", names, about))
        return tuple(found)

    def network_inputs(self, given: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Scaled, with changes, lags and places."""
        prepared = self.prepared
        if prepared.window is None:
            vector = scaled(linked(given["vector"], prepared.scaling.log), prepared.scaling)
            lags = self._lags(given)
            return {"vector": vector} if lags is None else {"vector": vector, "ahead": lags}
        window = self._window(given)
        if prepared.output_steps is None:
            lags = self._lags(given)
            read = window if lags is None else ops.concatenate([window, lags], axis=-1)
            if not prepared.mapping.recurrent:
                return {"features": ops.squeeze(read, axis=1)}
            return {"sequence": read}
        return {"source": window, "ahead": self._ahead(given, window)}

    def _window(self, given: Mapping[str, Tensor]) -> Tensor:
        """(B, T, F) without lags."""
        prepared, layout, parts = self.prepared, self.layout, []
        assert prepared.window is not None
        if layout.soon:
            scaling = self._part(slice(0, layout.soon))
            values = linked(given["rows"][:, :, : layout.soon], scaling.log)
            places = layout.rows - prepared.window + np.arange(prepared.window)
            own = ops.take(values, places, axis=1)
            if prepared.lag and layout.changing.any():
                before = ops.take(values, places - prepared.lag.inputs, axis=1)
                changing = layout.changing.astype(np.float32)
                own = ops.subtract(own, ops.multiply(before, changing))
            parts.append(scaled(own, scaling))
        if layout.known:
            parts.append(self._known(given["known"]))
        return parts[0] if len(parts) == 1 else ops.concatenate(parts, axis=-1)

    def _known(self, values: Tensor) -> Tensor:
        scaling = self._part(slice(self.layout.soon, None))
        return scaled(linked(values, scaling.log), scaling)

    def _part(self, columns: slice) -> Scaling:
        """The scaling of some of the features."""
        scaling = self.prepared.scaling
        logs = np.broadcast_to(scaling.log, scaling.offset.shape)[columns]
        return Scaling(scaling.offset[columns], scaling.scale[columns], logs)

    def _ahead(self, given: Mapping[str, Tensor], like: Tensor) -> Tensor:
        """What a decoder is told of each step: known columns, lags, its place."""
        steps = self.prepared.output_steps or 1
        parts = [self._known(given["ahead"])] if self.layout.known else []
        lags = self._lags(given)
        parts += [] if lags is None else [lags]
        zeros = ops.multiply(ops.take(like[:, :, :1], np.zeros(steps, np.int64), axis=1), 0.0)
        places = np.linspace(0, 1, steps, dtype=np.float32)[:, None]
        return ops.concatenate([*parts, ops.add(zeros, places)], axis=-1)

    def _targets(self, given: Mapping[str, Tensor]) -> Tensor:
        """(B, P, O) linked."""
        order = [self.layout.columns.index(name) for name in self.target.names]
        values = ops.take(given["rows"], np.array(order, np.int64), axis=2)
        return linked(values, self.target.scaling.log)

    def _lags(self, given: Mapping[str, Tensor]) -> Tensor | None:
        """Further inputs from the target's past, (B, T, O·L)."""
        prepared, found = self.prepared, []
        for rows, before in lagged_rows(prepared):
            targets = self._targets(given)
            change = ops.take(targets, self.layout.rows - 1 + rows, axis=1)
            if before is not None:
                past = ops.take(targets, self.layout.rows - 1 + before, axis=1)
                change = ops.subtract(change, past)
            found.append(scaled(change, self.target.scaling))
        if not found:
            return None
        return found[0] if len(found) == 1 else ops.concatenate(found, axis=-1)

    def anchor(self, given: Mapping[str, Tensor]) -> Tensor | None:
        """What is predicted is a change from these."""
        if self.prepared.lag is None:
            return None
        places = self.layout.rows - 1 + anchor_rows(self.prepared)
        found = ops.take(self._targets(given), places, axis=1)
        return found if self.per_step else ops.squeeze(found, axis=1)

    @property
    def per_step(self) -> bool:
        """Whether several rows are predicted."""
        return self.prepared.output_steps is not None or self.prepared.mapping.aligned

    def examples(self, path: str, most: int, *, judged: bool) -> Examples:
        """Sequences whose rows are all there, observed and evenly spaced."""
        return examples_of(self.layout, path, most, judged)

    @property
    def roughness(self) -> float:
        """Of inputs and targets."""
        found = []
        for scaling in (self.prepared.scaling, self.target.scaling):
            size = np.abs(scaling.offset) if self.prepared.lag is None else 0 * scaling.offset
            found.append(float((size / scaling.scale).max(initial=0)))
        if self.prepared.lag is not None and self.target.deviation is not None:
            # Changes are small beside the values that they are differences of.
            span = [max(map(abs, pair)) for pair in self.prepared.seen_targets]
            found.append(max(span, default=0.0) / float(self.target.scaling.scale.min()))
        return max(found)
