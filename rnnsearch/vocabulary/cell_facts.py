"""The recurrent cells; `rnnsearch.models` computes and builds them."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CELLS", "CellFact"]


@dataclass(frozen=True)
class CellFact:
    """A recurrent cell.

    Attributes:
        name: In a spec.
        gates: G; kernels have G·H columns, in Keras's order.
        states: Arrays carried from step to step; the first is the output.
        forget_gate: Place of its forget gate among the gates, whose initial bias is searched;
            None where it has none.
    """

    name: str
    gates: int
    states: int
    forget_gate: int | None = None


CELLS: dict[str, CellFact] = {
    fact.name: fact
    for fact in (
        CellFact("SimpleRNN", gates=1, states=1),
        CellFact("LSTM", gates=4, states=2, forget_gate=1),
        CellFact("GRU", gates=3, states=1),
    )
}
"""Every cell by its name."""
