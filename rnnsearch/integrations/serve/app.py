"""The service as a FastAPI application: its endpoints, its schema, its limits."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, create_model

from rnnsearch.data.extras import import_extra
from rnnsearch.errors import InvalidInput
from rnnsearch.exports.raw import Given
from rnnsearch.integrations.serve.service import Service

__all__ = ["Limits", "make_app"]


class _Known(BaseModel):
    """A body without names that nobody reads: a stream with a misspelled state would begin anew."""

    model_config = ConfigDict(extra="forbid")


class Refused(BaseModel):
    """What a request that can't be answered is told."""

    problems: list[str]


_REFUSED: dict[int | str, dict[str, Any]] = {
    413: {"model": Refused, "description": "Too large"},
    422: {"model": Refused, "description": "Not what the model takes"},
}


@dataclass(frozen=True)
class Limits:
    """What a request may be.

    Attributes:
        count: Sequences, streams or rows.
        size: Bytes of its body.
    """

    count: int = 10_000
    size: int = 32 << 20


def make_app(service: Service, limits: Limits | None = None) -> Any:
    """The application.

    Raises:
        MissingExtra: FastAPI is not installed.
    """
    fastapi = import_extra("fastapi", "fastapi", "serve", "serve")
    responses = import_extra("fastapi.responses", "fastapi", "serve", "serve")
    limits = limits or Limits()
    app = fastapi.FastAPI(title=f"rnnsearch: {service.name}", version="1")
    app.add_middleware(_SmallBodies, most=limits.size)

    def refused(_: Any, error: InvalidInput) -> Any:
        """Status 422, with every problem."""
        return responses.JSONResponse({"problems": [str(one) for one in error.problems]}, 422)

    def malformed(_: Any, error: Any) -> Any:
        """Status 422, with every place, and nothing of what was sent: infinity is no JSON."""
        said = [
            f"{'.'.join(map(str, one['loc'][1:])) or 'body'}: {one['msg']}"
            for one in error.errors()
        ]
        return responses.JSONResponse({"problems": said[:_SAID]}, 422)

    app.add_exception_handler(InvalidInput, refused)
    app.add_exception_handler(fastapi.exceptions.RequestValidationError, malformed)

    def health() -> dict[str, str]:
        """Whether it answers."""
        return {"status": "ok", "name": service.name, "task": service.task}

    def schema() -> dict[str, Any]:
        """What the model takes and gives, and what a stream carries."""
        step = service.step
        stream = None if step is None else {"carries": step.carries, "window": step.steps}
        return {**service.signature.to_json(), "rows": list(service.columns), "stream": stream}

    app.get("/health")(health)
    app.get("/schema")(schema)
    _add_predict(app, service, limits)
    _add_stream(app, service, limits)
    return app


def _add_predict(app: Any, service: Service, limits: Limits) -> None:
    """``/predict`` of arrays, and ``/rows`` of a table."""
    body = _body("Batch", service.signature.inputs)

    def predict(batch: Any) -> dict[str, Any]:
        """Predict of a batch of raw inputs."""
        found = service.batch(batch.inputs.model_dump(), limits.count)
        return _answer(service, found)

    predict.__annotations__["batch"] = body
    app.post("/predict", responses=_REFUSED)(predict)
    if service.predict_rows is None:
        return
    fields: Any = {
        f"column_{place}": ((str if text else float) | None, Field(None, alias=name))
        for place, (name, text) in enumerate(service.columns.items())
    }
    row = create_model("Row", **fields)
    table = create_model("Table", __base__=_Known, rows=(list[row], ...))  # type: ignore[valid-type]

    def rows(table: Any) -> dict[str, Any]:
        """Predict of the rows of a table, as `rnnsearch predict` does of a file."""
        given = [one.model_dump(by_alias=True) for one in table.rows]
        return {"rows": [_plain(one) for one in service.rows(given, limits.count)]}

    rows.__annotations__["table"] = table
    app.post("/rows", responses=_REFUSED)(rows)


def _add_stream(app: Any, service: Service, limits: Limits) -> None:
    """``/stream``: one step; the state goes out and comes back with the next."""
    step = service.step
    inputs = _body("Streams", service.signature.inputs if step is None else step.inputs)
    body: Any = create_model("Step", __base__=inputs, state=(dict[str, Any] | None, None))

    def stream(step: Any) -> dict[str, Any]:
        """Predict after one more step; the state is given back with the next one."""
        found, state = service.advance(step.inputs.model_dump(), step.state, limits.count)
        return {**_answer(service, found), "state": _plain(state)}

    stream.__annotations__["step"] = body
    app.post("/stream", responses=_REFUSED)(stream)


def _body(name: str, inputs: tuple[Given, ...]) -> type[BaseModel]:
    """The model of a request: an object with a nested list for each input."""
    fields: dict[str, Any] = {}
    for one in inputs:
        kind: Any = int if one.dtype.startswith("int") else float | None
        for _ in range(len(one.shape) + 1):
            kind = list[kind]
        axes = " × ".join(["B", *map(str, one.shape)])
        columns = f"; columns: {', '.join(one.columns)}" if one.columns else ""
        fields[one.name] = (kind, Field(description=f"{axes}: {one.about}{columns}"))
    arrays = create_model(f"{name}Inputs", __base__=_Known, **fields)
    return create_model(name, __base__=_Known, inputs=(arrays, ...))


def _answer(service: Service, found: np.ndarray) -> dict[str, Any]:
    """What is predicted, and of classes which is likeliest."""
    answer: dict[str, Any] = {service.signature.output: _plain(found)}
    classes = service.signature.classes
    if classes:
        answer["classes"] = list(classes)
        places = found.argmax(axis=-1)
        answer["likeliest"] = np.array(classes, dtype=object)[places].tolist()
    return answer


def _plain(value: Any) -> Any:
    """Values that JSON has; None for what is no number."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, np.ndarray | list):
        return [_plain(one) for one in value]
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and not math.isfinite(value) else value


_SAID = 20
"""Problems of a body that are named: each of many numbers may be wrong."""

_PATIENCE = 16
"""How many times as much as is allowed is read before a sender is cut off."""


class _SmallBodies:
    """Answers requests whose body is too large with status 413, and keeps nothing of them."""

    def __init__(self, app: Any, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"")
        if announced.isdigit() and int(announced) > _PATIENCE * self._most:
            await _too_large(send, self._most)
            return
        parts, size = [], 0
        while True:
            message = await receive()
            parts.append(message)
            size += len(message.get("body", b""))
            if size > self._most:
                parts = []  # the rest is read, or the sender would not hear the answer, and let go
            ended = message["type"] != "http.request" or not message.get("more_body", False)
            if ended or size > _PATIENCE * self._most:
                break
        if size > self._most:
            await _too_large(send, self._most)
            return

        async def again() -> Any:
            return parts.pop(0) if parts else await receive()

        await self._app(scope, again, send)


async def _too_large(send: Any, most: int) -> None:
    said = f'{{"problems":["body: must be at most {most:,} bytes; send several requests"]}}'
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": said.encode()})
