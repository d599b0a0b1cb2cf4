"""What may stand beside the networks in what is delivered: simple methods of all kinds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from rnnsearch.baselines import Graph
from rnnsearch.data import SequenceData
from rnnsearch.driver.comparing.averages import Outputs
from rnnsearch.driver.comparing.simple_methods import SimpleMethods
from rnnsearch.driver.finishing.feed_forward import FeedForward
from rnnsearch.engines import Program
from rnnsearch.models import FEED_FORWARD

__all__ = ["Companions"]


@dataclass(frozen=True)
class Companions:
    """The simple methods, and the network without memory where there is one.

    Attributes:
        data: What is learned from.
        methods: Gives those that are fitted on each division, once they are.
        network: Trained on some of them.
    """

    data: SequenceData
    methods: Callable[[], SimpleMethods]
    network: FeedForward | None = None

    def outputs(self, folds: Sequence[int]) -> dict[str, Outputs]:
        """What each puts out on the validation part of some divisions.

        Those that a model can compute.
        """
        methods = self.methods()
        found: dict[str, Outputs] = {
            name: methods.outputs(name, folds) for name in methods.members()
        }
        outputs = None if self.network is None else self.network.outputs(folds)
        return found if outputs is None else {**found, FEED_FORWARD: outputs}

    def graphs(self, program: Program, names: Collection[str]) -> dict[str, Graph]:
        """Some of them as parts of a model, fitted on all but the test part.

        Those that a network can compute of these data: a naive forecast, say, not where a gap was
        filled that no division's validation part has.

        Args:
            program: Of the model's inputs and outputs.
            names: Of those that are wanted.
        """
        methods = [name for name in names if name != FEED_FORWARD]
        found: dict[str, Graph | None] = {}
        if methods:
            whole = self.data.whole(program.window)
            fitted = self.methods().fitted_on(whole, methods)
            found = {name: fitted[name].as_graph(whole) for name in methods}
        if FEED_FORWARD in names and self.network is not None:
            found[FEED_FORWARD] = self.network.graph
        return {name: graph for name, graph in found.items() if graph is not None}
