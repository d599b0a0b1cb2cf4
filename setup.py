"""What pyproject.toml can't say: search_spaces/ becomes rnnsearch/examples/ of a wheel."""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


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


setup(cmdclass={"build_py": BuildWithExamples})
