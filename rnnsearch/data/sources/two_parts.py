"""Sequences as archives give them: a file, or a folder with a training and a test part."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rnnsearch.data.collecting import Problems, name_some
from rnnsearch.data.raw.sequence_arrays import Raw
from rnnsearch.data.sources._base import Parts, SequencesReader

__all__ = ["TwoPartsReader"]


class TwoPartsReader(SequencesReader):
    """Reads a file, or of a folder the two whose names differ in how they end.

    Attributes:
        ends: What names of the training and of the test part end with, in small letters.
        must: What a path must be, in a message.
    """

    ends: tuple[str, str]
    must: str

    @abstractmethod
    def stem(self, file: Path) -> str | None:
        """A file's name without its ending, in small letters; None where it is no such file."""

    @abstractmethod
    def sequences(
        self,
        path: Path,
        settings: Mapping[str, Any],
        targets: bool,
        problems: Problems,
        *,
        new: bool = False,
    ) -> Raw | None:
        """The sequences of a file; None, and problems, if it can't be read.

        Args:
            path: The file.
            settings: The data section as plain values.
            targets: Whether each must have its target.
            problems: Where to note everything that is wrong.
            new: Whether the file is no longer that of a search.
        """

    def read(self, section: Any, problems: Problems) -> Parts:
        """The one file, or the folder's two parts."""
        train, test = self._parts(section.path, problems)
        problems.raise_any()
        settings = section.model_dump(mode="json")
        return Parts(
            train=self.sequences(train, settings, True, problems),
            test=None if test is None else self.sequences(test, settings, True, problems),
        )

    def read_new(
        self, path: Path, settings: Mapping[str, Any], targets: bool, problems: Problems
    ) -> Raw | None:
        """The sequences of one file, or of a folder's test part."""
        train, test = self._parts(path, problems)
        problems.raise_any()
        return self.sequences(test or train, settings, targets, problems, new=True)

    def files(self, section: Any) -> list[Path]:
        """The one file or the two."""
        return [path for path in self._parts(section.path, Problems()) if path is not None]

    def _parts(self, path: Path, problems: Problems) -> tuple[Path, Path | None]:
        """The file of the training part and, of a folder, that of the test part."""
        if not path.is_dir():
            return path, None
        stems = {file: stem for file in sorted(path.iterdir()) if (stem := self.stem(file))}
        of_train, of_test = self.ends
        train = [file for file, stem in stems.items() if stem.endswith(of_train)]
        if len(train) != 1:
            received = f"{name_some(file.name for file in train) or 'none'} in {path}"
            problems.add("data.path", self.must, received, "name the file")
            return path, None
        (first,) = train
        wanted = stems[first].removesuffix(of_train) + of_test
        test = [
            file
            for file, stem in stems.items()
            if stem == wanted and file.suffix.lower() == first.suffix.lower()
        ]
        return first, test[0] if test else None
