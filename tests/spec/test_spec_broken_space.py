"""The space section: the exact message for each way to get it wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rnnsearch.spec.wording import joined
from rnnsearch.vocabulary import CELLS

CASES: list[tuple[str, list[tuple[str, ...]], str]] = [
    (
        "unknown parameter",
        [("space", "unit: 32")],
        "s.yaml:10:3: space.unit: must be a key of space; received unit; did you mean units? "
        "known keys: cell, depth, units, bidirectional, embedding_dim, attention, decoder, pooling, patch, changes, layer_norm, window, batch_size, "
        "optimizer, clip_mode, clip_norm, unroll_length, epoch_share, learning_rate, schedule, averaging, weight_decay, "
        "dropout, recurrent_dropout, augment, teacher_forcing, forget_bias, momentum, beta_1, beta_2, rho, "
        "label_smoothing",
    ),
    (
        "case of a cell",
        [("cell", "cell: [lstm, GRU]")],
        f"s.yaml:9:10: space.cell[0]: must be {joined([*CELLS, 'module:Class'])}; received lstm; did you "
        "mean LSTM?",
    ),
    (
        "range of nothing",
        [("space", "recurrent_dropout: {min: 0, max: 0}")],
        "s.yaml:10:23: space.recurrent_dropout.min: must be below max, which is 0; received "
        "0; a range of nothing searches nothing: write recurrent_dropout: 0",
    ),
    (
        "min above max",
        [("space", "depth: {min: 3, max: 1}")],
        "s.yaml:10:11: space.depth.min: must be below max, which is 1; received 3; swap the two",
    ),
    (
        "log of zero",
        [("space", "weight_decay: {min: 0, max: 0.1, log: true}")],
        "s.yaml:10:36: space.weight_decay.log: must be false where min is 0: a logarithmic "
        "scale has no zero; received true; set min above 0, such as 1e-4, or remove log",
    ),
    (
        "out of bounds",
        [("space", "dropout: [0.5, 1.0]")],
        "s.yaml:10:18: space.dropout[1]: must be a number of at least 0 and below 1; received 1.0",
    ),
    (
        "real depth",
        [("space", "depth: {min: 1, max: 2.5}")],
        "s.yaml:10:19: space.depth.max: must be a whole number of at least 1 and at most 16; "
        "received 2.5",
    ),
    (
        "empty list",
        [("space", "units: []")],
        "s.yaml:10:3: space.units: must not be empty; received []; name at least one, or "
        "remove units for its default",
    ),
    (
        "listed twice",
        [("space", "units: [16, 16]")],
        "s.yaml:10:15: space.units[1]: must not be listed twice; received 16; remove it",
    ),
    (
        "step that misses",
        [("space", "units: {min: 8, max: 30, step: 8}")],
        "s.yaml:10:28: space.units.step: must lead from min to max, 8 to 30; received 8; set "
        "max: 24, which is the last step",
    ),
    (
        "step and log",
        [("space", "units: {min: 8, max: 32, step: 8, log: true}")],
        "s.yaml:10:28: space.units.step: must not stand beside log: true; received 8; a "
        "logarithmic range has no even steps: remove one",
    ),
    (
        "half a range",
        [("space", "units: {min: 8}")],
        "s.yaml:10:3: space.units.max: must be given: a range has both ends; add max:",
    ),
    (
        "mixed forms",
        [("space", "units: {values: [8, 16], min: 8}")],
        "s.yaml:10:28: space.units.min: must not stand beside values; received min; with "
        "values go values, when and per_layer",
    ),
    (
        "range of words",
        [("cell", "cell: {min: LSTM, max: GRU}")],
        "s.yaml:9:3: space.cell: must be a list or one value: cell is not a number; received "
        "{min: LSTM, max: GRU}; such as [SimpleRNN, LSTM]",
    ),
    (
        "yes for true",
        [("space", "bidirectional: yes")],
        "s.yaml:10:3: space.bidirectional: must be true or false; received yes; write true",
    ),
    (
        "per_layer of another",
        [("space", "dropout: {values: [0.1, 0.2], per_layer: true}")],
        "s.yaml:10:33: space.dropout.per_layer: must not be given: only units can differ "
        "from layer to layer; remove it",
    ),
    (
        "per_layer of one layer",
        [("space", "units: {values: [16, 32], per_layer: true}")],
        "s.yaml:10:29: space.units.per_layer: must be false where depth is always 1; "
        "received true; search depth, such as {min: 1, max: 3}, or remove per_layer",
    ),
    (
        "unknown parent",
        [("space", "dropout: {min: 0, max: 0.5, when: {cel: LSTM}}")],
        "s.yaml:10:38: space.dropout.when.cel: must be a key of space.dropout.when; received "
        "cel; did you mean cell? known keys: cell, depth, units, bidirectional, embedding_dim, attention, decoder, pooling, patch, changes, layer_norm, "
        "window, batch_size, optimizer, clip_mode, clip_norm, unroll_length, epoch_share, learning_rate, schedule, averaging, "
        "weight_decay, recurrent_dropout, augment, teacher_forcing, forget_bias, momentum, beta_1, beta_2, rho, "
        "label_smoothing",
    ),
    (
        "unknown schedule",
        [("space", "schedule: [constant, cosin]")],
        "s.yaml:10:24: space.schedule[1]: must be constant or cosine; received cosin; did you "
        "mean cosine?",
    ),
    (
        "an average that never moves",
        [("space", "averaging: [0.9, 1.0]")],
        "s.yaml:10:20: space.averaging[1]: must be a number of at least 0 and below 1; received 1.0",
    ),
    (
        "impossible condition",
        [("space", "dropout: {min: 0, max: 0.5, when: {cell: [SimpleRNN]}}")],
        "s.yaml:10:38: space.dropout.when.cell: must be a value that cell can have: LSTM or "
        "GRU; received SimpleRNN",
    ),
    (
        "condition that always holds",
        [("space", "dropout: {min: 0, max: 0.5, when: {cell: [LSTM, GRU]}}")],
        "s.yaml:10:31: space.dropout.when: must not hold always; received {cell: [LSTM, "
        "GRU]}; remove this condition",
    ),
    (
        "condition that never holds",
        [
            (
                "space",
                "depth: {values: [2, 3], when: {cell: LSTM}}",
                "dropout: {min: 0, max: 0.5, when: {depth: [2], cell: GRU}}",
            )
        ],
        "s.yaml:11:31: space.dropout.when: must hold somewhere in the space; received "
        "{depth: [2], cell: [GRU]}; change it, or remove dropout",
    ),
    (
        "conditions in a circle",
        [
            (
                "space",
                "depth: {values: [1, 2], when: {units: 16}}",
                "units: {values: [16, 32], when: {depth: 1}}",
            )
        ],
        "s.yaml:10:27: space.depth.when: must not depend on itself; received depth → units → "
        "depth; remove one of these conditions",
    ),
    (
        "structural on numeric",
        [("space", "dropout: [0.0, 0.5]", "depth: {values: [1, 2], when: {dropout: 0.5}}")],
        "s.yaml:11:34: space.depth.when.dropout: must not be a numeric parameter: depth is "
        "part of the compiled program; received dropout; it may depend on cell, units, "
        "bidirectional, embedding_dim, attention, decoder, pooling, patch, changes, layer_norm, window, batch_size, optimizer or clip_mode",
    ),
    (
        "condition that changes nothing",
        [("space", "dropout: {value: 0, when: {cell: LSTM}}")],
        "s.yaml:10:23: space.dropout.when: must make a difference: dropout is 0.0 anyway; "
        "received {cell: [LSTM]}; remove the condition",
    ),
    (
        "unroll_length above the window",
        [("space", "unroll_length: [12, 96, full]")],
        "s.yaml:10:23: space.unroll_length[1]: must be below 96, the longest sequence "
        "(data.window), or full; received 96; it would cut nothing: use full",
    ),
    (
        "unroll range above the window",
        [("space", "unroll_length: {min: 12, max: 200}")],
        "s.yaml:10:28: space.unroll_length.max: must be below 96, the longest sequence "
        "(data.window); received 200; lower it to 95",
    ),
    (
        "unroll_length above window and forecast",
        [
            ("replace", "many_to_one", "sequence_to_sequence"),
            ("data", "output_steps: 120"),
            ("space", "unroll_length: [12, 96, 120]"),
        ],
        "s.yaml:11:27: space.unroll_length[2]: must be below 120, the longest sequence "
        "(data.output_steps), or full; received 120; it would cut nothing: use full",
    ),
    (
        "unroll_length counts steps, in patches, too",
        [("space", "patch: [4, 8]", "unroll_length: [24, 96]")],
        "s.yaml:11:23: space.unroll_length[1]: must be below 96, the longest sequence "
        "(data.window), or full; received 96; it would cut nothing: use full",
    ),
    (
        "patch above the window",
        [("space", "patch: [4, 97]")],
        "s.yaml:10:14: space.patch[1]: must be at most 96, the longest sequence (data.window); "
        "received 97; it would make one step of every sequence",
    ),
    (
        "patches above the window",
        [("space", "patch: {min: 1, max: 128}")],
        "s.yaml:10:19: space.patch.max: must be at most 96, the longest sequence (data.window); "
        "received 128; lower it to 96",
    ),
    (
        "patches where each step has an output",
        [("replace", "task: many_to_one", "task: many_to_many"), ("space", "patch: 4")],
        "s.yaml:10:3: space.patch: must not be given for many_to_many: only many_to_one and "
        "sequence_to_sequence read a sequence before they put out any; received 4; remove it",
    ),
    (
        "changes of single rows",
        [("replace", "task: many_to_one", "task: many_to_many"), ("space", "changes: true")],
        "s.yaml:10:3: space.changes: must not be given for many_to_many: only many_to_one and "
        "sequence_to_sequence read a sequence before they put out any; received true; remove it",
    ),
    (
        "moving steps that have outputs",
        [("replace", "task: many_to_one", "task: many_to_many"), ("space", "augment: 0.5")],
        "s.yaml:10:3: space.augment: must not be given for many_to_many: only in many_to_one may "
        "steps be moved, which have no outputs of their own; received 0.5; remove it",
    ),
    (
        "more than every sequence",
        [("space", "augment: {min: 0, max: 2}")],
        "s.yaml:10:21: space.augment.max: must be a number of at least 0 and at most 1; received 2",
    ),
    (
        "forget_bias without LSTM",
        [("cell", "cell: GRU", "forget_bias: 2")],
        "s.yaml:10:3: space.forget_bias: must not be given where cell is GRU: only an LSTM "
        "has a forget gate; received 2.0; remove it",
    ),
    (
        "forget_bias of mixed cells",
        [("space", "forget_bias: {min: 0, max: 2}")],
        "s.yaml:10:3: space.forget_bias: must depend on the cell: it has no effect where "
        "cell is GRU; received {min: 0.0, max: 2.0}; add when: {cell: [LSTM]}",
    ),
    (
        "momentum with adam",
        [("space", "momentum: 0.9")],
        "s.yaml:10:3: space.momentum: must not be given where optimizer is adam: only rmsprop "
        "and sgd have a momentum of that name; received 0.9; remove it",
    ),
    (
        "momentum of mixed optimizers",
        [("space", "optimizer: [adam, sgd]\n  momentum: {min: 0.1, max: 0.9}")],
        "s.yaml:11:3: space.momentum: must depend on the optimizer: it has no effect where "
        "optimizer is adam; received {min: 0.1, max: 0.9}; add when: {optimizer: [sgd]}",
    ),
    (
        "clip_mode without clip_norm",
        [("space", "clip_mode: [norm, value]")],
        "s.yaml:10:3: space.clip_mode: must not be given where clip_norm is not in the "
        "space: it has no effect; received [norm, value]; add clip_norm, such as {min: 0.1, "
        "max: 10, log: true}",
    ),
    (
        "window twice",
        [("space", "window: [48, 96]")],
        "s.yaml:10:3: space.window: must not be given both here and as data.window; received "
        "[48, 96]; remove data.window to search the window",
    ),
    (
        "bidirectional leak",
        [
            ("replace", "task: many_to_one", "task: many_to_many"),
            ("space", "bidirectional: [true, false]"),
        ],
        "s.yaml:10:3: space.bidirectional: must be false where a target (demand) is also an "
        "input; received [true, false]; read backwards, the input holds the values to "
        "predict: remove it",
    ),
]


@pytest.mark.parametrize(
    ("edits", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_message(
    edits: list[tuple[str, ...]],
    expected: str,
    messages: Callable[[list[tuple[str, ...]]], str],
) -> None:
    assert messages(edits) == expected
