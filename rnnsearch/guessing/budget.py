"""A space and a budget that suit the amount of data and the machine."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from rnnsearch.guessing._base import Setting
from rnnsearch.vocabulary import CELLS

__all__ = [
    "Job",
    "Written",
    "judged_share",
    "search_settings",
    "space_settings",
    "writing_settings",
]

_MOST_STEPS_OF_SIMPLE_RNN = 64
_STEPS = 64
"""To which longer sequences of numbers are brought: that many can be remembered, and take little
time."""
_MOST_CHANGING = 8
"""Features whose changes are read beside them; of more, such as the bands of a sound, they would
be most of what is read."""
_FEW_TOKENS = 50_000
"""Below them a text is learned by heart by a large network."""
_TARGET_SECONDS = 120.0
"""About how long a search is planned to take."""
_UPDATES = 2500
"""Updates of a network's weights that a trial is given, as far as epochs allow."""
_SEQUENCE_SECONDS, _CALL_SECONDS = 0.95e-6, 15e-6
"""What a step of one sequence, and of a batch however small, costs a core, to train 32 units.

benchmarks/README.md, engine_rate.py: LSTM, H = 32, T = 50 trains 41,861 sequences a second on
two cores; H = 16, B = 32 takes 16 µs a step."""
_RELATIVE = {8: 0.4, 16: 0.5, 32: 1.0, 64: 2.9, 128: 9.0}
"""Cost of a step by units, 32 being 1, from the same table; 8 units are guessed."""
_TOKEN_SECONDS = 1.5e-10
"""What a known token costs a core at each step and unit: the 6 products of the output layer at 40
GFLOP/s, that table's rate for large matrices."""
_TRAINED = 0.5
"""Share of its epochs that a trial trains until it is pruned or its patience ends: 0.36 to 0.6
in four searches of eight trials that `init` had written."""
_TIMES = (300, 600, 1200, 1800, 3600, 7200, 14400, 28800)
_ENOUGH = 24
"""Configurations that a search has time for, where one of these times is enough."""
_SEARCHED = 0.65
"""Share of the time that compares configurations; the rest confirms the best."""
_LEAST_UPDATES, _LEAST_EPOCHS = 1000, 10
"""How long a run is; more epochs where there are few sequences."""
_RUNS, _ONE_FOLD = 3, 20_000
"""Runs of a configuration, between the two that start a race and all folds; and from how many
sequences on there is one."""
_START_SECONDS, _PROGRAM_SECONDS = 6.0, 2.0
"""To start and to judge the winner; to build and compile a program. (The same page.)"""


@dataclass(frozen=True)
class Written:
    """A text that is written token by token, which is more to learn than a class is.

    Attributes:
        tokens: Of the training part, in all.
        steps: Of a decoder; 0 where the text that is read is the one that is written.
        vocabulary: Tokens that are known.
        embedding: Numbers that each becomes.
    """

    tokens: int
    steps: int
    vocabulary: int
    embedding: int


@dataclass(frozen=True)
class Job:
    """How much there is to train on.

    Attributes:
        train, validation: Sequences.
        steps: T.
        both_ways: Whether a network may read its input backwards, too.
        unrolled: Lengths of truncation that are worth a trial; empty for none.
        written: The text that is written, if one is.
        numbers: Features of a step that several steps may be read as one of; 0 where each is
            read by itself.
        most_batch: Largest batch, a power of two.
        trials, epochs: Fewest and most of a search, where a text is written.
    """

    train: int
    validation: int
    steps: int
    both_ways: bool = False
    unrolled: tuple[int, ...] = ()
    written: Written | None = None
    numbers: int = 0
    most_batch: int = 128
    trials: tuple[int, int] = (16, 40)
    epochs: tuple[int, int] = (10, 100)

    @property
    def batch(self) -> int:
        """A power of two for about 40 updates an epoch."""
        fitting = 2 ** round(math.log2(max(self.train, 1) / 40))
        return int(min(self.most_batch, max(8, fitting)))

    @property
    def patch(self) -> int:
        """Steps that are read as one, so that a recurrent network has about 64 to go."""
        return math.ceil(self.steps / _STEPS) if self.numbers else 1

    @property
    def read(self) -> int:
        """Steps of the recurrent layers."""
        return math.ceil(self.steps / self.patch)

    @property
    def updates(self) -> int:
        """Updates an epoch."""
        return max(1, math.ceil(self.train / self.batch))

    @property
    def units(self) -> tuple[int, ...]:
        """Sizes of the hidden state: few sequences are learned by heart by a large one.

        Not so whole sequences of numbers: of 50 as of 500 the averages of folds' networks are
        better the larger these are (benchmarks/README.md, "How large").
        """
        if self.written is not None:
            return (32, 64) if self.written.tokens < _FEW_TOKENS else (64, 128)
        return (16, 32, 64) if self.numbers or self.train >= 1000 else (8, 16, 32)


