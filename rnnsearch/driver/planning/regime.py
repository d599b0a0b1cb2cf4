"""How a search of some data goes: every `auto` of its search section, decided.

Training has a length in updates, not in epochs: what a network of 50 series learns in 40 epochs of
five updates is next to nothing. A network is judged at its last epoch, which a learning rate that
falls to nothing ends well, wherever the validation part is too small to say which epoch was best.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rnnsearch.data import Dataset, SequenceData
from rnnsearch.driver.pruning.pruners import rungs
from rnnsearch.driver.pruning.racing import stages
from rnnsearch.driver.sampling.portfolio import portfolio
from rnnsearch.execution.worker_orders import Schedule
from rnnsearch.models.architecture import Architecture
from rnnsearch.models.configured import architecture_of
from rnnsearch.outcomes import TrialRecord
from rnnsearch.space import SearchSpace, layer_units
from rnnsearch.spec import Scalar, SearchSpec, Spec
from rnnsearch.tasks import TASKS
from rnnsearch.vocabulary import PRUNERS

__all__ = ["SAYS_WHICH_EPOCH", "UNBOUNDED", "Regime", "batch_for", "first_network"]

UNBOUNDED = 100_000
"""Trials of a search that only time ends."""

_TRIALS = 60
"""Where neither trials nor time are given."""

_UPDATES = 1000
"""Of the weights, at least: benchmarks/README.md, "How long to train"."""

_LEAST_EPOCHS = ((5_000, 40), (20_000, 20), (100_000, 10), (math.inf, 5))
"""Up to so many sequences, so many times is each of them seen at least."""

_STEP_SECONDS = 1.4e-6
"""What a step of one sequence costs a core, to train 32 units and to judge them: the cap by time is
the same on every machine, so that a search can go on on another (benchmarks/README.md)."""

_BY_LAYER, _BY_UNITS, _POWER = 0.2, 0.8, 1.6
"""What a layer costs: a part of it whatever its size, and a power of that, in units of 32
(benchmarks/README.md, "The engine alone")."""

_TRIALS_IN_TIME = 12
"""So many trials there should be time for, on two cores: what is learned in too few updates says
less than what more configurations would."""

_LEAST_EXPECTED = 4
"""Trials that a search plans for, however little time there is."""

_GO_ON = 0.5
"""Share of trials that a race lets go on to all divisions, about."""

_START_SECONDS = 20.0
"""Before anything is trained: imports, and the first program's compilation."""

_LEAST_SEARCH = 0.25
"""Share of the time that is taken to be left for training, however short that is."""

_LEAST_IN_TIME = 3
"""Epochs that a run has at least, however little time there is."""

SAYS_WHICH_EPOCH = 100
"""Sequences of a validation part that can tell one epoch from another."""

_PATIENCE = 1 / 3
"""Share of its epochs that a run may go on without a new best."""

_FEWEST, _MOST = 2, 8
"""Trials that are trained again."""

_LOOKS = 40
"""At a run that nothing can stop: where an epoch is a handful of updates, to look at it after each
takes longer than the epoch (benchmarks/README.md)."""

_FINAL = 1.5
"""The networks that are delivered train so much longer than those that are compared."""


def batch_for(sequences: int) -> int:
    """B for so many training sequences: enough updates an epoch, and not too noisy ones."""
    if sequences >= 5_000:
        return 64
    return max(8, min(32, 1 << max(0, round(math.log2(max(1, sequences) / 8)))))


