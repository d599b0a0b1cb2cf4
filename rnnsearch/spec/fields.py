"""What the sections of a spec are made of: frozen models, and the types of their fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Count", "Duration", "Frozen", "Scalar", "Seed", "Worded"]

Scalar = bool | int | float | str | None


@dataclass(frozen=True)
class Worded:
    """What a field must be, where its type does not say it: put into the field's annotation."""

    text: str


Count = Annotated[int, Field(ge=1)]
Seed = Annotated[int, Field(ge=0, lt=2**32)]
Duration = Annotated[
    float, Field(gt=0), Worded("a duration such as 90s, 20m or 1h30m, or a number of seconds")
]


class Frozen(BaseModel):
    """A section of the spec: unknown keys are errors, nothing changes after validation."""

    model_config = ConfigDict(extra="forbid", frozen=True)
