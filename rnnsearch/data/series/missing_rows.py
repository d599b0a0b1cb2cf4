"""Rows on the clock: steps between them, which are missing, and gaps put in their place."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from rnnsearch.data.collecting import Problems, name_some
from rnnsearch.data.series.rows import Series
from rnnsearch.data.time import Step, find_change, infer_step

__all__ = ["change_of_rate", "on_clock", "unlike_steps"]

_ALIKE = 0.5
"""Share of a new file's steps that must be those of training; rows may be missing."""

_STEPS = 10
"""Rows of a series whose steps are looked at."""

_FORWARD = "; if clocks went forward there, data.time_zone says whose"


_UNEVEN = (
    "rows are not equally far apart: windows count rows, and the time stamp of a forecast is a "
    "guess, {step} after the row before it"
)


_CHANGED = (
    "rows are {before} apart up to {time} (row {row}) and {after} from there on: windows count "
    "rows of both, and forecasts are stamped {after} ahead; keep the rows of one step, or bring "
    "all to the longer one: frame.resample(…, on=…).mean() of pandas (data.irregular: error)"
)


class _Gaps(NamedTuple):
    """Rows that are missing.

    Attributes:
        places: How many times some are.
        rows: How many there are in all.
        first: The first place, as text.
    """

    places: int
    rows: int
    first: str

    def __str__(self) -> str:
        rows = "1 row is missing" if self.rows == 1 else f"{self.rows} rows are missing"
        where = "place" if self.places == 1 else f"{self.places} places, the first"
        return f"{rows} in {'1 ' if self.places == 1 else ''}{where} {self.first}"


def on_clock(
    series: Series, step: Step | None, reindex: bool, missing: str, problems: Problems
) -> Series:
    """The series with the step between its rows, and where they stand on the clock.

    Args:
        series: With gaps as NaN.
        step: That of training; None to find it in the longest series. Another step is taken where
            rows do not have this one.
        reindex: Whether rows are put in where some are missing.
        missing: What is done about gaps.
        problems: Where to note that nothing is.
    """
    every = series.each()
    longest = max(every, key=len)
    if longest.times is None:
        return series
    trained = step is not None
    found = step or _lasting(longest.times)
    if step is not None and len(longest) > 2 and step.fits(longest.times) < _ALIKE:
        own = _lasting(longest.times)
        if own is not None and not own.alike(step):
            found = own  # for the caller to refuse
    step = found
    if step is None:
        return series
    if not step.regular:
        uneven = _UNEVEN.format(step=replace(step, regular=True))
        said = "" if trained else change_of_rate(series) or uneven
        return replace(series, step=step, notes=(*series.notes, *filter(None, [said])))
    unlike = unlike_steps(series, step)
    if unlike:
        series = replace(series, notes=(*series.notes, unlike))
    ticks = [step.ticks(one.times) for one in every if one.times is not None]
    known = [clock for clock in ticks if clock is not None]
    if len(known) < len(every) or all(_dense(clock) for clock in known):
        return replace(series, step=step)
    gaps = _gaps(every, known, step)
    joined = replace(series, step=step, ticks=np.concatenate(known))
    if not gaps.rows:
        return joined
    joined = replace(joined, lacking=str(gaps))
    forward = _FORWARD if _clocks_forward(every, known, step) else ""
    if not reindex:
        note = (
            f"{gaps}{forward}: lags, seasons and naive forecasts go by the clock, windows by rows "
        )
        note += "(data.irregular: reindex puts the missing rows in, as gaps)"
        return replace(joined, notes=(*series.notes, note))
    if missing == "error":
        must = "must say what to do about rows that are missing, where irregular is reindex"
        problems.add("data.missing", must, f"error, and {gaps}", "set data.missing: interpolate")
    return replace(
        _with_missing(every, known, step, joined), notes=(*series.notes, _put_in(gaps, forward))
    )


def _lasting(times: np.ndarray) -> Step | None:
    """The step between rows; of rows whose step changes that of the later, called irregular."""
    change = find_change(times)
    return infer_step(times) if change is None else replace(change.after, regular=False)


def change_of_rate(series: Series) -> str:
    """Says where rows of the longest series become closer together or farther apart; or ""."""
    longest = max(series.each(), key=len)
    change = None if longest.times is None else find_change(longest.times)
    if change is None or longest.times is None:
        return ""
    time, row = longest.clock.text(longest.times[change.at]), longest.rows[change.at]
    return _CHANGED.format(before=change.before, after=change.after, time=time, row=row)


