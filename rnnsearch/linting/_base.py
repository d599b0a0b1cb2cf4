"""What the rules of the linter read, and what they say."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from rnnsearch.data import Dataset, SequenceData
from rnnsearch.driver.planning.programs import Programs
from rnnsearch.driver.planning.queue import block_size
from rnnsearch.linting.configurations import Configuration, configurations
from rnnsearch.space import SearchSpace
from rnnsearch.spec import Spec
from rnnsearch.vocabulary import SAMPLERS

__all__ = ["Kind", "Planned", "Remark", "Rule"]

Kind = Literal["does nothing", "costs", "doubt"]


@dataclass(frozen=True)
class Remark:
    """Something of a spec that is allowed, and that its author may not have meant.

    Attributes:
        kind: What is the matter.
        path: The key, dotted.
        says: What was found, a clause.
        advice: What to do about it.
        location: Where the key stands, as ``file:line:column``; empty where nobody knows.
    """

    kind: Kind
    path: str
    says: str
    advice: str
    location: str = ""

    def __str__(self) -> str:
        where = f"{self.location}: {self.path}" if self.location else self.path
        return f"{where}: {self.says}; {self.advice}"


@dataclass(frozen=True, eq=False)
class Planned:
    """A search that has not begun.

    Attributes:
        spec: With what is tried besides what the user names.
        space: Of it.
        data: What is learned from.
        engine: What would train: ``fused`` or ``keras``.
        cores: For training.
    """

    spec: Spec
    space: SearchSpace
    data: SequenceData
    engine: str
    cores: int

    @cached_property
    def programs(self) -> Programs:
        """From configurations to what trains them."""
        return Programs(self.spec, self.data)

    @cached_property
    def drawn(self) -> list[Configuration]:
        """Configurations of the space: all of them, or a sample."""
        return configurations(self.space)

    @cached_property
    def effects(self) -> dict[Hashable, tuple[Any, ...]]:
        """What configurations come to, as far as rules have asked: they ask for many twice."""
        return {}

    def dataset(self, window: int | None) -> Dataset:
        """The arrays for one length of window."""
        if window not in self._datasets:
            self._datasets[window] = self.data.dataset(window)
        return self._datasets[window]

    @cached_property
    def _datasets(self) -> dict[int | None, Dataset]:
        return {}

    @property
    def first(self) -> Dataset:
        """The arrays for the shortest window."""
        return self.dataset((self.space.windows(self.spec) or (None,))[0])

    @property
    def trials(self) -> int:
        """Of the search, as many as it is planned for."""
        trials, regime = self.programs.regime.trials, self.programs.regime
        if SAMPLERS[self.spec.search.sampler].lists:
            return min(trials, len(self.space.grid()))
        return min(trials, regime.expected)

    @property
    def block(self) -> int:
        """Trials that share a program, on a CPU."""
        search = self.spec.search
        if not SAMPLERS[search.sampler].shares:
            return 1
        if search.block != "auto":
            return search.block
        if self.engine == "keras":
            return 1
        learns = SAMPLERS[search.sampler].learns
        device = "gpu" if self.spec.run.device == "gpu" else "cpu"
        return block_size(device, self.trials, self.space.program_count, learns)


Rule = Callable[[Planned], Iterator[Remark]]
