"""What every test runs under: one backend, quick compilation, no log noise."""

import atexit
import os
import shutil
import tempfile

from hypothesis import settings

# Before anything imports Keras or JAX in this process; workers get their own environment.
os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Two host devices, as on the smallest machine; little optimisation, as tests mostly compile. The
# fusion emitters make faster code than the older ones, and take more than twice as long to do so.
os.environ.setdefault(
    "XLA_FLAGS",
    "--xla_force_host_platform_device_count=2 --xla_backend_optimization_level=0 "
    "--xla_cpu_use_fusion_emitters=false",
)

# As many processes as cores: threads of linear algebra would wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

# A cache of their own, for all processes of these tests: what one has compiled, none compiles again.
if "PYTEST_XDIST_WORKER" not in os.environ:
    os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix="rnnsearch-tests-")
    atexit.register(shutil.rmtree, os.environ["XDG_CACHE_HOME"], ignore_errors=True)
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")

# A slow moment of the machine is no failure.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")
