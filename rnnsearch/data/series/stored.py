"""What a preparation is kept as: plain values, readable by a person."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnnsearch.data._base import Scaling, Target
from rnnsearch.data.series.changes import Lags
from rnnsearch.data.series.features import ahead_names
from rnnsearch.data.series.layout import SeriesLayout
from rnnsearch.data.time import Clock, Step

__all__ = ["from_plain", "to_plain"]


def to_plain(prepared: SeriesLayout) -> dict[str, Any]:
    """Values that JSON can hold; `from_plain` reads them back."""
    target = prepared.target
    return {
        "source": "series",
        "reader": prepared.reader,
        "task": prepared.task,
        "window": prepared.window,
        "horizon": prepared.horizon,
        "output_steps": prepared.output_steps,
        "series": list(prepared.series),
        "time": list(prepared.time),
        "clock": prepared.clock.to_json() if prepared.clock else None,
        "step": prepared.step.to_json() if prepared.step else None,
        "training_span": [str(time) for time in prepared.span] if prepared.span else None,
        "season": prepared.season,
        "difference": prepared.lag.to_json() if prepared.lag else None,
        "lags": list(prepared.lags),
        "missing": prepared.missing,
        "irregular": prepared.irregular,
        "dialect": dict(prepared.dialect),
        "missing_values": list(prepared.missing_values),
        "duplicates": prepared.duplicates,
        "seen": [list(span) for span in prepared.seen],
        "seen_targets": [list(span) for span in prepared.seen_targets],
        "calendar": list(prepared.calendar),
        "inputs": list(prepared.inputs_names),
        "known": list(prepared.known),
        "categories": {name: list(known) for name, known in prepared.categories.items()},
        "features": [
            {"name": name, "log": log, "offset": offset, "scale": scale}
            for name, log, offset, scale in zip(
                prepared.features_names, *_plain(prepared.scaling), strict=True
            )
        ],
        "ahead": list(ahead_names(prepared)) if prepared.output_steps is not None else [],
        "target": {
            "kind": target.kind,
            "names": list(target.names),
            "classes": list(target.classes),
            **dict(zip(("log", "offset", "scale"), _plain(target.scaling), strict=True)),
            "naive_error": None if target.naive_error is None else target.naive_error.tolist(),
            "deviation": None if target.deviation is None else target.deviation.tolist(),
        },
    }


def from_plain(values: dict[str, Any]) -> dict[str, Any]:
    """The fields of the preparation that `to_plain` wrote."""
    features, target, span = values["features"], values["target"], values["training_span"]
    return {
        "reader": values["reader"],
        "task": values["task"],
        "window": values["window"],
        "horizon": values["horizon"],
        "output_steps": values["output_steps"],
        "series": _names(values["series"]),
        "inputs_names": tuple(values["inputs"]),
        "known": tuple(values["known"]),
        "categories": {k: tuple(known) for k, known in values.get("categories", {}).items()},
        "features_names": tuple(feature["name"] for feature in features),
        "calendar": tuple(values["calendar"]),
        "time": _names(values["time"]),
        "clock": Clock.from_json(values["clock"]) if values.get("clock") else None,
        "step": Step.from_json(values["step"]) if values["step"] else None,
        "span": (np.datetime64(span[0], "us"), np.datetime64(span[1], "us")) if span else None,
        "season": values["season"],
        "lag": Lags.from_json(values["difference"]) if values["difference"] else None,
        "lags": tuple(values.get("lags", ())),
        "missing": values["missing"],
        "irregular": values.get("irregular", "rows"),
        "dialect": tuple(values.get("dialect", {}).items()),
        "missing_values": tuple(values.get("missing_values", ())),
        "duplicates": values.get("duplicates", "error"),
        "seen": tuple((low, high) for low, high in values.get("seen", ())),
        "seen_targets": tuple((low, high) for low, high in values.get("seen_targets", ())),
        "scaling": _scaling(
            *([feature[key] for feature in features] for key in ("log", "offset", "scale"))
        ),
        "target": Target(
            target["kind"],
            tuple(target["names"]),
            tuple(target["classes"]),
            _scaling(target["log"], target["offset"], target["scale"]),
            # Not there in studies of earlier versions.
            np.array(target["naive_error"]) if target.get("naive_error") else None,
            np.array(target["deviation"]) if target.get("deviation") else None,
        ),
    }


def _names(written: str | list[str] | None) -> tuple[str, ...]:
    """Columns; studies of earlier versions have one name, or none."""
    return (written,) if isinstance(written, str) else tuple(written or ())


def _plain(scaling: Scaling) -> tuple[list[bool], list[float], list[float]]:
    """A scaling as plain lists: log, offset, scale."""
    log = np.broadcast_to(scaling.log, scaling.scale.shape)
    return log.tolist(), scaling.offset.tolist(), scaling.scale.tolist()


def _scaling(log: list[bool], offset: list[float], scale: list[float]) -> Scaling:
    """The inverse of `_plain`."""
    return Scaling(np.array(offset), np.array(scale), np.array(log) if any(log) else False)
