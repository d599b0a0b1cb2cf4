"""From a study to its page: which sections there are, and in which order."""

from __future__ import annotations

import shlex

from rnnsearch.report.page._base import Code, Page, Part, Section, Table
from rnnsearch.report.page.answer import answer, chips, judged_by, losers, warning
from rnnsearch.report.page.board import best_so_far, cost, leaderboard
from rnnsearch.report.page.choices import cells, importance
from rnnsearch.report.page.network import network
from rnnsearch.report.page.predictions import predictions
from rnnsearch.report.page.reasons import reasons
from rnnsearch.report.page.study import Study
from rnnsearch.report.page.tradeoff import tradeoff
from rnnsearch.report.page.training import failures, learning_curves, reach

__all__ = ["build_page"]


def build_page(study: Study) -> Page:
    """All that there is to say of a study; sections without anything to show are left out."""
    sections = [
        leaderboard(study),
        tradeoff(study),
        failures(study),
        predictions(study),
        reasons(study),
        _search(study),
        importance(study),
        cells(study),
        reach(study),
        network(study),
        cost(study),
        _reproduce(study),
    ]
    summary = study.summary
    return Page(
        title=str(summary["name"]),
        subtitle=judged_by(study),
        answer=answer(study),
        use=shlex.join([*study.program, *study.use]) if study.use else "",
        warning=warning(study),
        chips=chips(study),
        losers=losers(study),
        sections=[section for section in sections if section is not None],
    )


def _search(study: Study) -> Section | None:
    """The best so far, and how the best trials learned."""
    found = [part for part in (best_so_far(study), learning_curves(study)) if part is not None]
    if not found:
        return None
    return Section("curves", "The search", [part for section in found for part in section.parts])


def _reproduce(study: Study) -> Section:
    """The commands, the versions, the seeds and the data's fingerprint."""
    environment = study.environment
    packages = environment.get("packages", {})
    rows = [
        ["seed", str(environment.get("seed", "-"))],
        ["python", str(environment.get("python", "-"))],
        ["system", str(environment.get("platform", "-"))],
        *([name, str(version)] for name, version in packages.items() if version),
        ["data, SHA-256", study.fingerprint or "-"],
    ]
    again = shlex.join([*study.program, "search", f"{study.name}/spec.yaml", "--output", "again"])
    parts: list[Part] = [Code(again, "The same search, anew:")]
    parts += [
        "With one worker the same spec, seed and versions on the same kind of machine give the "
        "same trials; time limits and several workers may change which are reached.",
        Table("versions", "", ["what", "value"], rows),
    ]
    if study.spec:
        parts.append(Code(study.spec, "The whole spec, every default written out:"))
    return Section("reproduce", "How to reproduce this", parts)
