"""Cells of the user's own: where their code lies, and what they can't do."""

from __future__ import annotations

import ast
import importlib.util
import os
from pathlib import Path

from rnnsearch.spec.domains import Written, WrittenSpace
from rnnsearch.spec.report import Report
from rnnsearch.spec.schema import RunSpec
from rnnsearch.spec.sources import Source, TextSource, TokensSource
from rnnsearch.spec.wording import is_dotted, joined, nearest, show
from rnnsearch.vocabulary import MappingFact

__all__ = ["check_cells", "with_code"]


def with_code(run: RunSpec, space: WrittenSpace, directory: Path) -> RunSpec:
    """The run section with the folder of the user's code, where cells are named that need one."""
    if run.code is None and not _own(space):
        return run
    folder = directory / (run.code or "")
    absolute = Path(os.path.abspath(folder))  # noqa: PTH100 (follows no links)
    return run.model_copy(update={"code": absolute})


def check_cells(
    space: WrittenSpace,
    task: MappingFact | None,
    data: Source | None,
    run: RunSpec,
    report: Report,
) -> None:
    """Record cells that are not there, and what has no effect on them. Runs none of their code."""
    own = _own(space)
    if not own:
        return
    for name, path in own.items():
        assert run.code is not None
        _check_there(name, path, run.code, report)
    decodes = task is not None and task.encodes
    writes = isinstance(data, TokensSource) and task is not None and task.unfolds
    if decodes or isinstance(data, TextSource) or writes:
        what = "a text" if task is None or isinstance(data, TextSource) else task.name
        must = f"must be SimpleRNN, LSTM or GRU for {what}, whose states are passed on"
        for name, path in own.items():
            report.add(path, must, name, "remove it")
    dropout = space.parameters.get("recurrent_dropout")
    if dropout is not None and _reaches(dropout, own):
        must = "must not be given for a cell of your own, which has its own dropout or none"
        advice = "add when: {cell: [LSTM, GRU]}, or remove it"
        report.add("space.recurrent_dropout", must, ", ".join(own), advice)


def _own(space: WrittenSpace) -> dict[str, str]:
    """Cells of the user's, and where each stands."""
    written = space.parameters.get("cell")
    if written is None:
        return {}
    pairs = zip(written.domain.values, written.paths, strict=True)
    return {str(value): path for value, path in pairs if is_dotted(str(value))}


def _reaches(dropout: Written, own: dict[str, str]) -> bool:
    domain = dropout.domain
    most = domain.max if domain.kind == "range" else max(float(v or 0) for v in domain.values)
    cells = domain.when.get("cell")
    return bool(most) and (cells is None or any(cell in own for cell in cells))


def _check_there(name: str, path: str, folder: Path, report: Report) -> None:
    """The module must be there, and say something of that name."""
    module, _, attribute = name.partition(":")
    stem = folder.joinpath(*module.split("."))
    files = [file for file in (stem.with_suffix(".py"), stem / "__init__.py") if file.is_file()]
    if not files:
        if importlib.util.find_spec(module.partition(".")[0]) is None:
            must = f"must name a module in {folder}, or an installed one"
            report.add(path, must, module, "run.code says in which folder it is")
        return
    try:
        tree = ast.parse(files[0].read_text("utf-8"))
    except (SyntaxError, UnicodeDecodeError, ValueError) as error:
        report.add(path, f"must name a module of Python: {files[0]}", str(error), "correct it")
        return
    if any(isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in tree.body):
        return
    known = [known for node in tree.body for known in _named(node)]
    if attribute not in known:
        meant = nearest(attribute, known)
        advice = f"did you mean {meant}?" if meant else f"there are: {joined(known or ['none'])}"
        report.add(path, f"must name a class or function of {files[0]}", show(attribute), advice)


def _named(node: ast.stmt) -> list[str]:
    """What a statement of a module gives a name to."""
    if isinstance(node, ast.ClassDef | ast.FunctionDef):
        return [node.name]
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [alias.asname or alias.name for alias in node.names]
    targets = node.targets if isinstance(node, ast.Assign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]
