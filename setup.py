"""What pyproject.toml can't say: the examples in a wheel, and an install with one backend only."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Any

from setuptools import Distribution, setup
from setuptools.command.build_py import build_py

BACKENDS = ("jax", "tensorflow")
ONLY = "RNNSEARCH_ONLY"


def name_of(requirement: str) -> str:
    """The package alone, of such as ``jax>=0.8``."""
    return re.split(r"[^\w-]", requirement)[0]


class WithOneBackend(Distribution):
    """Leaves out the other backends where RNNSEARCH_ONLY names one: no extra can take away."""

    def parse_config_files(self, *args: Any, **kwargs: Any) -> None:
        """Read pyproject.toml, and take from its dependencies.

        Raises:
            SystemExit: No such backend can be alone.
        """
        super().parse_config_files(*args, **kwargs)
        only = os.environ.get(ONLY)
        if only and only not in BACKENDS:
            raise SystemExit(f"{ONLY}: expected one of {', '.join(BACKENDS)}. Received: {only}")
        if only:
            others = {*BACKENDS} - {only}
            needed = [each for each in self.install_requires if name_of(each) not in others]
            self.install_requires = self.metadata.install_requires = needed


class BuildWithExamples(build_py):
    """Copies the example specs and their data beside the modules; an editable install has them."""

    def run(self) -> None:
        """Copy all but what Python has compiled."""
        super().run()
        if not self.editable_mode:
            target = Path(self.build_lib) / "rnnsearch" / "examples"
            shutil.rmtree(target, ignore_errors=True)
            left = shutil.ignore_patterns("__pycache__")
            shutil.copytree("search_spaces", target, ignore=left)


setup(distclass=WithOneBackend, cmdclass={"build_py": BuildWithExamples})
