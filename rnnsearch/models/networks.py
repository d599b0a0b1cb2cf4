"""Trained networks as members of a bag: what they are, and in which units they read and put out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from rnnsearch.models.architecture import Architecture

__all__ = ["Affine", "Network"]

_ALMOST = 1e-6


@dataclass(frozen=True)
class Affine:
    """x · scale + offset, for each feature (F,)."""

    scale: np.ndarray
    offset: np.ndarray

    @property
    def is_identity(self) -> bool:
        """Whether it changes nothing worth a layer."""
        return bool(
            np.allclose(self.scale, 1, atol=_ALMOST) and np.allclose(self.offset, 0, atol=_ALMOST)
        )


@dataclass(frozen=True)
class Network:
    """A trained network, a member of a bag.

    Attributes:
        architecture: What it is.
        weights: Trainable ones, in the standard model's order.
        share: What it weighs; the shares of all members sum to one.
        inputs: Input → from the bag's units to those that it was trained on, where they differ.
        outputs: From the units of its outputs to the bag's; None where they are the same.
        unseen: Ids of tokens that it was not shown; it reads the unknown token in their place.
        unknown: The id of that one.
    """

    architecture: Architecture
    weights: Sequence[np.ndarray]
    share: float
    inputs: Mapping[str, Affine] = field(default_factory=dict)
    outputs: Affine | None = None
    unseen: tuple[int, ...] = ()
    unknown: int = 0
