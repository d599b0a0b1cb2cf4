"""Collects problems, so that a user sees all of them at once and each of them once."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rnnsearch.errors import InvalidSpec, Location, Problem
from rnnsearch.spec.wording import child, joined, nearest

__all__ = ["Locate", "Report"]

Locate = Callable[[str], Location | None]


class Report:
    """The problems found so far.

    A path that has a problem is *spoiled*, with everything below it: later problems there
    would be consequences of the first and are not recorded.
    """

    def __init__(self, locate: Locate | None = None, problems: Iterable[Problem] = ()) -> None:
        self._locate = locate or (lambda path: None)
        self._problems: list[Problem] = []
        self._spoiled: set[str] = set()
        for problem in problems:
            self._problems.append(problem)
            self._spoiled.add(problem.path)

    def add(self, path: str, must: str, received: str = "", advice: str = "") -> None:
        """Record a problem, unless its path is spoiled; the texts are those of `Problem`."""
        if not self.spoiled(path):
            problem = Problem(path, must, received, advice).at(self._locate(path))
            self._problems.append(problem)
            self._spoiled.add(path)

    def unknown_key(self, section: str, key: str, known: Iterable[str], advice: str = "") -> None:
        """Record a key that `section` does not have."""
        names = list(known)
        meant = nearest(key, names)
        listed = f"known keys: {', '.join(names)}"
        if meant is not None:
            advice = f"did you mean {meant}? {listed}"
        place = section or "the spec"
        self.add(child(section, key), f"must be a key of {place}", key, advice or listed)
        if meant is not None:
            self._spoiled.add(child(section, meant))

    def one_of(self, path: str, value: object, shown: str, known: Iterable[str]) -> None:
        """Record a value that is not among the known names."""
        names = list(known)
        meant = nearest(value, names)
        self.add(path, f"must be {joined(names)}", shown, f"did you mean {meant}?" if meant else "")

    def spoiled(self, path: str) -> bool:
        """Whether a problem of `path` itself or of something above it is recorded."""
        above = (path[:at] for at, character in enumerate(path) if character in ".[")
        return path in self._spoiled or any(other in self._spoiled for other in above)

    def touched(self, path: str) -> bool:
        """Whether a problem of `path`, of something above it or below it is recorded."""
        below = (f"{path}.", f"{path}[")
        return self.spoiled(path) or any(other.startswith(below) for other in self._spoiled)

    def raise_if_any(self) -> None:
        """Raise InvalidSpec with everything recorded, in the order of the file."""
        if self._problems:
            raise InvalidSpec(sorted(self._problems, key=_place))


def _place(problem: Problem) -> tuple[int, int]:
    location = problem.location
    return (0, 0) if location is None else (location.line or 0, location.column or 0)
