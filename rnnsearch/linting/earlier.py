"""What an earlier study says of a space: ends that never helped, bounds that bind."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rnnsearch.errors import StudyError
from rnnsearch.linting._base import Planned, Remark
from rnnsearch.outcomes import TrialRecord, ranked
from rnnsearch.records import StudyFolder, open_study, read_epochs, read_summary, records
from rnnsearch.spec import Domain
from rnnsearch.spec.wording import show
from rnnsearch.vocabulary import Objective

__all__ = ["Earlier", "from_earlier", "read_earlier"]

_TOP = 4
"""The best of so many count as those that were helped."""

_LEAST = 12
"""Trials of a study that says anything of its ends."""

_PARTS = 3
"""Of a range: its lower end, its middle, its upper end."""

_BY_CHANCE = 0.05
"""What would happen by chance as often as this is not said."""

_ALL, _NONE = 0.95, 0.01
"""Share of updates that clipping changed, in a trial that it always, or never, held back."""


@dataclass(frozen=True)
class Earlier:
    """A study that has ended, or goes on.

    Attributes:
        name: Its folder.
        order: Trials with a score, best first; those that were stopped early among them.
        clipped: Trial → share of updates that clipping changed.
        seconds_per_run: The median of a whole run, compilation included.
    """

    name: str
    order: Sequence[TrialRecord]
    clipped: dict[int, float]
    seconds_per_run: float | None


def read_earlier(path: str | Path) -> Earlier:
    """A study's trials, best first.

    Raises:
        StudyError: The folder holds none.
    """
    folder = StudyFolder(path)
    summary = read_summary(folder.summary)
    if not folder.study.exists():
        raise StudyError(
            f"Expected the folder of a search. Received: {path}, which has no study.journal; give "
            "one such as results/electricity"
        )
    study = open_study(folder, summary["name"], summary["direction"])
    trials = records(study)
    objective = Objective("score", summary["direction"])
    dropped = [r for r in trials if r.state == "PRUNED" and r.score is not None]
    dropped.sort(key=lambda record: objective.sort_key(record.score))
    frame = read_epochs(folder.epochs)
    clipped = {}
    if "clipped" in frame:
        means = frame.groupby("trial")["clipped"].mean().dropna()
        clipped = {int(str(trial)): float(share) for trial, share in means.items()}
    whole = [r.seconds / len(r.run_epochs) for r in trials if r.state == "COMPLETE" and r.seconds]
    order = [*ranked(trials, objective), *dropped]
    return Earlier(str(path), order, clipped, statistics.median(whole) if whole else None)


def from_earlier(earlier: Earlier, planned: Planned) -> Iterator[Remark]:
    """Ends of ranges and values that never helped, and clipping that never or always did."""
    for dimension in planned.space.dimensions:
        trials = [one for one in earlier.order if dimension.name in one.params]
        if len(trials) < _LEAST:
            continue
        path, domain = f"space.{dimension.parameter}", dimension.domain
        for text, within in _parts(domain):
            said = _never_helped(trials, dimension.name, within)
            if said:
                yield Remark(
                    "does nothing",
                    path,
                    f"in {earlier.name} {text} never helped: {said}",
                    "leave it out, if this data is like that",
                )
        yield from _at_an_end(earlier, trials, dimension.name, path, domain)
    yield from _clipping(earlier, planned)


def _parts(domain: Domain) -> Iterator[tuple[str, Callable[[object], bool]]]:
    """The ends of a range, or the values of a choice, with what belongs to each."""
    if domain.kind == "choice":
        for value in domain.values:
            yield show(value), lambda given, value=value: given == value  # type: ignore[misc]
    elif domain.kind == "range":
        low, high = _place(domain, domain.min), _place(domain, domain.max)
        width = (high - low) / _PARTS
        if width <= 0:
            return
        names = (f"its lower end, {show(domain.min)} to {show(_value(domain, low + width))},",)
        yield names[0], lambda given: low <= _place(domain, given) <= low + width
        upper = f"its upper end, {show(_value(domain, high - width))} to {show(domain.max)},"
        yield upper, lambda given: high - width <= _place(domain, given) <= high


def _place(domain: Domain, value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return math.nan
    return math.log(value) if domain.log and value > 0 else float(value)


def _value(domain: Domain, place: float) -> float | int:
    found = math.exp(place) if domain.log else place
    return round(found) if domain.integer else float(f"{found:.2g}")


def _never_helped(
    trials: Sequence[TrialRecord], name: str, within: Callable[[object], bool]
) -> str:
    """That none of the best lies there, where that would be no accident; else nothing.

    Of all trials so many lie there: how often would as many best ones, drawn at random from all,
    miss them (the hypergeometric distribution)?
    """
    best = max(3, len(trials) // _TOP)
    inside = [within(one.params[name]) for one in trials]
    count, total = sum(inside), len(trials)
    if any(inside[:best]) or not count:
        return ""
    chance = math.comb(total - count, best) / math.comb(total, best)
    if chance > _BY_CHANCE:
        return ""
    return f"none of its {count} trials is among the best {best} of {total}"


def _at_an_end(
    earlier: Earlier, trials: Sequence[TrialRecord], name: str, path: str, domain: Domain
) -> Iterator[Remark]:
    """Where all of the best lie close to one end, the range may be too short."""
    if domain.kind != "range":
        return
    low, high = _place(domain, domain.min), _place(domain, domain.max)
    best = [_place(domain, one.params[name]) for one in trials[: max(4, len(trials) // _TOP)]]
    near = 0.15 * (high - low)
    for end, held in (("lower", max(best) <= low + near), ("upper", min(best) >= high - near)):
        if held and high > low:
            yield Remark(
                "doubt",
                path,
                f"in {earlier.name} the best {len(best)} all lie at the {end} end of this range",
                "widen it there",
            )


def _clipping(earlier: Earlier, planned: Planned) -> Iterator[Remark]:
    """A bound that never held anything back, or always."""
    domain = planned.space.domains.get("clip_norm")
    shares = [earlier.clipped[one.number] for one in earlier.order if one.number in earlier.clipped]
    if domain is None or domain.kind == "fixed" or len(shares) < _LEAST:
        return
    if max(shares) <= _NONE:
        says = f"in {earlier.name} no trial's gradient was ever that long: nothing was clipped"
        yield Remark("does nothing", "space.clip_norm", says, "fix it, at 1 say")
    elif min(shares) >= _ALL:
        says = f"in {earlier.name} every update was clipped: with learning_rate it is one dial"
        yield Remark("does nothing", "space.clip_norm", says, "raise the range, or fix it")
