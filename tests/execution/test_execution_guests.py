"""Workers from other shells: who is let in, what is heard of them, and who is not trusted."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from rnnsearch.api import join
from rnnsearch.errors import StudyError, WorkerError
from rnnsearch.execution import WorkerSetup
from rnnsearch.execution.guests import Door, knock
from rnnsearch.execution.messages import Activity, Crashed, Message, Ready
from rnnsearch.execution.processes import ProcessExecutor
from rnnsearch.execution.worker_orders import Exit
from rnnsearch.records import StudyFolder


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "logs").mkdir()
    return tmp_path / "door.json"


@pytest.fixture
def executor(place: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ProcessExecutor]:
    """Without workers of its own, and its door open."""
    monkeypatch.chdir(place.parent)
    setup = WorkerSetup(
        Path("data.joblib"), "many_to_one", "fused", "jax", "cpu", Path("logs"), threads=2
    )
    with ProcessExecutor(setup, 0, place) as one:
        assert one._door is not None
        one._door.open()
        yield one


def knocked(executor: ProcessExecutor, place: Path) -> tuple[Connection, WorkerSetup, Path]:
    """What one that knocks is told, while the executor looks at its door."""
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(knock(place)))
    thread.start()
    while not executor._guests:
        assert executor.receive(1) == []
    thread.join()
    found[0][0].recv_bytes()  # the same for the worker's process
    return found[0]  # type: ignore[no-any-return]


def heard(executor: ProcessExecutor, count: int) -> list[tuple[int, Message]]:
    messages: list[tuple[int, Message]] = []
    while len(messages) < count:
        messages += executor.receive(5)
    return messages


def test_a_guest_is_a_worker_from_ready_on_until_it_leaves(
    executor: ProcessExecutor, place: Path
) -> None:
    connection, setup, log = knocked(executor, place)
    assert (setup.data, setup.logs) == (place.parent / "data.joblib", place.parent / "logs")
    assert log == place.parent / "logs" / "worker-0.log"
    assert list(executor.workers) == []
    connection.send(Ready("cpu"))
    assert heard(executor, 1) == [(0, Ready("cpu"))]
    assert list(executor.workers) == [0]
    executor.send(0, Exit())
    assert connection.recv() == Exit()
    connection.send(Activity("training"))
    connection.close()
    said, (worker, gone) = heard(executor, 2)
    assert said == (0, Activity("training"))
    assert worker == 0 and isinstance(gone, Crashed) and gone.gone and gone.left
    assert gone.reason == f"a worker that had joined is gone (see {log})"
    assert list(executor.workers) == []
    executor.send(0, Exit())  # the driver may not know yet
    executor.restart(0)


def test_a_guest_that_never_was_ready_is_not_heard_of(
    executor: ProcessExecutor, place: Path
) -> None:
    connection, *_ = knocked(executor, place)
    connection.close()
    while executor._guests:
        assert executor.receive(5) == []


def test_a_guest_that_is_sent_away_hears_of_it(executor: ProcessExecutor, place: Path) -> None:
    connection, *_ = knocked(executor, place)
    connection.send(Ready("cpu"))
    heard(executor, 1)
    executor.restart(0)
    with pytest.raises(EOFError):
        connection.recv()
    other, *_ = knocked(executor, place)
    executor.close()
    with pytest.raises(EOFError):
        other.recv()
    assert knock(place) is None and not place.exists()


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("[" * 100_000, "as a search writes it. Received: RecursionError"),
        ("[]", "as a search writes it. Received: TypeError"),
        ({"refused": "no room"}, "can't be joined: no room"),
        ({"package": "/elsewhere"}, "one by that of /elsewhere; join it with that one"),
    ],
)
def test_a_door_that_is_none(
    executor: ProcessExecutor, place: Path, told: str | dict[str, str], said: str
) -> None:
    true = json.loads(place.read_text())
    if isinstance(told, dict):
        true = {
            name: value for name, value in true.items() if "refused" not in told or name != "socket"
        }
        told = json.dumps(true | told)
    place.write_text(told)
    with pytest.raises(WorkerError, match=said):
        knock(place)


def test_a_socket_that_others_may_have_made_is_not_trusted(
    executor: ProcessExecutor, place: Path
) -> None:
    """Whoever sends us the folder of a study may have put its own door there."""
    with socket.socket(socket.AF_UNIX) as theirs:
        folder = place.parent / "rnnsearch-theirs"
        folder.mkdir(mode=0o755)
        theirs.bind(str(folder / "door"))
        theirs.listen()
        told = json.loads(place.read_text()) | {"socket": str(folder / "door")}
        place.write_text(json.dumps(told))
        with pytest.raises(WorkerError, match="is not trusted: only who began a search can join"):
            knock(place)


def test_a_search_goes_on_where_there_are_no_sockets(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rnnsearch.execution.guests._PREFIX", "x" * 120)
    setup = WorkerSetup(place, "many_to_one", "fused", "jax", "cpu", place.parent, threads=2)
    door = Door(place, setup)
    door.open()
    assert door.socket is None
    with pytest.raises(WorkerError, match="it has no socket"):
        knock(place)
    door.close()
    assert not place.exists()


def test_where_no_search_runs_nothing_can_be_joined(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="which holds no study; begin the search first"):
        join(tmp_path)
    folder = StudyFolder(tmp_path / "study")
    folder.create()
    folder.spec.write_text("task: many_to_one\n")
    with pytest.raises(StudyError, match=r"a search that runs in .*study\. Received: none"):
        join(folder.path)
    (folder.path / ".scratch").mkdir()
    place = folder.path / ".scratch" / "door.json"
    door = Door(place, WorkerSetup(place, "", "", "", "", folder.path, threads=1))
    door.open()
    told = place.read_text()
    door.close()
    place.write_text(told)  # as a kill would leave it
    with pytest.raises(WorkerError, match="is gone: it was killed, or its machine was"):
        join(folder.path)
    said: list[str] = []
    with suppress(_Enough), folder.lock():  # a search that reads its data
        place.unlink()
        join(folder.path, lambda text: _enough(said, text))
    assert said == [f"waiting until the search of {folder.path} trains"]


class _Enough(Exception):
    pass


def _enough(said: list[str], text: str) -> None:
    said.append(text)
    raise _Enough
