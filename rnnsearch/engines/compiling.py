"""What both engines take from a program and a run: optimizers by name, and their numbers."""

from __future__ import annotations

import math
from typing import Any

import keras

from rnnsearch.engines._base import Numbers, Program

__all__ = ["make_optimizer", "numbers_of", "value_of"]

_OPTIMIZERS = {
    "adam": keras.optimizers.Adam,
    "nadam": keras.optimizers.Nadam,
    "rmsprop": keras.optimizers.RMSprop,
    "sgd": keras.optimizers.SGD,
    "lion": keras.optimizers.Lion,
}
_OPTIMIZER_NUMBERS = {
    "adam": ("beta_1", "beta_2"),
    "nadam": ("beta_1", "beta_2"),
    "rmsprop": ("rho", "momentum"),
    "sgd": ("momentum",),
    "lion": ("beta_1", "beta_2"),
}
"""Which numbers each optimizer has beside its learning rate."""

_CLIP_ARGUMENTS = {"global_norm": "global_clipnorm", "norm": "clipnorm", "value": "clipvalue"}


def make_optimizer(program: Program, numbers: Numbers) -> keras.Optimizer:
    """The optimizer of a run, with its numbers built in, clipping and decay included."""
    kind = _OPTIMIZERS[program.optimizer]
    arguments: dict[str, Any] = {
        name: value_of(name, program, numbers) for name in _OPTIMIZER_NUMBERS[program.optimizer]
    }
    if program.clip_mode is not None and math.isfinite(numbers.clip_norm):
        arguments[_CLIP_ARGUMENTS[program.clip_mode]] = numbers.clip_norm
    if program.decays and numbers.weight_decay:
        arguments["weight_decay"] = numbers.weight_decay
    return kind(learning_rate=numbers.learning_rate, **arguments)


def numbers_of(program: Program) -> tuple[str, ...]:
    """Names of the numbers that a program reads while it trains, each one a lane."""
    read = {
        "clip_norm": program.clip_mode is not None,
        "unroll_length": program.truncates,
        "dropout": program.drops,
        "recurrent_dropout": program.drops_recurrent,
        "weight_decay": program.decays,
        "teacher_forcing": program.mixes_tokens,
        "label_smoothing": program.smooths and program.loss.name == "cross_entropy",
    }
    used = (name for name, is_read in read.items() if is_read)
    return ("learning_rate", *_OPTIMIZER_NUMBERS[program.optimizer], *used)


def value_of(name: str, program: Program, numbers: Numbers) -> float:
    """A run's number, with the defaults that depend on the program."""
    if name == "beta_2" and numbers.beta_2 is None:
        return 0.99 if program.optimizer == "lion" else 0.999
    if name == "unroll_length":
        return min(numbers.unroll_length, program.architecture.head.longest)
    return float(getattr(numbers, name))
