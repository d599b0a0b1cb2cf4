"""The networks of the best trials, to be trained on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rnnsearch.api.asking.backend import import_keras, own_classes
from rnnsearch.api.asking.trusting import check_code
from rnnsearch.api.studies.recorded import Recorded
from rnnsearch.api.studies.winner import Winner
from rnnsearch.errors import StudyError
from rnnsearch.models.configured import architecture_of
from rnnsearch.outcomes import TrialRecord
from rnnsearch.records import load_weights
from rnnsearch.space import SearchSpace

if TYPE_CHECKING:
    import keras

__all__ = ["trained_models"]


def trained_models(recorded: Recorded, winner: Winner, count: int) -> list[keras.Model]:
    """See `Results.models`.

    Args:
        recorded: The trials, and the space that they are of.
        winner: Says what networks read and put out.
        count: How many are wanted.
    """
    folder, spec = recorded.folder, recorded.spec()
    check_code(folder, spec)
    import_keras(spec.run.backend)
    own_classes(spec)
    space = SearchSpace.from_spec(spec)
    models: list[keras.Model] = []
    for trial in recorded.trials()[:count]:
        path = folder.weights(trial.number)
        if not path.exists():
            raise StudyError(
                f"Expected the weights of {count} trials. Received: {folder.path}, which "
                f"keeps those of the best {len(models)}; ask for no more"
            )
        model = _untrained(space, trial, winner)
        for variable, value in zip(model.trainable_variables, load_weights(path), strict=True):
            variable.assign(value)
        models.append(model)
    return models


def _untrained(space: SearchSpace, trial: TrialRecord, winner: Winner) -> keras.Model:
    """The network of a trial, with its dropout."""
    from rnnsearch.models.build import build_standard

    head, params = winner.network.head, space.complete(trial.params)
    window = params.get("window")
    head = replace(head, steps=window if isinstance(window, int) else head.steps)
    return build_standard(
        architecture_of(params, head, truncates=space.may_truncate()),
        dropout=float(params["dropout"] or 0),
        recurrent_dropout=float(params["recurrent_dropout"] or 0),
        blank=True,
    )
