"""The verdict on a training: what to look for, in which order, with every threshold.

docs/diagnosis.md explains each rule; benchmarks/planted.py plants each trouble and counts how often
it is found. Rules look at one run; `verdict_of` joins those of a trial.
"""

from __future__ import annotations

import itertools
import math
import statistics
from collections import Counter
from collections.abc import Callable, Sequence

from rnnsearch.diagnosis.layer_diagnosis import LayerDiagnosis
from rnnsearch.diagnosis.training_run import NAMES, Training, Verdict

__all__ = [
    "BY_HEART",
    "GREW",
    "GREW_BACK",
    "HORIZON_SHARE",
    "OVERFITS",
    "SATURATED",
    "SPIKE",
    "STILL",
    "SWING",
    "SWINGS",
    "VANISHED",
    "verdict_of",
]

GREW = 3.0
"""A training loss that ends at this multiple of its lowest, and above where it began, is lost.

So is one whose median is this multiple of a naive prediction's, where it goes up and down.
"""

SWING, SWINGS = 1.2, 0.25
"""A loss that grows this many times from one epoch to the next, and in this share of them, is not
on its way down."""

GREW_BACK = 10.0
"""Gradients that are this many times as large further back as at the last step explode."""

SPIKE = 30.0
"""So do those that are, beside the loss, this many times what they usually are.

Beside the loss, as where a learning rate is too large gradients grow with it: of an output that is
off by so much, the gradient of what lies below is by so much squared.
"""

VANISHED = 1e-3
"""Of ∂L/∂h at the last step, what is left of it further back has vanished."""

HORIZON_SHARE = 0.5
"""Gradients that vanish within this share of the steps do not reach the rest of the sequence."""

SATURATED = 0.9
"""Share of gates, or of a SimpleRNN's activations, at an end of their range: no gradient passes."""

OVERFITS = 1.1
"""A validation loss that ends at this multiple of its lowest, while training's went on falling."""

BY_HEART = 0.5
"""Training's loss, as a share of validation's, where a network knows its examples and no more."""

STILL = 0.03
"""Validation loss that the last fifth of the epochs took away, as a share of it."""


def verdict_of(runs: Sequence[Training]) -> Verdict | None:
    """The verdict on a trial: that of most of its runs, the milder of two as frequent.

    One run that diverged decides, as the trial fails with it. None without any epoch.
    """
    found = [_of_run(run) for run in runs if run.curve]
    if not found:
        return None
    counts = Counter(verdict.name for verdict in found)
    lost = [name for name in ("exploding", "diverged") if name in counts]
    names = lost or sorted(counts, key=lambda name: (-counts[name], -NAMES.index(name)))
    chosen = next(verdict for verdict in found if verdict.name == names[0])
    if len(found) == 1:
        return chosen
    evidence = f"{chosen.evidence} ({counts[chosen.name]} of {len(found)} runs)"
    return Verdict(chosen.name, evidence, chosen.suggestion)


def _of_run(run: Training) -> Verdict:
    for rule in _RULES:
        verdict = rule(run)
        if verdict is not None:
            return verdict
    return Verdict("healthy", _health(run))


def _lost(run: Training) -> Verdict | None:
    """Exploding where gradients show why, else diverged."""
    epoch = _epoch_of_loss(run)
    what = _swings(run) if epoch is None else _growth(run, epoch)
    if what is None:
        return None
    spike = _spike(run, len(run.curve) - 1 if epoch is None else epoch)
    if spike is not None:
        evidence = f"{what}; {spike}"
        return Verdict("exploding", evidence, _clip_more(run))
    rate, bound = run.params.get("learning_rate"), run.params.get("clip_norm")
    beside = f" than {float(str(rate)):.2g}" if rate is not None else ""
    clip = "a warm-up (cosine)" if isinstance(bound, int | float) else "clip_norm of 1"
    return Verdict("diverged", what, f"a smaller learning_rate{beside}, or {clip}")


