"""Weights & Biases: a run a trial, in the group of its search, and one for the search itself.

Where they go is for W&B to say: its login, or WANDB_MODE=offline and `wandb sync` later; also
WANDB_ENTITY, WANDB_PROJECT and WANDB_DIR. It is not the study's folder, as W&B makes links, and a
study is refused that has any.
"""

from __future__ import annotations

import json
import math
import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, final

from rnnsearch.data.extras import import_extra
from rnnsearch.errors import InvalidInput, Problem
from rnnsearch.outcomes import Epoch, TrialRecord
from rnnsearch.trackers._base import Search, Tracker, flat
from rnnsearch.trackers.numpy_winner import export_winner

__all__ = ["WandB"]

_FILES = ("leaderboard.csv", "summary.json", "spec.yaml")


@final
class WandB(Tracker):
    """Runs, curves and two artifacts, the study and its winner, by W&B's client."""

    def __init__(self) -> None:
        self._wandb: Any = None
        self._search: Search | None = None
        self._own = ""

    def begin(self, search: Search) -> None:
        """Make the search's run, or go on with that which was made for the folder before.

        Raises:
            InvalidInput: W&B knows no user, and was not told to stay offline.
        """
        self._wandb = import_extra("wandb", "wandb", "wandb", "run.trackers: wandb")
        self._search = search
        known = search.kept / "wandb.json"
        if known.exists():
            self._own = json.loads(known.read_text("utf-8"))["run"]
        else:
            self._own = secrets.token_hex(4)
            search.kept.mkdir(exist_ok=True)
            known.write_text(json.dumps({"run": self._own}), "utf-8")
        config = {**flat(search.spec), "objective": search.objective}
        self._run(f"search {search.folder.name}", "search", config, self._own).finish()

    def trial(self, record: TrialRecord, curves: Sequence[Sequence[Epoch]]) -> None:
        """A run with its parameters, its curves by epoch, and how it ended."""
        run = self._run(f"trial {record.number}", "trial", dict(record.params), None)
        run.define_metric("epoch")
        run.define_metric("*", step_metric="epoch")
        for number, values in sorted(_by_epoch(curves).items()):
            run.log({"epoch": number, **values})
        run.summary.update(_finite({**record.metrics, "score": record.score}))
        said = {"state": record.state, "message": record.message, "weights": record.parameters}
        run.summary.update({name: value for name, value in said.items() if value})
        run.finish(exit_code=int(record.state == "FAIL"))

    def end(self, summary: Mapping[str, Any]) -> None:
        """The winner's scores, the study's files, and the winner in NumPy alone."""
        search = self._search
        assert search is not None
        run = self._run(f"search {search.folder.name}", "search", {}, self._own)
        winner = summary.get("winner")
        if winner is not None:
            tested = winner.get("test") or {}
            run.summary.update(_finite({**winner["metrics"], **tested, "score": winner["score"]}))
            run.summary.update({"winner": winner["number"]})
        study = self._wandb.Artifact(f"{search.name}-study", type="study")
        for name in _FILES:
            if (search.folder / name).exists():
                study.add_file(str(search.folder / name))
        run.log_artifact(study)
        if winner is not None and not summary["interrupted"]:
            self._log_winner(run, search)
        run.finish()

    def _log_winner(self, run: Any, search: Search) -> None:
        """As an artifact of the type ``model``; why there is none, where it writes texts."""
        with TemporaryDirectory() as aside:
            network = Path(aside) / "network"
            if why := export_winner(search.folder, network):
                run.summary.update({"not_exported": why})
                return
            model = self._wandb.Artifact(f"{search.name}-winner", type="model")
            model.add_dir(str(network))
            run.log_artifact(model)  # which copies the files

    def _run(self, name: str, kind: str, config: Mapping[str, Any], own: str | None) -> Any:
        """A run of the search's group, with no output, code or machine's load in it."""
        search, errors = self._search, self._wandb.errors
        assert search is not None
        try:
            return self._wandb.init(
                project=os.environ.get("WANDB_PROJECT") or search.name,
                group=search.folder.name,
                name=name,
                job_type=kind,
                config=dict(config),
                id=own,
                resume=None if own is None else "allow",
                reinit="create_new",
                settings=self._wandb.Settings(
                    silent=True,
                    console="off",
                    disable_git=True,
                    save_code=False,
                    x_disable_stats=True,
                    x_save_requirements=False,
                ),
            )
        except (errors.UsageError, errors.AuthenticationError) as error:
            advice = "run `wandb login`, or set WANDB_MODE=offline"
            problem = Problem("run.trackers", "must know W&B's user", str(error), advice)
            raise InvalidInput([problem]) from None


def _by_epoch(curves: Sequence[Sequence[Epoch]]) -> dict[int, dict[str, float]]:
    """Epoch → values by name, with ``.run_0`` at its end where a trial has several runs."""
    found: dict[int, dict[str, float]] = {}
    for number, curve in enumerate(curves):
        end = f".run_{number}" if len(curves) > 1 else ""
        for one in curve:
            named = {f"{name}{end}": value for name, value in one.metrics.items()}
            found.setdefault(one.number, {}).update(_finite(named))
    return found


def _finite(values: Mapping[str, float | None]) -> dict[str, float]:
    """Those that are numbers."""
    return {n: float(v) for n, v in values.items() if v is not None and math.isfinite(v)}
