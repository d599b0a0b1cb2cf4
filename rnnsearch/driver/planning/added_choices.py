"""What a search tries besides what its space names, where that is not decided by hand.

Separate sequences are often told apart by what happens anywhere in them, and few of them are soon
learned by heart: what helps there is not known beforehand, so it is a choice of the search. So is
whether they are read backwards too, as the whole of each is there before anything is said of it.
Of forecasts it is how long to train, where too little is judged to see when to stop.
"""

from __future__ import annotations

from collections.abc import Mapping

from rnnsearch.data import Dataset, SequenceData
from rnnsearch.driver.planning.regime import SAYS_WHICH_EPOCH
from rnnsearch.space import SearchSpace
from rnnsearch.spec import Domain, Scalar, Spec
from rnnsearch.tasks import TASKS
from rnnsearch.vocabulary import MAPPINGS, PRUNERS, SAMPLERS

__all__ = ["with_choices"]

_POOLING = ("last", "mean", "max")

_AUGMENT = (0.0, 0.5)
_MANY = 1000
"""Training sequences up to which they are changed at random, and tried in both directions, which
takes twice as long: benchmarks/README.md, "Choices that nobody has to name"."""

_SHARES = (0.1, 0.3, 1.0)
"""Of the usual length: some series are learned by heart in a tenth of it, others go on all the time
(benchmarks/README.md, "How long to train")."""

_LONG = 20
"""Epochs from which choices are tried beside given ones, of at most `_MANY` sequences."""


def with_choices(spec: Spec, data: SequenceData) -> Spec:
    """The spec with these choices in its space.

    A spec that lists its trials is taken at its word, and so is one that says how long they train
    if that is short or the sequences are many: each choice is one more program to compile.

    Args:
        spec: As the user wrote it.
        data: What is learned from.
    """
    epochs = spec.search.epochs
    if SAMPLERS[spec.search.sampler].lists:
        return spec
    if data.ordered:
        choices = _lengths(spec, data)
    elif epochs != "auto" and (epochs < _LONG or len(_dataset(spec, data).train) > _MANY):
        return spec
    else:
        choices = _choices(spec, data)
    found = {name: values for name, values in choices.items() if name not in spec.space}
    if not found:
        return spec
    domains = {name: Domain(kind="choice", values=values) for name, values in found.items()}
    return spec.model_copy(update={"space": {**spec.space, **domains}})


def _choices(spec: Spec, data: SequenceData) -> Mapping[str, tuple[Scalar, ...]]:
    if not MAPPINGS[spec.task].sums_up:
        return {}
    dataset = _dataset(spec, data)
    head = TASKS[spec.task].head(dataset)
    choices: dict[str, tuple[Scalar, ...]] = {"pooling": _POOLING}
    if len(dataset.train) <= _MANY:
        choices["bidirectional"] = (False, True)
        if head.augmentable:
            choices["augment"] = _AUGMENT
    return choices


def _lengths(spec: Spec, data: SequenceData) -> Mapping[str, tuple[Scalar, ...]]:
    """How long forecasts train, where no validation part can say when to stop."""
    search, dataset = spec.search, _dataset(spec, data)
    said = search.epochs != "auto" or search.patience != "auto" or search.keep == "best"
    compared = search.pruner != "auto" and PRUNERS[search.pruner].by_epochs
    few = len(dataset.validation) < SAYS_WHICH_EPOCH
    if said or compared or not few or dataset.stream is not None:
        return {}
    return {"epoch_share": _SHARES}


def _dataset(spec: Spec, data: SequenceData) -> Dataset:
    return data.dataset((SearchSpace.from_spec(spec).windows(spec) or (None,))[0])