def judged_share(usual: float, enough: int, count: int) -> float:
    """Of the validation part, and of the test part: the usual, but no more than tells two apart.

    Args:
        usual: The largest share.
        enough: So many rows or tokens tell two networks apart; more only take time.
        count: What there is.
    """
    return float(f"{min(usual, max(0.01, enough / count)):.2g}")


def space_settings(job: Job) -> tuple[Setting, ...]:
    """What is searched."""
    cells = list(CELLS)
    why = "a list: one of these"
    if job.steps > _MOST_STEPS_OF_SIMPLE_RNN:
        cells, why = cells[1:], f"a SimpleRNN forgets within {job.steps} steps"
    found = [
        Setting("cell", cells, why),
        Setting("units", list(job.units), f"for {job.train} training sequences"),
        Setting("depth", {"min": 1, "max": 2}, "layers; a range, both ends included"),
    ]
    if job.both_ways:
        why = "whole sequences are known, so they can be read backwards too"
        found.append(Setting("bidirectional", [False, True], why))
    if job.patch > 1:
        why = f"steps that are read as one: {job.steps} become {job.read}"
        found.append(Setting("patch", job.patch, why))
        if job.numbers <= _MOST_CHANGING:
            found.append(Setting("changes", True, "and how much each differs from the one before"))
    elif job.unrolled:
        why = "steps that gradients flow back: fewer can be steadier, full is all of them"
        found.append(Setting("unroll_length", [*job.unrolled, "full"], why))
    return (*found, *_training(job, rate=3e-2, dropout=0.3))


def writing_settings(job: Job) -> tuple[Setting, ...]:
    """What is searched where a text is written.

    Args:
        job: With a text; `steps` of a decoder if an encoder reads another.
    """
    written = job.written
    assert written is not None
    why = f"for {written.tokens} training tokens"
    found = [
        Setting("cell", ["LSTM", "GRU"], "a list: one of these; a SimpleRNN remembers little"),
        Setting("embedding_dim", written.embedding, "numbers that each token becomes"),
        Setting("units", list(job.units), why),
    ]
    if written.steps:
        why = "the decoder looks back at each step of what was read"
        found.append(Setting("attention", "luong", why))
        found.append(Setting("bidirectional", True, "the encoder reads both ways"))
    return (*found, *_training(job, rate=1e-2, dropout=0.4))


def _training(job: Job, rate: float, dropout: float) -> tuple[Setting, ...]:
    """How a network is trained; the largest learning rate and dropout."""
    rates = {"min": 1e-3, "max": rate, "log": True}
    return (
        Setting("learning_rate", rates, "matters most; on a logarithmic scale"),
        Setting("clip_norm", {"min": 0.1, "max": 10, "log": True}, "bounds exploding gradients"),
        Setting("dropout", {"min": 0, "max": dropout}, "against learning by heart"),
        Setting("batch_size", job.batch, f"{job.updates} updates an epoch"),
        Setting("optimizer", "adam"),
    )


def search_settings(job: Job, objective: Setting, cores: int) -> tuple[Setting, ...]:
    """How long is searched, from what an epoch costs on this machine."""
    if job.written is not None:
        return _written_settings(job, objective, cores)
    on = "1 core" if cores == 1 else f"{cores} cores"
    seconds, count = _plan(job, cores)
    why = f"used to its end: about {count} configurations on {on}, the best of them confirmed"
    return (
        objective,
        Setting("timeout", f"{seconds // 60}m" if seconds < 3600 else f"{seconds // 3600}h", why),
        Setting("seed", 0),
    )


