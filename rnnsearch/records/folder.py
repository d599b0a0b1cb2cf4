"""The folder of a study: where each artifact stands, and who may write to it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import final

from rnnsearch.errors import StudyError
from rnnsearch.execution.checkpoints import checkpoint_trials
from rnnsearch.files import Locked, is_held, locked, remove_leftovers

__all__ = ["StudyFolder"]

_OURS = (
    "study.journal",
    "leaderboard.csv",
    "epochs.csv",
    "best.keras",
    "preparation.json",
    "spec.yaml",
    "data.sha256",
    "environment.json",
    "summary.json",
    "weights",
    "front",
)


class _At:
    """Where one of the artifacts stands in its folder."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, folder: StudyFolder, owner: type[StudyFolder]) -> Path:
        return folder.path / self._name


@final
class StudyFolder:
    """The paths of a study's artifacts. Making one touches no disk.

    Args:
        path: The folder, such as ``results/electricity``.
    """

    study = _At("study.journal")
    """The Optuna study, a journal."""
    leaderboard = _At("leaderboard.csv")
    """All trials and baselines, best first."""
    epochs = _At("epochs.csv")
    """The learning curves."""
    model = _At("best.keras")
    """The winner, as Keras saves it."""
    preparation = _At("preparation.json")
    """The way from raw data to the winner's input and back."""
    spec = _At("spec.yaml")
    """The resolved spec."""
    content = _At("data.sha256")
    """The digest of the data, by which changed data is found."""
    code = _At("code.hmac")
    """The signature of who searched, over the code that the spec names."""
    environment = _At("environment.json")
    """Versions, device and seed."""
    summary = _At("summary.json")
    """The winner and the baselines, validation and test."""
    weights_folder = _At("weights")
    """Where the weights of the best trials stand."""
    front = _At("front")
    """Of several objectives, the networks of the front."""
    stop = _At("stop")
    """Somebody makes this file to stop the search, as Ctrl-C does."""
    checkpoints = _At("checkpoints")
    """Where workers keep their lanes while these train."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    def __repr__(self) -> str:
        return f"StudyFolder({str(self.path)!r})"

    def weights(self, trial: int) -> Path:
        """The weights of one trial."""
        return self.weights_folder / f"{trial:05d}.npz"

    def run_weights(self, trial: int, index: int) -> Path:
        """The weights of one of a trial's runs."""
        return self.weights_folder / f"{trial:05d}-{index:03d}.npz"

    def final_weights(self, trial: int, index: int) -> Path:
        """The weights of a run that confirms a trial."""
        return self.weights_folder / f"final-{trial:05d}-{index:03d}.npz"

    def front_model(self, trial: int) -> Path:
        """The network of a trial of the front, as Keras saves it."""
        return self.front / f"{trial:05d}.keras"

    def front_preparation(self, trial: int) -> Path:
        """The way from raw data to that network's input and back."""
        return self.front / f"{trial:05d}.json"

    def forget_checkpoints(self, going: Collection[int]) -> None:
        """Remove checkpoints of blocks without any of these trials; only for who holds the lock.

        Those of runs that confirm the best stay.
        """
        for path in self.checkpoints.glob("*.npz"):
            trials = checkpoint_trials(path)
            if trials is not None and not any(number in trials for number in going):
                path.unlink(missing_ok=True)

    def exists(self) -> bool:
        """Whether a study was begun here."""
        return self.study.exists() or self.spec.exists()

    def create(self) -> None:
        """Make the folder where it is missing.

        Raises:
            StudyError: The path is a file, or a folder that holds something else.
        """
        if self.path.exists() and not self.path.is_dir():
            raise StudyError(
                f"Expected a folder for the study. Received: the file {self.path}; "
                "give another folder with --output"
            )
        if self.path.is_dir():
            visible = [entry.name for entry in self.path.iterdir() if entry.name[0] != "."]
            if visible and not any(name in _OURS for name in visible):
                raise StudyError(
                    f"Expected a study or an empty folder. Received: {self.path}, which holds "
                    f"{sorted(visible)[0]!r}; give another folder with --output"
                )
        self.check_links()
        self.weights_folder.mkdir(parents=True, exist_ok=True)

    def check_links(self) -> None:
        """See that nothing in the folder leads out of it: we would read, write or remove there.

        Raises:
            StudyError: A link does.
        """
        if not self.path.is_dir():
            return
        inside = self.path.resolve()
        for entry in _links(self.path):
            if not entry.resolve().is_relative_to(inside):
                raise StudyError(
                    f"Expected a results folder of its own files. Received: {entry}, a link "
                    f"to {entry.resolve()}; put the file in its place, or remove the link"
                )

    def set_aside(self) -> Path:
        """Rename the folder to ``<name>.old-1``, ``-2`` …, so that a study can start anew.

        Returns:
            The new path; nothing is deleted.

        Raises:
            StudyError: A search is writing to it.
        """
        with self.lock():
            number = 1
            while (aside := self.path.with_name(f"{self.path.name}.old-{number}")).exists():
                number += 1
            return self.path.rename(aside)

    def in_use(self) -> bool:
        """Whether a search holds the folder now."""
        return is_held(self.path / ".lock")

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Keep every other search out of the folder, which must exist, while the block runs.

        The system lets go of the lock when the process ends, however it ends. Where the
        system or the disk has no such locks, nothing is locked.

        Raises:
            StudyError: Another search holds it.
        """
        with contextlib.ExitStack() as held:
            try:
                held.enter_context(locked(self.path / ".lock"))
            except Locked as error:
                raise StudyError(
                    f"{self.path} is in use by another search"
                    f"{f' (process {error.holder})' if error.holder else ''}; wait until it ends, "
                    "stop it, or give another folder with --output"
                ) from None
            remove_leftovers(self.path)
            remove_leftovers(self.weights_folder)
            remove_leftovers(self.checkpoints)
            remove_leftovers(self.front)
            yield


def _links(folder: Path) -> Iterator[Path]:
    """The links in a folder and in the folders of it, none of which is followed."""
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            entry = Path(place, name)
            if entry.is_symlink():
                yield entry
