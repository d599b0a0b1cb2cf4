"""`search` as it is called: of a spec, of arrays, or of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnnsearch.api.asking.given import merged, of_arrays, of_frame
from rnnsearch.api.searches import searching
from rnnsearch.api.studies.results import Results
from rnnsearch.data import Arrays
from rnnsearch.driver import Noting, Observer
from rnnsearch.errors import InvalidSpec, Problem

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["search"]


def search(
    spec: str | Path | Mapping[str, Any] | None = None,
    *,
    x: Any = None,
    y: Any = None,
    frame: pd.DataFrame | None = None,
    target: str | None = None,
    task: str | None = None,
    validation: Sequence[Any] | None = None,
    test: Sequence[Any] | None = None,
    overrides: Mapping[str, Any] | None = None,
    output: str | Path | None = None,
    fresh: bool = False,
    observer: Observer | None = None,
    arrays: Arrays | None = None,
) -> Results:
    """Search a space, or go on where an earlier search of it stopped.

    Of a spec; or of data, for which a spec is guessed as `rnnsearch.init` does::

        rnnsearch.search("spec.yaml")
        rnnsearch.search(x=x, y=y)
        rnnsearch.search(frame=frame, target="load", overrides={"search.timeout": "2m"})
        rnnsearch.search({"space": {"cell": "GRU"}}, x=x, y=y)   # the rest is guessed

    Args:
        spec: A YAML file, or the same as a dict; beside data a dict of those keys that are not to
            be guessed.
        x: (N, T, F) or (N, T), or a list of N sequences that differ in length; (N, F) for
            one_to_many.
        y: Its targets, (N,) or (N, O); with outputs a step (N, T) or (N, T, O). Whole numbers and
            texts are classes, other numbers are predicted as such, in their own units.
        frame: A table (R, columns) with a row a time step, in place of x and y; an index of time
            stamps is their column. It is written beside the study's folder, as a .csv file.
        target: Column of the table to predict; one named so, or the last, if None.
        task: Which mapping; by the data if None.
        validation, test: (x, y) of these parts; out of x and y if None.
        overrides: Dotted keys of search and run: ``{"search.trials": 20}``.
        output: The study's folder; ``results/<name of the spec>`` if None, and
            ``results/search`` for data without a name.
        fresh: Start anew; an old folder is kept aside.
        observer: Told of the progress.
        arrays: The data, where the spec says ``source: arrays``.

    Returns:
        What was found. After Ctrl-C or SIGTERM, which end a search at once, it is what was
        found until then, and `Results.interrupted` is true; the same call goes on.

    Raises:
        InvalidSpec, InvalidData: With every problem found, before anything is trained.
        StudyError: The folder holds a study of another spec, or is in use.
        MissingExtra, WorkerError: A library is missing; training can't be started.

    Example:
        >>> import numpy as np
        >>> x = np.random.default_rng(0).normal(size=(80, 6, 2))
        >>> y = x[:, -1, 0] + x[:, 0, 1]
        >>> wished = {"space": {"units": 4}, "search": {"trials": 2, "epochs": 2, "confirm": 0}}
        >>> results = rnnsearch.search(wished, x=x, y=y, output="sums")
        >>> results.spec().task, results.objective, results.interrupted
        ('many_to_one', 'val_rmse', False)
    """
    if x is None and y is None and frame is None:
        _check_alone(target=target, task=task, validation=validation, test=test)
        if spec is None:
            must, advice = "must be a spec, or x and y, or a frame", "give one of them"
            raise InvalidSpec([Problem("spec", must, "none", advice)])
    else:
        said = _said(spec, frame, x, y, arrays)
        if frame is None:
            given = of_arrays(x, y, validation=validation, test=test, task=task)
        else:
            _check_alone(validation=validation, test=test)
            given = of_frame(frame, _beside(output, said), target=target, task=task)
        spec, arrays = {"name": "search", **merged(given.spec, said)}, given.arrays
        if given.notes and isinstance(observer, Noting):
            observer.noted(given.notes)
    return searching.search(
        spec, overrides=overrides, output=output, fresh=fresh, observer=observer, arrays=arrays
    )


def _said(spec: Any, frame: Any, x: Any, y: Any, arrays: Any) -> Mapping[str, Any]:
    """What the user says of the spec, beside data."""
    problems = []
    if frame is not None and not (x is None and y is None):
        problems.append(
            Problem("frame", "must not be given beside x and y", "both", "leave one out")
        )
    if arrays is not None:
        advice = "give x, y, validation and test, or a whole spec and arrays"
        problems.append(Problem("arrays", "must not be given beside other data", "both", advice))
    if spec is not None and not isinstance(spec, Mapping):
        must = "must be a dict of some of a spec's sections where data is given"
        advice = "leave the data out, or name it in the spec"
        problems.append(Problem("spec", must, str(spec), advice))
    if problems:
        raise InvalidSpec(problems)
    return spec or {}


def _check_alone(**given: Any) -> None:
    """Refuse what would have no effect."""
    wrong = [
        Problem(name, "must not be given without x and y", "it", "remove it")
        for name, value in given.items()
        if value is not None
    ]
    if wrong:
        raise InvalidSpec(wrong)


def _beside(output: str | Path | None, said: Mapping[str, Any]) -> Path:
    """Where a table is written: beside the study's folder, under its name."""
    folder = (
        Path(output) if output is not None else Path("results") / str(said.get("name", "search"))
    )
    return folder.with_name(f"{folder.name}.csv")
