"""What is known when a forecast is made, and not read."""

from __future__ import annotations

from collections.abc import Iterator

from rnnsearch.linting._base import Planned, Remark
from rnnsearch.spec.sources import SeriesSource
from rnnsearch.spec.wording import show

__all__ = ["unread_classes"]


def unread_classes(planned: Planned) -> Iterator[Remark]:
    """Classes that are forecast, of which the last is known, and no network reads it.

    Numbers need no such remark: what they are learned from, `base` says.
    """
    data = planned.spec.data
    if not isinstance(data, SeriesSource) or not data.horizon:
        return
    if planned.first.target.kind != "class" or not planned.first.validation.naive:
        return
    if data.target in data.inputs:
        return
    says = f"lacks {show(data.target)}, though what it was is known when the next is forecast"
    yield Remark("doubt", "data.inputs", says, "add it, unless new data will not have it")
