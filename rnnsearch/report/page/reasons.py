"""What a winner's predictions rest on: which inputs, and which steps."""

from __future__ import annotations

from rnnsearch.report.page import row_charts, svg
from rnnsearch.report.page._base import Figure, Part, Section
from rnnsearch.report.page.study import Study

__all__ = ["reasons"]


def reasons(study: Study) -> Section | None:
    """By how much the error grows without each; nothing where that is not known."""
    work = study.at_work
    if work is None or not (work.inputs or work.steps):
        return None
    parts: list[Part] = []
    if len(work.inputs) > 1:
        parts.append(_inputs(study))
    if len(work.steps) > 1:
        parts.append(_steps(study))
    if not parts:
        return None
    parts.append(
        f"Measured on the {work.part} part: an input, or a stretch of steps, is taken from another "
        "sequence, a token of a text replaced by others, and the error beside what it was. Inputs "
        "that say the same stand in for one another: without one of them alone little is lost."
    )
    return Section("reasons", "What its predictions rest on", parts)


def _inputs(study: Study) -> Figure:
    import pandas as pd

    assert study.at_work is not None
    drawn = study.at_work.inputs[:14]
    data = pd.DataFrame(study.at_work.inputs, columns=["input", "growth"])
    alt = "By how much the error grows without each input: " + ", ".join(
        f"{name} {share:.0%}" for name, share in drawn[:5]
    )
    rows = [row_charts.Bar(name, max(0.0, share)) for name, share in drawn]
    picture = row_charts.bars(rows, x="growth of the error", alt=alt, colour=5)
    return Figure("inputs", "Which inputs", alt, picture, data)


def _steps(study: Study) -> Figure:
    import pandas as pd

    assert study.at_work is not None
    steps = study.at_work.steps
    data = pd.DataFrame(steps, columns=["from", "to", "growth"])
    most = max(steps, key=lambda one: one[2])
    alt = (
        "By how much the error grows without each stretch of steps; most without those "
        f"{most[0]} to {most[1]} before the end: {most[2]:.0%}"
    )
    drawn = steps[::-1]  # from the first step of a sequence to its last
    x = [edge for first, last, _ in drawn for edge in (-last - 0.5, -first + 0.5)]
    y = [share for _, _, share in drawn for _ in range(2)]
    series = [svg.Series("", x, y, colour=5)]
    picture = svg.chart(series, x="steps before the end", y="growth of the error", alt=alt)
    return Figure("steps", "Which steps", alt, picture, data)
