"""Settings of a table with a row a time step: its columns, its gaps, its parts."""

from __future__ import annotations

import numpy as np

from rnnsearch.data.collecting import name_some
from rnnsearch.data.raw.cell_numbers import number
from rnnsearch.guessing._base import Setting, said_split
from rnnsearch.guessing.columns import Column
from rnnsearch.guessing.season import calendar_feature
from rnnsearch.guessing.step_series import StepSeries

__all__ = ["column_settings", "row_settings"]

_OUTLYING = "far outside all other numbers of several columns"


def column_settings(series: StepSeries, source: str) -> list[Setting]:
    """Which columns hold the time, the series and what is read."""
    found = [Setting("source", source), Setting("path", None)]
    if series.time is not None:
        assert series.step is not None
        step = f"a row every {series.step}"
        if not series.step.regular:
            step += "; a row counts as a step, whatever the time between"
        found.append(Setting("time", series.time.value, step))
        if series.time.form:
            found.append(Setting("time_format", series.time.form, "as the column's name says"))
        if series.time.zone:
            found.append(Setting("time_zone", series.time.zone, "as a column says"))
    if series.panel is not None:
        found.append(series.panel.setting)
    target = series.target
    past = "among them the past of what it predicts" if target.name in series.inputs else ""
    found.append(Setting("inputs", series.inputs, f"what the network reads{past and ', '}{past}"))
    if series.kinds:
        found.append(
            Setting(
                "kinds",
                [*series.kinds],
                "numbers of these name something, by their names or words among them",
            )
        )
    told = (*series.seasons, *series.patterns)
    features = [calendar_feature(season, series.step) for season in told if season.dated]
    if features and series.time is not None:
        why = "and what the calendar says of the row that it predicts"
        found.append(Setting("calendar", features, why))
    kind = f"{len(target.classes)} classes" if target.classes else "numbers"
    found.append(Setting("target", target.name, f"{series.why}; {kind}"))
    return found


def row_settings(series: StepSeries) -> list[Setting]:
    """Kind of the target, season, gaps and parts: what is said of the rows."""
    found: list[Setting] = []
    if series.target.classes:
        found.append(Setting("target_kind", "class", _balance(series.target)))
    if series.seasons:
        best = max(series.seasons, key=lambda season: season.strength)
        of = " of what is measured" if series.target.classes else ""
        why = f"a {best.name}; autocorrelation{of} {best.strength:.2f}; for the seasonal baseline"
        found.append(Setting("season", best.steps, why))
    found += _gap_settings(series)
    if series.duplicates is not None:
        why = "of rows with the time stamp of the row before"
        why += ", which have the same numbers" if series.duplicates == "first" else ""
        found.append(Setting("duplicates", series.duplicates, why))
    return [*found, _split_setting(series)]


def _gap_settings(series: StepSeries) -> list[Setting]:
    """What is done about rows and cells that are missing, and about words for no value."""
    found: list[Setting] = []
    used = [c for c in series.columns if c.kind == "number" or c.name == series.target.name]
    counts = [(c.name, _gaps(series, c)) for c in used]
    gaps = [f"{count} in '{name}'" for name, count in counts if count]
    if series.lacking:
        found.append(Setting("irregular", "reindex", f"{series.lacking}: put in as gaps"))
    if series.lacking or gaps:
        what = f"empty cells ({name_some(gaps, 4)})" if gaps else "gaps"
        why = f"{what} are filled along straight lines, and never judged"
        found.append(Setting("missing", "interpolate", why))
    words = sorted({word for column in used for word in column.absent})
    absent = [int(word) if word.lstrip("-").isdecimal() else word for word in words]
    if absent:
        what = "words among numbers" if np.isnan([*map(number, words)]).all() else _OUTLYING
        found.append(Setting("missing_values", absent, f"{what}, taken for no value"))
    return found


def _gaps(series: StepSeries, column: Column) -> int:
    """Empty cells of a column."""
    return int(column.gaps.sum()) if series.panel is None else series.panel.gaps(column)


def _split_setting(series: StepSeries) -> Setting:
    """The parts: those that a column says, whole series, or the last rows."""
    if series.split is not None:
        return said_split(series.split)
    shares = {"validation": series.share, "test": series.share}
    if series.judged_by_others:
        why = "series that were never seen validate and test, as new ones will come"
        return Setting("split", {"by": "series", **shares}, why)
    return Setting("split", shares, "the last rows test, those before them validate")


def _balance(target: Column) -> str:
    counts = [f"{label} {count}" for label, count in target.classes.items()]
    return f"rows of each: {name_some(counts, 5)}"
