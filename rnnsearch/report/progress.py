"""What is shown while a search runs: a live view on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Protocol

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from rnnsearch.report.text import configuration, curve, duration, score
from rnnsearch.visible import one_line

if TYPE_CHECKING:
    import numpy as np

    from rnnsearch.driver.running.watching import Lane, Snapshot
    from rnnsearch.outcomes import Epoch, TrialRecord

__all__ = ["Display", "LiveDisplay", "PlainDisplay", "make_display", "shown_if"]

_SECONDS_BETWEEN_LINES = 10.0
_LANES_SHOWN = 8
_CURVE = 40
"""Places of the best score so far as a curve."""


class Display(Protocol):
    """An observer of a search that shows what it is told, from ``with`` to its end."""

    def __enter__(self) -> Display: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...

    def noted(self, notes: Sequence[str]) -> None:
        """As of an observer."""

    def started(self, device: str) -> None:
        """As of an observer."""

    def progressed(self, snapshot: Snapshot) -> None:
        """As of an observer."""

    def ended(
        self,
        record: TrialRecord,
        curves: Sequence[Sequence[Epoch]],
        weights: Sequence[np.ndarray] | None,
    ) -> None:
        """As of an observer."""


def make_display(console: Console) -> Display:
    """The display that suits where the console writes to.

    Args:
        console: Usually that of standard error, so that results can be piped on.
    """
    if console.is_terminal and not console.is_dumb_terminal:
        return LiveDisplay(console)
    return PlainDisplay(console)


def shown_if(wanted: bool) -> AbstractContextManager[Display | None]:
    """A display on standard error for a search that is called in Python; or none."""
    # A notebook gets plain lines: rich's live view needs widgets there.
    return make_display(Console(stderr=True, force_jupyter=False)) if wanted else nullcontext()


def label(record: TrialRecord) -> str:
    """The name of a trial's score: that of the metric that has its value."""
    names = (name for name, value in record.metrics.items() if value == record.score)
    return next(names, "score")


def counts(snapshot: Snapshot) -> str:
    """Trials done of the total, and what became of them: ``12/60 trials (3 pruned)``."""
    parts = [("pruned", snapshot.pruned), ("failed", snapshot.failed)]
    notes = ", ".join(f"{count} {label}" for label, count in parts if count)
    of = f"{snapshot.done}" if snapshot.total is None else f"{snapshot.done}/{snapshot.total}"
    return f"{of} trials" + (f" ({notes})" if notes else "")


def best_line(snapshot: Snapshot) -> str:
    """The best score so far and its configuration."""
    if snapshot.best is None:
        return "best: none yet"
    best = snapshot.best
    return (
        f"best: {label(best)} {score(best.score)} (trial {best.number}) "
        f"{configuration(best.params)}"
    )


def trial_line(record: TrialRecord, done: str, best: TrialRecord | None) -> str:
    """One line of an ended trial.

    Args:
        record: The trial.
        done: Such as ``13/60``.
        best: The best COMPLETE trial so far, this one included; None where it is not known.
    """
    words = [f"[{done}] trial {record.number} {record.state}"]
    if record.score is not None:
        words.append(f"{label(record)} {score(record.score)}")
    if best is not None and best.number == record.number:
        words.append("(the best so far)")
    elif best is not None:
        words.append(f"(best {score(best.score)}, trial {best.number})")
    words.append(configuration(record.params))
    if record.state == "FAIL" and record.message:
        words.append(f"- {' '.join(record.message.split())}")
    return " ".join(word for word in words if word)


