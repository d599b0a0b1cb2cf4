"""What is known of a search parameter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rnnsearch.spec.fields import Scalar
from rnnsearch.vocabulary import MAPPINGS

__all__ = [
    "ENCODES",
    "RECURRENT",
    "SUMS_UP",
    "WITHOUT_RECURRENCE",
    "WRITES_ALONE",
    "Parameter",
]

RECURRENT = tuple(name for name, task in MAPPINGS.items() if task.recurrent)
ENCODES = tuple(name for name, task in MAPPINGS.items() if task.encodes)
SUMS_UP = tuple(name for name, task in MAPPINGS.items() if task.sums_up)
WRITES_ALONE = tuple(name for name, task in MAPPINGS.items() if task.unfolds or task.encodes)
"""Tasks, for what has an effect on them only."""
WITHOUT_RECURRENCE = "nothing is recurrent in one_to_one"
"""Why what is of `RECURRENT` tasks only is."""


@dataclass(frozen=True)
class Parameter:
    """A known search parameter.

    Attributes:
        name: Its key under ``space``.
        type: The type of its values.
        default: Its value where the spec does not name it; None where the data decide.
        description: One line for the reference.
        structural: Whether it changes the compiled program. A numeric parameter is an
            input of the program, one number per lane.
        choices: The known values of a ``str``.
        low, high: Bounds of a number; ``open_low`` and ``open_high`` exclude the ends.
        words: Texts allowed beside numbers, such as ``full``.
        only: The parameter on which it depends whether this one has an effect, and the values
            of that one for which it has; None where it always has.
        reason: Why, for messages: ``only an LSTM has a forget gate``.
        tasks: The tasks for which it has an effect.
        tokens: Whether it has an effect only where inputs are tokens, which the data decide.
        numbers: Whether it has an effect only where inputs are numbers, alike.
        own: Whether it may also name a class of the user's, ``module:Class``.
    """

    name: str
    type: Literal["int", "float", "str", "bool"]
    default: Scalar
    description: str
    structural: bool
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    open_low: bool = False
    open_high: bool = False
    words: tuple[str, ...] = ()
    only: tuple[str, tuple[str, ...]] | None = None
    reason: str = ""
    tasks: tuple[str, ...] = tuple(MAPPINGS)
    tokens: bool = False
    numbers: bool = False
    own: bool = False
