"""Putting out tokens step by step: each step reads the token that the one before put out.

In training a network that writes reads the token of the data before each step (teacher forcing,
Williams & Zipser, 1989), here its own. So `val_perplexity` and `val_accuracy` are those of the next
token after a right beginning; whole texts that it writes by itself are judged at the end of a
search, for the winner, 500 of each part at most, the likeliest token at each step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np

from rnnsearch.data import MASK_VALUE
from rnnsearch.data.inputs import Inputs, count, take
from rnnsearch.models.architecture import Architecture
from rnnsearch.models.build import build_encoder, build_step
from rnnsearch.models.moved_weights import with_weights_of
from rnnsearch.models.stream_states import no_states

__all__ = ["Choose", "Decoder", "beam_search", "generate", "go_on", "most_likely", "sampled"]

Arrays = dict[str, np.ndarray]

Choose = Callable[[np.ndarray], np.ndarray]
"""Picks a class (N,) from probabilities (N, C)."""

_BATCH = 256
"""Sequences that are written side by side."""


def most_likely(chances: np.ndarray) -> np.ndarray:
    """The class with the greatest probability."""
    return np.asarray(chances.argmax(axis=-1))


def sampled(temperature: float, seed: int) -> Choose:
    """Classes drawn at random: by their probabilities to the power of 1 / temperature."""
    rng = np.random.default_rng(seed)

    def choose(chances: np.ndarray) -> np.ndarray:
        """A token for each row of chances."""
        with np.errstate(divide="ignore"):
            # The largest of log-probabilities plus Gumbel noise is a draw (Gumbel, 1954).
            logits = np.log(chances) / temperature
        return np.asarray((logits + rng.gumbel(size=logits.shape)).argmax(axis=-1))

    return choose


@dataclass(frozen=True)
class _Situation:
    """Where N sequences stand.

    Attributes:
        fixed: What every step reads: the vector, or the encoder's outputs and where they count.
        states: Hidden states (N, H).
    """

    fixed: Arrays
    states: Arrays

    def take(self, index: np.ndarray) -> _Situation:
        """Some of the sequences, perhaps more than once."""
        fixed, states = (
            {name: array[index] for name, array in arrays.items()}
            for arrays in (self.fixed, self.states)
        )
        return replace(self, fixed=fixed, states=states)


class Decoder:
    """A trained network as a function from token to token.

    Classes are 0 … C - 1; read as the token before, a class is one more. The last class ends a
    sequence, unless it is a stream. Reading C + 1 starts one.

    Args:
        model: The network, plain Keras.
        architecture: Of it.
    """

    def __init__(self, model: keras.Model, architecture: Architecture) -> None:
        self._architecture = architecture
        self._step = with_weights_of(model, build_step(architecture))
        has_encoder = architecture.head.source is not None
        self._encoder = with_weights_of(model, build_encoder(architecture)) if has_encoder else None
        self.classes = architecture.head.width
        self.end = self.classes - 1
        self.start = self.classes + 1

    def begin(self, x: Inputs | None, sequences: int) -> _Situation:
        """Before the first step: of a stream there is no x, of the others it is as in `Part.x`."""
        if self._encoder is None:
            states = no_states(self._architecture, sequences)
            fixed = {"vector": np.asarray(x["vector"])} if isinstance(x, dict) else {}
            return _Situation(fixed, states)
        assert isinstance(x, dict)
        source = np.asarray(x["source"])
        found = {name: np.asarray(a) for name, a in self._encoder.predict_on_batch(source).items()}
        encoded = found.pop("encoded", None)
        if encoded is None:
            return _Situation({}, found)
        padding = source == 0 if source.ndim == 2 else (source == MASK_VALUE).all(axis=-1)
        return _Situation({"encoded": encoded, "known": ~padding}, found)

    def step(self, previous: np.ndarray, at: _Situation) -> tuple[np.ndarray, _Situation]:
        """Read a token (N,); the probabilities (N, C) of the next, and the situation then."""
        inputs = {"previous": previous[:, None].astype(np.int32), **at.fixed, **at.states}
        if self._architecture.head.stream is not None:
            inputs["sequence"] = inputs.pop("previous")
        outputs = {name: np.asarray(a) for name, a in self._step.predict_on_batch(inputs).items()}
        return np.array(outputs.pop("output")[:, 0]), replace(at, states=outputs)


def generate(decoder: Decoder, x: Inputs, steps: int, choose: Choose = most_likely) -> np.ndarray:
    """Write a sequence for each input, in batches of one size.

    Args:
        decoder: The network.
        x: As in `Part.x`; what it holds as ``previous`` is not looked at.
        steps: T, at most.
        choose: Which class each step puts out.

    Returns:
        (N, T) classes; after the end there are more ends.
    """
    return _in_batches(x, lambda part: _generate(decoder, part, steps, choose))


def _generate(decoder: Decoder, x: Inputs, steps: int, choose: Choose) -> np.ndarray:
    number = count(x)
    written = np.full((number, steps), decoder.end, np.int64)
    at = decoder.begin(x, number)
    previous, done = np.full(number, decoder.start), np.zeros(number, bool)
    for step in range(steps):
        chances, at = decoder.step(previous, at)
        chosen = np.where(done, decoder.end, choose(chances))
        written[:, step] = chosen
        done |= chosen == decoder.end
        if done.all():
            break
        previous = chosen + 1
    return written


def beam_search(decoder: Decoder, x: Inputs, steps: int, beams: int) -> np.ndarray:
    """As `generate`, but of `beams` sequences side by side the most likely one (N, T).

    Likely is the mean log-probability of a token, so that long ones are not worse for it.
    """
    size = max(1, _BATCH // beams)
    return _in_batches(x, lambda part: _beam_search(decoder, part, steps, beams), size)


def _beam_search(decoder: Decoder, x: Inputs, steps: int, beams: int) -> np.ndarray:
    number, classes = count(x), decoder.classes
    rows = np.repeat(np.arange(number), beams)
    at = decoder.begin(x, number).take(rows)
    written = np.full((number, beams, steps), decoder.end, np.int64)
    # All beams begin alike: only the first may go on at the first step.
    total = np.where(np.arange(beams) == 0, 0.0, -np.inf) * np.ones((number, 1))
    done, length = np.zeros((number, beams), bool), np.zeros((number, beams))
    previous = np.full(number * beams, decoder.start)
    for step in range(steps):
        chances, at = decoder.step(previous, at)
        with np.errstate(divide="ignore"):
            scores = np.log(chances).reshape(number, beams, classes)
        ended = np.where(np.arange(classes) == decoder.end, 0.0, -np.inf)
        scores = total[..., None] + np.where(done[..., None], ended, scores)
        best = np.argsort(-scores.reshape(number, -1), axis=1, kind="stable")[:, :beams]
        parent, chosen = np.divmod(best, classes)
        line = np.arange(number)[:, None]
        total = scores.reshape(number, -1)[line, best]
        written, done, length = written[line, parent], done[line, parent], length[line, parent]
        written[:, :, step] = chosen
        length += ~done
        done |= chosen == decoder.end
        if done.all():
            break
        at = at.take((line * beams + parent).ravel())
        previous = (chosen + 1).ravel()
    best_beam = (total / np.maximum(length, 1)).argmax(axis=1)
    return np.asarray(written[np.arange(number), best_beam])


def go_on(
    decoder: Decoder, read: np.ndarray, tokens: int, choose: Choose, avoided: int
) -> np.ndarray:
    """Read a text and write how it goes on.

    Args:
        decoder: Of a stream.
        read: (M,) ids, one at least.
        tokens: How many to write.
        choose: Which class each step puts out.
        avoided: A class that is not put out.

    Returns:
        (tokens,) classes.
    """
    at, written = decoder.begin(None, 1), []
    for token in read:
        chances, at = decoder.step(np.array([token]), at)
    for _ in range(tokens):
        chances[:, avoided] = 0.0
        chosen = choose(chances / chances.sum(axis=-1, keepdims=True))
        written.append(chosen[0])
        chances, at = decoder.step(chosen + 1, at)
    return np.array(written)


def _in_batches(x: Inputs, write: Callable[[Any], np.ndarray], size: int = _BATCH) -> np.ndarray:
    """In batches of one size: the backend compiles a program for each."""
    number = count(x)
    size = min(size, number)
    found = []
    for start in range(0, number, size):
        index = np.minimum(np.arange(start, start + size), number - 1)
        found.append(write(take(x, index)))
    return np.concatenate(found)[:number]
