"""The fused engine: K runs as lanes of one compiled JAX program. Importing it imports JAX."""

from rnnsearch.engines.fused.engine import FusedEngine

__all__ = ["FusedEngine"]
