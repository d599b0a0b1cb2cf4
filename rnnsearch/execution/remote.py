"""Orders that are waited for: one worker, one answer, nothing else going on."""

from __future__ import annotations

import time

import numpy as np

from rnnsearch.errors import WorkerError
from rnnsearch.execution._base import Executor
from rnnsearch.execution.messages import BlockDone, Crashed, Ended, Judged, Message, Put
from rnnsearch.execution.worker_orders import Assemble, Block, Judge, PutOut

__all__ = ["judge_remotely", "put_out_remotely", "train_remotely"]

_ATTEMPTS = 2
_TICK = 1.0


def judge_remotely(executor: Executor, order: Judge | Assemble) -> Judged:
    """Have a network, or several as one, evaluated and saved by a worker.

    Raises:
        WorkerError: It failed twice.
    """
    answer = _request(executor, order)[-1]
    assert isinstance(answer, Judged)
    return answer


def put_out_remotely(executor: Executor, order: PutOut) -> list[np.ndarray]:
    """What networks put out: (N, …) arrays.

    Raises:
        WorkerError: It failed twice.
    """
    answer = _request(executor, order)[-1]
    assert isinstance(answer, Put)
    return answer.outputs


def train_remotely(executor: Executor, block: Block) -> list[Ended]:
    """Train a block, which must have no rungs, to its end in a worker.

    Raises:
        WorkerError: It failed twice.
    """
    return [answer for answer in _request(executor, block) if isinstance(answer, Ended)]


def _request(executor: Executor, order: Block | Judge | PutOut | Assemble) -> list[Message]:
    """What a worker answers, up to the message that ends the order."""
    reason = ""
    for _ in range(_ATTEMPTS):
        worker = executor.workers[0]
        executor.send(worker, order)
        answers = _answers(executor, worker)
        last = answers[-1]
        if not isinstance(last, Crashed):
            return answers
        reason = last.reason
        if last.gone:
            executor.restart(worker)
    raise WorkerError(f"a worker failed: {reason}")


def _answers(executor: Executor, worker: int) -> list[Message]:
    answers: list[Message] = []
    heard = time.monotonic()
    while not answers or not isinstance(answers[-1], BlockDone | Judged | Put | Crashed):
        patience = executor.patience
        wait = None if patience is None else _TICK
        fresh = [message for number, message in executor.receive(wait) if number == worker]
        now = time.monotonic()
        if fresh:
            answers += fresh
            heard = now
        elif patience is not None and now - heard > patience.seconds:
            answers.append(Crashed(f"its worker said nothing for {now - heard:.0f} s", gone=True))
    return answers
