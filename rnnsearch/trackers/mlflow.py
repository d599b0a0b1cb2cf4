"""MLflow: a run for the search, one within it for each trial, and the winner in the registry.

Where it goes is for MLflow to say: the variable MLFLOW_TRACKING_URI, or MLflow's own default.
"""

from __future__ import annotations

import importlib
import json
import math
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, final

import numpy as np

from rnnsearch.data.extras import import_extra
from rnnsearch.outcomes import Epoch, TrialRecord
from rnnsearch.trackers._base import Search, Tracker, flat
from rnnsearch.trackers.numpy_winner import export_winner

__all__ = ["MLflow"]

_AT_ONCE = 1000
"""Metrics in a request, and 100 parameters: MLflow takes no more."""
_LONGEST = 6000
"""Characters of a parameter, at most."""

_MODEL = '''\
"""The network of a search, as MLflow calls it. Needs NumPy alone."""

import runpy
from pathlib import Path

import mlflow


class Network(mlflow.pyfunc.PythonModel):
    def load_context(self, context):
        self.run = runpy.run_path(str(Path(context.artifacts["network"]) / "model.py"))["predict"]

    def predict(self, context, model_input, params=None):
        return self.run(**model_input)


mlflow.models.set_model(Network())
'''


@final
class MLflow(Tracker):
    """Runs, curves, artifacts and the winner, by MLflow's client."""

    def __init__(self) -> None:
        self._client: Any = None
        self._search: Search | None = None
        self._run = ""
        self._experiment = ""

    def begin(self, search: Search) -> None:
        """Make the search's run, or go on with that which was made for the folder before."""
        mlflow = import_extra("mlflow", "mlflow", "mlflow", "run.trackers: mlflow")
        self._search, self._client = search, mlflow.MlflowClient()
        known = search.kept / "mlflow.json"
        if known.exists():
            kept = json.loads(known.read_text("utf-8"))
            self._run, self._experiment = kept["run"], kept["experiment"]
            self._client.update_run(self._run, status="RUNNING")
            return
        found = self._client.get_experiment_by_name(search.name)
        self._experiment = (
            self._client.create_experiment(search.name) if found is None else found.experiment_id
        )
        self._run = self._make(f"search {search.folder.name}", {"rnnsearch.task": search.task})
        self._log(self._run, flat(search.spec), ())
        search.kept.mkdir(exist_ok=True)
        known.write_text(json.dumps({"run": self._run, "experiment": self._experiment}), "utf-8")

    def trial(self, record: TrialRecord, curves: Sequence[Sequence[Epoch]]) -> None:
        """A run within that of the search, with its curves."""
        tags = {"mlflow.parentRunId": self._run, "rnnsearch.state": record.state}
        tags |= {"rnnsearch.message": record.message} if record.message else {}
        run = self._make(f"trial {record.number}", tags)
        named = [(name, value, 0) for name, value in record.metrics.items()]
        if record.score is not None:
            named.append(("score", record.score, 0))
        several = len(curves) > 1
        for number, curve in enumerate(curves):
            end = f".run_{number}" if several else ""
            named += [
                (f"curve.{name}{end}", value, one.number)
                for one in curve
                for name, value in one.metrics.items()
            ]
        self._log(run, dict(record.params), named)
        failed = record.state == "FAIL"
        self._client.set_terminated(run, status="FAILED" if failed else "FINISHED")

    def end(self, summary: Mapping[str, Any]) -> None:
        """The winner's scores, the study's files, and the winner as a model of the registry."""
        search = self._search
        assert search is not None
        winner = summary.get("winner")
        if winner is not None:
            values = {**winner["metrics"], **winner.get("test", {}), "score": winner["score"]}
            found = [(name, value, 0) for name, value in values.items() if value is not None]
            self._log(self._run, {}, found)
        for name in ("leaderboard.csv", "summary.json", "spec.yaml"):
            if (search.folder / name).exists():
                self._client.log_artifact(self._run, str(search.folder / name))
        if winner is not None and not summary["interrupted"]:
            self._register(search)
        status = "KILLED" if summary["interrupted"] else "FINISHED"
        self._client.set_terminated(self._run, status=status)

    def _register(self, search: Search) -> None:
        """Export the winner in a process of its own, and have the registry keep it."""
        mlflow = importlib.import_module("mlflow")
        pyfunc = importlib.import_module("mlflow.pyfunc")
        with TemporaryDirectory() as aside:
            network = Path(aside) / "network"
            if why := export_winner(search.folder, network):
                self._client.set_tag(self._run, "rnnsearch.not_registered", why)
                return
            code = Path(aside) / "network_model.py"
            code.write_text(_MODEL, encoding="utf-8")
            plain = json.loads((network / "signature.json").read_text("utf-8"))
            with mlflow.start_run(run_id=self._run):
                pyfunc.log_model(
                    name="winner",
                    python_model=str(code),
                    artifacts={"network": str(network)},
                    signature=_signature(plain),
                    registered_model_name=search.name,
                    pip_requirements=["numpy"],
                )

    def _make(self, name: str, tags: Mapping[str, str]) -> str:
        """Begin a run on the server; its identity there."""
        named = {**tags, "mlflow.runName": name}
        run: str = self._client.create_run(self._experiment, tags=named).info.run_id
        return run

    def _log(
        self, run: str, params: Mapping[str, Any], metrics: Iterable[tuple[str, float, int]]
    ) -> None:
        """Parameters and metrics of a run; a metric that is no finite number is left out."""
        entities = importlib.import_module("mlflow.entities")
        now = int(time.time() * 1000)
        sound = [
            entities.Metric(name, float(value), now, step)
            for name, value, step in metrics
            if value is not None and math.isfinite(value)
        ]
        named = [entities.Param(name, str(value)[:_LONGEST]) for name, value in params.items()]
        for first in range(0, max(len(sound), 1), _AT_ONCE):
            self._client.log_batch(run, metrics=sound[first : first + _AT_ONCE])
        for first in range(0, len(named), _AT_ONCE // 10):
            self._client.log_batch(run, params=named[first : first + _AT_ONCE // 10])


def _signature(plain: Mapping[str, Any]) -> Any:
    """An export's signature as MLflow's."""
    models = importlib.import_module("mlflow.models")
    schema = importlib.import_module("mlflow.types.schema")
    inputs = [
        schema.TensorSpec(np.dtype(one["dtype"]), (-1, *one["shape"]), one["name"])
        for one in plain["inputs"]
    ]
    output = schema.TensorSpec(np.dtype("float32"), (-1, *[-1] * len(plain["axes"])))
    return models.ModelSignature(schema.Schema(inputs), schema.Schema([output]))