def _plan(job: Job, cores: int) -> tuple[int, int]:
    """Seconds of a search, and configurations that there is time for in them.

    Epochs, folds and which configurations go on are left to the search, which knows more
    (docs/search.md); here they are only estimated.
    """
    epochs = max(math.ceil(_LEAST_UPDATES / job.updates), _LEAST_EPOCHS)
    runs = _RUNS if job.train < _ONE_FOLD else 1
    each = (runs * epochs * _epoch_seconds(job) + _PROGRAM_SECONDS / 4) / cores
    spare = [(seconds, _SEARCHED * seconds - _START_SECONDS) for seconds in _TIMES]
    time, usable = next(((t, usable) for t, usable in spare if usable >= _ENOUGH * each), spare[-1])
    count = max(1, int(usable / each))
    return time, count if count < 20 else _round(count, 10)


def _written_settings(job: Job, objective: Setting, cores: int) -> tuple[Setting, ...]:
    """The same where a text is written: so many trials, which are stopped by their epochs."""
    fewest, most = job.trials
    least, longest = job.epochs
    epochs = _round(min(longest, max(2 * least, _UPDATES / job.updates)), 10)
    trial = epochs * _epoch_seconds(job) * _TRAINED
    while epochs > least and fewest * trial / cores > 5 * _TARGET_SECONDS:
        epochs = max(least, epochs - 10)
        trial = epochs * _epoch_seconds(job) * _TRAINED
    trials = _round(min(most, max(fewest, _TARGET_SECONDS * cores / trial)), 8)
    seconds = _START_SECONDS + trials / 4 * _PROGRAM_SECONDS / cores + trials * trial / cores
    on = "1 core" if cores == 1 else f"{cores} cores"
    return (
        objective,
        Setting("sampler", "tpe", "learns from earlier trials what to try next"),
        Setting("pruner", "hyperband", "stops poor trials early"),
        Setting("trials", trials, f"estimated to take {_about(seconds)} on {on}"),
        Setting("epochs", epochs, "at most"),
        Setting("patience", max(10, epochs // 4), "epochs without improvement that end a trial"),
        Setting("timeout", _timeout(seconds), "in case the estimate is far too low"),
        Setting("seed", 0),
    )


def _epoch_seconds(job: Job) -> float:
    """An average network of the space, training and validation, on one core."""
    if job.written is not None:
        return _writing_seconds(job, job.written)
    units = sum(_RELATIVE[size] for size in job.units) / len(job.units)
    depth, ways = 1.5, 1.5 if job.both_ways else 1.0
    batch = max(_CALL_SECONDS, job.batch * _SEQUENCE_SECONDS * units)
    forward = job.validation * _SEQUENCE_SECONDS * units / 3  # 2 of the 6 products of a step
    return depth * ways * job.read * (job.updates * batch + forward)


def _writing_seconds(job: Job, written: Written) -> float:
    """The same where a text is written: an encoder reads both ways, an attention costs a layer.

    GRU 128 took 9.0 s an epoch of king_james.txt, where this says 10.9, and 12.2 s one of
    verses_en_es.tsv, where it says 12.8, on two cores of which each trained one trial.
    """
    size = sum(job.units) / len(job.units)
    layer = _SEQUENCE_SECONDS * sum(_RELATIVE[units] for units in job.units) / len(job.units)
    steps = 2 * job.steps + 2 * written.steps if written.steps else job.steps
    sequence = steps * layer + (written.steps or job.steps) * (
        _TOKEN_SECONDS * size * written.vocabulary
    )
    batch = max(_CALL_SECONDS * steps, job.batch * sequence)
    return job.updates * batch + job.validation * sequence / 3


def _round(value: float, unit: int) -> int:
    return max(unit, round(value / unit) * unit)


def _about(seconds: float) -> str:
    """A duration as roughly as it is known."""
    if seconds < 50:
        return f"{_round(seconds, 10)} s"
    return "1 minute" if seconds < 90 else f"{round(seconds / 60)} minutes"


def _timeout(seconds: float) -> Any:
    """Three times the estimate, as a round duration of 10 minutes or more."""
    minutes = max(10, 3 * seconds / 60)
    for choice in (10, 20, 30, 60, 120, 240, 480):
        if minutes <= choice:
            return f"{choice}m" if choice < 60 else f"{choice // 60}h"
    return "12h"
