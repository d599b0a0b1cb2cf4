"""Structural parameters → Keras models.

Only `Architecture` is here, for the driver, which imports no backend. Whoever trains imports
the modules: `build`, `gated`, `chunked`, `initial`.
"""

from rnnsearch.models.architecture import Architecture

__all__ = ["Architecture"]
