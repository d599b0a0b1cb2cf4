"""Which rows of a table make up each sequence and its target.

All functions work on row numbers only. A segment is a range of rows; no sequence or target
leaves its segment.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Windows", "aligned_windows", "blocks", "forecast_sequences", "forecast_windows"]


@dataclass(frozen=True)
class Windows:
    """N sequences of T rows.

    Attributes:
        starts: (N,) first row of each.
        length: T.
        targets: Rows that are predicted: (N,), or (N, T) where each step has one, of a forecast
            as many as it has steps.
        weight: (N, T) float32, 1 where the step counts; None if all do.
    """

    starts: np.ndarray
    length: int
    targets: np.ndarray
    weight: np.ndarray | None = None

    def __len__(self) -> int:
        """N."""
        return len(self.starts)

    def counting(self, steps: np.ndarray) -> Windows:
        """The sequences of which a step counts, with the weights that follow.

        Args:
            steps: (N, T) bool, those that count.
        """
        keep = steps.any(axis=1)
        counts = steps[keep].astype(np.float32)
        weight = None if counts.all() else counts
        return Windows(self.starts[keep], self.length, self.targets[keep], weight)


def forecast_windows(
    segment: range,
    window: int,
    horizon: int,
    first_target: int,
    stride: int,
    inputs_known: np.ndarray,
    targets_known: np.ndarray,
) -> Windows:
    """many_to_one, one_to_one: the window that ends `horizon` rows before each target.

    A window is left out if its target or the inputs of its last row were not observed.
    (Gaps further back are filled from values that were known when the window ended.)

    Args:
        segment: Rows that may be used.
        window: T.
        horizon: Rows from a window's end to its target.
        first_target: The first row to predict, at least `window - 1 + horizon` into it.
        stride: Only every so-many-th target is predicted.
        inputs_known, targets_known: (R,) bool.
    """
    targets = np.arange(first_target, segment.stop, stride)
    ends = targets - horizon
    keep = targets_known[targets] & inputs_known[ends]
    return Windows(ends[keep] - window + 1, window, targets[keep])


def forecast_sequences(
    segment: range,
    window: int,
    horizon: int,
    steps: int,
    first_target: int,
    stride: int,
    inputs_known: np.ndarray,
) -> Windows:
    """sequence_to_sequence: the window that ends `horizon` rows before each sequence of targets.

    A window is left out if the inputs of its last row were not observed.

    Args:
        segment: Rows that may be used.
        window: Rows that are read (S).
        horizon: Rows from a window's end to its first target.
        steps: Targets of each (T).
        first_target: The first row that a sequence of targets may begin with, at least
            `window - 1 + horizon` into the segment.
        stride: Only every so-many-th row is the end of a window.
        inputs_known: (R,) bool.
    """
    firsts = np.arange(first_target, segment.stop - steps + 1, stride)
    firsts = firsts[inputs_known[firsts - horizon]]
    return Windows(firsts - horizon - window + 1, window, firsts[:, None] + np.arange(steps))


def aligned_windows(
    segment: range,
    window: int,
    horizon: int,
    stride: int | None,
    inputs_known: np.ndarray,
    targets_known: np.ndarray,
) -> Windows:
    """many_to_many: windows whose every step has a target, `horizon` rows later.

    With a stride windows may overlap (training). Without one they lie end to end, and the
    last is moved back to end where the segment ends, with weight 0 on the steps that the
    window before has: so every row from `segment.start + horizon` on is a target that
    counts exactly once, whatever the window. Steps whose target or inputs were not observed
    have weight 0.
    """
    last = segment.stop - horizon - window
    starts = np.arange(segment.start, last + 1, stride or window)
    if stride is None and len(starts) and starts[-1] < last:
        starts = np.append(starts, last)
    current = starts[:, None] + np.arange(window)
    targets = current + horizon
    weight = targets_known[targets] & inputs_known[current]
    if stride is None and len(starts) > 1:
        weight[-1] &= current[-1] >= starts[-2] + window
    return Windows(starts, window, targets).counting(weight)


def blocks(
    segment: range, output_steps: int, inputs_known: np.ndarray, targets_known: np.ndarray
) -> Windows:
    """one_to_many: consecutive blocks of `output_steps` rows; an incomplete one is left out."""
    starts = np.arange(segment.start, segment.stop - output_steps + 1, output_steps)
    targets = starts[:, None] + np.arange(output_steps)
    weight = targets_known[targets] & inputs_known[starts][:, None]
    return Windows(starts, output_steps, targets).counting(weight)
