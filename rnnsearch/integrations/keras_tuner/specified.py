"""`Tuner`: KerasTuner's methods and arguments, on a search of recurrent networks."""

from __future__ import annotations

import copy
import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from rnnsearch import api
from rnnsearch.errors import InvalidSpec, Problem, StudyError
from rnnsearch.integrations.keras_tuner.arguments import (
    SETTINGS,
    Settings,
    named_as_given,
    patience_of,
    read_arrays,
    refuse,
)
from rnnsearch.integrations.keras_tuner.hyperparameters import to_space
from rnnsearch.integrations.keras_tuner.named_losses import keras_loss, loss_section, weighted
from rnnsearch.integrations.keras_tuner.oracle import Oracle, Project
from rnnsearch.records import StudyFolder
from rnnsearch.spec import parse

if TYPE_CHECKING:
    import keras
    import keras_tuner

    from rnnsearch.report import Display

__all__ = ["METRICS", "SpecTuner", "optimizer_of"]

_CONSTRUCTOR = (
    *("task", "space", "objective", "max_trials", "seed"),
    *("directory", "project_name", "overwrite", "executions_per_trial", "loss"),
)
_SEARCH = (
    *("x", "y", "validation_data", "validation_split", "epochs", "batch_size"),
    *("verbose", "callbacks", "class_weight"),
)
_CLIPPING = {"global_norm": "global_clipnorm", "norm": "clipnorm", "value": "clipvalue"}
METRICS = {"numeric": ["mae"], "class": ["accuracy"]}


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
            "data": {"source": "arrays", "scaling": "none", **_section("data", settings)},
            "space": _space(space),
            "loss": loss_section(loss),
            "search": {
                **_objective(objective),
                "trials": max_trials,
                "runs_per_trial": executions_per_trial,
                "seed": 0 if seed is None else seed,
                **_PLAIN_SEARCH,
                **_section("search", settings),
            },
            "run": _section("run", settings),
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
        document = self._complete(epochs, batch_size, callbacks)
        if class_weight is not None:
            _weigh(document, class_weight, arrays.train[1])
        project = self._project
        with _display(verbose) as display, named_as_given():
            try:
                self._results = api.search(
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
        project.overwrite = False
        if self._results.interrupted:
            raise KeyboardInterrupt

    def get_best_models(self, num_models: int = 1) -> list[keras.Model]:
        """The best networks with the weights of their best epochs, compiled, best first.

        They are of plain Keras layers. Where ``scaling`` is not none they take scaled input
        and give scaled output, which `results.preparation` knows the way to and from.
        """
        results = self._searched()
        models = results.models(num_models)
        kind = results.preparation.target.kind
        for model, trial in zip(models, results.trials(), strict=False):
            optimizer = optimizer_of(self._project.space.complete(trial.params))
            loss = keras_loss(self._project.spec.loss, kind)
            model.compile(optimizer=optimizer, loss=loss, metrics=METRICS[kind])
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

    def _complete(
        self,
        epochs: int,
        batch_size: int | None,
        callbacks: Sequence[Any] | None,
    ) -> dict[str, Any]:
        """The spec, with the arguments of `search` in it."""
        document = copy.deepcopy(self._document)
        document["search"]["epochs"] = epochs
        document["run"].setdefault("backend", os.environ.get("KERAS_BACKEND", "jax"))
        document["data"]["split"] = {"test": 0, "folds": 1}
        for name, value in _PLAIN_SPACE.items():
            document["space"].setdefault(name, value)
        if batch_size is not None:
            written = document["space"].setdefault("batch_size", batch_size)
            if written != batch_size:
                must = "must not be given where the space has batch_size"
                raise InvalidSpec(
                    [Problem("batch_size", must, str(batch_size), "leave one of the two out")]
                )
        patience = patience_of(callbacks, self._project.spec.search.objective)
        if patience is None:
            document["search"].setdefault("patience", _PATIENCE)
        else:
            written = document["search"].setdefault("patience", patience)
            if written != patience:
                must = "must agree with EarlyStopping"
                raise InvalidSpec(
                    [Problem("patience", must, f"{written} and {patience}", "leave one out")]
                )
        return document


_PLAIN_SEARCH = {"confirm": 0.0, "keep": "best"}
"""What KerasTuner does: the best trial's own score stands, and its best epoch."""

_PLAIN_SPACE = {"clip_norm": "none", "schedule": "constant"}
"""What Keras does where it is not told otherwise."""

_PATIENCE = 10
"""Epochs, where no callback says how many."""


def _section(name: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    return {key: settings[key] for key in SETTINGS[name] if key in settings}


def _space(space: Any) -> Any:
    """The space section; what is no `HyperParameters` is left to the spec to judge."""
    if isinstance(space, Mapping) or not hasattr(space, "conditional_scope"):
        return copy.deepcopy(space)
    with named_as_given():
        return to_space(space)


def _objective(objective: Any) -> dict[str, Any]:
    """The keys of the search section; a list is a metric, and costs that are to be small."""
    if isinstance(objective, str):
        return {"objective": objective}
    listed = getattr(objective, "objectives", objective)
    if not isinstance(listed, list | tuple):
        name, direction = _named(objective, "objective")
        return {"objective": name, "direction": direction}
    named = [_named(one, f"objective[{at}]") for at, one in enumerate(listed)]
    if "maximize" in [direction for _, direction in named[1:]]:
        must = "must have costs after its metric, of which less is better"
        raise InvalidSpec([Problem("objective", must, "max", "give their names")])
    direction = named[0][1] if named else None
    return {"objective": [name for name, _ in named], "direction": direction or "auto"}


def _named(objective: Any, path: str) -> tuple[str, str | None]:
    """An objective's name, and its direction if it has one."""
    if isinstance(objective, str):
        return objective, None
    directions = {"min": "minimize", "max": "maximize"}
    direction = directions.get(getattr(objective, "direction", None) or "")
    if direction is None or hasattr(objective, "objectives"):
        must = "must be one metric's name, a keras_tuner.Objective, or a list of it and costs"
        advice = "such as 'val_loss', or ['val_loss', 'parameters']"
        raise InvalidSpec([Problem(path, must, f"a {type(objective).__name__}", advice)])
    return objective.name, direction


def _display(verbose: int | str) -> AbstractContextManager[Display | None]:
    """Progress on standard error, or nothing."""
    if verbose not in ("auto", 0, 1, 2):
        raise ValueError(f"Expected verbose: 'auto', 0, 1 or 2. Received: {verbose!r}")
    if verbose == 0:
        return nullcontext()
    from rich.console import Console

    from rnnsearch.report import make_display

    # A notebook gets plain lines: rich's live view needs widgets there.
    return make_display(Console(stderr=True, force_jupyter=False))


def optimizer_of(params: Mapping[str, Any]) -> keras.Optimizer:
    """The optimizer that a trial trained with, but for its state."""
    import keras

    config = {"learning_rate": params["learning_rate"]}
    if params["clip_norm"] != "none":
        config[_CLIPPING[str(params["clip_mode"])]] = params["clip_norm"]
    if params["weight_decay"]:
        config["weight_decay"] = params["weight_decay"]
    return keras.optimizers.get({"class_name": params["optimizer"], "config": config})


def _weigh(document: dict[str, Any], class_weight: Mapping[Any, float] | str, y: Any) -> None:
    """Give the loss of a spec the weights of the classes in y."""
    kind = document["data"].get("target_kind", "auto")
    document["loss"] = weighted(document["loss"], class_weight, y, kind)
