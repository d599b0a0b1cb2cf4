"""The recurrence of all lanes as two kernels of a GPU, one forward and one back.

Each is a program for every lane that keeps the recurrent weights on the chip over all steps; for
layers of 16, 32 or 64 units. They are Pallas's, by its Triton backend, which JAX 0.11 calls
deprecated: where a JAX has none, or a kernel does not compile, or `RNNSEARCH_KERNELS` is off, the
layer is a loop over steps, as on a CPU.
"""

from rnnsearch.models.kernels.lane_kernels import LaneKernels, Making

__all__ = ["LaneKernels", "Making"]
