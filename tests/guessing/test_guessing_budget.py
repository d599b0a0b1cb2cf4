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


def configurations(job: Job, cores: int = 2) -> int:
    """How many there is said to be time for."""
    (why,) = (s.why for s in search_settings(job, OBJECTIVE, cores) if s.key == "timeout")
    return int(why.removeprefix("used to its end: about ").split()[0])


@settings(deadline=None)
@given(JOBS, st.integers(1, 256))
def test_bounds(job: Job, cores: int) -> None:
    found = search(job, cores)
    # What a search decides by itself is not written: it would stand in its way.
    assert list(found) == ["objective", "timeout", "seed"]
    time = read_duration(str(found["timeout"]))
    assert time is not None and 300 <= time <= 8 * 3600
    assert configurations(job, cores) >= (20 if time < 8 * 3600 else 1)
    assert 8 <= job.batch <= 128 and job.batch & (job.batch - 1) == 0


def test_longer_work_has_more_time() -> None:
    jobs = [Job(2000, 300, steps) for steps in (10, 100, 1000, 10_000)]
    times = [read_duration(str(search(job)["timeout"])) for job in jobs]
    assert times == sorted(times) and times[0] == 300 and times[-1] > times[0]  # type: ignore[type-var,operator]


def test_more_cores_take_less_time() -> None:
    job = Job(3000, 500, 200)
    one, many = (read_duration(str(search(job, cores)["timeout"])) for cores in (1, 16))
    assert one is not None and many is not None and many < one
    (why,) = (s.why for s in search_settings(job, OBJECTIVE, 1) if s.key == "timeout")
    assert why.endswith(" configurations on 1 core, the best of them confirmed")


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
    times = [read_duration(str(search(job)["timeout"])) for job in long]
    assert times[1] < times[0]  # type: ignore[operator]


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
