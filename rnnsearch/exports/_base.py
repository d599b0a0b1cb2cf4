"""The contract of a format: what it writes, and how a process without this package uses it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rnnsearch.exports.raw import Signature

if TYPE_CHECKING:
    import keras

    from rnnsearch.exports.streaming import Step

__all__ = ["Format", "Network"]


@dataclass(frozen=True)
class Network:
    """What is exported.

    Attributes:
        model: From raw values to own units, of Keras's own layers and operations.
        signature: What it takes and gives.
        step: Makes one step of it.
    """

    model: keras.Model
    signature: Signature
    step: Callable[[], Step]


class Format(ABC):
    """One way to write a network down. Stateless.

    Attributes:
        name: As users ask for it.
        about: What it is good for, in a few words.
        use: The text of a script that defines ``predict(inputs)``, from a dict of NumPy arrays to
            one, with the libraries of the format alone. ``HERE`` is the folder that it stands in.
        needs: What has to be installed to use it.
        reads_layers: Whether the script reads a file of Keras's, by the classes of its layers.
        loses: Of the target's deviation or a probability, how far off it may be because its weights
            are kept in fewer bits.
    """

    name: str
    about: str
    use: str
    needs: str
    reads_layers: bool = False
    loses: float = 0.0

    @abstractmethod
    def write(self, network: Network, folder: Path) -> None:
        """Write the files.

        Args:
            network: What to write.
            folder: An empty one.

        Raises:
            InvalidInput: The format can't hold such a network.
            MissingExtra: It takes a library that is not installed.
        """

    def shown(
        self, network: Network, expected: np.ndarray, counts: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """What ``predict`` of the script gives, of what the network does.

        Args:
            network: That is exported.
            expected: What it predicts, (N, …).
            counts: (N, T) which steps are no padding; None where each is.
        """
        return expected, counts
