"""Seasons: what the step between rows suggests, kept where the values repeat after it.

Weaker ones, such as the weekdays of a price that wanders, are no use to a naive forecast; what the
calendar says of them is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from rnnsearch.data.time import Step

__all__ = [
    "Season",
    "calendar_feature",
    "find_cycles",
    "find_patterns",
    "find_seasons",
    "one_wave",
    "phase_ratio",
    "repetition",
]

_DAY, _WEEK, _YEAR = 86_400.0, 604_800.0, 31_557_600.0
_FEATURES = {"day": "hour", "week": "weekday", "year": "day_of_year"}
_CLEAR = 0.3
"""Autocorrelation from which a season counts; noise has 0 ± 2/√R, so 0.3 is no chance."""

_CLEARER = 0.5
"""The same where nothing but the rows says how long a season is, so that many are tried."""

_MOST_ROWS = 20_000
"""Rows, the last ones, that say how long a season is."""

_MORE = 0.03
"""By how much a season must repeat better than a shorter one that it consists of."""

_LONGER = (2, 3, 4, 5, 6, 7, 12, 24)
"""Seasons that a longer one may have: days of a week, months of a year."""

_REPEATS = 6
"""Times that it must be seen, where many stretches are tried: what wanders repeats a few times."""

_PEAKS, _SHORTEST, _NEAR = 30, 3, 0.8
"""Stretches that are looked at closely, rows of the shortest, and the share of the best one's
repetition that a shorter one must have."""

_WAVE = 0.5
"""Share of a season that one wave must explain. Monthly temperatures have 0.98, beer by quarters
0.90, car sales 0.58; retail sales, whose December stands out, 0.06, electrical equipment, whose
August does, 0.07."""

_APART = 10.0
"""Ratio of variances from which phases differ. The largest of 12,000 series of 300 to 8,000 rows
(noise, random walks, autoregressions), of seasons of 5 to 168 rows, was 7.9."""


@dataclass(frozen=True)
class Season:
    """A stretch after which values repeat.

    Attributes:
        name: ``day``, ``week`` or ``year``; ``cycle`` of which no calendar knows.
        steps: Its length in rows.
        strength: Autocorrelation at that distance, the trend left out.
        wave: Share of it that one wave explains.
    """

    name: str
    steps: int
    strength: float
    wave: float = 1.0

    @property
    def dated(self) -> bool:
        """Whether the calendar knows it."""
        return self.name in _FEATURES


def find_seasons(
    columns: Iterable[np.ndarray], step: Step | None, daily: bool = False
) -> list[Season]:
    """The seasons that autocorrelation confirms for one of the columns, shortest first.

    Args:
        columns: Each (R, C) without gaps; C is 1, or the number of classes.
        step: Between rows.
        daily: Whether only the time of day is known, so that there are no weekdays.
    """
    values = list(columns)
    found: list[Season] = []
    for name, steps in _candidates(step):
        if daily and name != "day":
            continue
        strengths = [repetition(column, steps) for column in values]
        strength, clearest = max(strengths), values[int(np.argmax(strengths))]
        # What repeats each day does so after seven, too; that alone makes no week.
        within = [season.strength for season in found if steps % season.steps == 0]
        if strength >= max([_CLEAR, *(other + _MORE for other in within)]):
            found.append(Season(name, steps, strength, one_wave(clearest, steps)))
    return found


def find_cycles(columns: Iterable[np.ndarray]) -> list[Season]:
    """The seasons that rows alone show, whatever the calendar says; the shortest first.

    Phases of one differ far more than chance would have it, and it repeats clearly. A second one
    is a multiple of the first after which values repeat better still, as days do after a week.

    Args:
        columns: Each (R, C) without gaps.
    """
    found = [one for values in columns if (one := _clearest(values[-_MOST_ROWS:])) is not None]
    if not found:
        return []
    steps, values = max(found, key=lambda one: repetition(one[1], one[0]))
    first = Season("cycle", steps, repetition(values, steps))
    longer = [
        Season("longer cycle", steps * times, repetition(values, steps * times))
        for times in _LONGER
        if phase_ratio(values, steps * times) >= _APART
    ]
    best = max(longer, key=lambda season: season.strength, default=first)
    return [first, best] if best.strength >= first.strength + _MORE else [first]


def _clearest(values: np.ndarray) -> tuple[int, np.ndarray] | None:
    """The shortest stretch after which values (R, C) repeat about as well as after any, and they.

    Candidates are the peaks of the autocorrelation of changes, in which trends are small.
    """
    changes = np.diff(values, axis=0)
    changes = changes - changes.mean(axis=0)
    size = 2 ** (2 * len(changes)).bit_length()
    power = np.abs(np.fft.rfft(changes, size, axis=0)) ** 2
    curve = np.fft.irfft(power.sum(axis=1), size)[: len(values) // _REPEATS + 1]
    peaks = np.flatnonzero((curve[1:-1] > curve[:-2]) & (curve[1:-1] >= curve[2:])) + 1
    likely = sorted(peaks[np.argsort(-curve[peaks])][:_PEAKS].tolist())
    clear = [
        (steps, repetition(values, steps))
        for peak in likely
        if peak >= _SHORTEST and repetition(values, peak) >= _CLEARER
        # Noise moves a peak by a row, and phases that are off by one in each season are alike.
        if phase_ratio(values, steps := _most_apart(values, range(peak - 1, peak + 2))) >= _APART
    ]
    most = max((strength for _, strength in clear), default=0.0)
    about = next((steps for steps, strength in clear if strength >= _NEAR * most), None)
    if about is None:
        return None
    width = about // _PEAKS  # of a long season by some rows
    return _most_apart(values, range(about - width, about + width + 1)), values


def _most_apart(values: np.ndarray, lengths: range) -> int:
    """The length of a season whose phases differ most."""
    return max(lengths, key=lambda steps: phase_ratio(values, steps))


def find_patterns(values: np.ndarray, step: Step | None) -> list[Season]:
    """The days and weeks whose phases differ, however little of the values that explains.

    Args:
        values: (R, C) without gaps.
        step: Between rows.
    """
    return [
        Season(name, steps, repetition(values, steps))
        for name, steps in _candidates(step)
        if name != "year" and phase_ratio(values, steps) >= _APART
    ]


def calendar_feature(season: Season, step: Step | None) -> str:
    """What the calendar calls the place within a season.

    A month, or a quarter, by its name where most of the season is no wave: what a December has.
    """
    if step is None or step.unit != "months":
        return _FEATURES[season.name]
    names = {1: "month_name", 3: "quarter"}
    return names.get(int(step.count), "month") if season.wave < _WAVE else "month"


def _candidates(step: Step | None) -> Sequence[tuple[str, int]]:
    """A day, a week and a year in rows, as far as they are longer than a row."""
    if step is None or not step.regular:
        return []
    if step.unit == "months":
        return [("year", int(12 // step.count))] if step.count <= 6 and 12 % step.count == 0 else []
    if step.unit in ("business", "offset", "monthly", "yearly"):
        rows = step.season()
        return [] if rows is None else [("week" if step.unit == "business" else "year", rows)]
    if step.unit == "sessions":
        rows = len(step.slots)
        return [("day", rows), ("week", rows * step.week.count("1"))]
    lengths = [(name, size / step.count) for name, size in (("day", _DAY), ("week", _WEEK))]
    whole = [(name, int(rows)) for name, rows in lengths if rows >= 2 and rows.is_integer()]
    if _DAY <= step.count <= _YEAR / 2:  # in shorter steps a year is too many rows to matter
        whole.append(("year", round(_YEAR / step.count)))
    return whole


def repetition(values: np.ndarray, steps: int) -> float:
    """Autocorrelation of (R, C) values after `steps` rows, less their moving average.

    The moving average over one season takes the trend away, as in a classical decomposition;
    without that a random walk would seem to repeat after any distance. -1 to 1; 0 where there
    are fewer than three seasons.
    """
    if len(values) < 3 * steps:
        return 0.0
    rest = _without_trend(values, steps)
    early, late = rest[:-steps], rest[steps:]
    size = float(np.sqrt((early**2).sum() * (late**2).sum()))
    spread = float(np.abs(values).max()) or 1.0
    return float((early * late).sum() / size) if size > 1e-12 * spread**2 else 0.0


def phase_ratio(values: np.ndarray, steps: int) -> float:
    """How much more the phases of a season differ than chance would have it.

    The F ratio of an analysis of variance by phase, of what the moving average over one season
    leaves: about 1 where phases are alike. The largest of the columns'; 0 of fewer than three
    seasons, or where nothing varies.

    Args:
        values: (R, C) without gaps.
        steps: Of a season, 2 or more.
    """
    rest = _without_trend(values, steps) if len(values) > steps else values[:0]
    count = len(rest) // steps
    if count < 3:
        return 0.0
    phases = rest[: count * steps].reshape(count, steps, -1)
    means = phases.mean(axis=0)
    between = count * ((means - means.mean(axis=0)) ** 2).sum(axis=0) / (steps - 1)
    within = ((phases - means) ** 2).sum(axis=(0, 1)) / ((count - 1) * steps)
    spread = float(np.abs(values).max()) or 1.0
    known = within > 1e-24 * spread**2
    ratios = np.where(
        known, between / np.where(known, within, 1.0), np.where(between > 0, np.inf, 0)
    )
    return float(ratios.max())


def one_wave(values: np.ndarray, steps: int) -> float:
    """The share of the mean season (R, C) that one wave explains, the trend left out; 0 to 1.

    1 where there is no season to speak of, and of fewer than three rows.
    """
    rest = _without_trend(values, steps) if len(values) > steps else values[:0]
    count = len(rest) // steps
    if count < 1 or steps < 3:
        return 1.0
    mean = rest[: count * steps].reshape(count, steps, -1).mean(axis=0)
    power = np.abs(np.fft.rfft(mean, axis=0)[1:]) ** 2
    if steps % 2 == 0:
        power[-1] /= 2  # the shortest wave has no twin of the other sign
    total = float(power.sum())
    return float(power[0].sum() / total) if total > 0 else 1.0


def _without_trend(values: np.ndarray, steps: int) -> np.ndarray:
    """Values (R - steps + 1, C) less their moving average over a season."""
    sums = np.cumsum(np.concatenate([np.zeros((1, values.shape[1])), values]), axis=0)
    average = (sums[steps:] - sums[:-steps]) / steps
    begin = steps // 2
    return np.asarray(values[begin : begin + len(average)] - average)
