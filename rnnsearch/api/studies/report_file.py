"""`make_report`: a study's folder to one page that explains it."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from rnnsearch.api.studies.recorded import spec_of_study
from rnnsearch.api.studies.results import Results
from rnnsearch.api.studies.study_page import page_of
from rnnsearch.errors import StudyError
from rnnsearch.files import write_bytes, write_text
from rnnsearch.records import (
    StudyFolder,
    frame_to_csv,
    read_environment,
    read_leaderboard,
    read_summary,
)
from rnnsearch.report.page import Page, document, png, to_html, to_markdown
from rnnsearch.vocabulary import Direction

__all__ = ["make_report", "report_page"]

Format = Literal["html", "md"]


def make_report(
    path: str | Path,
    *,
    output: str | Path | None = None,
    format: Format = "html",
    figures: bool = False,
    program: Sequence[str] = ("python", "main.py"),
) -> Path:
    """Explain a study on one page: what to use, how sure that is, why the others lost.

    The winner predicts the test part again, for which the data is read from where the spec says;
    where it is no longer there the page says so. Keras is imported for that.

    Args:
        path: The study's folder; of a search that goes on, or was interrupted, too.
        output: The file to write; ``report.html`` or ``report.md`` in the folder if None.
        format: ``html``, one file that needs nothing else, or ``md``.
        figures: Whether each figure is written as an SVG beside it, where `resvg_py` is installed
            also as a PNG, with its data and that of the tables as CSV, to the folder ``report``.
            Always the pictures for ``md``.
        program: How the user calls this program, for commands to copy.

    Returns:
        The file.

    Raises:
        StudyError: The folder holds no study.
    """
    page = report_page(path, program=program)
    file = Path(output) if output is not None else Path(path) / f"report.{format}"
    beside = file.parent / "report"
    if figures or format == "md":
        _write_figures(page, beside, data=figures)
    content = to_html(page) if format == "html" else to_markdown(page, figures=beside.name)
    write_text(file, content)
    return file


def report_page(
    path: str | Path, *, program: Sequence[str] = ("python", "main.py"), predicts: bool = True
) -> Page:
    """What a report says, undrawn; arguments as in `make_report`.

    Args:
        path, program: As there.
        predicts: Whether the winner predicts the test part again, for which Keras is imported.
    """
    folder = StudyFolder(path)
    results = Results(folder, _summary(folder), alone=True)
    return page_of(results, program=program, predicts=predicts)


def _summary(folder: StudyFolder) -> dict[str, Any]:
    """summary.json, or as much of it as is known of a search that was killed before it had one."""
    if folder.summary.exists() or not (folder.study.exists() and folder.spec.exists()):
        return read_summary(folder.summary)
    from rnnsearch.driver.planning.programs import objective_of

    spec = spec_of_study(folder, folder.path.name)
    objective = objective_of(spec)
    direction: Direction = objective.direction
    environment: dict[str, Any] = {}
    with contextlib.suppress(StudyError, OSError):
        environment = dict(read_environment(folder.environment))
    read_leaderboard(folder.leaderboard)
    return {
        "name": spec.name,
        "task": spec.task,
        "objective": objective.name,
        "direction": direction,
        "device": environment.get("device", "-"),
        "engine": environment.get("engine", "-"),
        "backend": spec.run.backend,
        "states": {},
        "seconds": None,
        "winner": None,
        "baselines": [],
        "interrupted": True,
        "stop": "-",
    }


def _write_figures(page: Page, folder: Path, *, data: bool) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for figure in page.figures:
        write_text(folder / f"{figure.key}.svg", document(figure.svg))
        if data and (drawn := png(figure.svg)) is not None:
            write_bytes(folder / f"{figure.key}.png", drawn)
        if data:
            write_text(folder / f"{figure.key}.csv", frame_to_csv(figure.data))
    if data:
        import pandas as pd

        for table in page.tables:
            frame = pd.DataFrame(table.rows, columns=list(table.columns))
            write_text(folder / f"table_{table.key}.csv", frame_to_csv(frame))
