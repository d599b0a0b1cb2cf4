"""Engines train lanes. Only the contract is here, for the driver, which imports no backend.

Workers import an engine by name: `rnnsearch.engines.keras_engine`, `rnnsearch.engines.fused`.
"""

from rnnsearch.engines._base import (
    Engine,
    LaneMode,
    Numbers,
    Program,
    Run,
    RunKey,
    SavedLane,
    Session,
    batch_order,
)

__all__ = [
    "Engine",
    "LaneMode",
    "Numbers",
    "Program",
    "Run",
    "RunKey",
    "SavedLane",
    "Session",
    "batch_order",
]
