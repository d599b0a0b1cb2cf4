"""`Tuner`: KerasTuner's methods and arguments, on a search of recurrent networks."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from rnnsearch import api
from rnnsearch.errors import InvalidSpec, Problem, StudyError
from rnnsearch.integrations.keras_tuner.arguments import (
    SETTINGS,
    Settings,
    named_as_given,
    read_arrays,
    refuse,
)
from rnnsearch.integrations.keras_tuner.asked_spec import (
    PLAIN_SEARCH,
    completed,
    objective_keys,
    settings_section,
    space_section,
    weigh,
)
from rnnsearch.integrations.keras_tuner.compiled_networks import compile_as_trained
from rnnsearch.integrations.keras_tuner.named_losses import loss_section
from rnnsearch.integrations.keras_tuner.oracle import Oracle, Project
from rnnsearch.records import StudyFolder
from rnnsearch.spec import parse

if TYPE_CHECKING:
    import keras
    import keras_tuner

    from rnnsearch.data import Arrays
    from rnnsearch.report import Display

__all__ = ["SpecTuner"]

_CONSTRUCTOR = (
    *("task", "space", "objective", "max_trials", "seed"),
    *("directory", "project_name", "overwrite", "executions_per_trial", "loss"),
)
_SEARCH = (
    *("x", "y", "validation_data", "validation_split", "epochs", "batch_size"),
    *("verbose", "callbacks", "class_weight"),
)


class SpecTuner:
    """Searches a space of recurrent networks for arrays; see docs/tuner.md.

    The constructor checks its arguments and touches no file.

    Args:
        task: ``many_to_one``, ``one_to_many`` or ``many_to_many``.
        space: As a spec's space section, or a `keras_tuner.HyperParameters`.
        objective: Such as ``val_loss``; or an object with a name and a direction, as
            `keras_tuner.Objective` is; or a list of one of these and of costs, as
            ``["val_loss", "parameters"]``: see docs/objectives.md.
        max_trials: In total, over all calls of `search` on the same project.
        seed: Of the sampler and the trials; None is 0.
        directory: Of projects; the current one if None.
        project_name: The project's folder in it; ``untitled_project`` if None.
        overwrite: Whether the first `search` starts anew. An old project is kept aside.
        executions_per_trial: How often each trial is trained, every time from another seed; its
            score is the mean.
        loss: As `keras.Model.compile` takes it: a name, or an object of `keras.losses`; None is
            mean squared error for numbers, cross-entropy for classes.
        settings: Keys of the spec's search, run and data sections; see `Settings`.
            ``scaling`` is ``none`` unless given, and ``backend`` what KERAS_BACKEND says, or
            jax.

    Attributes:
        oracle: Tells of trials.

    Raises:
        TypeError: An argument is not known.
        InvalidSpec: With every problem in task, space, objective, loss and settings.
    """

    def __init__(
        self,
        task: str,
        space: Mapping[str, Any] | keras_tuner.HyperParameters,
        objective: str | keras_tuner.Objective | Sequence[Any] = "val_loss",
        max_trials: int = 10,
        seed: int | None = None,
        directory: str | os.PathLike[str] | None = None,
        project_name: str | None = None,
        overwrite: bool = False,
        executions_per_trial: int = 1,
        loss: Any = None,
        **settings: Unpack[Settings],
    ) -> None:
        known = [key for keys in SETTINGS.values() for key in keys]
        refuse("Tuner()", [key for key in settings if key not in known], [*_CONSTRUCTOR, *known])
        if callable(task):
            refuse("Tuner()", ["hypermodel"], [*_CONSTRUCTOR, *known])
        self.directory = "." if directory is None else os.fspath(directory)
        self.project_name = project_name or "untitled_project"
        self._document = {
            "name": Path(self.project_name).name,
            "task": task,
            "data": {"source": "arrays", "scaling": "none", **settings_section("data", settings)},
            "space": space_section(space),
            "loss": loss_section(loss),
            "search": {
                **objective_keys(objective),
                "trials": max_trials,
                "runs_per_trial": executions_per_trial,
                "seed": 0 if seed is None else seed,
                **PLAIN_SEARCH,
                **settings_section("search", settings),
            },
            "run": settings_section("run", settings),
        }
        with named_as_given():
            spec = parse(self._document, name="search", directory=Path())
        if spec.search.trials == "auto":
            must = "must be a whole number of at least 1"
            raise InvalidSpec([Problem("max_trials", must, "auto", "say how many, in total")])
        self._project = Project(StudyFolder(self.project_dir), spec, overwrite)
        self._results: api.Results | None = None
        self.oracle = Oracle(self._project)

    @property
    def project_dir(self) -> str:
        """The project's folder, which `search` makes."""
        return os.path.join(self.directory, self.project_name)  # noqa: PTH118 (a text, as there)

    @property
    def remaining_trials(self) -> int:
        """Trials that `search` would still run."""
        return self.oracle.remaining_trials()

    @property
    def results(self) -> api.Results:
        """What was found: leaderboard, winner, preparation, predict, evaluate.

        Raises:
            StudyError: Nothing was searched yet.
        """
        if self._results is None:
            self.reload()
        assert self._results is not None
        return self._results

    def search(
        self,
        x: Any = None,
        y: Any = None,
        *,
        validation_data: Any = None,
        validation_split: float | None = None,
        epochs: int = 40,
        batch_size: int | None = None,
        verbose: int | str = "auto",
        callbacks: Sequence[Any] | None = None,
        class_weight: Mapping[Any, float] | str | None = None,
        **unknown: Any,
    ) -> None:
        """Search, or go on with the search that the project's folder holds.

        Args:
            x: (N, T, F) or (N, T); (N, F) for one_to_many. NaN after a sequence's end pads it.
            y: Whole numbers and texts are classes, other numbers are predicted as such.
            validation_data: (x, y).
            validation_split: Share of x to validate on, the last sequences, as Keras takes
                them; 0.15 where there is no validation_data.
            epochs: Most epochs of a trial.
            batch_size: Fixes the space's.
            verbose: 0 shows nothing.
            callbacks: `keras.callbacks.EarlyStopping`, or none.
            class_weight: What each class of y weighs in the loss, 1 if it is not named; or
                ``balanced``.
            unknown: Refused.

        Raises:
            TypeError, ValueError: An argument can't be followed.
            InvalidSpec, InvalidData: With every problem found, before anything is trained.
            StudyError: The folder holds another search, or is in use.
            KeyboardInterrupt: On Ctrl-C, with what was found so far kept.
        """
        refuse(
            "search()",
            [key for key in unknown if (key, unknown[key]) != ("shuffle", True)],
            _SEARCH,
        )
        arrays = read_arrays(x, y, validation_data, validation_split)
        searched = self._project.spec.search.objective
        document = completed(self._document, searched, epochs, batch_size, callbacks)
        if class_weight is not None:
            weigh(document, class_weight, arrays.train[1])
        with _display(verbose) as display, named_as_given():
            self._results = self._search(document, arrays, display)
        self._project.overwrite = False
        if self._results.interrupted:
            raise KeyboardInterrupt

    def _search(
        self, document: Mapping[str, Any], arrays: Arrays, display: Display | None
    ) -> api.Results:
        """Search in the project's folder."""
        project = self._project
        try:
            return api.search(
                document,
                output=project.folder.path,
                fresh=project.overwrite,
                observer=display,
                arrays=arrays,
            )
        except StudyError as error:
            raise StudyError(
                f"{error} (in Python: another project_name, or overwrite=True)"
            ) from None

    def get_best_models(self, num_models: int = 1) -> list[keras.Model]:
        """The best networks with the weights of their best epochs, compiled, best first.

        They are of plain Keras layers. Where ``scaling`` is not none they take scaled input
        and give scaled output, which `results.preparation` knows the way to and from.
        """
        results = self._searched()
        models = results.models(num_models)
        kind = results.preparation.target.kind
        for model, trial in zip(models, results.trials(), strict=False):
            params = self._project.space.complete(trial.params)
            compile_as_trained(model, params, self._project.spec.loss, kind)
        return models

    def get_best_hyperparameters(self, num_trials: int = 1) -> list[keras_tuner.HyperParameters]:
        """The best trials' hyperparameters, best first; see their ``values``."""
        return [trial.hyperparameters for trial in self.oracle.get_best_trials(num_trials)]

    def search_space_summary(self, extended: bool = False) -> None:
        """Print what is searched.

        Args:
            extended: Also which parameters are structural, and their conditions.
        """
        space = self.oracle.get_space()
        print("Search space summary")
        print(f"Default search space size: {len(space.space)}")
        for entry in space.space:
            config = entry.get_config()
            print(f"{config.pop('name')} ({type(entry).__name__})")
            print(config)
        if extended:
            for name, values, kind, condition in self._project.space.describe():
                print(f"{name}: {kind}, {values}{f', where {condition}' if condition else ''}")

    def results_summary(self, num_trials: int = 10) -> None:
        """Print the best trials."""
        print("Results summary")
        print(f"Results in {self.project_dir}")
        print(f"Showing {num_trials} best trials")
        print(self.oracle.objective)
        for trial in self.oracle.get_best_trials(num_trials):
            print()
            trial.summary()

    def reload(self) -> None:
        """Read what the project's folder holds, such as another process's search.

        Raises:
            StudyError: It holds no search, or the next one is to overwrite it.
        """
        if self._project.overwrite:
            raise StudyError(
                f"Expected a search to read. Received: {self.project_dir} with overwrite=True, "
                "before its search; call search(), or make the Tuner without overwrite"
            )
        self._results = api.Results.open(self._project.folder.path)

    def _searched(self) -> api.Results:
        """The results as they stand in the folder now."""
        self.reload()
        return self.results


def _display(verbose: int | str) -> AbstractContextManager[Display | None]:
    """Progress on standard error, or nothing."""
    if verbose not in ("auto", 0, 1, 2):
        raise ValueError(f"Expected verbose: 'auto', 0, 1 or 2. Received: {verbose!r}")
    from rnnsearch.report import shown_if

    return shown_if(verbose != 0)
