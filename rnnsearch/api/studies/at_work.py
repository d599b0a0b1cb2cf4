"""The winner at work on the test part, for a report: what it says beside what was right."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from rnnsearch.api.asking.asked import Asked
from rnnsearch.api.asking.trusting import check_code
from rnnsearch.api.studies.occlusion import SEQUENCES, counted
from rnnsearch.api.studies.standing_in import read_preparation
from rnnsearch.api.studies.text_writing import go_on, write
from rnnsearch.api.studies.winner import Winner
from rnnsearch.baselines import suitable
from rnnsearch.data import Dataset, Part, SequenceData, Target
from rnnsearch.data.inputs import Inputs, as_array, take
from rnnsearch.data.texts.coding import Coding
from rnnsearch.errors import RnnSearchError, StudyError
from rnnsearch.records import StudyFolder
from rnnsearch.report.page import AtWork, Written
from rnnsearch.space import SearchSpace
from rnnsearch.spec import Spec
from rnnsearch.tasks import TASKS, median_of, own_units

__all__ = ["at_work"]

_SEQUENCES = 4000
_NUMBERS = 20_000_000
"""Sequences of the part, and numbers that the network puts out on them, at most."""

_TEXTS, _PROMPT, _TOKENS = 10, 80, 300


def at_work(folder: StudyFolder, spec: Spec, winner: Winner) -> AtWork:
    """What the winner says on the test part, or where there is none on the validation part.

    Args:
        folder: Of the study.
        spec: Its resolved spec; the data is read again from where it says.
        winner: Of the study.

    Raises:
        StudyError: The data can't be had, or is not what the winner was trained on; or code that
            somebody else named would run.
    """
    check_code(folder, spec)
    if spec.data.source == "arrays":
        raise StudyError("The data was given as arrays, which the study's folder does not hold.")
    space = SearchSpace.from_spec(spec)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            data = Asked(spec, space, None, None).read().data
        except (RnnSearchError, OSError) as error:
            reason = str(error).strip().splitlines()[0]
            raise StudyError(f"The data can't be read where the spec says: {reason}") from error
        windows = space.windows(spec) or (None,)
        window, fold = _division(data, windows, read_preparation(folder) or {})
        rows = winner.network.head.stream
        dataset = data.whole(window, rows) if fold is None else data.dataset(window, fold, rows)
        which: Literal["test", "validation"] = "test" if len(dataset.test) else "validation"
        work = _on(dataset, which, winner, spec)
        places = data.places(which, window, fold)
        if places is None or work.truth is None:
            return work
        last = places.last(len(work.truth))
        return replace(work, places=last.names, times=last.times)


def _division(
    data: SequenceData, windows: tuple[int | None, ...], kept: Mapping[str, Any]
) -> tuple[int | None, int | None]:
    """Window and fold of the division in whose units the winner was trained; no fold: all."""
    for window in sorted(windows, key=lambda each: -(each or 0)):
        for fold in (None, *reversed(range(data.folds))):
            own = json.loads(json.dumps(data.preparation(window, fold).to_json()))
            if all(kept.get(name) == value for name, value in own.items()):
                return window, fold
    raise StudyError("The data is not what the winner was trained on: it was changed since.")


def _on(
    dataset: Dataset, which: Literal["test", "validation"], winner: Winner, spec: Spec
) -> AtWork:
    """The winner on a part of a division."""
    part = getattr(dataset, which)
    if winner.writes == "on":
        return AtWork(which, texts=[_continued(part, winner)])
    target, quantiles = dataset.target, winner.loss.quantiles
    part = _some(part, winner.network.head.width)
    outputs = own_units(winner.outputs(part.x), target, winner.loss, part.anchor)
    inputs, steps = _rests_on(part, winner, target)
    return AtWork(
        part=which,
        names=tuple(map(str, target.names)),
        classes=tuple(map(str, target.classes)),
        truth=np.asarray(target.own_units(part.y, part.anchor)),
        predicted=np.asarray(median_of(outputs, quantiles)),
        low=outputs[..., 0, :] if quantiles else None,
        high=outputs[..., -1, :] if quantiles else None,
        levels=(quantiles[0], quantiles[-1]) if quantiles else (0.0, 1.0),
        weight=part.weight,
        naive=_simple(part, dataset, spec) if target.kind == "numeric" else {},
        texts=_written(part, winner) if winner.writes == "texts" else (),
        inputs=inputs,
        steps=steps,
    )


_RIDGE = 2_000_000
"""Numbers of a training part up to which a ridge is fitted for the page."""


def _simple(part: Part, dataset: Dataset, spec: Spec) -> dict[str, np.ndarray]:
    """What simple methods predict: naive forecasts, and the ridge that is among the baselines."""
    found, task = dict(part.naive), TASKS[spec.task]
    x = dataset.train.x
    small = not isinstance(x, dict) and int(np.prod(x.shape)) <= _RIDGE
    for method in suitable(task, dataset) if small else ():
        if method.name == "linear":
            found["linear"] = method.fit(task, dataset).predict(part)
    return found


def _rests_on(
    part: Part, winner: Winner, target: Target
) -> tuple[list[tuple[str, float]], list[tuple[int, int, float]]]:
    """Which inputs and steps its predictions rest on, where it reads sequences.

    Of an encoder and a decoder, those that the encoder reads. Not where a text is written.
    """
    read = part.x.get("source") if isinstance(part.x, dict) else part.x
    if read is None or target.tokens or winner.network.head.stream is not None:
        return [], []
    symbols = _symbols(winner)
    if len(read.shape) != (3 if symbols is None else 2):
        return [], []
    loss = winner.loss
    chosen = np.linspace(0, len(part) - 1, min(len(part), SEQUENCES)).astype(int)
    few = take(part.x, chosen)
    right = part.y[chosen]
    anchor = None if part.anchor is None else part.anchor[chosen]
    truth = target.own_units(right, anchor)
    weights = part.weights[chosen]

    def errors(x: np.ndarray) -> float:
        """The mean log loss, or the mean absolute error."""
        given = {**few, "source": x} if isinstance(few, dict) else x
        outputs = own_units(winner.outputs(given), target, loss, anchor)
        if target.kind == "class":
            own = np.take_along_axis(outputs, right[..., None].astype(int), axis=-1)[..., 0]
            each = -np.log(np.maximum(own, 1e-7))
        else:
            each = np.abs(median_of(outputs, loss.quantiles) - truth).mean(axis=-1)
        return float((each * weights).sum() / max(1e-12, float(weights.sum())))

    names = getattr(winner.preparation, "read_names", ()) if symbols is None else symbols
    return counted(np.asarray(take(read, chosen)), errors, names)


def _symbols(winner: Winner) -> Sequence[str] | None:
    """Of the tokens that it reads, the first of them number 1; None where it reads numbers."""
    coding = getattr(winner.preparation, "reading", None)
    return coding.vocabulary.symbols if isinstance(coding, Coding) else None


def _some(part: Part, width: int) -> Part:
    """The last sequences of a part, no more than are looked at."""
    steps = part.y.shape[1] if part.y.ndim > 1 else 1
    count = max(1, min(_SEQUENCES, _NUMBERS // max(1, steps * width)))
    if len(part) <= count:
        return part
    last = slice(len(part) - count, None)
    return Part(
        take(part.x, last),
        part.y[last],
        weight=None if part.weight is None else part.weight[last],
        naive={name: values[last] for name, values in part.naive.items()},
        anchor=None if part.anchor is None else part.anchor[last],
    )


def _written(part: Part, winner: Winner) -> list[Written]:
    """Evenly spaced sequences with what the network writes by itself."""
    preparation: Any = winner.preparation
    chosen = slice(0, None, -(-len(part) // _TEXTS))
    x = take(part.x, chosen)
    classes = write(winner.model, winner.network, x)
    read = _read(x, preparation.reading, len(classes))
    writing = preparation.writing
    return [
        Written(read[place], writing.text(part.y[chosen][place]), writing.text(classes[place]))
        for place in range(len(classes))
    ]


def _read(x: Inputs, coding: Coding | None, count: int) -> list[str]:
    """What sequences say, as text; numbers where they are no tokens."""
    arrays = as_array(x)
    named = arrays if isinstance(arrays, dict) else {"x": arrays}
    array = named.get("source", next(iter(named.values())))
    found = []
    for row in np.asarray(array)[:count]:
        if coding is not None and row.dtype.kind in "iu":
            symbols = coding.vocabulary.symbols
            known = [symbols[token - 1] for token in row if 0 < token <= len(symbols)]
            found.append(coding.tokenizer.join(known))
        else:
            found.append(" ".join(f"{value:.3g}" for value in np.ravel(row)[:8]))
    return found


def _continued(part: Part, winner: Winner) -> Written:
    """How the network goes on with the beginning of the part, beside how the text does."""
    preparation: Any = winner.preparation
    ids = np.asarray(part.array)[0].ravel()
    ids = ids[ids > 0]
    prompt = ids[:_PROMPT]
    after = ids[len(prompt) : len(prompt) + _TOKENS]
    written = go_on(
        winner.model,
        winner.network,
        prompt,
        _TOKENS,
        avoided=preparation.avoided,
        temperature=0.7,
    )
    read, right = (
        preparation.text(tokens - 1) if len(tokens) else "" for tokens in (prompt, after)
    )
    return Written(read, right, preparation.text(written))
