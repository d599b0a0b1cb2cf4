"""Workers as actors of Ray: their places, what they carry, and a real cluster that loses a machine.

A cluster of two nodes takes a minute or two, so it is asked for:
RNNSEARCH_CHECKS=all python -m pytest tests/execution/test_execution_ray.py
"""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest

from rnnsearch.api.asking.asked import read_spec
from rnnsearch.engines import Program, Run
from rnnsearch.errors import MissingExtra, WorkerError
from rnnsearch.execution import Executor, WorkerSetup, worker
from rnnsearch.execution.guests import knock
from rnnsearch.execution.messages import Crashed, Judged, Message, Ready
from rnnsearch.execution.processes import ProcessExecutor
from rnnsearch.execution.ray_actor import Carried, RayWorker
from rnnsearch.execution.ray_executor import RayExecutor, Slot, _checkpoints, _modules, slots
from rnnsearch.execution.worker_orders import Block, Exit, Judge, Schedule
from rnnsearch.models import Architecture
from rnnsearch.tasks import Head, Loss

ROOT = Path(__file__).resolve().parents[2]
HAS_RAY = importlib.util.find_spec("ray") is not None
WHY = "no Ray is installed" if not HAS_RAY else "a real cluster: RNNSEARCH_CHECKS=all runs it"
on_a_cluster = pytest.mark.skipif(
    not HAS_RAY or os.environ.get("RNNSEARCH_CHECKS") != "all", reason=WHY
)
# Ray's own, on which nothing of ours bears.
quiet = pytest.mark.filterwarnings(
    "ignore::FutureWarning", "ignore::ResourceWarning", "ignore::DeprecationWarning"
)

PROGRAM = Program(
    Architecture("GRU", (4,), False, False, Head(4, 1, None, False, 1, "linear", False)),
    "adam", 8, None, "mse", (), "val_loss", False,
)  # fmt: skip
BLOCK = Block(PROGRAM, (Run(4, 0, 6), Run(5, 0, 6)), Schedule(None, frozenset()), 2)

SPEC = """
name: {name}
task: many_to_one
data: {{source: csv, path: rows.csv, inputs: [a], target: a, window: 8, base: none}}
space: {{cell: GRU, units: [4, 8], learning_rate: {{min: 0.001, max: 0.02, log: true}}}}
search: {{trials: 6, epochs: {epochs}, confirm: 0.2, seed: 1, block: 2, sampler: random, pruner: none}}
run: {{device: cpu, diagnosis: false, retries: 0}}
"""


@pytest.mark.parametrize(
    ("nodes", "count", "engine", "device", "found"),
    [
        ([Slot(8), Slot(4)], None, "fused", "auto", [Slot(8), Slot(4)]),
        ([Slot(5), Slot(1)], None, "keras", "cpu", [Slot(2), Slot(2), Slot(1)]),
        ([Slot(6), Slot(2)], 3, "fused", "auto", [Slot(2)] * 3),
        ([Slot(6), Slot(2)], 2, "fused", "cpu", [Slot(3)] * 2),
        ([Slot(1), Slot(1)], 5, "fused", "auto", [Slot(1)] * 5),
        ([Slot(16, 4), Slot(8)], None, "fused", "auto", [Slot(4, 1)] * 4),
        ([Slot(16, 4), Slot(8)], None, "fused", "cpu", [Slot(16), Slot(8)]),
        ([Slot(16, 2), Slot(2, 1)], 2, "keras", "gpu", [Slot(2, 1)] * 2),
        ([Slot(0), Slot(4)], None, "fused", "auto", [Slot(4)]),
    ],
)
def test_workers_fill_the_machines_of_a_cluster(
    nodes: list[Slot], count: int | None, engine: str, device: str, found: list[Slot]
) -> None:
    assert slots(nodes, count, engine, device) == found


@pytest.mark.parametrize(
    ("nodes", "device"), [([Slot(4)], "gpu"), ([Slot(0)], "auto"), ([], "cpu")]
)
def test_a_cluster_without_what_is_asked_for_is_refused(nodes: list[Slot], device: str) -> None:
    with pytest.raises(WorkerError, match="Expected a Ray cluster of machines with a"):
        slots(nodes, None, "fused", device)


def test_without_ray_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    setup = WorkerSetup(tmp_path, "many_to_one", "fused", "jax", "cpu", tmp_path, 1)
    with pytest.raises(MissingExtra, match=r"pip install 'rnnsearch\[ray\]'"):
        RayExecutor(setup, None).launch()


