"""What is searched: parameters in order, their conditions, structural or numeric."""

from rnnsearch.space.search_space import Dimension, SearchSpace, layer_units

__all__ = ["Dimension", "SearchSpace", "layer_units"]
