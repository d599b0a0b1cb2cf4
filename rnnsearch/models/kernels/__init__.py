"""The recurrence of all lanes as two kernels of a GPU, one forward and one back."""

from rnnsearch.models.kernels.lane_kernels import LaneKernels, Making

__all__ = ["LaneKernels", "Making"]