def test_where_nobody_is_that_is_said_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ray itself tries for minutes."""
    ray = SimpleNamespace(is_initialized=lambda: False)
    monkeypatch.setitem(sys.modules, "ray", ray)  # type: ignore[arg-type]
    setup = WorkerSetup(tmp_path, "many_to_one", "fused", "jax", "cpu", tmp_path, 1)
    for address in ("127.0.0.1:1", "ray://127.0.0.1:1"):
        with pytest.raises(WorkerError, match=f"Expected a Ray cluster at run.address: {address}"):
            RayExecutor(setup, None, address).launch()


@pytest.fixture
def actor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[RayWorker, Any]]:
    """An actor in this process, and the end of the connection that its engine would have."""
    served: list[Any] = []

    def serve(connection: Any, setup: WorkerSetup, data: Any) -> None:
        served.append((connection, setup, data))
        while not isinstance(connection.recv(), Exit):
            pass
        raise ValueError("the end\nof it")

    monkeypatch.setattr(worker, "prepare", lambda: None)
    monkeypatch.setattr(worker, "serve", serve)
    monkeypatch.setattr(os, "environ", dict(os.environ))
    setup = WorkerSetup(Path("/nowhere"), "many_to_one", "fused", "jax", "cpu", Path("/nowhere"), 3)
    one = RayWorker(setup, {"cells/__init__.py": b"", "cells/mine.py": b"a = 1"})
    one.begin("the data")  # type: ignore[arg-type]
    end = time.monotonic() + 10
    while not served and time.monotonic() < end:
        time.sleep(0.01)
    yield one, served[0]
    one.tell(Exit(), {})


def test_an_actor_works_with_paths_of_its_own_machine(
    actor: tuple[RayWorker, Any], tmp_path: Path
) -> None:
    one, (connection, setup, data) = actor
    assert data == "the data" and setup.data == Path("/nowhere")
    assert (setup.code / "cells" / "mine.py").read_text() == "a = 1"
    assert os.environ["KERAS_BACKEND"] == "jax" and "count=3" in os.environ["XLA_FLAGS"]

    theirs = tmp_path / "checkpoints"
    here = one._files.here(replace(BLOCK, checkpoints=theirs), {"00004-00005-0000.npz": b"old"})
    assert isinstance(here, Block) and here.checkpoints is not None
    assert (here.checkpoints / "00004-00005-0000.npz").read_bytes() == b"old"

    def said() -> list[Carried]:
        connection.send(Ready("cpu"))
        *files, message = one.hear()
        assert message == Ready("cpu")
        return files  # type: ignore[return-value]

    assert said() == [], "what it was given is no news"
    (here.checkpoints / "00004-00005-0000.npz").write_bytes(b"new")
    (here.checkpoints / ".aside-00006.npz").write_bytes(b"half")
    assert said() == [Carried(theirs / "00004-00005-0000.npz", b"new")]
    assert said() == []
    (here.checkpoints / "00004-00005-0000.npz").unlink()
    assert said() == [Carried(theirs / "00004-00005-0000.npz", None)]

    judge = one._files.here(Judge(PROGRAM, [], save=tmp_path / "best.keras"), {})
    assert isinstance(judge, Judge) and judge.save is not None
    assert said() == []
    judge.save.write_bytes(b"model")
    assert said() == [Carried(tmp_path / "best.keras", b"model")]
    one._files.here(Judge(PROGRAM, [], save=tmp_path / "best.keras"), {})
    assert said() == [], "the next of that name is not the last"


def test_an_actor_says_what_its_engine_died_of(actor: tuple[RayWorker, Any]) -> None:
    one, _ = actor
    one.tell(Exit(), {})
    assert one.hear() == [Crashed("its worker ended: ValueError: the end", gone=True)]


def test_a_block_takes_its_own_checkpoints_along(tmp_path: Path) -> None:
    for name in ("00004-00009-0000", "00010-00012-0000", "final-00004-00004-0000", ".aside-1"):
        (tmp_path / f"{name}.npz").write_bytes(name.encode())
    block = replace(BLOCK, checkpoints=tmp_path)
    assert _checkpoints(block) == {"00004-00009-0000.npz": b"00004-00009-0000"}
    assert set(_checkpoints(replace(block, final=True))) == {"final-00004-00004-0000.npz"}
    assert _checkpoints(BLOCK) == _checkpoints(Exit()) == {}


def test_modules_of_the_users_go_along_and_nothing_else(tmp_path: Path) -> None:
    for name in ("cells.py", "pack/__init__.py", "pack/deep.py", "data/not.py", "rows.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    assert set(_modules(tmp_path)) == {"cells.py", "pack/__init__.py", "pack/deep.py"}
    assert _modules(None) == {}


# --- On a real cluster ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Two nodes of a core each, on this machine."""
    os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}
    os.environ |= {"RAY_worker_niceness": "0"}  # else a busy machine leaves its workers nothing
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    from ray.cluster_utils import Cluster

    found = Cluster(
        initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False}
    )
    found.add_node(num_cpus=1)
    yield found
    found.shutdown()


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    """A folder with a table."""
    steps = np.arange(200)
    noise = np.random.default_rng(0).normal(0, 0.1, 200)
    pd.DataFrame({"a": np.sin(steps / 4) + noise}).to_csv(tmp_path / "rows.csv", index=False)
    return tmp_path


