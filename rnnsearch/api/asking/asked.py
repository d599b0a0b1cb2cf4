"""What the user gives, read: spec and data, with each problem located in the user's file."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rnnsearch.api.asking.backend import require_backend
from rnnsearch.api.asking.target_checks import of_kind, target_problems
from rnnsearch.data import Arrays, SequenceData, files, read
from rnnsearch.driver.planning.added_choices import with_choices
from rnnsearch.errors import InvalidData, InvalidSpec, MissingExtra, Problem
from rnnsearch.space import SearchSpace
from rnnsearch.spec import (
    Loaded,
    SeriesSource,
    Spec,
    TextSource,
    load,
    parse,
)
from rnnsearch.vocabulary import SAMPLERS

__all__ = ["Asked", "Inputs", "fingerprint", "read_spec", "resolve_engine"]


@dataclass(frozen=True)
class Inputs:
    """A valid spec, its space and its data.

    Attributes:
        spec: With what is tried besides what the user's space names.
        space: Of it.
        data: What is learned from.
        added: Names of those parameters.
    """

    spec: Spec
    space: SearchSpace
    data: SequenceData
    added: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What was decided about the data and the space, a line each."""
        if not self.added:
            return self.data.notes
        named = " and ".join(self.added)
        return (*self.data.notes, f"{named}: tried, too, unless the space says otherwise")


@dataclass(frozen=True)
class Asked:
    """A valid spec whose data has not been read.

    Attributes:
        spec: The spec.
        space: Its space.
        loaded: Where its keys stand in the file, None if it was a dict.
        arrays: The data, where the spec says ``source: arrays``.
    """

    spec: Spec
    space: SearchSpace
    loaded: Loaded | None
    arrays: Arrays | None

    def _data(self) -> SequenceData:
        """The data, its target of the kind that loss and objective are for, if it can be that.

        Raises:
            InvalidData: With every problem found.
        """
        spec, windows = self.spec, self.space.windows(self.spec)
        asked = of_kind(spec)
        if asked is not spec.data:
            with contextlib.suppress(InvalidData):  # what it is otherwise says more
                return read(asked, spec.task, windows, self.arrays)
        return read(spec.data, spec.task, windows, self.arrays)

    def read(self) -> Inputs:
        """Read and check the data.

        Raises:
            InvalidSpec, InvalidData: With every problem found.
        """
        spec = self.spec
        try:
            data = self._data()
            problems = [
                *_unroll_length_problems(spec, data),
                *target_problems(spec, data, self.space),
            ]
            if problems:
                raise InvalidSpec(problems)
        except (InvalidData, InvalidSpec) as error:
            if self.loaded is None:
                raise
            located = [p.at(self.loaded.locate(p.path)) for p in error.problems]
            raise type(error)(located) from None
        tried = with_choices(spec, data)
        added = tuple(name for name in tried.space if name not in spec.space)
        return Inputs(tried, SearchSpace.from_spec(tried), data, added)


def read_spec(
    spec: str | Path | Mapping[str, Any],
    overrides: Mapping[str, Any],
    arrays: Arrays | None = None,
) -> Asked:
    """Read and check everything that a search needs but the data.

    Raises:
        InvalidSpec, InvalidData: With every problem found.
        MissingExtra: An optional library that the spec asks for is not installed.
    """
    _check_arrays(arrays)
    loaded: Loaded | None = None
    if isinstance(spec, Mapping):
        parsed = parse(_overridden(spec, overrides), name="search", directory=Path.cwd())
    else:
        loaded = load(spec, overrides)
        parsed = loaded.spec
    _require_libraries(parsed)
    return Asked(parsed, SearchSpace.from_spec(parsed), loaded, arrays)


def _check_arrays(arrays: object) -> None:
    if arrays is not None and not isinstance(arrays, Arrays):
        raise InvalidData(
            [
                Problem(
                    "arrays",
                    "must be a rnnsearch.Arrays",
                    type(arrays).__name__,
                    "give Arrays(train=(x, y), validation=(x, y))",
                )
            ]
        )
    for name in ("train", "validation", "test"):
        part = getattr(arrays, name, None)
        if part is not None and (isinstance(part, str) or len(part) not in (2, 3)):
            raise InvalidData(
                [
                    Problem(
                        f"arrays.{name}", "must be (x, y) or (x, y, lengths)", f"{len(part)} items"
                    )
                ]
            )


def _overridden(spec: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """The spec with overrides in it; a section that is no mapping is left for `parse` to refuse."""
    merged = dict(spec)
    for path, value in overrides.items():
        section, key = path.split(".", 1)
        old = merged.get(section) or {}
        if isinstance(old, Mapping):
            merged[section] = {**old, key: value}
    return merged


def _require_libraries(spec: Spec) -> None:
    require_backend(spec.run.backend, "run.backend")
    sampler = SAMPLERS[spec.search.sampler]
    if sampler.library and importlib.util.find_spec(sampler.library) is None:
        raise MissingExtra(sampler.library, sampler.extra, f"sampler: {sampler.name}")


def _unroll_length_problems(spec: Spec, data: SequenceData) -> list[Problem]:
    """Values that would cut nothing. For a CSV series they were found before it was read."""
    domain = spec.space.get("unroll_length")
    if domain is None or isinstance(spec.data, SeriesSource | TextSource):
        return []
    path, steps = "space.unroll_length", data.steps
    where = "the arrays" if spec.data.source == "arrays" else "data.path"
    must = f"must be below {steps}, the longest sequence ({where})"
    if domain.kind == "range":
        if domain.max is None or domain.max < steps:
            return []
        advice = f"lower it to {steps - 1}" if steps > 2 else "write unroll_length: full"
        return [Problem(f"{path}.max", must, str(domain.max), advice)]
    return [
        Problem(
            path if domain.kind == "fixed" else f"{path}[{index}]",
            f"{must}, or full",
            str(value),
            "it would cut nothing: use full",
        )
        for index, value in enumerate(domain.values)
        if isinstance(value, int) and value >= steps
    ]


def resolve_engine(spec: Spec) -> str:
    """The engine that ``auto`` stands for: fused wherever JAX is the backend."""
    if spec.run.engine != "auto":
        return spec.run.engine
    return "fused" if spec.run.backend == "jax" else "keras"


def fingerprint(spec: Spec, arrays: Arrays | None, content: str = "") -> str:
    """SHA-256 of the data's content, by which a moved file is known and a changed one found.

    Args:
        spec: Names the files.
        arrays: The data, where the spec says ``source: arrays``.
        content: `SequenceData.content`, of data that was read from no file.
    """
    digest = hashlib.sha256(content.encode())
    for code in _own_code(spec):
        digest.update(code.read_bytes())
    for array in arrays.every() if arrays is not None else ():
        digest.update(str((array.shape, array.dtype)).encode())
        digest.update(array.tobytes())
    paths = files(spec.data)
    folder = os.path.commonpath(paths) if len(paths) > 1 else ""
    for path in paths:
        if folder:  # where a file lies below it may be its class
            digest.update(path.relative_to(folder).as_posix().encode())
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()


def _own_code(spec: Spec) -> list[Path]:
    """The files of the user's cells in `run.code`: other code is another study."""
    cell, folder = spec.space.get("cell"), spec.run.code
    names = [str(value).partition(":")[0] for value in (cell.values if cell is not None else ())]
    if folder is None:
        return []
    stems = [folder.joinpath(*name.split(".")) for name in names]
    files = [file for stem in stems for file in (stem.with_suffix(".py"), stem / "__init__.py")]
    return [file for file in files if file.is_file()]
