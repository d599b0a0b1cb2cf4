"""What every test runs under: one backend, quick compilation, no log noise."""

import os

from hypothesis import settings

# Before anything imports Keras or JAX in this process; workers get their own environment.
os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Two host devices, as on the smallest machine; little optimisation, as tests mostly compile.
os.environ.setdefault(
    "XLA_FLAGS",
    "--xla_force_host_platform_device_count=2 --xla_backend_optimization_level=0",
)

# A slow moment of the machine is no failure.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")
