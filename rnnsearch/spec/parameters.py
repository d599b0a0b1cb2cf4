"""The search parameters that a spec may name: type, bounds, default and what each one does."""

from __future__ import annotations

from dataclasses import replace

from rnnsearch.spec.parameter import Parameter
from rnnsearch.vocabulary import CELLS, MAPPINGS

__all__ = ["MODEL", "PARAMETERS"]


_RECURRENT = tuple(name for name, task in MAPPINGS.items() if task.recurrent)
_ENCODES = tuple(name for name, task in MAPPINGS.items() if task.encodes)
_SUMS_UP = tuple(name for name, task in MAPPINGS.items() if task.sums_up)
_WRITES_ALONE = tuple(name for name, task in MAPPINGS.items() if task.unfolds or task.encodes)
_WITHOUT_RECURRENCE = "nothing is recurrent in one_to_one"
_READS_FIRST = "only many_to_one and sequence_to_sequence read a sequence before they put out any"

_ALL = (
    Parameter(
        "cell",
        "str",
        True,
        "LSTM",
        "The recurrent cell; or a Keras cell or layer of your own (docs/cells.md).",
        choices=tuple(CELLS),
        own=True,
        reason=_WITHOUT_RECURRENCE,
        tasks=_RECURRENT,
    ),
    Parameter("depth", "int", True, 1, "Layers, one on the other.", low=1, high=16),
    Parameter(
        "units",
        "int",
        True,
        32,
        "Size of the hidden state (H), or of a dense layer of one_to_one.",
        low=1,
        high=8192,
    ),
    Parameter(
        "bidirectional",
        "bool",
        True,
        False,
        "Also read each sequence backwards; of sequence_to_sequence, the source.",
        reason=_WITHOUT_RECURRENCE,
        tasks=_RECURRENT,
    ),
    Parameter(
        "embedding_dim",
        "int",
        True,
        16,
        "Numbers that each token becomes, learned; of text, DNA and other tokens only.",
        low=1,
        high=4096,
        tokens=True,
    ),
    Parameter(
        "attention",
        "str",
        True,
        "none",
        "How a decoder weighs the outputs of its encoder: `luong` by their dot product, "
        "`bahdanau` by a small network; `none` does not.",
        choices=("none", "luong", "bahdanau"),
        only=("decoder", ("recurrent",)),
        reason="only a recurrent decoder, of sequence_to_sequence, looks back step by step",
        tasks=_ENCODES,
    ),
    Parameter(
        "decoder",
        "str",
        True,
        "recurrent",
        "How a forecast of several numbers is put out: `recurrent`, step by step by layers that "
        "start from what the encoder has read; `direct`, all steps at once by one layer, from "
        "that and what is known ahead.",
        choices=("recurrent", "direct"),
        reason="only sequence_to_sequence has a decoder beside an encoder",
        tasks=_ENCODES,
        numbers=True,
    ),
    Parameter(
        "pooling",
        "str",
        True,
        "last",
        "What the output is made of: the `last` output of the recurrent layers, or the `mean` or "
        "`max` of those at all steps that are not padding. Of separate sequences all three are "
        "tried where this is not given, unless `search.epochs` is short.",
        choices=("last", "mean", "max"),
        reason="only many_to_one has one output for many steps",
        tasks=_SUMS_UP,
    ),
    Parameter(
        "patch",
        "int",
        True,
        "auto",
        "Consecutive steps of numbers that are read as one, counted from the end of a sequence; of "
        "sequence_to_sequence, those of the source. `auto`: as many as leave 64 steps; of "
        "sequence_to_sequence 1 where the space has an `unroll_length`.",
        low=1,
        words=("auto",),
        reason=_READS_FIRST,
        tasks=_SUMS_UP + _ENCODES,
        numbers=True,
    ),
    Parameter(
        "changes",
        "bool",
        True,
        None,
        "Read each step's differences from the step before beside it; of sequence_to_sequence, in "
        "the source. Where it is not named: if patches are longer than a step, of 8 features at "
        "most.",
        reason=_READS_FIRST,
        tasks=_SUMS_UP + _ENCODES,
        numbers=True,
    ),
    Parameter("layer_norm", "bool", True, False, "Layer normalisation after each recurrent layer."),
    Parameter(
        "window",
        "int",
        True,
        None,
        "Input steps (T); `data.window` if not searched.",
        low=1,
        reason=_WITHOUT_RECURRENCE,
        tasks=_RECURRENT,
    ),
    Parameter(
        "batch_size",
        "int",
        True,
        "auto",
        "Sequences an update (B); `auto`: an eighth of the training part, from 8 to 32, and 64 of "
        "5,000 sequences or more.",
        low=1,
        words=("auto",),
    ),
    Parameter(
        "optimizer",
        "str",
        True,
        "adam",
        "The update rule.",
        choices=("adam", "nadam", "rmsprop", "sgd", "lion"),
    ),
    Parameter(
        "clip_mode",
        "str",
        True,
        "global_norm",
        "What clip_norm bounds: the norm of all gradients, of each one, or each value.",
        choices=("global_norm", "norm", "value"),
    ),
    Parameter(
        "clip_norm",
        "float",
        False,
        1.0,
        "Bound of the gradient; `none` does not clip.",
        low=0,
        open_low=True,
        words=("none",),
    ),
    Parameter(
        "unroll_length",
        "int",
        False,
        "full",
        "Steps after which truncated backpropagation cuts the gradient; `full` never does. In "
        "patches, rounded up to whole ones; of sequence_to_sequence a patch is one step.",
        low=1,
        words=("full",),
        reason=_WITHOUT_RECURRENCE,
        tasks=_RECURRENT,
    ),
    Parameter(
        "epoch_share",
        "float",
        False,
        1.0,
        "How much of its epochs (`search.epochs`) a trial trains, its schedule with it. Of "
        "forecasts that are judged at the last epoch 0.1, 0.3 and 1 are tried where this is not "
        "given, unless `search` says how long trials train, or has a pruner that compares epochs.",
        low=0,
        high=1,
        open_low=True,
    ),
    Parameter("learning_rate", "float", False, 1e-3, "Step size.", low=0, open_low=True),
    Parameter(
        "schedule",
        "str",
        False,
        "cosine",
        "How the learning rate goes over a trial's updates, those of all its epochs: `constant`, "
        "or `cosine`: up to it in the first twentieth (100 updates at most), then half a cosine "
        "down to a hundredth at the last.",
        choices=("constant", "cosine"),
    ),
    Parameter(
        "averaging",
        "float",
        False,
        0.0,
        "Moving average of the weights: each update keeps this share of it (0.99 is usual). It is "
        "what is evaluated and kept; 0 for the weights themselves.",
        low=0,
        high=1,
        open_high=True,
    ),
    Parameter(
        "weight_decay",
        "float",
        False,
        0.0,
        "Decoupled weight decay: w ← w - learning_rate · weight_decay · w.",
        low=0,
        high=1,
    ),
    Parameter(
        "dropout",
        "float",
        False,
        0.0,
        "Share of each recurrent layer's outputs dropped in training.",
        low=0,
        high=1,
        open_high=True,
    ),
    Parameter(
        "recurrent_dropout",
        "float",
        False,
        0.0,
        "Share of the hidden state dropped on its way to the next step (one mask a sequence).",
        low=0,
        high=1,
        open_high=True,
        reason=_WITHOUT_RECURRENCE,
        tasks=_RECURRENT,
    ),
    Parameter(
        "augment",
        "float",
        False,
        0.0,
        "How much training sequences of numbers are changed at random: each is sliced, warped, "
        "scaled and jittered with half this probability, more so the higher it is. Of up to 300 "
        "sequences 0 and 0.5 are tried where this is not given, unless `search.epochs` is short.",
        low=0,
        high=1,
        reason="only in many_to_one may steps be moved, which have no outputs of their own",
        tasks=_SUMS_UP,
        numbers=True,
    ),
    Parameter(
        "teacher_forcing",
        "float",
        False,
        1.0,
        "Share of the tokens that a network reads in training which are those of the data; the "
        "others are its own.",
        low=0,
        high=1,
        reason="only one_to_many and sequence_to_sequence read the tokens that they wrote",
        tasks=_WRITES_ALONE,
        tokens=True,
    ),
    Parameter(
        "forget_bias",
        "float",
        False,
        1.0,
        "Initial bias of the LSTM's forget gate.",
        low=-10,
        high=10,
        only=("cell", tuple(name for name, cell in CELLS.items() if cell.forget_gate is not None)),
        reason="only an LSTM has a forget gate",
        tasks=_RECURRENT,
    ),
    Parameter(
        "momentum",
        "float",
        False,
        0.0,
        "Momentum of sgd and rmsprop.",
        low=0,
        high=1,
        open_high=True,
        only=("optimizer", ("rmsprop", "sgd")),
        reason="only rmsprop and sgd have a momentum of that name",
    ),
    Parameter(
        "beta_1",
        "float",
        False,
        0.9,
        "Decay rate of the first moment of adam, nadam and lion.",
        low=0,
        high=1,
        open_low=True,
        open_high=True,
        only=("optimizer", ("adam", "nadam", "lion")),
        reason="only adam, nadam and lion have moments",
    ),
    Parameter(
        "beta_2",
        "float",
        False,
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
    Parameter(
        "rho",
        "float",
        False,
        0.9,
        "Decay rate of rmsprop's mean square.",
        low=0,
        high=1,
        open_high=True,
        only=("optimizer", ("rmsprop",)),
        reason="only rmsprop has a mean square of that name",
    ),
    Parameter(
        "label_smoothing",
        "float",
        False,
        0.0,
        "Share of the target's probability spread over all classes, in training only.",
        low=0,
        high=1,
        open_high=True,
    ),
)

PARAMETERS: dict[str, Parameter] = {parameter.name: parameter for parameter in _ALL}

MODEL = replace(
    PARAMETERS["cell"],
    name="model",
    choices=(),
    description="A network of your own, made by a function of `units` (docs/cells.md).",
)
"""Another name of `cell`, for what takes the whole network's place."""
