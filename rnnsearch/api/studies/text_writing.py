"""What a network writes: a text for each input, or how a text goes on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import numpy as np

from rnnsearch.data.inputs import Inputs, as_array
from rnnsearch.errors import InvalidInput, Problem
from rnnsearch.models import Architecture

if TYPE_CHECKING:
    import keras

    from rnnsearch.models.decoding import Choose

__all__ = ["Writes", "check_writing", "go_on", "write"]

Writes = Literal["nothing", "texts", "on"]

_OPTIONS: Mapping[Writes, tuple[str, ...]] = {
    "nothing": (),
    "texts": ("beams", "temperature"),
    "on": ("temperature", "tokens"),
}
"""Which options of writing have an effect, by what is written."""

_DOES: Mapping[Writes, str] = {
    "nothing": "writes no text",
    "texts": "writes a text for each input",
    "on": "writes how a text goes on",
}


def write(
    model: keras.Model,
    network: Architecture,
    x: Inputs,
    *,
    beams: int = 1,
    temperature: float | None = None,
    seed: int = 0,
) -> np.ndarray:
    """Classes (N, T) of the text for each input, as of `Results.predict`."""
    from rnnsearch.models.decoding import Decoder, beam_search, generate

    decoder, x, steps = Decoder(model, network), as_array(x), network.head.steps
    if beams > 1:
        return beam_search(decoder, x, steps, beams)
    return generate(decoder, x, steps, _choose(temperature, seed))


def go_on(
    model: keras.Model,
    network: Architecture,
    read: np.ndarray,
    tokens: int,
    *,
    avoided: int,
    temperature: float | None = None,
    seed: int = 0,
) -> np.ndarray:
    """How a stream goes on: ids (M,) that are read to classes (tokens,).

    Args:
        model: The network.
        network: What it consists of.
        read: What comes before.
        tokens: How many are written.
        avoided: A class that is never written.
        temperature: Of the draws; None takes the likeliest token.
        seed: Of the draws.
    """
    from rnnsearch.models.decoding import Decoder
    from rnnsearch.models.decoding import go_on as further

    return further(Decoder(model, network), read, tokens, _choose(temperature, seed), avoided)


def check_writing(writes: Writes, prefix: str = "", **options: object) -> None:
    """Refuse options of writing that have no effect on what a network writes.

    Args:
        writes: What it does.
        prefix: Put before the options' names: ``--`` on the command line.
        options: Name → value, None where it was not given.

    Raises:
        InvalidInput: With every option that is wrong.
    """
    wrong = [
        Problem(
            f"{prefix}{name}",
            f"must not be given: the network {_DOES[writes]}",
            str(value),
            "remove it",
        )
        for name, value in options.items()
        if value is not None and name not in _OPTIONS[writes]
    ]
    if options.get("beams") and options.get("temperature") and writes == "texts":
        must = f"must not be given beside {prefix}temperature, which draws one text"
        wrong.append(Problem(f"{prefix}beams", must, str(options["beams"]), "remove one of them"))
    if wrong:
        raise InvalidInput(wrong)


def _choose(temperature: float | None, seed: int) -> Choose:
    """How each token is picked: the likeliest, or by drawing. Imports Keras."""
    from rnnsearch.models.decoding import most_likely, sampled

    return most_likely if temperature is None else sampled(temperature, seed)
