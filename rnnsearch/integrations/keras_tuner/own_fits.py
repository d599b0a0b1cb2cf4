"""Code of the user's that calls `model.fit` during a search: it finds one that is a program's.

A batch size that is searched is a `fit` of the hypermodel's own, or a `run_trial`. There a trial
trains at a time, in the user's thread; but the programs are those that trials share.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, final

import keras
from keras_tuner.src.engine import tuner_utils

__all__ = ["ProgramFit", "program_fits"]

_KEPT = 4
"""Data sets that stay on the device: code may make another one for each `fit`."""


@final
class ProgramFit:
    """`fit` of one model: by a program if it can be, as Keras has it else.

    Args:
        model: Whose it is.
        programs: Of the search.
        read: Data that is on the device, shared by all `fit`s of a search.
        told: Whether the tuner's own hooks of epochs are to be called.
        say: Told why a program can't do it.
        ended: Whether the search has.

    Attributes:
        programs: As given.
    """

    def __init__(
        self,
        model: keras.Model,
        programs: Any,
        read: dict[Any, Any],
        told: bool,
        say: Callable[[str], None],
        ended: threading.Event,
    ) -> None:
        self._model = model
        self.programs = programs
        self._read = read
        self._told = told
        self._say = say
        self._ended = ended

    def __call__(self, *arguments: Any, **named: Any) -> keras.callbacks.History:
        """Train by the program where the call is one that it can follow, else by Keras."""
        lane = None if self._ended.is_set() else self._lane(arguments, named)
        if lane is None:
            return type(self._model).fit(self._model, *arguments, **named)
        return lane.train().history

    def _lane(self, arguments: tuple[Any, ...], named: Mapping[str, Any]) -> Any:
        """What trains it; None where a program can't."""
        from rnnsearch.engines import built

        if len(self._read) > _KEPT:
            self._read.clear()
        request: Any = None
        try:
            request = built.Request.of(arguments, named, self._read)
            others = [one for one in request.callbacks if not _of_tuner(one)]
            found = built.program_for(self.programs, self._model, request, others)
        except built.NotArrays as error:
            found = str(error)
        except Exception:  # which Keras raises again, in its own words
            found = "fit fails"
        if not isinstance(found, str):
            called = request.callbacks if self._told else others
            renew = partial(self.programs.of, self._model, request)
            return built.Lane(
                self._model, request, *found, called, _Nothing(), renew=renew, alone=True
            )
        if request is not None:
            built.leave_to_fit(self._model, request)
        self._say(found)
        return None


class _Nothing:
    """Keeps no epoch: callbacks do."""

    def keeps(self, logs: Mapping[str, float]) -> bool:
        """No epoch: the code that called `fit` keeps what it wants."""
        return False


def _of_tuner(callback: Any) -> bool:
    """Whether it only passes on what happens to a tuner's hooks."""
    return type(callback) is tuner_utils.TunerCallback


@contextlib.contextmanager
def program_fits(hypermodel: Any, told: bool, say: Callable[[str], None]) -> Iterator[None]:
    """In the block models that a hypermodel builds have a `fit` of this kind.

    Args:
        hypermodel: KerasTuner's, or the user's.
        told: Of `ProgramFit`.
        say: Alike.
    """
    from rnnsearch.engines import built

    programs, ended = built.Programs(), threading.Event()
    read: dict[Any, Any] = {}
    build, own = hypermodel.build, vars(hypermodel).get("build")

    def with_fit(hp: Any) -> Any:
        """Build a model as ever."""
        model = build(hp)
        if isinstance(model, keras.Model):
            fit = ProgramFit(model, programs, read, told, say, ended)
            object.__setattr__(model, "fit", fit)
        return model

    hypermodel.build = with_fit
    try:
        yield
    finally:
        del hypermodel.build
        if own is not None:  # KerasTuner puts a function there, or its own wrapper
            hypermodel.build = own
        ended.set()
        read.clear()
