"""What every test runs under: one backend, two host devices, no log noise."""

import os

# Before anything imports Keras or JAX in this process; workers get their own environment.
os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("XLA_FLAGS", "--xla_force_host_platform_device_count=2")
