"""A network with its preparation inside: one plain Keras model from raw values to own units."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from rnnsearch.data import Preparation
from rnnsearch.data.sequences.sequence_preparation import SequencesPreparation
from rnnsearch.data.series.series_preparation import SeriesPreparation
from rnnsearch.data.tokens.stream import StreamPreparation
from rnnsearch.data.tokens.token_preparation import RowsPreparation
from rnnsearch.errors import InvalidInput, Problem
from rnnsearch.exports.raw._base import RawForm
from rnnsearch.exports.raw.arithmetic import unlinked, unscaled
from rnnsearch.exports.raw.sequences_form import SequencesForm
from rnnsearch.exports.raw.table_form import TableForm
from rnnsearch.exports.raw.token_forms import StreamForm, TextsForm
from rnnsearch.tasks import Loss

__all__ = ["form_of", "own_units_of", "raw_model"]

Tensor = Any


def form_of(preparation: Preparation) -> RawForm:
    """The form of raw values that a preparation starts from.

    Raises:
        InvalidInput: The network writes a text, which no graph from inputs to outputs does.
    """
    if isinstance(preparation, SeriesPreparation):
        return TableForm(preparation)
    if isinstance(preparation, SequencesPreparation):
        return SequencesForm(preparation)
    if isinstance(preparation, StreamPreparation):
        return StreamForm(preparation)
    if preparation.writing is not None or not isinstance(preparation, RowsPreparation):
        must = "must be a network that predicts from its inputs alone"
        received = "one that writes a text, reading its own words"
        advice = "use: python main.py predict; best.keras is its network"
        raise InvalidInput([Problem("results", must, received, advice)])
    return TextsForm(preparation)


def raw_model(network: keras.Model, form: RawForm, loss: Loss) -> keras.Model:
    """The model of an export.

    Args:
        network: From scaled inputs to scaled outputs, as it was trained.
        form: What stands around it.
        loss: What was trained on.

    Returns:
        A functional model of Keras's own layers and operations. Its input is an array, or a dict of
        arrays where there are several; its output is what `RawForm.signature` says.
    """
    given = {
        one.name: keras.Input(one.shape, dtype=one.dtype, name=one.name) for one in form.inputs
    }
    read = form.network_inputs(given)
    outputs = network(read if len(read) > 1 else next(iter(read.values())))
    if form.target.kind == "numeric":
        outputs = own_units_of(outputs, form, loss, form.anchor(given))
    inputs: Any = given if len(given) > 1 else next(iter(given.values()))
    return keras.Model(inputs, outputs, name="rnnsearch_export")


def own_units_of(outputs: Tensor, form: RawForm, loss: Loss, anchor: Tensor | None) -> Tensor:
    """Scaled outputs (…, O·Q) in the target's own units: (…, O), or (…, Q, O) in order."""
    scaling = form.target.scaling
    if loss.quantiles:
        levels = len(loss.quantiles)
        shape = (-1, *outputs.shape[1:-1], levels, outputs.shape[-1] // levels)
        outputs = ops.sort(ops.reshape(outputs, shape), axis=-2)
        anchor = None if anchor is None else ops.expand_dims(anchor, -2)
    linked = unscaled(outputs, scaling)
    return unlinked(linked if anchor is None else ops.add(linked, anchor), scaling.log)
