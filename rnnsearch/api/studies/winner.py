"""The winner of a search at work: predictions for new data, texts, scores."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from rnnsearch.api.asking.backend import import_keras, own_classes
from rnnsearch.api.asking.trusting import check_code
from rnnsearch.api.studies.failed import why_all_failed
from rnnsearch.api.studies.standing_in import TRIAL, kept_networks, read_preparation
from rnnsearch.api.studies.text_writing import Writes, check_writing, go_on, write
from rnnsearch.data import Preparation, preparation_from_json
from rnnsearch.data.inputs import Inputs
from rnnsearch.data.tokens.stream import StreamPreparation
from rnnsearch.driver.planning.programs import asked_metrics
from rnnsearch.errors import StudyError
from rnnsearch.models import Architecture
from rnnsearch.models.keras_archive import check_archive
from rnnsearch.outcomes.record_forms import check_network
from rnnsearch.records import StudyFolder
from rnnsearch.spec import Spec
from rnnsearch.tasks import TASKS, Loss, judge, own_units

if TYPE_CHECKING:
    import keras
    import pandas as pd


__all__ = ["BATCH", "Winner"]

_Read = TypeVar("_Read")

BATCH = 32
"""Sequences predicted at once: as many as Keras takes where nothing is said."""


class Winner:
    """A study's best network, with the way from raw data to its input and back.

    Args:
        folder: The study's.
        spec: What was searched.
        backend: Keras's, if this process has imported none.
        alone: Whether the process is there for nothing else.
        trial: Of the front, whose network it is instead of the best one; it must be there.

    Raises:
        StudyError: The search has no winner yet.
    """

    def __init__(
        self,
        folder: StudyFolder,
        spec: Spec,
        backend: str,
        *,
        alone: bool = False,
        trial: int | None = None,
    ) -> None:
        kept = read_preparation(folder, trial)
        if kept is None:
            failed = why_all_failed(folder)
            raise StudyError(
                f"Expected a search with a winner. Received: {folder.path}, {failed}"
                if failed
                else f"Expected a search with a winner. Received: {folder.path}, which has none "
                "yet; run its search command again, which goes on where it stopped"
            )
        self._kept = kept
        self._folder = folder
        self._spec = spec
        self._backend = backend
        self._alone = alone
        self._path = folder.model if trial is None else folder.front_model(trial)

    @property
    def trial(self) -> int | None:
        """The best trial, which stands in for best.keras, as no search has come to its end."""
        trial: int | None = self._kept.get(TRIAL)
        return trial

    @cached_property
    def preparation(self) -> Preparation:
        """The way from raw data to input and back."""
        return self._from_json(preparation_from_json, self._kept)

    @cached_property
    def network(self) -> Architecture:
        """What the model consists of."""
        return self._from_json(_network, self._kept.get("network"))

    def _from_json(self, read: Callable[[Any], _Read], values: Any) -> _Read:
        """What a file of the folder says, which somebody else may have written."""
        try:
            return read(values)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            reason = " ".join(f"{type(error).__name__}: {error}".split())
            raise StudyError(
                f"Expected a preparation as a search writes it. Received: that of "
                f"{self._folder.path}, which reads otherwise ({reason}); give the search command "
                "again, which writes it anew, or put back a copy"
            ) from error

    @cached_property
    def model(self) -> keras.Model:
        """The same model whenever it is asked for. Imports Keras."""
        return self.load()

    def load(self) -> keras.Model:
        """The model, in plain Keras layers, anew each time. Imports Keras."""
        check_code(self._folder, self._spec)
        import_keras(self._backend, alone=self._alone)
        own = own_classes(self._spec)
        import keras

        if self.trial is not None:
            from rnnsearch.models.bag import build_bag

            networks = kept_networks(self._folder, self._kept)
            return build_bag(networks, reads=self.network)
        path = self._path
        try:
            check_archive(path, {one.__module__ for one in own.values()})
            model: keras.Model = keras.saving.load_model(path, custom_objects=own, safe_mode=True)
        except Exception as error:  # of an archive that was made to do harm, anything
            reason = " ".join(str(error).split())[:200]
            raise StudyError(
                f"Expected a model as a search saves it. Received: {path}, which can't be loaded "
                f"({type(error).__name__}: {reason}); give the search command again with --fresh, "
                "or put back a copy"
            ) from error
        return model

    @cached_property
    def loss(self) -> Loss:
        """What was trained on."""
        return TASKS[self._spec.task].loss(self.preparation.target, self._spec.loss)

    @property
    def writes(self) -> Writes:
        """What it writes: no text, a text for each input, or how a text goes on."""
        if self.network.head.stream is not None:
            return "on"
        return "nothing" if self.preparation.writing is None else "texts"

    def unlike(self, path: str, *, targets: bool = False) -> tuple[str, ...]:
        """See `Results.unlike`."""
        return self.preparation.unlike(path, targets=targets)

    def predict(
        self, path: str, *, beams: int | None, temperature: float | None, seed: int
    ) -> pd.DataFrame:
        """See `Results.predict`."""
        if self.writes != "on":
            check_writing(self.writes, beams=beams, temperature=temperature)
        preparation, target = self.preparation, self.preparation.target
        x, frame = preparation.inputs(path)
        if preparation.writing is not None:
            written = write(
                self.model, self.network, x, beams=beams or 1, temperature=temperature, seed=seed
            )
            texts = [preparation.writing.text(classes) for classes in written]
            return frame.assign(**{f"predicted_{target.names[0]}": texts})
        loss = self.loss
        outputs = own_units(self.outputs(x, rows=1), target, loss, preparation.anchors(path))
        axes = outputs.shape[-2:] if loss.quantiles else outputs.shape[-1:]
        rows = outputs.reshape(-1, *axes)[frame.index]
        frame = frame.reset_index(drop=True)
        if target.kind == "numeric":
            for column, name in enumerate(target.names):
                _add_numbers(frame, f"predicted_{name}", rows[..., column], loss.quantiles)
            return frame
        frame[f"predicted_{target.names[0]}"] = [target.classes[i] for i in rows.argmax(axis=-1)]
        for column, label in enumerate(target.classes):
            frame[f"probability_{label}"] = rows[:, column]
        return frame

    def continue_text(self, path: str, *, tokens: int, temperature: float | None, seed: int) -> str:
        """See `Results.continue_text`."""
        preparation = self.preparation
        if not isinstance(preparation, StreamPreparation):
            check_writing(self.writes, tokens=tokens)
            raise AssertionError("tokens are for streams only")
        written = go_on(
            self.model,
            self.network,
            preparation.read(path),
            tokens,
            avoided=preparation.avoided,
            temperature=temperature,
            seed=seed,
        )
        return preparation.text(written)

    @property
    def per_step(self) -> bool:
        """Whether there is an output at each step."""
        head = self.network.head
        return head.sequences or head.repeat is not None

    def evaluate(self, path: str) -> dict[str, float]:
        """See `Results.evaluate`."""
        part, target = self.preparation.targets(path), self.preparation.target
        names = TASKS[self._spec.task].metrics(target, self.loss, asked_metrics(self._spec))
        return judge(self.outputs(part.x), part, target, self.loss, names)

    def outputs(self, x: Inputs, rows: int | None = None) -> np.ndarray:
        """The model's outputs; a stream is of so many rows, or of as many as in training."""
        if self.network.head.stream is None:
            model = self.model
            from rnnsearch.models.feeding import predict

            return predict(model, x, BATCH)
        model = self.model
        from rnnsearch.models.stream_states import follow, with_states

        assert isinstance(x, np.ndarray)
        return follow(with_states(model, self.network), x, self.network, rows)


def _add_numbers(
    frame: pd.DataFrame, name: str, values: np.ndarray, quantiles: Sequence[float]
) -> None:
    """Add what is predicted, (R,); or of quantiles (R, Q) the median and each of them."""
    if not quantiles:
        frame[name] = values
        return
    frame[name] = values[:, quantiles.index(0.5)]
    for column, level in enumerate(quantiles):
        frame[f"{name}_q{100 * level:g}"] = values[:, column]


def _network(values: Any) -> Architecture:
    """A network's description, once it has the form of one."""
    check_network(values)
    return Architecture.from_json(values)
