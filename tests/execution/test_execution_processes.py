"""Worker processes: how they start and end, and what is said of it. None of these trains."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from multiprocessing.connection import Pipe
from pathlib import Path

import pytest

from rnnsearch.execution import WorkerSetup
from rnnsearch.execution.messages import Crashed
from rnnsearch.execution.processes import ProcessExecutor, worker_environment
from rnnsearch.execution.worker import held_memory
from rnnsearch.execution.worker_orders import Cancel

BUSY = """
import sys, time
from multiprocessing.connection import Connection
from rnnsearch.execution.worker import end_with_driver
connection = Connection(int(sys.argv[1]))
end_with_driver(connection)
connection.send("busy")
time.sleep(60)
"""


@pytest.fixture
def setup(tmp_path: Path) -> WorkerSetup:
    data = tmp_path / "missing.joblib"
    return WorkerSetup(data, "many_to_one", "fused", "jax", "cpu", tmp_path / "logs", threads=2)


def test_launched_workers_are_those_that_start_and_say_why_they_cannot(setup: WorkerSetup) -> None:
    executor = ProcessExecutor(setup, 2)
    executor.launch()
    launched = [executor._processes[worker].process for worker in executor.workers]
    assert not setup.logs.exists(), "until they start nothing is written"
    with executor:
        assert [executor._processes[worker].process for worker in executor.workers] == launched
        ((worker, message), *_) = executor.receive(30)
        # It waited for the setup, and found that its data is missing.
        assert isinstance(message, Crashed) and message.gone
        assert "ended with status 1: FileNotFoundError" in message.reason
        assert str(setup.logs / f"worker-{worker}.log") in message.reason
        assert (setup.logs / f"worker-{worker}.log").exists()
        # The driver may not know yet, and answers what it had asked.
        executor.send(worker, Cancel())
        assert worker not in dict(executor.receive(0.01))
    assert all(process.poll() is not None for process in launched)


def test_workers_that_are_launched_in_vain_end(setup: WorkerSetup) -> None:
    executor = ProcessExecutor(setup, 1)
    executor.launch()
    process = executor._processes[0].process
    assert process.poll() is None
    executor.close()
    assert process.poll() is not None
    assert not setup.logs.exists()


def test_a_worker_that_dies_before_its_setup_says_why(setup: WorkerSetup) -> None:
    executor = ProcessExecutor(replace(setup, backend="no_such_backend"), 1)
    executor.launch()
    executor._processes[0].process.wait(timeout=30)
    with executor:
        ((_, message),) = executor.receive(10)
        assert isinstance(message, Crashed) and message.gone
        assert "No module named 'no_such_backend'" in message.reason
        assert "no_such_backend" in (setup.logs / "worker-0.log").read_text()


def test_a_worker_imports_keras_only_and_can_import_the_rest_later(setup: WorkerSetup) -> None:
    code = """
import sys
from rnnsearch.execution.importing import SPARED, import_keras_alone
import_keras_alone(find_devices=True)
assert "jax.experimental.pallas" not in sys.modules
assert "keras" in sys.modules
assert not set(SPARED) & set(sys.modules), set(SPARED) & set(sys.modules)
import jax.experimental.pallas.ops.tpu.splash_attention as attention
assert attention.splash_attention_kernel.make_splash_mha
import pandas
print(pandas.DataFrame({"a": [1]}).a[0])
"""
    found = subprocess.run(
        [sys.executable, "-c", code],
        env=worker_environment(setup),
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.stdout == "1\n", found.stderr


def test_a_killed_worker_is_heard_of_and_can_be_restarted(setup: WorkerSetup) -> None:
    executor = ProcessExecutor(setup, 1)
    with executor:
        first = executor._processes[0].process
        os.kill(first.pid, signal.SIGKILL)
        ((_, message),) = executor.receive(10)
        assert message == Crashed(
            "its worker was killed (signal 9): out of memory, or by somebody", gone=True
        )
        executor.restart(0)
        second = executor._processes[0].process
        assert second.pid != first.pid
    assert second.poll() is not None


def test_half_a_message_is_a_worker_that_is_gone(setup: WorkerSetup) -> None:
    executor = ProcessExecutor(setup, 1)
    with executor:
        process = executor._processes[0]
        process.process.kill()
        process.connection.close()
        process.connection, theirs = Pipe()
        os.write(theirs.fileno(), (1000).to_bytes(4, "big") + b"cut")
        theirs.close()
        ((_, message),) = executor.receive(5)
        assert isinstance(message, Crashed) and message.gone


def test_a_busy_worker_ends_when_the_driver_is_gone() -> None:
    ours, theirs = Pipe()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-c", BUSY, str(theirs.fileno())], pass_fds=[theirs.fileno()]
        )
    assert ours.recv() == "busy"
    assert process.poll() is None
    started = time.monotonic()
    ours.close()
    assert process.wait(timeout=10) == 1
    assert time.monotonic() - started < 3


def test_memory_is_what_is_held_now(tmp_path: Path) -> None:
    status = tmp_path / "status"
    status.write_text(
        "Name:\tpython\nVmHWM:\t  9999999 kB\nVmRSS:\t  409600 kB\nRssAnon:\t 204800 kB\n"
    )
    assert held_memory(status) == 200
    status.write_text("VmRSS:\t  409600 kB\n")
    assert held_memory(status) == 400
    assert 1 < held_memory(tmp_path / "none") < 100_000


def test_a_worker_gets_its_backend_device_and_cores(setup: WorkerSetup) -> None:
    environment = worker_environment(setup)
    assert environment["KERAS_BACKEND"] == "jax"
    assert environment["JAX_PLATFORMS"] == "cpu"
    assert "--xla_force_host_platform_device_count=2" in environment["XLA_FLAGS"]
