"""What the backend trains on, in words."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import keras

from rnnsearch.ahead import usable_cores

__all__ = ["capability", "describe_device", "has_gpu", "on_host"]


def describe_device() -> str:
    """The default device's name: ``cpu (2 cores)`` or the accelerator's own."""
    names = _accelerators()
    if not names:
        return f"cpu ({usable_cores()} cores)"
    return names[0] if len(names) == 1 else f"{len(names)} × {names[0]}"


def has_gpu() -> bool:
    """Whether the backend sees an accelerator."""
    return bool(_accelerators())


def capability() -> str:
    """What JAX's device says it can compute: ``9.0`` of CUDA's, ``gfx90a``, or nothing."""
    import jax

    return str(getattr(jax.local_devices()[0], "compute_capability", ""))


@contextlib.contextmanager
def on_host() -> Iterator[None]:
    """Where Keras makes a model: JAX then compiles nothing for an accelerator, shape by shape.

    Its weights go wherever they are used.
    """
    if keras.backend.backend() != "jax" or not has_gpu():
        yield
        return
    import jax

    try:
        host = jax.local_devices(backend="cpu")[0]
    except RuntimeError:  # JAX_PLATFORMS leaves the CPU out
        yield
        return
    with jax.default_device(host):
        yield


def _accelerators() -> list[str]:
    backend = keras.backend.backend()
    if backend == "jax":
        import jax

        return [d.device_kind for d in jax.local_devices() if d.platform != "cpu"]
    if backend == "tensorflow":
        import tensorflow as tf

        devices = tf.config.list_physical_devices("GPU")
        details = [tf.config.experimental.get_device_details(device) for device in devices]
        return [str(detail.get("device_name", "gpu")) for detail in details]
    import torch

    return [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
