"""The folder of a study: where each artifact stands, and who may write to it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Iterator
from pathlib import Path

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
)


class StudyFolder:
    """The paths of a study's artifacts. Making one touches no disk.

    Args:
        path: The folder, such as ``results/electricity``.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    def __repr__(self) -> str:
        return f"StudyFolder({str(self.path)!r})"

    @property
    def study(self) -> Path:
        """The Optuna study, a journal."""
        return self.path / "study.journal"

    @property
    def leaderboard(self) -> Path:
        """All trials and baselines, best first."""
        return self.path / "leaderboard.csv"

    @property
    def epochs(self) -> Path:
        """The learning curves."""
        return self.path / "epochs.csv"

    @property
    def model(self) -> Path:
        """The winner, as Keras saves it."""
        return self.path / "best.keras"

    @property
    def preparation(self) -> Path:
        """The way from raw data to the winner's input and back."""
        return self.path / "preparation.json"

    @property
    def spec(self) -> Path:
        """The resolved spec."""
        return self.path / "spec.yaml"

    @property
    def content(self) -> Path:
        """The digest of the data, by which changed data is found."""
        return self.path / "data.sha256"

    @property
    def environment(self) -> Path:
        """Versions, device and seed."""
        return self.path / "environment.json"

    @property
    def summary(self) -> Path:
        """The winner and the baselines, validation and test."""
        return self.path / "summary.json"

    @property
    def weights_folder(self) -> Path:
        """Where the weights of the best trials stand."""
        return self.path / "weights"

    def weights(self, trial: int) -> Path:
        """The weights of one trial."""
        return self.weights_folder / f"{trial:05d}.npz"

    def run_weights(self, trial: int, index: int) -> Path:
        """The weights of one of a trial's runs, where it has several."""
        return self.weights_folder / f"{trial:05d}-{index:03d}.npz"

    def final_weights(self, trial: int, index: int) -> Path:
        """The weights of a run that confirms a trial."""
        return self.weights_folder / f"final-{trial:05d}-{index:03d}.npz"

    @property
    def stop(self) -> Path:
        """Somebody makes this file to stop the search, as Ctrl-C does."""
        return self.path / "stop"

    @property
    def checkpoints(self) -> Path:
        """Where workers keep their lanes while these train."""
        return self.path / "checkpoints"

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
            yield


def _links(folder: Path) -> Iterator[Path]:
    """The links in a folder and in the folders of it, none of which is followed."""
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            entry = Path(place, name)
            if entry.is_symlink():
                yield entry
