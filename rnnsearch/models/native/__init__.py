"""The recurrence of a lane as two functions in C++, forward and back; built where they run."""

__all__ = ["FUNCTIONS", "has_function"]

FUNCTIONS = ("GRU", "LSTM")
"""Cells that there are functions of."""

_MULTIPLE = 16
_MOST = 64
"""H above which XLA's loop is as fast: most of it is products then (benchmarks/README.md)."""


def has_function(cell: str, units: int) -> bool:
    """Whether a layer of H units can be functions, where these can be built."""
    return cell in FUNCTIONS and units % _MULTIPLE == 0 and units <= _MOST
