"""The recurrence of a lane as two functions in C++, forward and back; built where they run."""

from rnnsearch.models.native.building import library
from rnnsearch.models.native.recurrence import HostKernels

__all__ = ["HostKernels", "library"]
