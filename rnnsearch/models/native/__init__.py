"""The recurrence of a lane as two functions in C++, forward and back; built where they run."""

from rnnsearch.models.native.cpp_library import library
from rnnsearch.models.native.cpp_recurrence import HostKernels

__all__ = ["HostKernels", "library"]
