"""Search parameters that a compiled program takes as its input: one number a lane."""

from __future__ import annotations

from functools import partial

from rnnsearch.spec.parameter import RECURRENT, SUMS_UP, WITHOUT_RECURRENCE, WRITES_ALONE, Parameter
from rnnsearch.vocabulary import CELLS

__all__ = ["NUMERIC"]

_parameter = partial(Parameter, structural=False)

NUMERIC = (
    _parameter(
        "clip_norm",
        "float",
        1.0,
        "Bound of the gradient; `none` does not clip.",
        low=0,
        open_low=True,
        words=("none",),
    ),
    _parameter(
        "unroll_length",
        "int",
        "full",
        "Steps after which truncated backpropagation cuts the gradient; `full` never does. In "
        "patches, rounded up to whole ones; of sequence_to_sequence a patch is one step.",
        low=1,
        words=("full",),
        reason=WITHOUT_RECURRENCE,
        tasks=RECURRENT,
    ),
    _parameter(
        "epoch_share",
        "float",
        1.0,
        "How much of its epochs (`search.epochs`) a trial trains, its schedule with it. Of "
        "forecasts that are judged at the last epoch 0.1, 0.3 and 1 are tried where this is not "
        "given, unless `search` says how long trials train, or has a pruner that compares epochs.",
        low=0,
        high=1,
        open_low=True,
    ),
    _parameter("learning_rate", "float", 1e-3, "Step size.", low=0, open_low=True),
    _parameter(
        "schedule",
        "str",
        "cosine",
        "How the learning rate goes over a trial's updates, those of all its epochs: `constant`, "
        "or `cosine`: up to it in the first twentieth (100 updates at most), then half a cosine "
        "down to a hundredth at the last.",
        choices=("constant", "cosine"),
    ),
    _parameter(
        "averaging",
        "float",
        0.0,
        "Moving average of the weights: each update keeps this share of it (0.99 is usual). It is "
        "what is evaluated and kept; 0 for the weights themselves.",
        low=0,
        high=1,
        open_high=True,
    ),
    _parameter(
        "weight_decay",
        "float",
        0.0,
        "Decoupled weight decay: w ← w - learning_rate · weight_decay · w.",
        low=0,
        high=1,
    ),
    _parameter(
        "dropout",
        "float",
        0.0,
        "Share of each recurrent layer's outputs dropped in training.",
        low=0,
        high=1,
        open_high=True,
    ),
    _parameter(
        "recurrent_dropout",
        "float",
        0.0,
        "Share of the hidden state dropped on its way to the next step (one mask a sequence).",
        low=0,
        high=1,
        open_high=True,
        reason=WITHOUT_RECURRENCE,
        tasks=RECURRENT,
    ),
    _parameter(
        "augment",
        "float",
        0.0,
        "How much training sequences of numbers are changed at random: each is sliced, warped, "
        "scaled and jittered with half this probability, more so the higher it is. Of up to 300 "
        "sequences 0 and 0.5 are tried where this is not given, unless `search.epochs` is short.",
        low=0,
        high=1,
        reason="only in many_to_one may steps be moved, which have no outputs of their own",
        tasks=SUMS_UP,
        numbers=True,
    ),
    _parameter(
        "teacher_forcing",
        "float",
        1.0,
        "Share of the tokens that a network reads in training which are those of the data; the "
        "others are its own.",
        low=0,
        high=1,
        reason="only one_to_many and sequence_to_sequence read the tokens that they wrote",
        tasks=WRITES_ALONE,
        tokens=True,
    ),
    _parameter(
        "forget_bias",
        "float",
        1.0,
        "Initial bias of the LSTM's forget gate.",
        low=-10,
        high=10,
        only=("cell", tuple(name for name, cell in CELLS.items() if cell.forget_gate is not None)),
        reason="only an LSTM has a forget gate",
        tasks=RECURRENT,
    ),
    _parameter(
        "momentum",
        "float",
        0.0,
        "Momentum of sgd and rmsprop.",
        low=0,
        high=1,
        open_high=True,
        only=("optimizer", ("rmsprop", "sgd")),
        reason="only rmsprop and sgd have a momentum of that name",
    ),
    _parameter(
        "beta_1",
        "float",
        0.9,
        "Decay rate of the first moment of adam, nadam and lion.",
        low=0,
        high=1,
        open_low=True,
        open_high=True,
        only=("optimizer", ("adam", "nadam", "lion")),
        reason="only adam, nadam and lion have moments",
    ),
    _parameter(
        "beta_2",
        "float",
        "auto",
        "Decay rate of the second moment of adam and nadam, and of lion's; `auto` is 0.999, "
        "and 0.99 for lion.",
        low=0,
        high=1,
        open_low=True,
        open_high=True,
        words=("auto",),
        only=("optimizer", ("adam", "nadam", "lion")),
        reason="only adam, nadam and lion have moments",
    ),
    _parameter(
        "rho",
        "float",
        0.9,
        "Decay rate of rmsprop's mean square.",
        low=0,
        high=1,
        open_high=True,
        only=("optimizer", ("rmsprop",)),
        reason="only rmsprop has a mean square of that name",
    ),
    _parameter(
        "label_smoothing",
        "float",
        0.0,
        "Share of the target's probability spread over all classes, in training only.",
        low=0,
        high=1,
        open_high=True,
    ),
)
