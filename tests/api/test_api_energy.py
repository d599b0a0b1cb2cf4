"""Energy is counted from processors' own counters, over their ends, and added up over resumes."""

from __future__ import annotations

import sys
import types

import pytest

from rnnsearch.api.searches import energy
from rnnsearch.api.searches.energy import Meter, counters
from rnnsearch.api.searches.ledger import earlier_cost


class Counting:
    """A counter that a test sets."""

    def __init__(self):
        self.value = 0.0

    def __call__(self):
        return self.value


def test_a_counter_that_starts_from_0_again_goes_on():
    one, other = Counting(), Counting()
    one.value = 90.0
    meter = Meter({"one": (one, 100.0), "other": (other, 100.0)}).begin()
    assert meter.joules == 0.0
    one.value, other.value = 95.0, 2.0
    assert meter.joules == 7.0
    one.value = 3.0
    assert meter.joules == 15.0
    meter.close()


def test_it_is_read_while_a_search_goes_on(monkeypatch):
    monkeypatch.setattr(energy, "_EVERY", 0.01)
    values = iter(range(10_000))
    meter = Meter({"one": (lambda: next(values), 100.0)}).begin()
    import time

    end = time.monotonic() + 5
    while next(values) < 10 and time.monotonic() < end:
        time.sleep(0.01)
    meter.close()
    assert meter.joules is not None and meter.joules > 10


@pytest.mark.parametrize("failure", [OSError, ValueError])
def test_a_counter_that_goes_ends_no_search(failure):
    def gone():
        if failed:
            raise failure("no such device")
        return 1.0

    failed: list[bool] = []
    meter = Meter({"one": (gone, 100.0), "other": (lambda: 2.0, 100.0)}).begin()
    assert meter.joules == 0.0
    failed.append(True)
    assert meter.joules is None and meter.joules is None


def test_where_nothing_counts_nothing_is_said(tmp_path):
    assert counters(tmp_path) == {}
    assert Meter({}).joules is None


def package(root, name, joules, most=262143):
    folder = root / name
    folder.mkdir()
    (folder / "energy_uj").write_text(f"{int(joules * 1e6)}\n", encoding="ascii")
    (folder / "max_energy_range_uj").write_text(f"{most * 1000000}\n", encoding="ascii")
    return folder


def test_packages_are_counted_once_and_locked_ones_not_at_all(tmp_path):
    first = package(tmp_path, "intel-rapl:0", 5)
    package(tmp_path, "intel-rapl:0:0", 3)  # the cores, a part of it
    package(tmp_path, "intel-rapl:1", 7)
    locked = package(tmp_path, "intel-rapl:2", 9) / "energy_uj"
    locked.unlink()
    locked.mkdir()  # which is no more readable than a file that only root may read
    found = counters(tmp_path)
    assert set(found) == {"intel-rapl:0", "intel-rapl:1"}
    meter = Meter(found).begin()
    (first / "energy_uj").write_text("9500000\n", encoding="ascii")
    assert meter.joules == pytest.approx(4.5)
    meter.close()


def test_cards_count_millijoules(monkeypatch, tmp_path):
    used = {0: 1000, 1: 2000}
    nvml = types.ModuleType("pynvml")
    nvml.NVMLError = RuntimeError
    nvml.nvmlInit = lambda: None
    nvml.nvmlDeviceGetCount = lambda: 2
    nvml.nvmlDeviceGetHandleByIndex = lambda number: number
    nvml.nvmlDeviceGetTotalEnergyConsumption = lambda handle: used[handle]
    monkeypatch.setitem(sys.modules, "pynvml", nvml)
    meter = Meter(counters(tmp_path)).begin()
    used[1] += 500
    assert meter.joules == pytest.approx(0.5)
    del used[1]
    nvml.NVMLError = KeyError
    assert meter.joules is None, "a card that fell off the bus"
    nvml.NVMLError = RuntimeError
    meter.close()

    def no_driver():
        raise RuntimeError("Driver Not Loaded")

    nvml.nvmlInit = no_driver
    assert counters(tmp_path) == {}


@pytest.mark.parametrize(
    ("kept", "known"), [(None, (0.0, 0.0)), ({}, None), ({"joules": 5.0}, 5.0)]
)
def test_what_an_earlier_search_took_is_added_where_it_is_known(kept, known, tmp_path, monkeypatch):
    folder = types.SimpleNamespace(summary=tmp_path / "summary.json")
    if kept is None:
        assert earlier_cost(folder) == known
        return
    folder.summary.write_text("{}", encoding="utf-8")
    monkeypatch.setattr(
        "rnnsearch.api.searches.ledger.read_summary", lambda path: {"seconds": 3.0, **kept}
    )
    assert earlier_cost(folder) == (3.0, known)
