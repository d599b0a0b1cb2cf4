"""What would be lost with a worker: the lanes of its block, in one file, now and then.

A run that is taken up goes on from its last checkpoint. Its lane is held as long as it had trained
by then, so that everything else of the block happens when it would have. A file that can't be read,
or is of another run, is of no use and no harm: the run starts from scratch.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from rnnsearch.diagnosis import LayerDiagnosis
from rnnsearch.engines import Program, Run, RunKey
from rnnsearch.execution.messages import Ended
from rnnsearch.execution.worker_orders import Block
from rnnsearch.files import read_arrays, replacing
from rnnsearch.outcomes import Epoch

__all__ = ["Checkpoints", "Kept", "checkpoint_trials"]

INTERVAL = 30.0
"""Seconds between two checkpoints."""

AT_RUNG = 10.0
"""The same where a rung was reached, which is where a search decides."""

_SHARE = 0.05
"""Of the time, at most, that writing takes."""

_ABOUT = "about"

_DAMAGED = (IndexError, KeyError, OSError, RecursionError, TypeError, ValueError)
"""What reading a file may raise that is not what was written."""


@dataclass
class Kept:
    """A run as it stood.

    Attributes:
        run: Which one.
        epochs, seconds, best, last: What it had.
        curve: Every epoch of it.
        reached: What it had at rungs.
        arrays: Of its lane; of a run that ended, its weights.
        ended: How it ended, if it has; its trial has not.
    """

    run: Run
    epochs: int
    seconds: float
    best: Epoch | None
    last: Epoch | None
    curve: Sequence[Epoch] = ()
    reached: Mapping[int, float] = field(default_factory=dict)
    arrays: Sequence[np.ndarray] = ()
    ended: Ended | None = None


class Checkpoints:
    """Those of one block.

    Args:
        block: Says in which folder they are, or that there are none.
    """

    def __init__(self, block: Block) -> None:
        self._block = block
        self._folder = block.checkpoints
        self._written = time.monotonic()
        self._took = 0.0

    @property
    def path(self) -> Path | None:
        """The block's file, by its first and last run."""
        if self._folder is None or not self._block.runs:
            return None
        first, last = self._block.runs[0], self._block.runs[-1]
        final = "" if not self._block.final else "final-"
        name = f"{final}{first.trial:05d}-{last.trial:05d}-{first.index:04d}.npz"
        return self._folder / name

    def load(self) -> dict[RunKey, Kept]:
        """Runs of the block that have not ended, as they stood last, from any block's file."""
        if self._folder is None or not self._folder.is_dir():
            return {}
        open_ = {run.key: run for run in self._block.runs if run.key not in self._block.ended}
        found: dict[RunKey, Kept] = {}
        for path in sorted(self._folder.glob("*.npz")):
            try:
                kept = _read(path, self._block.program, open_)
            except _DAMAGED as error:
                print(f"{path} is of no use: {error}", file=sys.stderr, flush=True)
                continue
            for one in kept:
                before = found.get(one.run.key)
                if before is None or before.epochs < one.epochs:
                    found[one.run.key] = one
        return found

    def due(self, *, rung: bool) -> bool:
        """Whether it is time for one."""
        if self._folder is None:
            return False
        wait = max(AT_RUNG if rung else INTERVAL, self._took / _SHARE)
        return time.monotonic() - self._written >= wait

    def write(self, kept: Iterable[Kept]) -> None:
        """Put these in place of the last one. A disk that refuses is for the driver to say."""
        path, started = self.path, time.monotonic()
        if path is None:
            return
        arrays: dict[str, np.ndarray] = {}
        about = []
        for place, one in enumerate(kept):
            about.append(_about(self._block.program, one))
            for index, array in enumerate(one.arrays):
                # Types that NumPy does not know are bytes; who restores them knows which.
                plain = array if array.dtype.kind in "biuf" else array.view(np.uint8)
                arrays[f"{place:05d}-{index:03d}"] = plain
        text = json.dumps(about).encode("utf-8")
        try:
            path.parent.mkdir(exist_ok=True)
            with replacing(path) as aside:
                all_ = {_ABOUT: np.frombuffer(text, np.uint8), **arrays}
                np.savez(aside, allow_pickle=False, **all_)
        except OSError as error:
            print(f"no checkpoint: {error}", file=sys.stderr, flush=True)
        self._written = time.monotonic()
        self._took = self._written - started

    def remove(self) -> None:
        """The block has ended."""
        if self.path is not None:
            self.path.unlink(missing_ok=True)


def checkpoint_trials(path: Path) -> range | None:
    """The trials whose runs a file may hold; None of one of runs that confirm the best."""
    first, last, *_ = path.stem.split("-")
    known = first.isdecimal() and last.isdecimal()
    return range(int(first), int(last) + 1) if known else None


def _about(program: Program, one: Kept) -> dict[str, Any]:
    ended = None
    if one.ended is not None:
        plain = {
            **vars(one.ended),
            "weights": None,
            "layers": [asdict(layer) for layer in one.ended.layers],
        }
        plain["best"] = None if one.ended.best is None else asdict(one.ended.best)
        ended = plain
    return {
        "run": list(one.run.key),
        "same": _fingerprint(program, one.run),
        "epochs": one.epochs,
        "seconds": one.seconds,
        "best": None if one.best is None else asdict(one.best),
        "last": None if one.last is None else asdict(one.last),
        "curve": [asdict(epoch) for epoch in one.curve],
        "reached": [[epoch, value] for epoch, value in one.reached.items()],
        "arrays": len(one.arrays),
        "ended": ended,
    }


def _read(path: Path, program: Program, runs: Mapping[RunKey, Run]) -> list[Kept]:
    """The runs of a file that are among these."""
    found = []
    for place, about in enumerate(json.loads(read_arrays(path, {_ABOUT})[_ABOUT].tobytes())):
        trial, index = about["run"]
        run = runs.get((trial, index))
        if run is None or about["same"] != _fingerprint(program, run):
            continue
        names = [f"{place:05d}-{one:03d}" for one in range(about["arrays"])]
        arrays = read_arrays(path, names)
        found.append(_kept(run, about, [arrays[name] for name in names]))
    return found


def _kept(run: Run, about: Mapping[str, Any], arrays: list[np.ndarray]) -> Kept:
    ended = None
    if about["ended"] is not None:
        plain = dict(about["ended"])
        plain |= {"best": _epoch(plain["best"]), "layers": tuple(map(_layer, plain["layers"]))}
        ended = Ended(**{**plain, "weights": arrays})
    return Kept(
        run,
        about["epochs"],
        about["seconds"],
        _epoch(about["best"]),
        _epoch(about["last"]),
        [Epoch(**epoch) for epoch in about["curve"]],
        {epoch: value for epoch, value in about["reached"]},  # noqa: C416 - JSON has no such keys
        arrays,
        ended,
    )


def _epoch(about: Mapping[str, Any] | None) -> Epoch | None:
    return None if about is None else Epoch(**about)


def _layer(about: Mapping[str, Any]) -> LayerDiagnosis:
    lists = {"lags": tuple(about["lags"]), "reach": tuple(about["reach"])}
    return LayerDiagnosis(**{**about, **lists})


def _fingerprint(program: Program, run: Run) -> str:
    """What tells a run of a program from every other one."""
    return hashlib.sha256(repr((program, run)).encode("utf-8")).hexdigest()
