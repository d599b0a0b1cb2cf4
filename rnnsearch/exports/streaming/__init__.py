"""One step at a time: what a network has seen is carried as a state, in and out."""

from rnnsearch.exports.streaming.stepping import Step, make_step

__all__ = ["Step", "make_step"]
