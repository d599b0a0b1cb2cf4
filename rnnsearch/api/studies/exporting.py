"""The winner of a search, written down for use without this package, and checked there."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnsearch.api.studies.recorded import Recorded
from rnnsearch.api.studies.winner import BATCH, Winner
from rnnsearch.data.inputs import take
from rnnsearch.errors import InvalidInput, StudyError
from rnnsearch.exports import (
    Checked,
    Network,
    compared,
    find_format,
    model_card,
    run_alone,
    write_folder,
)
from rnnsearch.spec import Spec
from rnnsearch.tasks import own_units

if TYPE_CHECKING:
    from rnnsearch.exports.raw import RawForm
    from rnnsearch.exports.streaming import Step

__all__ = ["Exported", "export", "network_of"]

_EXAMPLES = 100
"""Sequences that an export is checked on."""


@dataclass(frozen=True)
class Exported:
    """An export on the disk.

    Attributes:
        folder: Where it stands.
        files: Of the folder, relative to it.
        checked: How it compares with `predict`; None where there was no data.
        unchecked: Why there was none; else empty.
    """

    folder: Path
    files: tuple[str, ...]
    checked: Checked | None
    unchecked: str = ""


def export(
    winner: Winner, recorded: Recorded, form: str, output: Path | None, data: Path | None
) -> Exported:
    """See `Results.export`; what is recorded of the search goes into the model card."""
    chosen, folder = find_format(form), recorded.folder
    where = folder.path / "exports" / form if output is None else output
    network, raw = network_of(winner)
    signature = network.signature
    examples, unchecked = _examples(raw, recorded.spec(), data)
    card = model_card(
        recorded.summary,
        folder.spec.read_text("utf-8"),
        json.loads(folder.environment.read_text("utf-8")),
        winner.preparation,
        signature,
        folder.content.read_text("utf-8").strip() if folder.content.exists() else "",
    )
    given = expected = counts = None
    if examples is not None:
        path, found = examples
        given = found.inputs
        whole = _predicted(winner, path, found.places, judged=data is None)
        expected, counts = chosen.shown(network, whole, found.counts)
    write_folder(chosen, network, where, card, given, expected)
    files = sorted(p.relative_to(where).as_posix() for p in where.rglob("*") if p.is_file())
    if expected is None:
        return Exported(where, tuple(files), None, unchecked)
    scale = _scale(raw)
    checked = compared(run_alone(where), expected, scale, counts, raw.roughness, chosen.loses)
    if not checked.equal:
        advice = "keep its weights in more bits" if chosen.loses else "report it with the spec"
        raise StudyError(
            f"Expected an export that predicts as the network does. Received: one that is off by "
            f"{checked.worst:.2g} of the target's deviation, in {where}; do not use it, and "
            f"{advice}"
        )
    return Exported(where, tuple(files), checked)


def network_of(winner: Winner) -> tuple[Network, RawForm]:
    """The winner with its preparation inside, and what that takes.

    Raises:
        InvalidInput: It writes a text.
    """
    network = winner.model
    from rnnsearch.exports.raw import form_of, raw_model
    from rnnsearch.exports.streaming import make_step

    raw = form_of(winner.preparation)
    signature = raw.signature(winner.loss, winner.per_step)

    def step() -> Step:
        """One step of the network and of what stands around it."""
        return make_step(network, raw, winner.loss, signature.output)

    return Network(raw_model(network, raw, winner.loss), signature, step), raw


def _predicted(winner: Winner, path: str, places: np.ndarray, *, judged: bool) -> np.ndarray:
    """What is predicted of some sequences of a file (N,), in the target's own units.

    Of a stream, as if each window were the first.

    Args:
        winner: Predicts.
        path: The file.
        places: Which of its sequences.
        judged: Whether those of `evaluate` are meant, or of `predict`.
    """
    model, preparation = winner.model, winner.preparation
    from rnnsearch.models.feeding import predict

    if judged:
        part = preparation.targets(path)
        x, anchors = part.x, part.anchor
    else:
        x, anchors = preparation.inputs(path)[0], preparation.anchors(path)
    some = None if anchors is None else anchors[places]
    found = predict(model, take(x, places), BATCH)
    return own_units(found, preparation.target, winner.loss, some)


def _scale(raw: RawForm) -> np.ndarray:
    """(O,) what differences are measured by."""
    target = raw.target
    if target.kind == "class" or target.deviation is None:
        return np.ones(1)
    return np.asarray(target.deviation)


def _examples(raw: RawForm, spec: Spec, data: Path | None) -> tuple[Any, str]:
    """The file that was looked at and sequences of it; or None, and why."""
    known = getattr(spec.data, "path", None)
    path = data if data is not None else known
    if path is None:
        return None, "the data lies in no file: give some with --data"
    if data is None and not Path(path).exists():
        return None, f"{path} is not there: give such data with --data"
    try:
        found = raw.examples(str(path), _EXAMPLES, judged=data is None)
    except InvalidInput as error:
        if data is not None:
            raise
        return (
            None,
            f"{path} is not laid out as new data ({error.problems[0]}): give some with --data",
        )
    if not len(found.places):
        return None, f"{path} has no sequence without gaps: give some with --data"
    return (str(path), found), ""