class PlainDisplay:
    """Plain lines: the device, each ended trial, and every ten seconds how far the search is.

    Args:
        console: Where the lines go.
        clock: Seconds that only grow; another one in tests.
    """

    def __init__(
        self,
        console: Console,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._console = console
        self._clock = clock
        self._shown_at = clock()
        self._snapshot: Snapshot | None = None
        self._done = 0
        self._waiting: list[TrialRecord] = []

    def __enter__(self) -> PlainDisplay:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Show trials that ended after the last snapshot, which does not know how they rank."""
        self._flush(best=None)

    def noted(self, notes: Sequence[str]) -> None:
        """Show what was guessed of the data."""
        for note in notes:
            self._line(one_line(f"note: {note}"))

    def started(self, device: str) -> None:
        """Show the device."""
        self._line(f"device: {device}")

    def progressed(self, snapshot: Snapshot) -> None:
        """Show the trials that ended before it, and the state itself every ten seconds."""
        if self._snapshot is None:  # those of an earlier run of the study have no line here
            self._done = max(0, snapshot.done - len(self._waiting))
        self._snapshot = snapshot
        self._flush(snapshot.best)
        if self._clock() - self._shown_at >= _SECONDS_BETWEEN_LINES:
            left = duration(snapshot.seconds_left)
            words = [counts(snapshot), best_line(snapshot), snapshot.activity]
            words += [f"{left} left"] if snapshot.seconds_left is not None else []
            self._line(" | ".join(word for word in words if word))

    def ended(
        self,
        record: TrialRecord,
        curves: Sequence[Sequence[Epoch]],
        weights: Sequence[np.ndarray] | None,
    ) -> None:
        """Note a trial; its line comes with the next snapshot, which knows how it ranks."""
        self._waiting.append(record)

    def _flush(self, best: TrialRecord | None) -> None:
        total = self._snapshot.total if self._snapshot else "?"
        for record in self._waiting:
            self._done += 1
            done = f"{self._done}" if total is None else f"{self._done}/{total}"
            self._line(trial_line(record, done, best))
        self._waiting.clear()

    def _line(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)
        self._shown_at = self._clock()


class LiveDisplay:
    """A view that redraws itself four times a second and fits the terminal's width.

    Args:
        console: A terminal.
        clock: Seconds that only grow; another one in tests.
        now: The time of day; another one in tests.
    """

    def __init__(
        self,
        console: Console,
        *,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = datetime.now,
    ) -> None:
        self._clock = clock
        self._now = now
        self._began = clock()
        self._device = ""
        self._snapshot: Snapshot | None = None
        self._live = Live(
            console=console,
            get_renderable=self.view,
            refresh_per_second=4,
            transient=True,
        )

    def __enter__(self) -> LiveDisplay:
        self._began = self._clock()
        self._live.start(refresh=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._live.stop()

    def noted(self, notes: Sequence[str]) -> None:
        """Show what was guessed of the data, above what is drawn anew."""
        for note in notes:
            self._live.console.print(Text(one_line(f"note: {note}")))

    def started(self, device: str) -> None:
        """Note the device."""
        self._device = device

    def progressed(self, snapshot: Snapshot) -> None:
        """Note the state; the next refresh draws it."""
        self._snapshot = snapshot

    def ended(
        self,
        record: TrialRecord,
        curves: Sequence[Sequence[Epoch]],
        weights: Sequence[np.ndarray] | None,
    ) -> None:
        """Nothing: the next snapshot counts it."""

    def _bar(self, snapshot: Snapshot) -> ProgressBar:
        """How far: by trials, or where only time ends the search by that."""
        if snapshot.total is not None:
            return ProgressBar(total=max(snapshot.total, 1), completed=snapshot.done)
        passed = self._clock() - self._began
        return ProgressBar(total=passed + (snapshot.seconds_left or 0.0), completed=passed)

    def view(self) -> RenderableType:
        """What is on the screen now."""
        snapshot = self._snapshot
        passed = duration(self._clock() - self._began)
        if snapshot is None:
            return Text(f"starting {passed} {self._device}".rstrip(), no_wrap=True)
        ends = ""
        if snapshot.seconds_left is not None:
            then = self._now() + timedelta(seconds=snapshot.seconds_left)
            ends = f"; done at about {then:%H:%M}"
        head = Table.grid(padding=(0, 1), expand=True)
        head.add_column(ratio=1)
        head.add_column(no_wrap=True)
        times = f"{passed} passed"
        if snapshot.seconds_left is not None:
            times += f", {duration(snapshot.seconds_left)} left"
        head.add_row(
            self._bar(snapshot),
            f"{counts(snapshot)}, {times}",
        )
        lines = [
            Text(best_line(snapshot), style="green"),
            *_so_far(snapshot),
            Text(" on ".join(part for part in (snapshot.activity, self._device) if part) + ends),
        ]
        return Group(head, *lines, *_lanes(snapshot.lanes, snapshot.epochs))


def _so_far(snapshot: Snapshot) -> list[Text]:
    """The best so far as a curve, and the latest verdicts; nothing before there are any."""
    found = []
    if len(snapshot.history) > 1:
        first, last = score(snapshot.history[0]), score(snapshot.history[-1])
        line = f"best so far: {first} {curve(snapshot.history, _CURVE)} {last}"
        found.append(Text(line, style="green", no_wrap=True))
    if snapshot.verdicts:
        latest = ", ".join(f"{number} {name}" for number, name in reversed(snapshot.verdicts))
        found.append(Text(f"training: {latest}", no_wrap=True, overflow="ellipsis"))
    return found


def _lanes(lanes: Sequence[Lane], epochs: int) -> list[RenderableType]:
    """A small table of the runs in training."""
    if not lanes:
        return []
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for title in ("trial", "epoch", "score"):
        table.add_column(title, justify="right")
    for lane in lanes[:_LANES_SHOWN]:
        name = f"{lane.trial}" if lane.run is None else f"{lane.trial} run {lane.run}"
        table.add_row(name, f"{lane.epoch}/{epochs}", score(lane.score))
    hidden = len(lanes) - _LANES_SHOWN
    count = f"{len(lanes)} lanes in use" + (f", {hidden} of them not shown" if hidden > 0 else "")
    return [table, Text(count, style="dim")]