def _epoch_of_loss(run: Training) -> int | None:
    """The first epoch, by its place in the curve, at which the run was lost."""
    lowest = math.inf
    for place, epoch in enumerate(run.curve):
        values = [epoch.get(name, 0.0) for name in ("loss", "val_loss")]
        if not all(map(math.isfinite, values)):
            return place
        lowest = min(lowest, epoch.get("loss", math.inf))
    losses = run.values("loss")
    if len(losses) > 1 and losses[-1] > max(GREW * lowest, losses[0]):
        return len(losses) - 1
    return None


def _growth(run: Training, epoch: int) -> str:
    losses = run.values("loss")
    before = [value for value in losses[:epoch] if math.isfinite(value)]
    end = losses[epoch]
    return f"the loss went from {min(before):.3g} to {end:.3g}" if before else f"loss {end:.3g}"


def _swings(run: Training) -> str | None:
    """A training loss that goes up and down far above a naive prediction's, in words."""
    losses = run.values("loss")
    if run.constant is None or run.constant <= 0 or len(losses) < 3:
        return None
    rises = sum(after > SWING * before for before, after in itertools.pairwise(losses))
    middle = statistics.median(losses)
    if rises < SWINGS * (len(losses) - 1) or middle <= GREW * run.constant:
        return None
    return (
        f"the training loss goes up and down between {min(losses):.3g} and {max(losses):.3g}, "
        f"a naive prediction has {run.constant:.3g}"
    )


def _spike(run: Training, lost: int) -> str | None:
    """Gradients that grew before the run was lost, in words; None where they did not."""
    growing = [
        (max(layer.reach[1:]) / layer.reach[0], layer)
        for layer in run.layers
        if len(layer.reach) > 1 and layer.reach[0] > 0 and all(map(math.isfinite, layer.reach))
    ]
    factor, layer = max(growing, key=lambda pair: pair[0], default=(0.0, None))
    if layer is not None and factor >= GREW_BACK:
        return f"gradients of {layer.layer} grow {factor:.2g}-fold on their way back"
    sizes = [
        (epoch["gradient_norm"] / epoch["loss"], epoch["gradient_norm_max"] / epoch["loss"])
        for epoch in run.curve[: lost + 1]
        if epoch.get("loss", math.nan) > 0
        and all(
            math.isfinite(epoch.get(name, math.nan))
            for name in ("loss", "gradient_norm", "gradient_norm_max")
        )
    ]
    usual = min((size for size, _ in sizes), default=0.0)
    largest = max((size for _, size in sizes), default=0.0)
    if usual <= 0 or largest < SPIKE * usual:
        return None
    return f"beside the loss, gradients grew {largest / usual:.2g}-fold"


def _clip_more(run: Training) -> str:
    bound = run.params.get("clip_norm")
    if isinstance(bound, int | float):
        return f"a tighter clip_norm than {bound:.2g}, or a smaller learning_rate"
    return "clip_norm of 1 or less, and a gated cell (LSTM, GRU)"


def _saturated(run: Training) -> Verdict | None:
    stuck = max(run.layers, key=lambda layer: layer.saturated, default=None)
    if run.learned or stuck is None or stuck.saturated < SATURATED:
        return None
    what = "gates" if stuck.memory is not None else "activations"
    evidence = f"{stuck.saturated:.0%} of {what} of {stuck.layer} are at an end of their range"
    advice = "a smaller learning_rate, clip_norm of 1 or less, inputs that are scaled"
    return Verdict("saturated", evidence, advice)


def _vanishing(run: Training) -> Verdict | None:
    """Nothing learned, and gradients that do not reach most of the steps."""
    if run.learned:
        return None
    for layer in run.layers:
        horizon, steps = _horizon(layer), max(layer.lags, default=0)
        if horizon is None or steps < 4 or horizon > HORIZON_SHARE * steps:
            continue
        evidence = f"∂L/∂h of {layer.layer} falls below {VANISHED:g} of itself {horizon} steps back"
        return Verdict("vanishing", f"{evidence}, of {steps + 1}", _reach_further(run, horizon))
    return None


def _horizon(layer: LayerDiagnosis) -> int | None:
    """The last lag at which more than `VANISHED` of the gradient at the last step is left."""
    first = layer.reach[0] if layer.reach else 0.0
    if not math.isfinite(first) or first <= 0:
        return None
    left = zip(layer.lags, layer.reach, strict=True)
    return max(lag for lag, norm in left if not norm < VANISHED * first)


