"""From a document, a file or a dict, to a `Spec`; every problem at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rnnsearch.errors import Location, Problem
from rnnsearch.spec.check_cells import check_cells, with_code
from rnnsearch.spec.check_data import check_data
from rnnsearch.spec.check_loss import check_loss, check_metrics
from rnnsearch.spec.check_search import check_run, check_search
from rnnsearch.spec.check_space import check_space
from rnnsearch.spec.domains import WrittenSpace, read_space
from rnnsearch.spec.plain_values import plain
from rnnsearch.spec.report import Locate, Report
from rnnsearch.spec.scalars import UnclearScalar, read_plain
from rnnsearch.spec.schema import Spec
from rnnsearch.spec.sections import read_data, read_loss, read_run, read_search
from rnnsearch.spec.sources import Source
from rnnsearch.spec.wording import joined, show
from rnnsearch.spec.yaml_loader import Document, read_file
from rnnsearch.vocabulary import MAPPINGS, MappingFact

__all__ = ["Loaded", "load", "parse"]


@dataclass(frozen=True)
class Loaded:
    """A spec that was read from a file, and where in the file its keys stand."""

    spec: Spec
    document: Document
    flags: frozenset[str] = frozenset()

    def locate(self, path: str) -> Location | None:
        """The place of a dotted path such as ``data.inputs[0]``, or of the key around it.

        A key that a command-line flag has overridden is located at that flag.
        """
        return _locate(self.document, self.flags, path)


def load(
    path: str | Path,
    overrides: Mapping[str, Any] | None = None,
    *,
    allow_arrays: bool = False,
) -> Loaded:
    """Read and check a YAML file.

    Args:
        path: The file. Data paths in it are relative to its folder.
        overrides: Dotted keys of search and run, as command-line flags set them:
            ``{"search.trials": 20, "search.timeout": "10m"}``. A text is read as YAML reads
            an unquoted word. Problems with them name the flag: ``--trials``.
        allow_arrays: Whether ``source: arrays`` is accepted, which stands in files that a
            study wrote and never in one that a user did.

    Raises:
        InvalidSpec: With every problem found.
    """
    path = Path(path)
    document = read_file(path)
    values, problems = _overridden(document, overrides or {})
    flags = frozenset(overrides or {})
    spec = _parse(
        values,
        Report(lambda key: _locate(document, flags, key), problems),
        name=path.stem,
        directory=path.parent,
        allow_arrays=allow_arrays,
    )
    return Loaded(spec, document, flags)


def parse(
    document: Mapping[str, Any],
    *,
    name: str,
    directory: str | Path,
    locate: Locate | None = None,
) -> Spec:
    """Check a document that is given as a dict.

    Args:
        document: task, data, space, loss, search, run; as the YAML file has them.
        name: Of the study, where the document does not name it.
        directory: What data paths are relative to.
        locate: Says where a dotted path stands, for messages.

    Raises:
        InvalidSpec: With every problem found.
    """
    return _parse(document, Report(locate), name=name, directory=Path(directory), allow_arrays=True)


_SECTIONS = ("name", "task", "data", "space", "loss", "search", "run")


def _locate(document: Document, flags: Iterable[str], path: str) -> Location | None:
    for key in flags:
        if path == key or path.startswith((f"{key}.", f"{key}[")):
            return Location("--" + key.rpartition(".")[2].replace("_", "-"))
    return document.locate(path)


def _overridden(document: Document, overrides: Mapping[str, Any]) -> tuple[Any, list[Problem]]:
    """The document's value with the overrides in it, and the problems that remain in it."""
    values = document.value
    for key, value in overrides.items():
        section, _, name = key.partition(".")
        if not isinstance(values, dict) or not isinstance(values.get(section) or {}, dict):
            continue
        if isinstance(value, str):
            with suppress(UnclearScalar):
                value = read_plain(value)
        values = {**values, section: {**(values.get(section) or {}), name: value}}
    return values, [problem for problem in document.problems if problem.path not in overrides]


def _parse(
    document: object, report: Report, *, name: str, directory: Path, allow_arrays: bool
) -> Spec:
    values = _sections(document, report)
    name = _read_name(values, name, report)
    task = _read_task(values, report)
    data = _read_data(values, report, directory, allow_arrays=allow_arrays)
    space = _read_space(values, report)
    loss = read_loss(values.get("loss"), report)
    search = read_search(values.get("search"), report)
    run = with_code(read_run(values.get("run"), report), space, directory)
    if data is not None:
        check_data(data, task, space, report)
    check_space(space, task, data, report)
    kind = "auto" if data is None else data.target_kind
    check_loss(loss, kind, report)
    check_search(search, loss, kind, space, report)
    check_metrics(search, kind, report)
    check_run(run, report)
    check_cells(space, task, data, run, report)
    report.raise_if_any()
    assert task is not None and data is not None
    domains = {key: written.domain for key, written in space.parameters.items()}
    return Spec(
        name=name,
        task=task.name,
        data=data,
        space=domains,
        loss=loss,
        search=search,
        run=run,
    )


def _sections(document: object, report: Report) -> dict[str, Any]:
    """The document's sections, as they were given; of nothing more can be said if it has none."""
    values = plain(document, "", report)
    if not isinstance(values, dict):
        must = f"must be a mapping of {joined(_SECTIONS, 'and')}"
        report.add("", must, show(values), "see docs/spec.md")
        report.raise_if_any()
        return {}
    for key in values:
        if key not in _SECTIONS:
            report.unknown_key("", key, _SECTIONS)
    return values


def _read_data(
    values: Mapping[str, Any], report: Report, directory: Path, *, allow_arrays: bool
) -> Source | None:
    if "data" in values:
        return read_data(values["data"], report, directory, allow_arrays=allow_arrays)
    must = "must be given: a mapping with source and path"
    report.add("data", must, advice="add data: to the spec")
    return None


def _read_space(values: Mapping[str, Any], report: Report) -> WrittenSpace:
    if "space" not in values:
        must = "must be given: a mapping of parameters"
        report.add("space", must, advice="add space: to the spec, such as {cell: [LSTM, GRU]}")
    return read_space(values.get("space", {}), report)


def _read_task(values: Mapping[str, Any], report: Report) -> MappingFact | None:
    known = tuple(MAPPINGS)
    if "task" not in values:
        must = f"must be given: {joined(known)}"
        report.add("task", must, advice="add task: to the spec")
        return None
    for task in MAPPINGS.values():
        if values["task"] == task.name:
            return task
    report.one_of("task", values["task"], show(values["task"]), known)
    return None


def _read_name(values: Mapping[str, Any], default: str, report: Report) -> str:
    name = values.get("name", default)
    if not isinstance(name, str) or not name.strip() or name in (".", ".."):
        report.add("name", "must be a text", show(name), "it names the results folder")
        return default
    if any(character in "/\\" or not character.isprintable() for character in name):
        must = "must be a name, without / or \\"
        report.add("name", must, show(name), "it names the results folder")
    return name
