"""The service, asked over HTTP on a free port."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uvicorn

from rnnsearch.errors import InvalidInput, Location, Problem
from rnnsearch.exports.raw import Given, Signature
from rnnsearch.integrations.serve import Limits, Service, make_app
from rnnsearch.integrations.serve.app import _plain, _SmallBodies
from rnnsearch.integrations.serve.service import _arrays, _of_request

Ask = Any


def service(one: Any) -> Service:
    def predict(given: dict[str, np.ndarray]) -> np.ndarray:
        read = given if len(given) > 1 else next(iter(given.values()))
        found: np.ndarray = one.network.model.predict(read, verbose=0)
        return found

    step, why = None, ""
    try:
        step = one.network.step()
    except InvalidInput as error:
        why = error.problems[0].received
    return Service("small", "many_to_one", one.network.signature, predict, step=step, no_step=why)


@pytest.fixture
def ask(request: pytest.FixtureRequest, study: Any) -> Iterator[Ask]:
    """Ask a server that has its own thread: (status, answer)."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = make_app(service(study(request.param)), Limits(count=150, size=1 << 20))
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)

    def get(path: str, body: Any = None) -> tuple[int, Any]:
        data = None if body is None else json.dumps(body).encode()
        headers = {"content-type": "application/json"}
        asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data, headers)
        try:
            with urllib.request.urlopen(asked) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    get.port = port  # type: ignore[attr-defined]
    yield get
    server.should_exit = True
    thread.join()


def lists(arrays: dict[str, np.ndarray], take: Any = slice(None)) -> dict[str, Any]:
    return {
        name: json.loads(json.dumps(array[take].tolist()).replace("NaN", "null"))
        for name, array in arrays.items()
    }


@pytest.mark.parametrize("ask", ["forecast by states"], indirect=True)
def test_a_forecast_in_batches_and_step_by_step(ask: Ask, study: Any) -> None:
    one = study("forecast by states")
    inputs = one.examples.inputs
    assert ask("/health") == (200, {"status": "ok", "name": "small", "task": "many_to_one"})
    status, answer = ask("/predict", {"inputs": lists(inputs)})
    assert status == 200
    one.assert_equal(np.array(answer["predicted"]))

    _, said = ask("/openapi.json")
    refused = said["paths"]["/predict"]["post"]["responses"]["422"]["content"]
    assert refused["application/json"]["schema"]["$ref"].endswith("/Refused")

    step = one.network.step()
    state: Any = {n: a.tolist() for n, a in step.start(3).items()}
    state["past_rows"] = inputs["rows"][:3, : -step.steps].tolist()
    for back in range(step.steps, 0, -1):
        now = {name: array[:3, -back].tolist() for name, array in inputs.items()}
        status, answer = ask("/stream", {"inputs": now, "state": state})
        assert status == 200
        state = answer["state"]
    np.testing.assert_allclose(answer["predicted"], one.expected[:3], rtol=1e-4)


@pytest.mark.parametrize("ask", ["forecast by states"], indirect=True)
def test_what_is_refused(ask: Ask, study: Any) -> None:
    inputs = lists(study("forecast by states").examples.inputs)
    short = {**inputs, "rows": [row[1:] for row in inputs["rows"]]}
    status, answer = ask("/predict", {"inputs": short})
    assert status == 422
    assert answer["problems"][0].startswith("inputs.rows: must have the axes B × ")
    assert ask("/predict", {"inputs": {}})[0] == 422
    many = {name: rows * 2 for name, rows in inputs.items()}
    status, answer = ask("/predict", {"inputs": many})
    assert status == 422
    assert answer["problems"][0].startswith("request: must be at most 150 at once; received 200")
    status, answer = ask("/predict", {"inputs": {n: rows * 60 for n, rows in inputs.items()}})
    assert status == 413
    uneven = {**inputs, "known": inputs["known"][1:]}
    assert "must all have the same B" in ask("/predict", {"inputs": uneven})[1]["problems"][0]


@pytest.mark.parametrize("ask", ["forecast by states"], indirect=True)
def test_what_a_stream_is_given_is_read_or_refused(ask: Ask, study: Any) -> None:
    """A state that nobody reads would begin the stream anew, and what is no number would stay in it."""
    one = study("forecast by states")
    step = one.network.step()
    inputs = lists(one.examples.inputs, (slice(2), -1))
    state: Any = {name: array.tolist() for name, array in step.start(2).items()}
    first, *_ = state
    for body, said in {
        "states": ({"inputs": inputs, "states": state}, "states"),
        "inputs": ({"inputs": {**inputs, "wind": [[1], [2]]}}, "wind"),
        "more": ({"inputs": inputs, "state": {**state, "before": [1]}}, "state.before: must be"),
        "huge": (
            {"inputs": inputs, "state": {**state, first: [10**400]}},
            "finite numbers or null",
        ),
        "one": ({"inputs": inputs, "state": {**state, first: None}}, "received a single one"),
        "ragged": ({"inputs": inputs, "state": {**state, first: [[1], [1, 2]]}}, "finite numbers"),
    }.values():
        status, answer = ask("/stream", body)
        assert status == 422 and said in json.dumps(answer), answer
    status, answer = ask("/predict", {"inputs": {n: [[[1e999]]] for n in one.examples.inputs}})
    assert status == 422 and "finite numbers or null" in json.dumps(answer), answer
    status, answer = ask("/predict", {"inputs": {"rows": [[[1e999]]], "wind": [1e999]}})
    assert status == 422 and "inputs.wind: Extra" in json.dumps(answer["problems"]), answer
    status, answer = ask("/predict", {"inputs": {n: [["x"] * 99] for n in one.examples.inputs}})
    assert status == 422 and len(answer["problems"]) == 20, answer


