"""The mappings from input to output that a network can learn, each of which is a task."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = [
    "MANY_TO_MANY",
    "MANY_TO_ONE",
    "MAPPINGS",
    "ONE_TO_MANY",
    "ONE_TO_ONE",
    "SEQUENCE_TO_SEQUENCE",
    "MappingFact",
]


@dataclass(frozen=True)
class MappingFact:
    """A mapping. Code asks what it reads and writes, never what it is called.

    Attributes:
        name: Of the task in a spec.
        reads, writes: What the input and the output of one example are.
        aligned: Whether the output has a step for each step of the input.
        title: Input → output, for the reference.
        needs: Keys that a table needs, for the reference.
    """

    name: str
    reads: Literal["vector", "sequence"]
    writes: Literal["value", "sequence"]
    aligned: bool
    title: str
    needs: tuple[str, ...] = ()

    @property
    def reads_sequence(self) -> bool:
        """Whether the input has a time axis."""
        return self.reads == "sequence"

    @property
    def writes_sequence(self) -> bool:
        """Whether the output has a time axis."""
        return self.writes == "sequence"

    @property
    def recurrent(self) -> bool:
        """Whether there is a time axis at all."""
        return self.reads_sequence or self.writes_sequence

    @property
    def unfolds(self) -> bool:
        """Whether one vector becomes a sequence."""
        return self.writes_sequence and not self.reads_sequence

    @property
    def sums_up(self) -> bool:
        """Whether a sequence becomes one value, after its end."""
        return self.reads_sequence and not self.writes_sequence

    @property
    def encodes(self) -> bool:
        """Whether a sequence is read to its end before another one is written."""
        return self.reads_sequence and self.writes_sequence and not self.aligned


ONE_TO_ONE = MappingFact("one_to_one", "vector", "value", False, "vector → value or class")
MANY_TO_ONE = MappingFact(
    "many_to_one", "sequence", "value", False, "sequence → value or class", ("window",)
)
ONE_TO_MANY = MappingFact(
    "one_to_many", "vector", "sequence", False, "vector → sequence of numbers", ("output_steps",)
)
MANY_TO_MANY = MappingFact(
    "many_to_many",
    "sequence",
    "sequence",
    True,
    "sequence → sequence of equal length, aligned",
    ("window",),
)
SEQUENCE_TO_SEQUENCE = MappingFact(
    "sequence_to_sequence",
    "sequence",
    "sequence",
    False,
    "sequence → the next steps, or text → text, by an encoder and a decoder",
    ("window", "output_steps"),
)

MAPPINGS: dict[str, MappingFact] = {
    fact.name: fact
    for fact in (ONE_TO_ONE, ONE_TO_MANY, MANY_TO_ONE, MANY_TO_MANY, SEQUENCE_TO_SEQUENCE)
}
"""Every mapping by its name."""
