"""What a network reads of a new file, and what each of its predictions is of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rnnsearch.data.inputs import Inputs, count, join
from rnnsearch.data.series.causal import Steps, causal_inputs, forecast_steps
from rnnsearch.data.series.cuts import cut_for
from rnnsearch.data.series.features import row_features
from rnnsearch.data.series.layout import SeriesLayout
from rnnsearch.data.series.new_rows import check_categories, new_windows, read_new, row_labels
from rnnsearch.data.series.rows import Series
from rnnsearch.data.series.windows import Windows
from rnnsearch.data.time import join_cells, read_stamps

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["iso_stamps", "predicted_rows", "predictions"]


def predictions(layout: SeriesLayout, path: str) -> tuple[Inputs, pd.DataFrame]:
    """x of every window (or block) in a CSV file, and what each prediction is of.

    Where there are several series they follow each other, and the frame names them first.
    It has the columns of time under their own names, as the file writes them, or `row`, which
    counts on beyond the file's end; for sequences of outputs also `sequence` and `step`, both
    from 1. What is predicted after a row is the same whatever rows follow: many_to_many reads
    for each row the window that ends there, and of the first window each step has a row. Where
    it does not look ahead (`horizon: 0`), windows lie end to end, and the last overlaps the
    one before unless the rows divide evenly; the index shows which outputs have a row.

    one_to_many: every `output_steps`-th row begins a block, the last may be incomplete.
    In a file whose rows lie a block apart, or that has one row, every row begins one.

    sequence_to_sequence: the last forecast is that of the rows after the file's end, and the
    others lie end to end before it, so that no row is forecast twice.
    """
    import pandas as pd

    found = [_of_one(layout, one) for one in read_new(layout, path, targets=False).each()]
    if len(found) == 1:
        return found[0]
    steps = layout.output_steps or (layout.window if layout.mapping.aligned else 1) or 1
    before = np.cumsum([0, *(count(x) * steps for x, _ in found)])
    frames = [
        frame.set_index(frame.index + start)
        for (_, frame), start in zip(found, before[:-1], strict=True)
    ]
    return join(*(x for x, _ in found)), pd.concat(frames)


def predicted_rows(layout: SeriesLayout, series: Series) -> np.ndarray:
    """Rows of which the outputs are that `predictions` has, of one series: (N,) or (N, T)."""
    if layout.each_row:
        windows = forecast_steps(layout, series, layout.usable(range(series.past))).windows
    else:
        windows = new_windows(layout, series)
    return cut_for(layout.mapping).predicted(layout, windows)


def iso_stamps(layout: SeriesLayout, frame: pd.DataFrame) -> list[str] | None:
    """The time stamps that `predictions` gave, in ISO's form; None where rows have none.

    The file's own form may be one that pandas reads in another way, such as 01/02/2021.
    """
    if not layout.time or not {*layout.time} <= {*frame.columns}:
        return frame["time"].tolist() if layout.time and "time" in frame else None
    columns = [frame[name].tolist() for name in layout.time]
    cells = columns[0] if len(columns) == 1 else join_cells(layout.time, columns)
    if layout.clock is None or layout.clock.elapsed:
        return list(cells)
    stamps = read_stamps(cells, known=layout.clock)
    return [str(text) for text in stamps.clock.texts(stamps.times)]


def _of_one(layout: SeriesLayout, series: Series) -> tuple[Inputs, pd.DataFrame]:
    """`predictions` of one series."""
    windows = new_windows(layout, series)
    check_categories(layout, series, windows)
    features = row_features(layout, series)
    if layout.each_row:
        steps = forecast_steps(layout, series, layout.usable(range(series.past)))
        frame = _frame_of_steps(layout, series, steps)
        return causal_inputs(layout, series, features, steps.windows), frame
    return causal_inputs(layout, series, features, windows), _frame(layout, series, windows)


def _frame(layout: SeriesLayout, series: Series, windows: Windows) -> pd.DataFrame:
    """What each output of some windows is of; one that the window before has too has no row."""
    import pandas as pd

    cut = cut_for(layout.mapping)
    predicted = cut.predicted(layout, windows)
    frame = pd.DataFrame(row_labels(layout, series, predicted))
    if predicted.ndim == 2:
        sequences, steps = predicted.shape
        frame.insert(0, "sequence", np.repeat(np.arange(sequences) + 1, steps))
        frame.insert(1, "step", np.tile(np.arange(steps) + 1, sequences))
    for place, (name, cell) in enumerate(zip(layout.series, series.keys[0], strict=True)):
        frame.insert(place, name, cell)
    repeated = cut.repeated(predicted)
    return frame[~repeated.ravel()] if repeated.any() else frame


def _frame_of_steps(layout: SeriesLayout, series: Series, steps: Steps) -> pd.DataFrame:
    """What each prediction of many_to_many is of."""
    import pandas as pd

    places = steps.origins - steps.windows.starts[0]
    columns: dict[str, Any] = dict(zip(layout.series, series.keys[0], strict=True))
    columns |= {"sequence": places // (layout.window or 1) + 1}
    columns |= {"step": places % (layout.window or 1) + 1}
    labels = row_labels(layout, series, steps.origins + layout.horizon)
    return pd.DataFrame({**columns, **labels}, index=steps.outputs)
