"""The layers of a network by their names: made once, and called again where it runs twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, final

from rnnsearch.models.blank import Apply

__all__ = ["NamedLayers"]


@final
class NamedLayers:
    """Layers that were made.

    Args:
        apply: Calls a layer for the first time.
    """

    def __init__(self, apply: Apply) -> None:
        self.apply = apply
        self._made: dict[str, Any] = {}

    def layer(self, name: str, make: Callable[..., Any], **arguments: Any) -> Any:
        """The layer of a name, made where there is none yet."""
        return self.once(name, lambda: make(name=name, **arguments))

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """The same of what has its name already."""
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]
