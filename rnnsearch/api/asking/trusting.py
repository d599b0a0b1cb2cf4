"""Code that a study's spec names runs for who searched it, and for others if they say so.

A results folder is data, but for two things: a cell of the user's own, and a function that data
comes from. Who searches with them has named them; who is given the folder has not. So a search
signs what it names with the user's key, and nobody else's folder has that signature.
"""

from __future__ import annotations

import contextlib
import json
import os

from rnnsearch.errors import StudyError
from rnnsearch.files import is_signed, signed, write_text
from rnnsearch.records import StudyFolder
from rnnsearch.spec import Spec
from rnnsearch.spec.sources import PythonSource

__all__ = ["check_code", "sign_code"]

_VARIABLE = "RNNSEARCH_TRUST_CODE"


def sign_code(folder: StudyFolder, spec: Spec) -> None:
    """Note that the user of this process has named the code of a spec; nothing where it has none.

    Where no key can be kept, nothing is noted, and the code is asked about later.
    """
    named = _named(spec)
    if named:
        with contextlib.suppress(OSError):
            write_text(folder.code, f"{signed(json.dumps(named))}\n")


def check_code(folder: StudyFolder, spec: Spec) -> None:
    """See that the code which a study's spec names may run.

    Args:
        folder: Of the study.
        spec: Its spec, as the folder has it.

    Raises:
        StudyError: It is not known to be the user's.
    """
    named = _named(spec)
    if not named or os.environ.get(_VARIABLE) == "1":
        return
    signature = folder.code.read_text("utf-8").strip() if folder.code.exists() else ""
    if not is_signed(json.dumps(named), signature):
        raise StudyError(
            f"Expected a study that this user searched, as its spec runs code: {', '.join(named)}. "
            f"Received: {folder.path}, which somebody else made, or this user elsewhere; look at "
            f"that code, and if it may run set {_VARIABLE}=1"
        )


def _named(spec: Spec) -> list[str]:
    """What a spec runs, and from where."""
    cell, found = spec.space.get("cell"), []
    if cell is not None and spec.run.code is not None:
        found += [f"{name} of {spec.run.code}" for name in map(str, cell.values) if ":" in name]
    if isinstance(spec.data, PythonSource):
        found.append(f"{spec.data.function} of {spec.data.path}")
    return found
