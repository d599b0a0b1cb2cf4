"""Workers of other machines: who may join a search by the network, and who may not."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rnnsearch.errors import WorkerError
from rnnsearch.execution import WorkerSetup, network_door
from rnnsearch.execution.guests import Door, Guest, knock


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(network_door, "_SECONDS", 0.2)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "mine"))
    return tmp_path / "door.json"


@pytest.fixture
def door(place: Path) -> Iterator[Door]:
    setup = WorkerSetup(place, "many_to_one", "fused", "jax", "cpu", place.parent, threads=2)
    found = Door(place, setup, network=True)
    found.open()
    yield found
    found.close()


def beside(work: Callable[[], Any]) -> Callable[[], Any]:
    """Do something in a thread; what it returns or raises."""
    found: list[Any] = []

    def run() -> None:
        try:
            found.append(work())
        except WorkerError as error:
            found.append(error)

    thread = threading.Thread(target=run)
    thread.start()

    def wait() -> Any:
        thread.join(20)
        return found[0]

    return wait


def accept(door: Door) -> Guest | None:
    assert door.socket is not None
    door.socket.settimeout(10)  # the driver waits for it with others
    return door.welcome(7)


def test_a_worker_joins_by_the_network_and_both_may_speak(place: Path, door: Door) -> None:
    told = json.loads(place.read_text())
    assert told["port"] and "key" not in told and "socket" not in told
    answer = beside(lambda: knock(place))
    guest = accept(door)
    assert guest is not None
    connection, setup, log = answer()
    assert setup.task == "many_to_one" and log == guest.log
    assert connection.recv_bytes()  # the worker's own hello
    connection.send(["epoch", 3])
    assert guest.connection.recv() == ["epoch", 3]
    connection.close()
    with pytest.raises(EOFError):
        guest.connection.recv()


def test_who_has_another_key_is_refused_and_told_why(
    place: Path, door: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "other"))
    answer = beside(lambda: knock(place))
    assert accept(door) is None
    assert "need the same ~/.config/rnnsearch/key" in str(answer())


def test_a_search_that_has_not_the_key_is_not_believed(place: Path) -> None:
    """What it sends would be unpickled."""
    with network_door.listen() as theirs:
        told = {"process": 1, "hosts": ["127.0.0.1"], "port": theirs.getsockname()[1]}
        place.write_text(
            json.dumps(told | {"package": str(Path(network_door.__file__).parents[1])})
        )
        answer = beside(lambda: knock(place))
        accepted, _ = theirs.accept()
        accepted.sendall(network_door._MAGIC + b"n" * 32)
        accepted.recv(100)
        accepted.sendall(b"s" * 32 + b"cos\nsystem\n(S'id'\ntR.")
        assert "does not prove to be a search of this user's" in str(answer())
        accepted.close()


@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1\r\n\r\n", b"\0" * 64])
def test_who_does_not_prove_it_gets_nothing_and_keeps_nobody(door: Door, said: bytes) -> None:
    assert door.socket is not None
    with socket.create_connection(("127.0.0.1", door.socket.getsockname()[1])) as stranger:
        stranger.sendall(said)
        assert accept(door) is None
        stranger.settimeout(5)
        heard = b""
        try:
            while more := stranger.recv(1000):
                heard += more
        except ConnectionResetError:
            heard += b""
        assert len(heard) <= len(network_door._MAGIC) + 32