def made(kind: str, rows: Path, address: str) -> Executor:
    (rows / "spec.yaml").write_text(SPEC.format(name="spec", epochs=2))
    (rows / "logs").mkdir()
    asked = read_spec(rows / "spec.yaml", {}, None)
    joblib.dump(asked.read().data.packed(rows), rows / "data.joblib")
    setup = WorkerSetup(
        rows / "data.joblib", "many_to_one", "fused", "jax", "cpu", rows / "logs", 1
    )
    return (
        ProcessExecutor(setup, 1)
        if kind == "processes"
        else RayExecutor(setup, 1, address, rows / "door.json")
    )


def kill(executor: Executor) -> None:
    """Kill worker 0, as the system does that runs out of memory."""
    if isinstance(executor, ProcessExecutor):
        executor._processes[0].process.kill()
        return
    assert isinstance(executor, RayExecutor)
    ask = executor._actors[0].__ray_call__.options(concurrency_group="telling")
    os.kill(executor._ray.get(ask.remote(lambda _: os.getpid())), signal.SIGKILL)


def heard(executor: Executor) -> Message:
    """The next message; there must be one."""
    end = time.monotonic() + 240  # a worker imports a backend, on a machine that may be busy
    while time.monotonic() < end:
        messages = executor.receive(1)
        if messages:
            ((number, message),) = messages
            assert number == 0
            return message
    raise AssertionError("nothing was heard")


@on_a_cluster
@quiet
@pytest.mark.parametrize("kind", ["processes", "ray"])
def test_the_contract_of_an_executor(kind: str, rows: Path, cluster: Any) -> None:
    from rnnsearch.models.build import build_standard

    executor = made(kind, rows, cluster.address)
    with executor:
        assert list(executor.workers) == [0]
        assert isinstance(heard(executor), Ready)
        if kind == "ray":
            with pytest.raises(WorkerError, match="its workers are Ray's"):
                knock(rows / "door.json")
        head = Head(8, 1, None, False, 1, "linear", False)
        program = replace(
            PROGRAM, architecture=replace(PROGRAM.architecture, head=head), loss=Loss("mse")
        )
        model = build_standard(program.architecture)
        weights = [np.array(variable) for variable in model.trainable_variables]
        executor.send(0, Judge(program, weights, save=rows / "best.keras"))
        judged = heard(executor)
        assert isinstance(judged, Judged), judged
        assert (rows / "best.keras").stat().st_size > 1000
        kill(executor)
        gone = heard(executor)
        assert isinstance(gone, Crashed) and gone.gone and not gone.left
        assert "killed" in gone.reason
        executor.restart(0)
        assert isinstance(heard(executor), Ready)
        executor.send(0, Judge(program, weights))
        assert heard(executor) == replace(judged, milliseconds=0.0)
    assert not (rows / "door.json").exists()


def search(folder: Path, name: str, epochs: int, *arguments: str) -> subprocess.Popen[str]:
    (folder / f"{name}.yaml").write_text(SPEC.format(name=name, epochs=epochs))
    return subprocess.Popen(
        [sys.executable, "-m", "rnnsearch", "search", f"{name}.yaml", *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def scores(folder: Path) -> pd.Series:
    board = pd.read_csv(folder / "leaderboard.csv")
    return board[board.state == "COMPLETE"].set_index("trial").sort_index()["val_loss"]


def until(process: subprocess.Popen[str], holds: Callable[[str], bool]) -> str:
    """What it prints up to a line."""
    assert process.stdout is not None
    printed = ""
    for line in process.stdout:
        printed += line
        if holds(line):
            return printed
    raise AssertionError(printed)


@on_a_cluster
@quiet
def test_a_search_that_loses_a_machine_ends_as_one_on_this_machine(
    rows: Path, cluster: Any
) -> None:
    """With `retries: 0`: a lost machine is no failure of what was trained on it."""
    remote = search(rows, "far", 1500, "--executor", "ray", "--address", cluster.address)
    until(remote, lambda line: line.count("training GRU") == 2)
    (node,) = cluster.worker_nodes
    cluster.remove_node(node, allow_graceful=False)
    said, _ = remote.communicate(timeout=400)
    assert remote.returncode == 0, said
    local = search(rows, "near", 1500, "--workers", "1")
    said, _ = local.communicate(timeout=400)
    assert local.returncode == 0, said
    far, near = scores(rows / "results" / "far"), scores(rows / "results" / "near")
    assert len(near) == 6 and list(far.index) == list(near.index)
    np.testing.assert_allclose(far, near, rtol=1e-2)
    assert (rows / "results" / "far" / "best.keras").exists()


@on_a_cluster
@quiet
def test_no_cluster_is_said_in_one_line(rows: Path) -> None:
    one = search(rows, "none", 2, "--executor", "ray", "--address", "127.0.0.1:1")
    said, _ = one.communicate(timeout=120)
    assert one.returncode == 2
    assert "Expected a Ray cluster at run.address: 127.0.0.1:1" in said
    assert "Traceback" not in said
    assert not (rows / "results").exists()
