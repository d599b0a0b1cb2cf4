"""Which blocks of trials the study has begun, for a process that goes on with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import optuna

from rnnsearch.records.notes import BLOCKS

__all__ = ["OpenBlocks", "is_open"]


class OpenBlocks:
    """The blocks of a study that are not known to have ended, kept in the study.

    Blocks of several trials only, each with its first trial, its size, and its lanes once they are
    known.
    """

    def __init__(self, study: optuna.Study) -> None:
        self._study = study

    def entries(self) -> list[list[Any]]:
        """First trial, size and lanes (or None) of each."""
        return list(self._study.user_attrs.get(BLOCKS, ()))

    def begin(self, trials: Sequence[optuna.trial.FrozenTrial], numbers: range) -> None:
        """Note a block that is about to be asked for; forget those that ended.

        Args:
            trials: All there are.
            numbers: Those that the block will have.
        """
        going = [
            entry
            for entry in self.entries()
            if any(map(is_open, trials[entry[0] : entry[0] + entry[1]]))
        ]
        self._study.set_user_attr(BLOCKS, [*going, [numbers.start, len(numbers), None]])

    def note_lanes(self, first: int, lanes: int) -> None:
        """Note in how many lanes the block that begins with this trial is trained."""
        entries = self.entries()
        if any(entry[0] == first and entry[2] != lanes for entry in entries):
            noted = [[*e[:2], lanes] if e[0] == first else e for e in entries]
            self._study.set_user_attr(BLOCKS, noted)


def is_open(trial: optuna.trial.FrozenTrial) -> bool:
    """Whether a trial was asked for and has not ended."""
    return trial.state == optuna.trial.TrialState.RUNNING
