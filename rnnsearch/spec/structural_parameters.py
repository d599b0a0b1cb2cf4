"""Search parameters that change the compiled program: trials that differ in one share none."""

from __future__ import annotations

from functools import partial

from rnnsearch.spec.parameter import ENCODES, RECURRENT, SUMS_UP, WITHOUT_RECURRENCE, Parameter
from rnnsearch.vocabulary import CELLS

__all__ = ["STRUCTURAL"]

_READS_FIRST = "only many_to_one and sequence_to_sequence read a sequence before they put out any"

_parameter = partial(Parameter, structural=True)

STRUCTURAL = (
    _parameter(
        "cell",
        "str",
        "LSTM",
        "The recurrent cell; or a Keras cell or layer of your own (docs/cells.md).",
        choices=tuple(CELLS),
        own=True,
        reason=WITHOUT_RECURRENCE,
        tasks=RECURRENT,
    ),
    _parameter("depth", "int", 1, "Layers, one on the other.", low=1, high=16),
    _parameter(
        "units",
        "int",
        32,
        "Size of the hidden state (H), or of a dense layer of one_to_one.",
        low=1,
        high=8192,
    ),
    _parameter(
        "bidirectional",
        "bool",
        False,
        "Also read each sequence backwards; of sequence_to_sequence, the source.",
        reason=WITHOUT_RECURRENCE,
        tasks=RECURRENT,
    ),
    _parameter(
        "embedding_dim",
        "int",
        16,
        "Numbers that each token becomes, learned; of text, DNA and other tokens only.",
        low=1,
        high=4096,
        tokens=True,
    ),
    _parameter(
        "attention",
        "str",
        "none",
        "How a decoder weighs the outputs of its encoder: `luong` by their dot product, "
        "`bahdanau` by a small network; `none` does not.",
        choices=("none", "luong", "bahdanau"),
        only=("decoder", ("recurrent",)),
        reason="only a recurrent decoder, of sequence_to_sequence, looks back step by step",
        tasks=ENCODES,
    ),
    _parameter(
        "decoder",
        "str",
        "recurrent",
        "How a forecast of several numbers is put out: `recurrent`, step by step by layers that "
        "start from what the encoder has read; `direct`, all steps at once by one layer, from "
        "that and what is known ahead.",
        choices=("recurrent", "direct"),
        reason="only sequence_to_sequence has a decoder beside an encoder",
        tasks=ENCODES,
        numbers=True,
    ),
    _parameter(
        "pooling",
        "str",
        "last",
        "What the output is made of: the `last` output of the recurrent layers, or the `mean` or "
        "`max` of those at all steps that are not padding. Of separate sequences all three are "
        "tried where this is not given, unless `search.epochs` is short.",
        choices=("last", "mean", "max"),
        reason="only many_to_one has one output for many steps",
        tasks=SUMS_UP,
    ),
    _parameter(
        "patch",
        "int",
        "auto",
        "Consecutive steps of numbers that are read as one, counted from the end of a sequence; of "
        "sequence_to_sequence, those of the source. `auto`: as many as leave 64 steps; of "
        "sequence_to_sequence 1 where the space has an `unroll_length`.",
        low=1,
        words=("auto",),
        reason=_READS_FIRST,
        tasks=SUMS_UP + ENCODES,
        numbers=True,
    ),
    _parameter(
        "changes",
        "bool",
        None,
        "Read each step's differences from the step before beside it; of sequence_to_sequence, in "
        "the source. Where it is not named: if patches are longer than a step, of 8 features at "
        "most.",
        reason=_READS_FIRST,
        tasks=SUMS_UP + ENCODES,
        numbers=True,
    ),
    _parameter("layer_norm", "bool", False, "Layer normalisation after each recurrent layer."),
    _parameter(
        "window",
        "int",
        None,
        "Input steps (T); `data.window` if not searched.",
        low=1,
        reason=WITHOUT_RECURRENCE,
        tasks=RECURRENT,
    ),
    _parameter(
        "batch_size",
        "int",
        "auto",
        "Sequences an update (B); `auto`: an eighth of the training part, from 8 to 32, and 64 of "
        "5,000 sequences or more.",
        low=1,
        words=("auto",),
    ),
    _parameter(
        "optimizer",
        "str",
        "adam",
        "The update rule.",
        choices=("adam", "nadam", "rmsprop", "sgd", "lion"),
    ),
    _parameter(
        "clip_mode",
        "str",
        "global_norm",
        "What clip_norm bounds: the norm of all gradients, of each one, or each value.",
        choices=("global_norm", "norm", "value"),
    ),
)
