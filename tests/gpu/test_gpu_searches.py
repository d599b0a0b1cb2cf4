"""Searches on the device, run as a user runs them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml

from tests.gpu.conftest import ON_CPU

pytestmark = pytest.mark.gpu

ROOT = Path(__file__).parents[2]
SPECS = ROOT / "search_spaces"
SECONDS = 240

SHIPPED = {
    "many_to_one": "electricity",
    "many_to_many": "weather",
    "one_to_many": "first_names",
    "sequence_to_sequence": "airline_years",
}


QUICK = {"confirm": 0, "deliver": "best"}


def start(spec, output, **variables):
    device = "auto" if ON_CPU else "gpu"
    command = [sys.executable, "main.py", "search", str(spec), "--device", device, "-o", output]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | {"XDG_CACHE_HOME": str(Path(output).parent / "cache")} | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def end(process, output):
    """The summary of a search that must have ended well."""
    said, _ = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, said[-3000:]
    summary = json.loads((Path(output) / "summary.json").read_text())
    assert ON_CPU or not summary["device"].startswith("cpu")
    return summary


def write_spec(path, base, **sections):
    """A spec with some keys of its sections changed."""
    spec = yaml.safe_load(base) if isinstance(base, str) else dict(base)
    spec["data"]["path"] = str(SPECS / spec["data"]["path"])
    if ON_CPU:
        sections["run"] = {**sections.get("run", {}), "lane_mode": "vmap"}
    for name, values in sections.items():
        spec[name] = {**spec.get(name, {}), **values}
    path.write_text(yaml.safe_dump(spec))
    return path


@pytest.mark.parametrize("task", SHIPPED)
def test_a_search_of_each_task(task, tmp_path):
    base = (SPECS / f"{SHIPPED[task]}.yaml").read_text()
    search = {"trials": 4, "block": 4, "epochs": 2}
    if task != "many_to_one":  # which goes the whole way
        search |= QUICK
    spec = write_spec(tmp_path / "spec.yaml", base, search=search)
    output = str(tmp_path / "study")
    summary = end(start(spec, output), output)
    assert summary["task"] == task and summary["engine"] == "fused"
    assert sum(summary["states"].values()) == 4 and summary["winner"] is not None


def test_a_search_of_vectors(tmp_path):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(96, 3)).astype(np.float32)
    np.savez(tmp_path / "vectors.npz", x=x, y=x @ np.float32([1, -1, 2]))
    base = {
        "task": "one_to_one",
        "data": {"source": "npz", "path": str(tmp_path / "vectors.npz")},
        "space": {"units": 8, "learning_rate": 1e-2},
    }
    spec = write_spec(tmp_path / "spec.yaml", base, search=QUICK | {"trials": 2, "epochs": 2})
    output = str(tmp_path / "study")
    assert end(start(spec, output), output)["task"] == "one_to_one"


ELECTRICITY = (SPECS / "electricity.yaml").read_text()
ONE = {"cell": "LSTM", "units": 32, "unroll_length": "full"}


def test_two_processes_on_one_card(tmp_path):
    processes = {}
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        search = QUICK | {"trials": 4, "block": 4, "epochs": 3}
        spec = write_spec(tmp_path / name / "spec.yaml", ELECTRICITY, space=ONE, search=search)
        output = str(tmp_path / name / "study")
        processes[output] = start(spec, output)
    for output, process in processes.items():
        assert sum(end(process, output)["states"].values()) == 4


@pytest.mark.skipif(ON_CPU, reason="a CPU's memory has no such limit")
def test_a_block_that_does_not_fit_is_trained_in_fewer_lanes(tmp_path):
    """All lanes are asked for at once, on a share of the memory that can't hold them."""
    search = {"trials": 8, "block": 8, "epochs": 1, "sampler": "random", "pruner": "none"}
    search |= QUICK
    space = ONE | {"units": 256}  # some 190 MiB a lane
    one_fold = {"split": {"validation": 0.15, "test": 0.15, "backtest": {"folds": 1}}}
    spec = write_spec(
        tmp_path / "spec.yaml",
        ELECTRICITY,
        data=one_fold,
        space=space,
        search=search,
        run={"lanes": 8},
    )
    output = str(tmp_path / "study")
    summary = end(start(spec, output, XLA_PYTHON_CLIENT_MEM_FRACTION="0.01"), output)
    assert sum(summary["states"].values()) == 8
    log = (Path(output) / "logs" / "worker-0.log").read_text()
    assert "8 lanes do not fit" in log