@dataclass(frozen=True)
class Regime:
    """A search section without any `auto`, for some data.

    Attributes:
        trials: At most; `UNBOUNDED` where the time ends the search.
        pruner: ``race`` over divisions of the data, or one that stops trials by their epochs.
        keep: Whether a run is judged at its best epoch or at its last.
        sequences: N of a training part, the largest.
        folds: Divisions of the data on which trials are compared; more may confirm them.
        runs: Of a trial, until it is confirmed.
        stages: After how many of these a trial must be worth the others.
        confirm: Share of the time, or of the runs, that confirms the best.
        deliver: What is delivered: the average of several networks (``bag``), one trained on
            all data (``single``), or the best trial's as it was found (``best``).
        asked_epochs, asked_patience: As in the spec.
        affordable: Epochs for which there is time, of all trials together, each epoch with all
            of a trial's runs.
    """

    trials: int
    pruner: str
    keep: Literal["best", "last"]
    sequences: int
    folds: int
    runs: int
    stages: tuple[int, ...]
    confirm: float
    deliver: Literal["bag", "single", "best"]
    asked_epochs: int | Literal["auto"]
    asked_patience: int | Literal["auto"] | None
    affordable: int

    @classmethod
    def of(cls, spec: Spec, data: SequenceData, window: int | None) -> Regime:
        """The regime of a spec on its data.

        Args:
            spec: With its `auto`.
            data: What is learned from.
            window: T of any of its datasets, None where it has its own.
        """
        search, dataset = spec.search, data.dataset(window)
        folds = data.folds // data.repeats
        runs = folds * search.runs_per_trial
        possible = stages(folds, runs)
        trials = search.trials
        if trials == "auto":
            trials = _TRIALS if search.timeout is None else UNBOUNDED
        pruner = search.pruner
        if pruner == "auto":
            by_epochs = "none" if "epoch_share" in spec.space else "hyperband"
            pruner = "none" if search.costs else "race" if possible else by_epochs
        raced = possible if PRUNERS[pruner].by_runs else ()
        tells = len(dataset.validation) >= SAYS_WHICH_EPOCH
        # Texts that are written, and streams, are delivered as one network: others write a token
        # at a time, or carry states.
        averaged = dataset.stream is None and not dataset.target.tokens
        delivers = averaged and search.confirm > 0 and search.deliver != "best"
        steps = first_network(spec, dataset).longest
        return cls(
            trials=trials,
            pruner=pruner,
            keep=search.keep if search.keep != "auto" else "best" if tells else "last",
            sequences=len(dataset.train),
            folds=folds,
            runs=runs,
            stages=raced,
            confirm=search.confirm if delivers else 0.0,
            deliver=_delivered(search) if delivers else "best",
            asked_epochs=search.epochs,
            asked_patience=search.patience,
            affordable=_affordable(
                _searching(search),
                len(dataset.train) * steps * _usual_cost(spec, ordered=data.past),
                runs,
                raced,
            ),
        )

    @property
    def expected(self) -> int:
        """Trials that a search plans for: as many as it has, or where only time ends it, a few."""
        if self.trials != UNBOUNDED:
            return self.trials
        fitting = self.affordable // self.epochs(batch_for(self.sequences))
        return max(_LEAST_EXPECTED, min(_TRIALS, fitting))

    def epochs(self, batch: int, share: float = 1.0) -> int:
        """Of a run whose batches have so many sequences, and which trains such a share of them."""
        if share < 1:
            epochs = self.epochs(batch)
            return _shortened(epochs, share, self._stride(epochs))
        if self.asked_epochs != "auto":
            return self.asked_epochs
        # What is stopped by its epochs must be as old as what it is compared with.
        batch = batch_for(self.sequences) if PRUNERS[self.pruner].by_epochs else batch
        updates = max(1, math.ceil(self.sequences / batch))
        least = next(count for most, count in _LEAST_EPOCHS if self.sequences <= most)
        most = max(_LEAST_IN_TIME, self.affordable // _TRIALS_IN_TIME)
        epochs = min(most, max(least, math.ceil(_UPDATES / updates)))
        return _whole_strides(epochs, self._stride(epochs))

    def final_epochs(self, batch: int, share: float = 1.0) -> int:
        """Of a run that may be delivered."""
        epochs = self.epochs(batch)
        if share < 1:
            return _shortened(self.final_epochs(batch), share, self._stride(epochs))
        if self.asked_epochs != "auto":
            return epochs
        return _whole_strides(_FINAL * epochs, self._stride(epochs))

    def _stride(self, epochs: int) -> int:
        """Epochs between two looks at a run of so many: one where a look may decide anything."""
        decides = self.keep == "best" or self.asked_patience not in ("auto", None)
        if decides or PRUNERS[self.pruner].by_epochs or self.asked_epochs != "auto":
            return 1
        return max(1, epochs // _LOOKS)

    def contenders(self, records: Sequence[TrialRecord]) -> int:
        """How many trials are trained again, so that it takes its share of all there is to do."""
        trained = sum(sum(1 for epochs in r.run_epochs if epochs) for r in records)
        again = max(3, self.runs) * _FINAL
        share = self.confirm / (1 - self.confirm) * trained / again
        return max(_FEWEST, min(_MOST, round(share)))

    def patience(self, epochs: int) -> int | None:
        """Epochs without a new best that end a run of so many."""
        if self.asked_patience != "auto":
            return self.asked_patience
        return None if self.keep == "last" else math.ceil(_PATIENCE * epochs)

    def schedule(self, *epochs: int) -> Schedule:
        """When runs stop that have so many epochs, each."""
        longest = max(epochs)
        stride = _common(self._stride(longest), epochs)
        asked = rungs(self.pruner, longest)
        return Schedule(self.patience(longest), asked, self.keep, self.stages, stride)

    def plain_schedule(self, *epochs: int) -> Schedule:
        """The same for runs that nothing is compared with on the way."""
        return replace(self.schedule(*epochs), rungs=frozenset(), stages=())

    def final_schedule(self, *epochs: int) -> Schedule:
        """The same for runs that may be delivered, which train longer."""
        longest = max(epochs)
        stride = _common(self._stride(round(longest / _FINAL)), epochs)
        return Schedule(self.patience(longest), frozenset(), self.keep, stride=stride)


def _delivered(search: SearchSpec) -> Literal["bag", "single", "best"]:
    """What is delivered: of who counts weights or milliseconds, one network."""
    counts = bool(search.costs or search.constraints)
    return "single" if counts and search.deliver == "bag" else search.deliver


def _searching(search: SearchSpec) -> float | None:
    """Seconds of the timeout in which trials train: the rest starts, confirms and delivers."""
    if search.timeout is None:
        return None
    left = (1 - search.confirm) * (search.timeout - _START_SECONDS)
    return max(_LEAST_SEARCH * search.timeout, left)


def _usual_cost(spec: Spec, *, ordered: bool) -> float:
    """What a network costs of those that a search begins with, by one layer of 32 units.

    The root of it: half of it is taken from how long trials train, and half from how many there
    are. On four sets of the UCR archive that was better out of fold than to take all from either
    (benchmarks/README.md, "How long in little time").
    """
    space = SearchSpace.from_spec(spec)
    listed = {name: domain.candidates() for name, domain in space.domains.items()}
    middle = {name: values[len(values) // 2] for name, values in listed.items() if values}
    points = portfolio(space, ordered=ordered, batch=1) or [{}]
    costs = [_cost(space.complete({**middle, **point})) for point in points]
    return math.sqrt(statistics.fmean(costs))


def _cost(params: Mapping[str, Scalar]) -> float:
    """The same of one network; its params are complete."""
    sizes = [math.pow(units / 32, _POWER) for units in layer_units(params)]
    layers = sum(_BY_LAYER + _BY_UNITS * size for size in sizes)
    return layers * (2 if params["bidirectional"] else 1)


def _affordable(seconds: float | None, steps: float, runs: int, stages: tuple[int, ...]) -> int:
    """Epochs of trials for which there is time.

    Args:
        seconds: In which trials train, or None.
        steps: Of all sequences, in an epoch of a run of one layer of 32 units.
        runs: Of a trial.
        stages: After how many of these some trials go no further.
    """
    if seconds is None:
        return UNBOUNDED * _TRIALS_IN_TIME
    trained = stages[0] + _GO_ON * (runs - stages[0]) if stages else runs
    return int(2 * seconds / (steps * trained * _STEP_SECONDS))


def first_network(spec: Spec, dataset: Dataset) -> Architecture:
    """A network of the space: in patches its layers run over fewer steps than a sequence has."""
    space, head = SearchSpace.from_spec(spec), TASKS[spec.task].head(dataset)
    patch = space.domains.get("patch")
    params = space.complete({} if patch is None else {"patch": (patch.candidates() or (1,))[0]})
    return architecture_of(params, head, truncates=space.may_truncate())


def _shortened(epochs: int, share: float, stride: int) -> int:
    """A share of so many epochs, in whole strides."""
    return min(epochs, _whole_strides(share * epochs, stride))


def _common(stride: int, epochs: Sequence[int]) -> int:
    """The stride, if it leads to each of these ends."""
    return stride if all(one % stride == 0 for one in epochs) else 1


def _whole_strides(epochs: float, stride: int) -> int:
    """So many epochs, or a few more: a multiple of the stride."""
    return math.ceil(epochs / stride) * stride
