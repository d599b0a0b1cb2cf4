"""The losses that are trained on.

`rnnsearch.tasks.losses` and `rnnsearch.engines.keras_losses` compute them.
"""

from __future__ import annotations

from dataclasses import dataclass

from rnnsearch.vocabulary.metric_facts import Kind, TargetKind

__all__ = ["LOSSES", "LossFact", "usual_loss"]


@dataclass(frozen=True)
class LossFact:
    """A loss.

    Attributes:
        name: In a spec.
        kind: What is predicted to make it small.
        title: What it is, for the reference.
        settings: Keys of the spec's ``loss`` that are its own.
        usual: Whether it is what ``auto`` stands for.
    """

    name: str
    kind: Kind
    title: str
    settings: tuple[str, ...] = ()
    usual: bool = False

    @property
    def target_kind(self) -> TargetKind:
        """Whether targets are numbers or classes."""
        return "class" if self.kind == "class" else "numeric"


LOSSES: dict[str, LossFact] = {
    fact.name: fact
    for fact in (
        LossFact("mse", "numeric", "the squared error", usual=True),
        LossFact("mae", "numeric", "the absolute error, which outliers sway less"),
        LossFact(
            "huber",
            "numeric",
            "half the squared error up to `delta`, linear from there on",
            ("delta",),
        ),
        LossFact(
            "quantile",
            "quantile",
            "the pinball loss of each quantile, an output each",
            ("quantiles",),
        ),
        LossFact(
            "cross_entropy",
            "class",
            "the negative logarithm of the true class's probability",
            ("class_weights",),
            usual=True,
        ),
    )
}
"""Every loss by its name."""


def usual_loss(kind: TargetKind) -> str:
    """The name of the loss that ``auto`` stands for."""
    return next(fact.name for fact in LOSSES.values() if fact.usual and fact.target_kind == kind)
