"""How rows are cut into sequences: one file a kind of mapping."""

from __future__ import annotations

from rnnsearch.data.series.cuts._base import Cut, past_of
from rnnsearch.data.series.cuts.aligned import Aligned
from rnnsearch.data.series.cuts.blocks import Blocks, a_row_a_block
from rnnsearch.data.series.cuts.forecasts import Forecasts
from rnnsearch.data.series.cuts.one_output import OneOutput
from rnnsearch.vocabulary import MappingFact

__all__ = ["Cut", "a_row_a_block", "cut_for", "past_of"]

_ALIGNED, _BLOCKS, _FORECASTS, _ONE_OUTPUT = Aligned(), Blocks(), Forecasts(), OneOutput()


def cut_for(mapping: MappingFact) -> Cut:
    """The cut that makes sequences of what a mapping reads and writes."""
    if not mapping.writes_sequence:
        return _ONE_OUTPUT
    if mapping.aligned:
        return _ALIGNED
    return _FORECASTS if mapping.encodes else _BLOCKS