@pytest.mark.parametrize("ask", ["forecast by states"], indirect=True)
def test_a_body_that_says_it_is_too_large_is_not_waited_for(ask: Ask) -> None:
    with socket.create_connection(("127.0.0.1", ask.port), timeout=20) as sender:
        head = "POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\n{"
        sender.sendall(head.encode())
        assert sender.recv(100).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize(
    ("announced", "chunks", "reads", "status"),
    [
        (b"", [3, 5, 2], 3, 200),
        (b"10", [10], 1, 200),
        (b"", [3, 5, 3], 3, 413),
        # The rest is read, or the sender would not hear the answer; up to sixteen times what may be.
        (b"160", [100, 60], 2, 413),
        (b"161", [100, 61], 0, 413),
        (b"", [100, 60, 1, 9], 3, 413),
    ],
)
def test_a_body_is_read_as_far_as_it_may_be(
    announced: bytes, chunks: list[int], reads: int, status: int
) -> None:
    left = [
        {"type": "http.request", "body": b"x" * size, "more_body": place < len(chunks)}
        for place, size in enumerate(chunks, start=1)
    ]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return left.pop(0)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        """Says how long the body is."""
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message["body"], message["more_body"]
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": str(len(body)).encode()})

    headers = [(b"content-length", announced)] if announced else []
    asyncio.run(_SmallBodies(app, 10)({"type": "http", "headers": headers}, receive, send))
    assert sent[0]["status"] == status and len(chunks) - len(left) == reads
    if status == 200:
        assert sent[1]["body"] == str(sum(chunks)).encode()


def test_what_is_no_request_goes_through() -> None:
    seen: list[Any] = []

    async def app(*given: Any) -> None:
        seen.extend(given)

    asyncio.run(_SmallBodies(app, 10)({"type": "lifespan"}, "receive", "send"))
    assert seen == [{"type": "lifespan"}, "receive", "send"]


def test_what_json_lacks_is_null() -> None:
    found = _plain({"a": np.array([1.0, np.nan]), "b": [np.float32(np.inf), np.int64(3)], "c": "x"})
    assert found == {"a": [1.0, None], "b": [None, 3], "c": "x"}


def test_numbers_of_tokens_are_whole() -> None:
    ids = Given("ids", (2,), "int32", (), "ids")
    with pytest.raises(InvalidInput, match=r"state\.ids: must have the axes B × 2, all of whole"):
        _arrays([ids], {"ids": [[1, None]]}, "state")
    assert _arrays([ids], {"ids": [[1, 2]]}, "state")["ids"].dtype == np.int32


def test_a_column_that_no_row_has_is_no_column_of_the_table() -> None:
    read: list[list[str]] = []

    def predict_rows(frame: Any) -> Any:
        read.append(list(frame))
        return frame

    served = Service(
        "small",
        "many_to_one",
        Signature((), "predicted", (), ()),
        lambda given: np.zeros(1),
        columns={"when": True, "load": False, "wind": False},
        predict_rows=predict_rows,
    )
    served.rows([{"when": "a", "load": 1.0, "wind": None}, {"when": "b", "load": None}], 10)
    served.rows([{"when": "a", "load": 1.0}, {"when": "b", "wind": 2.0}], 10)
    assert read == [["when", "load"], ["when", "load", "wind"]]


def test_what_is_wrong_with_rows_is_said_of_the_request(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    found = Problem(
        "data.inputs", "must be 1", f"nothing in row 12 of 'a' of {path}", f"see {path}"
    )
    said = str(_of_request(found.at(Location(str(path), 3, 1)), path, header=True))
    assert said == (
        "data.inputs: must be 1; received nothing in rows[10] of 'a' of the request; see the request"
    )
    assert "rows[11]" in str(_of_request(found, path, header=False))
    served = Service("small", "many_to_one", Signature((), "y", (), ()), lambda given: np.zeros(1),
                     columns={"a": False}, predict_rows=lambda frame: frame)  # fmt: skip
    with pytest.raises(InvalidInput, match="rows: must have at least one row; received none"):
        served.rows([], 10)


@pytest.mark.parametrize("ask", ["sequences"], indirect=True)
def test_classes_of_unequal_sequences(ask: Ask, study: Any) -> None:
    one = study("sequences")
    status, answer = ask("/predict", {"inputs": lists(one.examples.inputs)})
    assert status == 200
    one.assert_equal(np.array(answer["probabilities"]))
    assert answer["likeliest"] == [answer["classes"][i] for i in one.expected.argmax(axis=1)]


@pytest.mark.parametrize("ask", ["block"], indirect=True)
def test_no_stream_where_nothing_is_read_step_by_step(ask: Ask, study: Any) -> None:
    given = lists(study("block").examples.inputs, slice(1))
    assert ask("/schema")[1]["stream"] is None
    status, answer = ask("/stream", {"inputs": given})
    assert status == 422
    assert "received streaming of one_to_many; use /predict" in answer["problems"][0]
