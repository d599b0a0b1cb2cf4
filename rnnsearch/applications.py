"""`from rnnsearch.applications import HyperResNet`, as from `keras_tuner.applications`."""

from keras_tuner.applications import (
    HyperEfficientNet,
    HyperImageAugment,
    HyperResNet,
    HyperXception,
)

__all__ = ["HyperEfficientNet", "HyperImageAugment", "HyperResNet", "HyperXception"]
