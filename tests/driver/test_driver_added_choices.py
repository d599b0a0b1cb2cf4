"""What a search tries that its space does not name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rnnsearch.data import Arrays, SequenceData, read
from rnnsearch.driver.planning.added_choices import with_choices
from rnnsearch.spec import Domain, Spec, parse

_ALL = {
    "bidirectional": Domain(kind="choice", values=(False, True)),
    "pooling": Domain(kind="choice", values=("last", "mean", "max")),
    "augment": Domain(kind="choice", values=(0.0, 0.5)),
}


def asked(sequences: int = 40, space: Any = None, task: str = "many_to_one", **search: Any) -> Spec:
    """The spec with its choices, of so many sequences of numbers."""
    data = {"source": "arrays", "split": {"test": 0}}
    document = {"task": task, "data": data, "space": space or {}, "search": search}
    spec = parse(document, name="x", directory=".")
    x = np.random.default_rng(0).normal(size=(sequences, 4, 1)).astype(np.float32)
    y = x.sum(axis=1) if task == "many_to_one" else x
    known: SequenceData = read(spec.data, spec.task, (), Arrays((x, y)))
    found = with_choices(spec, known)
    assert found.data is spec.data
    assert with_choices(found, known) == found, "so a search that goes on has the same spec"
    return found


def test_few_sequences_are_changed_at_random_and_read_in_more_ways_than_one() -> None:
    assert asked().space == _ALL


def test_many_sequences_stay_as_they_are() -> None:
    assert set(asked(sequences=1100).space) == set(_ALL), "825 of them train"
    assert set(asked(sequences=1400).space) == {"pooling"}, "1050 of them train"


@pytest.mark.parametrize(
    "said", [{"epochs": 3}, {"sampler": "grid", "trials": 1}], ids=["epochs", "grid"]
)
def test_who_says_how_trials_go_is_taken_at_their_word(said: Any) -> None:
    assert not asked(**said).space


def test_given_epochs_leave_the_choices_where_they_are_many_and_sequences_few() -> None:
    assert asked(epochs=50).space == _ALL
    assert asked(sequences=1100, epochs=50).space == _ALL, "850 of them train"
    assert not asked(sequences=1300, epochs=50).space


def test_what_the_space_says_stands() -> None:
    found = asked(space={"pooling": "last", "augment": [0.1, 0.2], "bidirectional": False}).space
    assert found["pooling"].values == ("last",)
    assert found["augment"].values == (0.1, 0.2)
    assert found["bidirectional"].values == (False,)


def test_outputs_at_each_step_have_nothing_to_choose() -> None:
    assert not asked(task="many_to_many").space


def forecast(folder: Any, rows: int, **search: Any) -> Spec:
    """The spec with its choices, of a series of so many rows."""
    lines = ["value", *(str(row % 7) for row in range(rows))]
    (folder / "s.csv").write_text("\n".join(lines))
    data = {"source": "csv", "path": "s.csv", "inputs": ["value"], "target": "value", "window": 3}
    document = {"task": "many_to_one", "data": data, "space": {}, "search": search}
    spec = parse(document, name="x", directory=folder)
    return with_choices(spec, read(spec.data, spec.task, (3,)))


def test_windows_of_a_series_are_read_to_their_end_for_as_long_as_does_best(tmp_path: Any) -> None:
    shares = {"epoch_share": Domain(kind="choice", values=(0.1, 0.3, 1.0))}
    assert forecast(tmp_path, 60).space == shares
    assert forecast(tmp_path, 60, pruner="race").space == shares
    assert not forecast(tmp_path, 900).space, "a validation part that says which epoch was best"


@pytest.mark.parametrize(
    "said", [{"epochs": 50}, {"patience": 5}, {"keep": "best"}, {"pruner": "hyperband"}], ids=str
)
def test_who_says_how_long_forecasts_train_is_taken_at_their_word(tmp_path: Any, said: Any) -> None:
    assert not forecast(tmp_path, 60, **said).space
