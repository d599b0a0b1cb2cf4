"""Simple methods are fitted beside the search: trials do not wait for them, the end does."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import threadpoolctl

import rnnsearch
from rnnsearch.api.searches.found import Found
from rnnsearch.api.searches.in_background import InBackground
from rnnsearch.api.searches.recorder import Recorder
from rnnsearch.driver import Observer, Snapshot
from rnnsearch.driver.comparing.simple_methods import SimpleMethods
from rnnsearch.records import StudyFolder
from rnnsearch.spec import parse

pytestmark = pytest.mark.usefixtures("without_feed_forward")

SPEC: dict[str, Any] = {
    "name": "beside",
    "task": "many_to_one",
    "data": {"source": "arrays", "split": {"folds": 2}},
    "space": {"cell": "SimpleRNN", "units": 2, "learning_rate": 1e-2, "bidirectional": False},
    "search": {"trials": 1, "epochs": 1, "seed": 1, "deliver": "best", "pruner": "none"},
    "run": {"engine": "fused", "workers": 1, "device": "cpu", "diagnosis": False},
}
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(20, 3, 1)).astype(np.float32), RNG.normal(size=(20, 1))
ARRAYS = rnnsearch.Arrays(train=(X, Y), test=(X, Y))


class Waiting(Observer):
    """Knows when the first trial has ended, and what it is shown."""

    def __init__(self) -> None:
        self.trained = threading.Event()
        self.seen: list[Snapshot] = []

    def ended(self, *_: Any) -> None:
        self.trained.set()

    def progressed(self, snapshot: Snapshot) -> None:
        self.seen.append(snapshot)


def test_trials_do_not_wait_for_them(tmp_path: Path, inline: Any, monkeypatch: Any) -> None:
    observer, fit = Waiting(), SimpleMethods.fit

    def slow(*given: Any) -> SimpleMethods:
        assert observer.trained.wait(60), "no trial was trained while this is fitted"
        return fit(*given)

    monkeypatch.setattr(SimpleMethods, "fit", slow)
    results = rnnsearch.search(SPEC, arrays=ARRAYS, output=tmp_path, observer=observer)
    rows = results.leaderboard.set_index("trial")
    assert {"baseline:mean", "baseline:linear", "0"} <= set(rows.index.astype(str))
    assert results.summary["baselines"][0]["test"]["test_rmse"] > 0


@pytest.mark.parametrize("left", [None, 0.0, 60.0])
def test_who_watches_sees_the_time_go_by_to_the_end(left: float | None, tmp_path: Path) -> None:
    observer = Waiting()
    spec = parse(SPEC, name="beside", directory=tmp_path)
    recorder = Recorder(StudyFolder(tmp_path), spec, "fused", "minimize", observer, Found())
    recorder.progressed(Snapshot(1, None, 0, 0, None, "training", (), 1, left))
    for _ in range(2):
        time.sleep(0.01)
        recorder.concluding("confirming")
    first, second = (snapshot.seconds_left for snapshot in observer.seen[1:])
    if left:
        assert first is not None and second is not None and 59 < second < first < 60
    else:
        assert first is second is None, (
            "all trials have ended, and nothing says how long this takes"
        )


def test_workers_have_the_cores(tmp_path: Path, inline: Any, monkeypatch: Any) -> None:
    limits: list[int | None] = []
    seen, fit = [], SimpleMethods.fit

    @contextmanager
    def limited(threads: int | None) -> Iterator[None]:
        limits.append(threads)
        yield
        limits.pop()

    def watched(*given: Any) -> SimpleMethods:
        seen.append(list(limits))
        return fit(*given)

    monkeypatch.setattr(threadpoolctl, "threadpool_limits", limited)
    monkeypatch.setattr(SimpleMethods, "fit", watched)
    rnnsearch.search(SPEC, arrays=ARRAYS, output=tmp_path)
    assert seen == [[1]] and not limits


def test_what_goes_wrong_with_them_is_raised(tmp_path: Path, inline: Any, monkeypatch: Any) -> None:
    def broken(*_: Any) -> SimpleMethods:
        raise MemoryError("a matrix of 80 GiB")

    monkeypatch.setattr(SimpleMethods, "fit", broken)
    with pytest.raises(MemoryError, match="80 GiB"):
        rnnsearch.search(SPEC, arrays=ARRAYS, output=tmp_path)


def test_who_waits_is_told_and_has_what_was_returned_or_raised() -> None:
    ticks = threading.Event()
    assert InBackground(lambda: ticks.wait(30)).begin().result(ticks.set), "somebody waits"
    assert ticks.is_set()

    def late() -> None:
        raise TimeoutError("of its own")

    with pytest.raises(TimeoutError, match="of its own"):
        InBackground(late).begin().result()
