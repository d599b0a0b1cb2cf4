"""`example`: a spec that runs as it stands, with its data, copied to where one works."""

from __future__ import annotations

import shutil
from pathlib import Path

from rnnsearch.data import files
from rnnsearch.errors import InvalidInput, Problem
from rnnsearch.spec import load
from rnnsearch.spec.sources import PythonSource
from rnnsearch.spec.wording import joined, nearest

__all__ = ["copy_example", "example_names"]


def example_names() -> list[str]:
    """Names of the specs that there are."""
    return sorted(path.stem for path in _home().glob("*.yaml"))


def copy_example(name: str, folder: Path) -> list[Path]:
    """Copy a spec and what it reads. A file that stands there stays as it is.

    Args:
        name: Of the spec.
        folder: To copy to, which is made.

    Returns:
        The files, the spec first.

    Raises:
        InvalidInput: There is no such spec.
    """
    names = example_names()
    if name not in names:
        meant = nearest(name, names)
        advice = f"did you mean {meant}?" if meant else f"there are: {joined(names, 'and')}"
        raise InvalidInput([Problem("NAME", "must be the name of an example", name, advice)])
    home = _home()
    spec = home / f"{name}.yaml"
    data = load(spec).spec.data
    read = [file for file in files(data) if file.is_relative_to(home)]
    if isinstance(data, PythonSource):
        # What its function reads is not known: all that lies beside it and bears its name.
        module = home / f"{data.function.partition(':')[0]}.py"
        read += [module, *(home / "data").glob(f"{module.stem}.*")]
    copied = []
    for file in [spec, *read]:
        path = folder / file.relative_to(home)
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            shutil.copyfile(file, path)
        copied.append(path)
    return copied


def _home() -> Path:
    """Where the specs lie: in the package as it is installed, beside it in a checkout."""
    package = Path(__file__).parents[1]
    installed = package / "examples"
    return installed if installed.is_dir() else package.parent / "search_spaces"
