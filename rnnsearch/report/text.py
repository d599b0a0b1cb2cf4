"""Values as people read them: short numbers, durations, a configuration on one line."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

__all__ = ["by_logarithm", "configuration", "curve", "duration", "number", "score", "value"]

_BARS = "▁▂▃▄▅▆▇█"


def score(value: float | None, spread: float | None = None) -> str:
    """A score with four significant digits, its spread with two; a dash where there is none."""
    if value is None or math.isnan(value):
        return "-"
    text = f"{value:,.0f}" if 1e4 <= abs(value) < 1e9 else f"{value:.4g}"
    if spread is None or math.isnan(spread):
        return text
    return f"{text} ± {f'{spread:,.0f}' if 1e4 <= spread < 1e9 else f'{spread:.2g}'}"


def number(value: int | None) -> str:
    """A count with its thousands set apart; a dash where there is none."""
    return "-" if value is None else f"{value:,}"


def value(item: object) -> str:
    """The value of a search parameter; reals with three significant digits."""
    if isinstance(item, bool):
        return "yes" if item else "no"
    return f"{item:.3g}" if isinstance(item, float) else str(item)


def configuration(params: Mapping[str, object]) -> str:
    """Search parameters on one line, the cell first: ``GRU depth 2 units 32 dropout 0.1``."""
    words = [str(params["cell"])] if params.get("cell") is not None else []
    for name, item in params.items():
        if name == "cell" or item is None or item is False:
            continue
        words.append(name if item is True else f"{name} {value(item)}")
    return " ".join(words)


def by_logarithm(values: Sequence[float]) -> bool:
    """Whether values are seen better by their logarithms: above 0, and more than 20-fold apart."""
    return min(values) > 0 and max(values) > 20 * min(values)


def curve(values: Sequence[float], width: int) -> str:
    """Values as a line of bars, low ones low: the whole of them in so many places at most.

    By their logarithms where `by_logarithm` says so.
    """
    known = [one for one in values if math.isfinite(one)]
    if not known or width < 1:
        return ""
    count = min(width, len(known))
    # The last value of each stretch, so that the end of the line is the end of the values.
    drawn = [known[(place + 1) * len(known) // count - 1] for place in range(count)]
    if by_logarithm(drawn):
        drawn = [math.log(one) for one in drawn]
    low, high = min(drawn), max(drawn)
    if high == low:
        return _BARS[0] * count
    top = len(_BARS) - 1
    return "".join(_BARS[round((one - low) / (high - low) * top)] for one in drawn)


def duration(seconds: float | None) -> str:
    """A stretch of time: ``8s``, ``2m 05s``, ``1h 07m``; a dash where it is not known."""
    if seconds is None or not math.isfinite(seconds):
        return "-"
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m {whole % 60:02d}s"
    return f"{whole // 3600}h {whole % 3600 // 60:02d}m"
