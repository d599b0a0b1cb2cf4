"""preparation.json: the way from raw data to a network and back, and which network that is.

It is best.keras where the search came to its end. Until then the best trial so far stands in for
it, and what ties with it: a bag, built from the weights that are kept. One file says which of the
two it is, and is written after the networks that it speaks of: so a kill never leaves a network
with another one's scaling.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from rnnsearch.data import Preparation, SequenceData
from rnnsearch.driver.finishing.so_far import Member, SoFar
from rnnsearch.engines import Program
from rnnsearch.errors import StudyError
from rnnsearch.files import write_text
from rnnsearch.models import Architecture
from rnnsearch.models.networks import Affine, Network
from rnnsearch.records import StudyFolder, load_weights

__all__ = [
    "TRIAL",
    "is_delivered",
    "kept_networks",
    "networks_of",
    "read_preparation",
    "stand_in",
    "write_preparation",
]

TRIAL = "trial"
"""Key of the trial that stands in for best.keras."""

_MEMBERS = "members"
"""Key of the networks that stand in for it, where there are several."""


def write_preparation(
    folder: StudyFolder,
    program: Program,
    preparation: Preparation,
    so_far: SoFar | None = None,
    trial: int | None = None,
) -> None:
    """Make or replace the file.

    Args:
        folder: Of the study.
        program: Of the network.
        preparation: What the network was trained on.
        so_far: What stands in for best.keras; None for best.keras.
        trial: Of the front, whose network it is; None for best.keras.
    """
    of: dict[str, Any] = {}
    if so_far is not None:
        of = {TRIAL: so_far.best.number, _MEMBERS: [_plain(one) for one in so_far.members]}
    kept = {**of, "network": program.architecture.to_json(), **preparation.to_json()}
    write_text(_written(folder, trial)[0], json.dumps(kept, indent=2) + "\n")


def _written(folder: StudyFolder, trial: int | None) -> tuple[Path, Path]:
    """The file, and the network that it speaks of where nothing stands in."""
    if trial is None:
        return folder.preparation, folder.model
    return folder.front_preparation(trial), folder.front_model(trial)


def read_preparation(folder: StudyFolder, trial: int | None = None) -> dict[str, Any] | None:
    """What was written; None where it was not, or the network that it speaks of is not there.

    Args:
        folder: Of the study.
        trial: Of the front; None for best.keras, or what stands in for it.
    """
    path, model = _written(folder, trial)
    if not path.exists():
        return None
    try:
        kept: dict[str, Any] = json.loads(path.read_text("utf-8"))
        if TRIAL not in kept:
            return kept if model.exists() else None
        if kept.get(_MEMBERS):
            kept[_MEMBERS] = [one for one in kept[_MEMBERS] if _path(folder, one).exists()]
            return kept if kept[_MEMBERS] else None
        return kept if folder.weights(kept[TRIAL]).exists() else None
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise StudyError(
            f"Expected a preparation as a search writes it. Received: {path}, which "
            f"reads otherwise ({type(error).__name__}: {error}); give the search command again, "
            "which writes it anew, or put back a copy"
        ) from error


def is_delivered(folder: StudyFolder) -> bool:
    """Whether a search of the study came to its end, and what it delivered lies there."""
    kept = read_preparation(folder)
    return kept is not None and TRIAL not in kept


def stand_in(folder: StudyFolder, data: SequenceData, so_far: SoFar) -> None:
    """Have the best so far, whose weights are kept, stand in for best.keras."""
    preparation = data.preparation(so_far.program.window, so_far.fold)
    write_preparation(folder, so_far.program, preparation, so_far)


def kept_networks(folder: StudyFolder, kept: Mapping[str, Any]) -> list[Network]:
    """The networks that stand in for best.keras, from what `read_preparation` gave."""
    members = kept.get(_MEMBERS) or ()
    if not members:
        architecture = Architecture.from_json(kept["network"])
        return [Network(architecture, load_weights(folder.weights(kept[TRIAL])), 1.0)]
    total = sum(one["share"] for one in members)
    return [
        Network(
            Architecture.from_json(one["network"]),
            load_weights(_path(folder, one)),
            one["share"] / total,
            {name: _affine(values) for name, values in one["inputs"].items()},
            None if one["outputs"] is None else _affine(one["outputs"]),
            tuple(one["unseen"]),
            one["unknown"],
        )
        for one in members
    ]


def networks_of(folder: StudyFolder, so_far: SoFar) -> list[Network]:
    """The networks of a bag, with their kept weights."""
    return [_network(folder, one) for one in so_far.members]


def _network(folder: StudyFolder, one: Member) -> Network:
    weights = load_weights(folder.run_weights(one.trial, one.index))
    return Network(
        one.architecture,
        weights,
        one.share,
        one.inputs,
        one.outputs,
        one.unseen,
        one.unknown,
    )


def _path(folder: StudyFolder, member: Mapping[str, Any]) -> Path:
    return folder.run_weights(member["trial"], member["run"])


def _plain(one: Member) -> dict[str, Any]:
    return {
        "trial": one.trial,
        "run": one.index,
        "share": one.share,
        "inputs": {name: _numbers(affine) for name, affine in one.inputs.items()},
        "outputs": None if one.outputs is None else _numbers(one.outputs),
        "unseen": list(one.unseen),
        "unknown": one.unknown,
        "network": one.architecture.to_json(),
    }


def _numbers(affine: Affine) -> dict[str, Any]:
    return {"scale": affine.scale.tolist(), "offset": affine.offset.tolist()}


def _affine(values: Mapping[str, Any]) -> Affine:
    return Affine(np.array(values["scale"]), np.array(values["offset"]))
