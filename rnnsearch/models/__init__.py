"""Structural parameters → Keras models.

Only `Architecture` is here, for the driver, which imports no backend. Whoever trains imports
the modules: `build`, `gated`, `chunked`, `seeded_weights`.
"""

from rnnsearch.models.architecture import FEED_FORWARD, Architecture

__all__ = ["FEED_FORWARD", "Architecture"]