def unlike_steps(series: Series, step: Step) -> str:
    """Says which series of a panel have another step than the longest; "" where none has."""
    others = []
    every = series.each()
    for one in every if len(every) > 1 else ():
        own = infer_step(one.times) if one.times is not None and len(one) >= _STEPS else None
        if own is not None and own.regular and not own.alike(step):
            others.append(f"{one.names[0]} every {own}")
    if not others:
        return ""
    return (
        f"series have rows unlike far apart: the longest every {step}, {name_some(others, 3)}; "
        "what is a step of one is not one of another, so search for them apart"
    )


def _put_in(gaps: _Gaps, forward: str) -> str:
    return f"{gaps}{forward}: put in as gaps (data.irregular: reindex)"


def _clocks_forward(every: list[Series], ticks: list[np.ndarray], step: Step) -> bool:
    """Whether all that is missing is an hour early on Sundays, as where clocks go forward."""
    if step.unit != "seconds" or any(one.clock.zone or one.clock.style for one in every):
        return False
    found = []
    for one, clock in zip(every, ticks, strict=True):
        assert one.times is not None
        lost = (np.diff(clock) - 1) * step.count
        before = one.times[:-1]
        days = before.astype("datetime64[D]")
        sunday = (days.astype(np.int64) + 3) % 7 == 6  # the first of January 1970 was a Thursday
        early = before - days < np.timedelta64(3, "h")
        found.append(((lost == 3600) & sunday & early)[lost > 0])
    each = np.concatenate(found)
    return bool(len(each) and each.all())


def _dense(ticks: np.ndarray) -> bool:
    """Whether each row is one step of the clock."""
    return len(ticks) == 0 or int(ticks[-1]) == len(ticks) - 1


def _gaps(every: list[Series], ticks: list[np.ndarray], step: Step) -> _Gaps:
    """Rows that are missing, days off left out."""
    places = rows = 0
    first = ""
    for one, clock in zip(every, ticks, strict=True):
        assert one.times is not None
        for at in np.flatnonzero(np.diff(clock) > 1):
            lacking = int(clock[at + 1] - clock[at]) - 1
            if step.free:
                begin, end = one.times[at : at + 2].astype("datetime64[D]")
                off = len([day for day in step.free if begin < np.datetime64(day) < end])
                lacking -= off * max(1, len(step.slots))
            if lacking < 1:
                continue
            first = first or f"after {one.clock.text(one.times[at])} (row {one.rows[at]})"
            places, rows = places + 1, rows + lacking
    return _Gaps(places, rows, first)


def _with_missing(
    every: list[Series], ticks: list[np.ndarray], step: Step, whole: Series
) -> Series:
    """All series, with rows that have nothing but their time where some were missing."""
    places, times, clocks, groups, start = [], [], [], [], 0
    for number, (one, clock) in enumerate(zip(every, ticks, strict=True)):
        assert one.times is not None
        due = np.arange(int(clock[-1]) + 1)
        stamps = replace(step, free=()).after(one.times[0], due)
        place = np.full(len(due), -1)
        place[clock] = np.arange(len(clock))
        off = np.isin(stamps.astype("datetime64[D]"), np.array(step.free, "datetime64[D]"))
        keep = (place >= 0) | ~(off & bool(step.free))
        place = place[keep]
        times.append(np.where(place >= 0, one.times[np.maximum(place, 0)], stamps[keep]))
        places.append(np.where(place >= 0, place + start, -1))
        clocks.append(due[keep])
        groups.append(np.full(len(place), number if len(every) > 1 else 0))
        start += len(clock)
    place = np.concatenate(places)
    own = None if all(map(_dense, clocks)) else np.concatenate(clocks)
    return _taken(whole, place, np.concatenate(times), own, np.concatenate(groups))


def _taken(
    series: Series,
    place: np.ndarray,
    times: np.ndarray,
    ticks: np.ndarray | None,
    group: np.ndarray,
) -> Series:
    """The rows at these places (R,), with nothing in those of which the place is -1."""
    there = place >= 0
    before = np.maximum.accumulate(place)  # the first row of all is there
    inputs, targets = series.inputs[before], series.targets[before]
    inputs[~there] = np.nan
    targets[~there] = -1 if series.kind == "class" else np.nan
    return replace(
        series,
        rows=series.rows[before],
        times=times,
        inputs=inputs,
        texts={name: np.where(there, labels[before], "") for name, labels in series.texts.items()},
        inputs_known=series.inputs_known[before] & there,
        targets=targets,
        targets_known=series.targets_known[before] & there,
        ahead=series.ahead[before],
        group=group,
        part=None if series.part is None else series.part[before],
        ticks=ticks,
    )
