"""Lanes for scripts whose backend is TensorFlow or torch: JAX trains them in a process of its own.

The script's process builds each model, as KerasTuner does, and sends its weights; the other builds
it again by the script's own function, trains it, and sends the weights of the best epoch back.
"""

from rnnsearch.integrations.keras_tuner.apart.sending import Apart, ApartLane, NotApart

__all__ = ["Apart", "ApartLane", "NotApart"]
