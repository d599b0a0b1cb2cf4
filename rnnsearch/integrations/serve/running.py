"""Running the service."""

from __future__ import annotations

from typing import Any

from rnnsearch.data.extras import import_extra

__all__ = ["run"]


def run(app: Any, host: str, port: int) -> None:
    """Answer requests until the process is told to end.

    Args:
        app: Of `make_app`.
        host, port: Where to listen.

    Raises:
        MissingExtra: uvicorn is not installed.
    """
    uvicorn = import_extra("uvicorn", "uvicorn", "serve", "serve")
    uvicorn.run(app, host=host, port=port, log_level="warning")
