"""Compiling in the background: one at a time, waited for, and never the end of a worker."""

from __future__ import annotations

import threading
from multiprocessing.connection import Pipe

import pytest

from rnnsearch.engines import Program
from rnnsearch.execution.preparing import Preparing
from rnnsearch.execution.remote_listener import RemoteListener
from rnnsearch.execution.worker_orders import Cancel, Prepare
from rnnsearch.models import Architecture
from rnnsearch.tasks import Head

HEAD = Head(4, 1, None, False, 1, "linear", False)


def order(units: int) -> Prepare:
    architecture = Architecture("GRU", (units,), False, False, HEAD)
    return Prepare(
        Program(architecture, "adam", 8, None, "mse", ("rmse",), "val_rmse", False), 2, 2
    )


def test_one_at_a_time_beside_the_worker_and_waited_for() -> None:
    go, done = threading.Event(), []

    def prepare(order: Prepare) -> None:
        assert go.wait(10)
        done.append((order, threading.current_thread().name))

    preparing = Preparing(prepare)
    preparing.wait()
    preparing.begin(order(1))
    preparing.begin(order(2))  # too early: left to the block that needs it
    assert done == []
    go.set()
    preparing.wait()
    preparing.begin(order(3))
    preparing.wait()
    assert done == [(order(1), "rnnsearch-prepare"), (order(3), "rnnsearch-prepare")]


def test_what_cannot_be_compiled_is_left_to_its_block(capfd: pytest.CaptureFixture[str]) -> None:
    def prepare(order: Prepare) -> None:
        raise ValueError("no such kernel")

    preparing = Preparing(prepare)
    preparing.begin(order(1))
    preparing.wait()
    assert "ValueError: no such kernel" in capfd.readouterr().err


def test_an_order_to_prepare_is_obeyed_while_a_block_trains() -> None:
    ours, theirs = Pipe()
    begun: list[Prepare] = []
    listener = RemoteListener(theirs, "GRU", begun.append)
    ours.send(order(5))
    assert not listener.cancelled()
    assert begun == [order(5)]
    ours.send(order(6))
    ours.send(Cancel())
    assert listener.cancelled()
    assert begun[1:] == [order(6)]
