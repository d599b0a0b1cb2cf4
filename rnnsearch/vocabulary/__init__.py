"""Facts that every floor above speaks of; imports nothing of this package."""

from rnnsearch.vocabulary.objective import Direction, Objective

__all__ = ["Direction", "Objective"]
