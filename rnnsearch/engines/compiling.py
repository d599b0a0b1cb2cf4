"""What both engines take from a program and a run: optimizers by name, and their numbers."""

from __future__ import annotations

import math
from typing import Any

import keras

from rnnsearch.engines._base import Numbers, Program, Run
from rnnsearch.engines.schedules import cosine_schedule, warm_up_of

__all__ = ["lane_numbers", "make_optimizer"]

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


def make_optimizer(program: Program, run: Run, updates: int) -> keras.Optimizer:
    """The optimizer of a run, with its numbers built in: clipping, decay, schedule and average.

    Args:
        program: What is trained.
        run: With its numbers.
        updates: Of the whole run.
    """
    numbers = run.numbers
    kind = _OPTIMIZERS[program.optimizer]
    arguments: dict[str, Any] = {
        name: _value(name, program, numbers) for name in _OPTIMIZER_NUMBERS[program.optimizer]
    }
    if program.clip_mode is not None and math.isfinite(numbers.clip_norm):
        arguments[_CLIP_ARGUMENTS[program.clip_mode]] = numbers.clip_norm
    if program.decays and numbers.weight_decay:
        arguments["weight_decay"] = numbers.weight_decay
    if program.averages and numbers.averaging:
        arguments |= {"use_ema": True, "ema_momentum": numbers.averaging}
    rate: Any = numbers.learning_rate
    if program.schedules and numbers.schedule == "cosine":
        rate = cosine_schedule(rate, updates)
    return kind(learning_rate=rate, **arguments)


def lane_numbers(program: Program, run: Run, updates: int) -> dict[str, float]:
    """The numbers of a run that its program reads while it trains, by name.

    Args:
        program: What is trained.
        run: With its numbers.
        updates: Of the whole run, which the program reads where it has schedules.
    """
    values = {name: _value(name, program, run.numbers) for name in _names(program)}
    if not program.schedules:
        return values
    return {**values, "updates": updates, "warm_up": warm_up_of(updates)}


def _names(program: Program) -> tuple[str, ...]:
    read = {
        "clip_norm": program.clip_mode is not None,
        "unroll_length": program.truncates,
        "dropout": program.drops,
        "recurrent_dropout": program.drops_recurrent,
        "weight_decay": program.decays,
        "teacher_forcing": program.mixes_tokens,
        "schedule": program.schedules,
        "averaging": program.averages,
        "augment": program.augments,
        "label_smoothing": program.smooths and program.loss.of_classes,
    }
    used = (name for name, is_read in read.items() if is_read)
    return ("learning_rate", *_OPTIMIZER_NUMBERS[program.optimizer], *used)


def _value(name: str, program: Program, numbers: Numbers) -> float:
    """A run's number, with the defaults that depend on the program."""
    if name == "beta_2" and numbers.beta_2 is None:
        return 0.99 if program.optimizer == "lion" else 0.999
    if name == "unroll_length":
        return min(numbers.unroll_length, program.architecture.longest)
    if name == "schedule":
        return float(numbers.schedule == "cosine")
    return float(getattr(numbers, name))
