"""What `check` says of a space before anything is trained: what will do nothing, what will cost.

One file a kind of remark; each is a function of what is `Planned`. Nothing here trains, and nothing
imports a backend.
"""

from rnnsearch.linting._base import Planned, Remark
from rnnsearch.linting.earlier import Earlier, read_earlier
from rnnsearch.linting.rules import Linted, lint

__all__ = ["Earlier", "Linted", "Planned", "Remark", "lint", "read_earlier"]
