"""From the cells of a column of time stamps to times, with what was decided about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from rnnsearch.data.time.clock import Clock
from rnnsearch.data.time.form_parsing import plain_text
from rnnsearch.data.time.forms import Reading, find_form, read_times
from rnnsearch.data.time.midnights import shifted_midnights
from rnnsearch.data.time.sessions import find_slots, has_night
from rnnsearch.data.time.zones import local_times, split_offsets, to_utc, zone_of_offsets, zones_of

__all__ = ["Stamps", "TimeProblem", "read_stamps", "read_typed"]

_UNITS: dict[str, Literal["month", "quarter", "week", "year"]] = {
    "quarter": "quarter",
    "week": "week",
    "year": "year",
    "decimal_months": "month",
}

_CHANGED = np.timedelta64(3, "h")
"""From then on no clock goes forward or back."""

_FIRST = {"%d": "day", "%m": "month", "%y": "year"}
"""What is said to stand first, where it could be another."""


@dataclass(frozen=True)
class Stamps:
    """Times of rows.

    Attributes:
        times: (R,) datetime64[us], as `clock` says, NaT where none could be read.
        clock: How they were read.
        notes: What was decided, for the user.
    """

    times: np.ndarray
    clock: Clock
    notes: tuple[str, ...] = ()


class TimeProblem(Exception):
    """Time stamps can't be read as they are meant: `must`, `received`, `advice`."""

    def __init__(self, path: str, must: str, received: str, advice: str) -> None:
        super().__init__(must)
        self.path, self.must, self.received, self.advice = path, must, received, advice


def read_stamps(
    cells: Sequence[str],
    form: str | None = None,
    zone: str | None = None,
    known: Clock | None = None,
    groups: Sequence[np.ndarray] | None = None,
) -> Stamps:
    """Texts as times.

    Args:
        cells: Of all rows.
        form, zone: What the spec says of them, if it does.
        known: How they were read when the network was trained: nothing is guessed anew.
        groups: Of each series, the places of its rows, which alone are in order.

    Raises:
        TimeProblem: They can't be.
    """
    bare, offsets = split_offsets(cells)
    groups = [np.arange(len(cells))] if groups is None else groups
    if known is not None:
        return _as_known(cells, bare, offsets, known, groups)
    notes: list[str] = []
    reading = _reading(bare, form, notes)
    clock = Clock(reading.form, unit=_unit(reading.form, bare))
    if clock.daily:
        notes.append(
            "times of day stand beside no date: a day begins where they go back over midnight "
            "(data.time_format: time_of_day)"
        )
    if clock.elapsed:
        return Stamps(reading.times, clock, tuple(notes))
    if offsets is not None:
        style = next(cell for cell in cells if cell)
        return _universal(reading.times, offsets, zone, replace(clock, style=style), notes)
    return _in_zone(reading.times, zone, clock, notes, groups)


def read_typed(
    times: np.ndarray,
    own_zone: str,
    zone: str | None = None,
    known: Clock | None = None,
    groups: Sequence[np.ndarray] | None = None,
) -> Stamps:
    """Times of a column whose type is time: UTC's where it has a zone (`own_zone`, else "")."""
    groups = [np.arange(len(times))] if groups is None else groups
    if known is not None:
        clock = known
        if bool(own_zone) != bool(known.style):
            raise _unlike(bool(own_zone))
        if own_zone and not clock.universal:
            times = local_times(times, clock.zone)
        elif not own_zone and clock.universal:
            times = _utc(times, clock.zone, groups)
        return Stamps(times, clock)
    if not own_zone:
        return _in_zone(times, zone, Clock(), [], groups)
    clock = Clock("iso", _checked(zone or own_zone), style="2021-01-31 12:00:00+00:00")
    return Stamps(*_axis(times, clock))


def _reading(cells: Sequence[str], form: str | None, notes: list[str]) -> Reading:
    """The cells by the form that is given, or the one that is found."""
    if form is not None:
        return Reading(form, read_times(cells, form))
    found = find_form(cells)
    if found is None:
        return Reading("iso", read_times(cells, "iso"))
    others = found.times if found.others is None else found.others
    apart = np.flatnonzero((found.times != others) & ~np.isnat(found.times))
    if found.others is not None and len(apart):
        at = int(apart[0])
        one, other = (_day(times[at]) for times in (found.times, found.others))
        notes.append(
            f"is '{cells[at]}' {one} or {other}? It is read as {one} (data.time_format: "
            f'"{found.form}"); if that is wrong, set data.time_format: "{found.other}"'
        )
    elif found.form[:2] in _FIRST and "%b" not in found.form:
        first = _FIRST[found.form[:2]]
        notes.append(f"dates are read with the {first} first: {found.form}")
    return found


def _day(time: np.datetime64) -> str:
    return f"{time.astype('datetime64[D]').item():%d %B %Y}".lstrip("0")


