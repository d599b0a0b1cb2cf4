"""What every `auto` of a search section comes to, by the data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rnnsearch.data import Arrays, read
from rnnsearch.driver.planning.regime import UNBOUNDED, Regime, batch_for
from rnnsearch.space import SearchSpace
from rnnsearch.spec import parse


def regime(sequences: int, folds: Any = 1, **search: Any) -> Regime:
    data = {"source": "arrays", "split": {"folds": folds, "test": 0}}
    document = {"task": "many_to_one", "data": data, "space": {}, "search": search}
    spec = parse(document, name="x", directory=".")
    x = np.random.default_rng(0).normal(size=(sequences, 4, 1)).astype(np.float32)
    arrays = Arrays((x, x.sum(axis=1)))
    return Regime.of(
        spec, read(spec.data, spec.task, SearchSpace.from_spec(spec).windows(spec), arrays), None
    )


@pytest.mark.parametrize(
    ("sequences", "batch"), [(1, 8), (40, 8), (100, 16), (200, 32), (4_999, 32), (5_000, 64)]
)
def test_batches_by_the_number_of_sequences(sequences: int, batch: int) -> None:
    assert batch_for(sequences) == batch


def test_few_sequences_train_a_thousand_updates_and_are_judged_at_the_last_epoch() -> None:
    found = regime(50, folds=5)

    assert found.keep == "last"
    assert found.epochs(8) == 200, "5 updates an epoch"
    assert found.final_epochs(8) == 300
    assert found.patience(200) is None
    assert (found.pruner, found.stages, found.runs) == ("race", (2,), 5)
    assert found.schedule(200).stages == (2,)
    assert found.schedule(200).stride == found.final_schedule(300).stride == 5
    assert found.schedule(200).rungs == frozenset()


def test_a_share_of_the_epochs_is_whole_looks_at_a_run() -> None:
    found = regime(50, folds=5)
    shares = (0.1, 0.3, 1.0)
    assert [found.epochs(8, share) for share in shares] == [20, 60, 200]
    assert [found.final_epochs(8, share) for share in shares] == [30, 90, 300]
    assert found.epochs(8, 0.01) == found.schedule(20, 60, 200).stride == 5
    assert found.schedule(20, 203).stride == 1, "looks after 5 each would pass the second's end"
    assert [regime(50, folds=5, epochs=7).epochs(8, share) for share in shares] == [1, 3, 7]


def test_larger_validation_parts_say_which_epoch_and_when_to_stop() -> None:
    found = regime(1_000)

    assert (found.keep, found.pruner, found.stages) == ("best", "hyperband", ())
    assert found.patience(30) == 10
    assert found.schedule(30).rungs
    assert found.schedule(30).stride == 1, "any epoch may end it"


def test_what_is_given_stands() -> None:
    found = regime(50, folds=5, epochs=7, patience=3, keep="best", pruner="none", trials=9)

    assert (found.epochs(8), found.final_epochs(8), found.patience(7)) == (7, 7, 3)
    assert (found.keep, found.stages, found.trials) == ("best", (), 9)


def test_time_alone_ends_a_search_that_has_a_timeout_and_no_trials() -> None:
    assert regime(50).trials == 60
    assert regime(50, timeout=10).trials == UNBOUNDED
    assert regime(50, timeout=10, trials=5).trials == 5


def test_little_time_caps_the_epochs() -> None:
    long, short = regime(2_000, timeout=1e6), regime(2_000, timeout=1)

    assert long.epochs(32) == 40
    assert short.epochs(32) < 15
    assert short.epochs(32) >= 3


@pytest.mark.parametrize("search", [{"confirm": 0}, {"deliver": "best"}])
def test_nothing_is_confirmed_where_that_is_asked_for(search: dict[str, Any]) -> None:
    assert regime(50, **search).deliver == "best"
    assert regime(50, **search).confirm == 0


def test_time_is_counted_in_the_steps_that_are_read() -> None:
    short, long = (_timed(steps, 60) for steps in (64, 640))
    assert short.affordable == long.affordable, "640 steps are 64 patches of 10"
    assert _timed(64, 600).affordable > 5 * short.affordable
    assert _timed(640, 60, patch=1).affordable < 0.2 * long.affordable
    # With little time few trials are planned for, so that blocks are short.
    assert _timed(64, 60).expected < _timed(64, 600).expected


def test_time_is_counted_by_the_networks_that_a_search_begins_with() -> None:
    """Half of what larger ones cost, as a factor, is taken from how long they train."""
    small, both, large = (
        _timed(64, 60, **each).affordable
        for each in ({}, {"bidirectional": True}, {"units": 64, "depth": 2})
    )
    assert both == pytest.approx(small / 2**0.5, rel=0.02)
    assert large == pytest.approx(small / (2 * (0.2 + 0.8 * 2**1.6)) ** 0.5, rel=0.02)


def _timed(steps: int, timeout: float, **space: Any) -> Regime:
    data = {"source": "arrays", "split": {"folds": 5, "test": 0}}
    document = {"task": "many_to_one", "data": data, "space": space}
    spec = parse(document | {"search": {"timeout": timeout}}, name="x", directory=".")
    x = np.random.default_rng(0).normal(size=(300, steps, 1)).astype(np.float32)
    return Regime.of(spec, read(spec.data, spec.task, (), Arrays((x, x.sum(axis=1)))), None)
