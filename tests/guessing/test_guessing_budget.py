"""The budget stays within its bounds, whatever the data, and follows data and machine."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from rnnsearch.guessing._base import Setting
from rnnsearch.guessing.budget import Job, Written, search_settings, space_settings
from rnnsearch.spec.scalars import read_duration

JOBS = st.builds(
    Job,
    train=st.integers(1, 10**6),
    validation=st.integers(1, 10**6),
    steps=st.integers(1, 10**4),
    both_ways=st.booleans(),
)
OBJECTIVE = Setting("objective", "val_rmse")


def search(job: Job, cores: int = 2) -> dict[str, object]:
    return {setting.key: setting.value for setting in search_settings(job, OBJECTIVE, cores)}


@settings(deadline=None)
@given(JOBS, st.integers(1, 256))
def test_bounds(job: Job, cores: int) -> None:
    found = search(job, cores)
    assert 16 <= found["trials"] <= 40
    assert 10 <= found["epochs"] <= 100
    assert found["patience"] >= 10
    assert 600 <= read_duration(str(found["timeout"])) <= 12 * 3600
    assert 8 <= job.batch <= 128 and job.batch & (job.batch - 1) == 0


def test_longer_work_has_fewer_trials_then_fewer_epochs_then_more_time() -> None:
    jobs = [Job(2000, 300, steps) for steps in (10, 100, 1000, 10_000)]
    budgets = [search(job) for job in jobs]
    assert [budget["trials"] for budget in budgets] == [40, 16, 16, 16]
    epochs = [budget["epochs"] for budget in budgets]
    assert epochs[0] == epochs[1] > epochs[2] > epochs[3] == 10
    assert read_duration(budgets[3]["timeout"]) > read_duration(budgets[0]["timeout"])


def test_more_cores_take_less_time() -> None:
    job = Job(3000, 500, 200)
    assert search(job, 16)["trials"] > search(job, 1)["trials"]
    (one,) = (s.why for s in search_settings(job, OBJECTIVE, 1) if s.key == "trials")
    assert one == "estimated to take 9 minutes on 1 core"


def test_a_simple_rnn_is_not_tried_on_long_sequences() -> None:
    cells = {steps: space_settings(Job(100, 20, steps))[0].value for steps in (64, 65)}
    assert cells == {64: ["SimpleRNN", "LSTM", "GRU"], 65: ["LSTM", "GRU"]}


@settings(deadline=None)
@given(JOBS, st.integers(0, 40))
def test_long_sequences_of_numbers_are_read_in_patches(job: Job, numbers: int) -> None:
    job = replace(job, numbers=numbers)
    found = {setting.key: setting.value for setting in space_settings(job)}
    if not numbers or job.steps <= 64:
        assert job.patch == 1 and not {"patch", "changes"} & {*found}
        return
    assert found["patch"] == job.patch > 1 and (job.read - 1) * job.patch < job.steps
    assert 33 <= job.read <= 64
    assert ("changes" in found) == (numbers <= 8)


def test_patches_take_less_time() -> None:
    long = [Job(3000, 500, 640, numbers=numbers) for numbers in (0, 1)]
    assert search(long[1])["trials"] > search(long[0])["trials"]


def test_a_long_text_has_few_trials_and_then_few_epochs() -> None:
    bounds = {"most_batch": 32, "trials": (8, 16), "epochs": (4, 40)}
    budgets = []
    for count in (10**5, 10**6, 10**7):
        text = Written(count, 0, 60, 16)
        job = Job(count // 48, count // 480, 48, written=text, **bounds)
        budgets.append(search(job))
    assert [budget["trials"] for budget in budgets] == [16, 8, 8]
    assert [budget["epochs"] for budget in budgets] == [40, 10, 4]


def test_known_tokens_take_time() -> None:
    estimates = []
    for known in (50, 5000):
        text = Written(10**5, 20, known, 64)
        job = Job(5000, 500, 20, written=text, trials=(8, 16), epochs=(10, 40))
        found = search_settings(job, OBJECTIVE, 2)
        estimates += [setting.why for setting in found if setting.key == "trials"]
    assert estimates == [
        "estimated to take 3 minutes on 2 cores",
        "estimated to take 7 minutes on 2 cores",
    ]