def _unit(form: str, cells: Sequence[str]) -> Literal["", "month", "quarter", "week", "year"]:
    """What a stamp stands for, where that is longer than a day."""
    filled = {cell for cell in cells if cell}
    if form == "iso":
        longest = max((len(plain_text(cell)) for cell in filled), default=0)
        return {4: "year", 6: "month", 7: "month"}.get(longest, "")  # type: ignore[return-value]
    if form == "week":
        return "" if any(cell[-2] == "-" and len(cell) > 8 for cell in filled) else "week"
    if form in _UNITS:
        return _UNITS[form]
    return "month" if form.startswith("%") and "%d" not in form and "%j" not in form else ""


def _universal(
    local: np.ndarray, offsets: np.ndarray, zone: str | None, clock: Clock, notes: list[str]
) -> Stamps:
    """Times with offsets from UTC (R,) in minutes."""
    if np.isnat(local).all():
        return Stamps(local, clock)
    times = local - offsets * np.timedelta64(60, "s")
    if zone is None:
        zone = zone_of_offsets(times[~np.isnat(times)], offsets[~np.isnat(times)])
        if not zone:
            received = f"offsets from {offsets.min() / 60:+g} to {offsets.max() / 60:+g} hours"
            advice = "say whose clocks count: data.time_zone, such as Europe/Berlin"
            raise TimeProblem("data.time_zone", "must be given", received, advice)
        if "/" in zone:
            notes.append(f"offsets from UTC are those of {zone} (data.time_zone)")
    return Stamps(*_axis(times, replace(clock, zone=_checked(zone))), tuple(notes))


def _in_zone(
    local: np.ndarray,
    zone: str | None,
    clock: Clock,
    notes: list[str],
    groups: Sequence[np.ndarray],
) -> Stamps:
    """Times without offsets: the clocks' own, unless a zone is given or an hour comes twice."""
    if zone is None:
        whole = not np.isnat(local).any()
        zone = next(filter(None, (zones_of(local[rows]) for rows in groups)), "") if whole else ""
        if not zone:
            said = shifted_midnights(local) if clock.dated else ""
            return Stamps(local, clock, (*notes, *filter(None, [said])))
        notes.append(f"an hour comes twice in autumn, as in {zone} (data.time_zone)")
    clock = replace(clock, zone=_checked(zone))
    times = _utc(local, zone, groups)
    lost = np.flatnonzero(np.isnat(times) & ~np.isnat(local))
    if len(lost):
        received = f"{Clock().text(local[lost[0]])}, which {zone} leaves out in spring"
        advice = "name the zone that the clocks were in, or remove data.time_zone"
        raise TimeProblem("data.time_zone", "must have all times of the file", received, advice)
    return Stamps(*_axis(times, clock), tuple(notes))


def _axis(times: np.ndarray, clock: Clock) -> tuple[np.ndarray, Clock]:
    """UTC's times as they are, or, where rows are whole days apart on the clocks, as these say.

    So are hours of business: a night without rows may be an hour longer.
    """
    local = local_times(times, clock.zone)
    known = local[~np.isnat(local)]
    within = known - known.astype("datetime64[D]")
    if len(known) and (within == within[0]).all():
        return local, clock
    if len(known) and within.min() >= _CHANGED:
        slots = find_slots(np.unique(known))
        if slots and has_night(slots):
            return local, clock
    return times, replace(clock, universal=True)


def _utc(local: np.ndarray, zone: str, groups: Sequence[np.ndarray]) -> np.ndarray:
    """`to_utc` of each series."""
    times = local.copy()
    for rows in groups:
        times[rows] = to_utc(local[rows], zone)
    return times


def _as_known(
    cells: Sequence[str],
    bare: Sequence[str],
    offsets: np.ndarray | None,
    clock: Clock,
    groups: Sequence[np.ndarray],
) -> Stamps:
    """Cells of a new file; a form of ISO can't be mistaken, and is read too."""
    if (offsets is None) == bool(clock.style):
        raise _unlike(offsets is not None)
    times = read_times(bare, clock.form)
    if np.isnat(times).any() and clock.form != "iso":
        iso = read_times(bare, "iso")
        times = times if np.isnat(iso).any() else iso
    empty = np.array([not cell for cell in cells])
    wrong = np.flatnonzero(np.isnat(times) & ~empty)
    if len(wrong):
        must = f"must be of the form that the network was trained with, {clock.form}"
        advice = "write them as there, or as 2024-12-31 23:59:59"
        raise TimeProblem("data.time", must, f"'{cells[wrong[0]]}'", advice)
    if offsets is not None:
        times = times - offsets * np.timedelta64(60, "s")
        return Stamps(times if clock.universal else local_times(times, clock.zone), clock)
    return Stamps(_utc(times, clock.zone, groups) if clock.universal else times, clock)


def _unlike(has: bool) -> TimeProblem:
    """Offsets where the network was trained without, or the other way round."""
    must = f"must be time stamps with{'out' if has else ''} an offset from UTC, as in training"
    advice = "write them as there"
    return TimeProblem("data.time", must, f"some with{'' if has else 'out'}", advice)


def _checked(zone: str) -> str:
    """A zone that is known."""
    try:
        local_times(np.array(["2020-01-01"], "datetime64[us]"), zone)
    except ValueError:
        advice = "write it as Europe/Berlin, or an offset as +01:00"
        raise TimeProblem("data.time_zone", "must be a time zone", f"'{zone}'", advice) from None
    return zone
