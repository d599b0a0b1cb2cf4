"""The fused engine: K runs as lanes of one compiled JAX program. Importing it imports JAX.

It keeps Keras's weights and results, and does three things of its own: the inputs' share of all
steps is one product of two matrices before the recurrence, the bias a row of one of them; the
gradients of a step are written by hand (`rnnsearch.models.recurrence`); and all weights of a
network are one array to the optimizer. On a CPU its code is made at LLVM's level 1, which is faster
to make and, here, faster to run. A program whose epochs are short is made without tuning, which
saves more than it costs.
"""

from rnnsearch.engines.fused.engine import FusedEngine

__all__ = ["FusedEngine"]