def _reach_further(run: Training, horizon: int) -> str:
    length = run.params.get("unroll_length")
    if isinstance(length, int | float) and horizon <= length:
        return f"a longer unroll_length than {length:g}: it cuts the gradient there"
    if run.params.get("cell") == "SimpleRNN":
        return "a gated cell (LSTM, GRU)"
    if run.params.get("cell") == "LSTM":
        return "a larger forget_bias, or shorter sequences (window, patches)"
    return "an LSTM with a large forget_bias, or shorter sequences (window, patches)"


def _underfitting(run: Training) -> Verdict | None:
    if run.learned or _falls(run) >= STILL:
        return None
    lowest = min((v for v in run.values("val_loss") if math.isfinite(v)), default=math.nan)
    if run.constant is not None:
        evidence = f"validation loss {lowest:.3g}, a naive prediction has {run.constant:.3g}"
    else:
        losses = run.values("loss")
        evidence = f"the training loss went from {losses[0]:.3g} to {min(losses):.3g} only"
    clipped = _last(run, "clipped")
    if clipped is not None and clipped > 0.95:
        return Verdict("underfitting", evidence, "a larger clip_norm: every update was clipped")
    ratio = _last(run, "update_ratio")
    if ratio is not None and ratio < 1e-4:
        return Verdict("underfitting", evidence, "a larger learning_rate: weights hardly moved")
    return Verdict("underfitting", evidence, "more units, less dropout, a larger learning_rate")


def _overfitting(run: Training) -> Verdict | None:
    losses, validation = run.values("loss"), run.values("val_loss")
    if len(validation) < 3:
        return None
    best = min(range(len(validation)), key=validation.__getitem__)
    end, fitted = statistics.median(validation[-3:]), statistics.median(losses[-3:])
    advice = "more dropout or weight_decay, fewer units or epochs"
    if run.constant is not None and fitted <= BY_HEART * end and validation[best] > run.constant:
        evidence = (
            f"training's loss fell to {fitted:.3g}, validation's, at best {validation[best]:.3g}, "
            f"never below that of a naive prediction, {run.constant:.3g}"
        )
        return Verdict("overfitting", evidence, advice)
    if validation[best] <= 0 or end < OVERFITS * validation[best] or best > len(losses) - 3:
        return None
    if fitted > losses[best] / OVERFITS:
        return None
    evidence = (
        f"the validation loss rose from {validation[best]:.3g} to {end:.3g} "
        f"while training's fell from {losses[best]:.3g} to {losses[-1]:.3g}"
    )
    return Verdict("overfitting", evidence, advice)


def _still_improving(run: Training) -> Verdict | None:
    fell = _falls(run)
    if fell < STILL:
        return None
    evidence = f"the last fifth of the epochs took {fell:.1%} off the validation loss"
    after = "stopped before its end" if run.stopped else ""
    return Verdict("still improving", ", ".join(filter(None, (evidence, after))), "more epochs")


def _falls(run: Training) -> float:
    """Share of the validation loss that the last fifth of the epochs took away; 0 if none.

    Where the curve is that short, of the last two points.
    """
    values = [value for value in run.values("val_loss") if math.isfinite(value)]
    if len(values) < 3:
        return 0.0
    size = max(1, len(values) // 5)
    end, before = min(values[-size:]), min(values[:-size])
    return max(0.0, (before - end) / abs(before)) if before else 0.0


def _last(run: Training, name: str) -> float | None:
    value = run.curve[-1].get(name, math.nan)
    return value if math.isfinite(value) else None


def _health(run: Training) -> str:
    """What speaks for a run of which no rule found anything."""
    parts = [f"validation loss {min(run.values('val_loss')):.3g}"]
    if run.constant is not None:
        parts.append(f"a naive prediction has {run.constant:.3g}")
    if (norm := _last(run, "gradient_norm")) is not None:
        parts.append(f"gradient norm {norm:.2g}")
    return ", ".join(parts)


_RULES: tuple[Callable[[Training], Verdict | None], ...] = (
    _lost,
    _saturated,
    _overfitting,
    _vanishing,
    _underfitting,
    _still_improving,
)
"""In the order in which they are asked; the first that finds something decides."""
