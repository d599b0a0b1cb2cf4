"""Signals to drivers and workers, at random moments."""

from __future__ import annotations

import os
import random
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.faults._base import Scene, fault, must
from tests.faults.studies import (
    acknowledged,
    board,
    check_files,
    check_whole,
    gone,
    kind_of,
    prepare,
    problems,
    same,
    search,
    undisturbed,
    wait,
)
from tests.faults.zygote import Driver, patiently

_TRIALS = 12


@fault(
    "kill-driver",
    "SIGKILL of the driver at random moments, up to three times, then a run to the end: every "
    "acknowledged trial once and as it was, none RUNNING, the leaderboard of a search left alone",
    quick=4,
    full=200,
)
def kill_driver(scene: Scene) -> str:
    generator = random.Random(scene.seed)
    return _killed(scene, generator, kind_of(generator))


@fault(
    "kill-front",
    "the same of several objectives, by multi-objective TPE and NSGA-II: the leaderboard and the front "
    "of a search left alone",
    quick=2,
    full=40,
)
def kill_front(scene: Scene) -> str:
    generator = random.Random(scene.seed)
    settings = {"sampler": ("tpe", "nsga2")[scene.seed % 2], "block": generator.choice([1, 2, 4])}
    settings["more"] = ", objective: [val_rmse, parameters, size]"
    said = _killed(scene, generator, settings)
    front = board(scene.folder / "out")["pareto"]
    must(0 < front.sum() < len(front), f"the front is {front.tolist()}")
    return said


def _killed(scene: Scene, generator: random.Random, settings: dict[str, Any]) -> str:
    """Kill a search a few times, and compare what comes of it with one left alone."""
    expected, seconds = undisturbed(scene, **settings)
    spec, output = prepare(scene.folder, **settings), scene.folder / "out"
    kills, before = 0, acknowledged(output)
    often = {"setup": generator.choice(["", "keep_often"])}
    for _ in range(generator.randint(1, 3)):
        driver = search(scene, spec, output, **often)
        ended = driver.wait(generator.uniform(0, seconds))
        workers = driver.workers()
        driver.signal(signal.SIGKILL)
        if ended is None:
            ended = driver.wait()
            must(ended in (0, -signal.SIGKILL), f"ended with {ended}: {driver.text}")
            kills += ended != 0
        gone(workers)
        now = acknowledged(output)
        must(all(now.get(n) == one for n, one in before.items()), "an acknowledged trial is lost")
        before = now
    started = time.monotonic()
    wait(search(scene, spec, output, **often))
    late = time.monotonic() - started - seconds
    must(late < patiently(10), "to go on took 10 s longer than all of it")
    check_whole(output, _TRIALS, before)
    same(board(output), expected)
    return f"{kills} kills"


@fault(
    "kill-worker",
    "SIGKILL of a worker at random moments, up to three times: every trial once, none RUNNING, each "
    "COMPLETE or FAIL with its reason, every artifact loads",
    quick=3,
    full=200,
)
def kill_worker(scene: Scene) -> str:
    generator = random.Random(scene.seed)
    settings = kind_of(generator) | {"workers": generator.randint(1, 2)}
    _, seconds = undisturbed(scene)
    spec, output = prepare(scene.folder, **settings), scene.folder / "out"
    often = {"setup": generator.choice(["", "keep_often"])}
    driver, kills = search(scene, spec, output, **often), 0
    for _ in range(generator.randint(1, 3)):
        if driver.wait(generator.uniform(0, seconds / 2)) is not None:
            break
        for pid in driver.workers()[:1]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                kills += 1
    wait(driver)
    check_whole(output, _TRIALS, {})
    for record in acknowledged(output).values():
        if record.state == "FAIL":
            must("killed" in record.message, f"FAIL without its reason: {record.message!r}")
    return f"{kills} kills"


@fault(
    "signals",
    "SIGINT or SIGTERM at a random moment: the search ends within 5 s with status 130 and no process "
    "left, says how to go on, and ends then as one left alone",
    quick=2,
    full=40,
)
def signals(scene: Scene) -> str | None:
    generator = random.Random(scene.seed)
    settings = kind_of(generator)
    expected, seconds = undisturbed(scene, **settings)
    spec, output = prepare(scene.folder, **settings), scene.folder / "out"
    driver = search(scene, spec, output)
    begun(output)
    ended = driver.wait(generator.uniform(0, seconds / 2))
    before = {}
    if ended is None:
        workers = driver.workers()
        driver.signal(generator.choice([signal.SIGINT, signal.SIGTERM]))
        started = time.monotonic()
        status = driver.end(5)
        took = time.monotonic() - started
        must(status in (0, 130), f"ended with {status} after {took:.1f} s: {driver.text[-2000:]}")
        gone(workers, 1)
        if status == 130:
            must("Traceback" not in driver.text, driver.text)
            must("To go on where it stopped" in driver.text, driver.text)
            check_files(output)
            before = acknowledged(output)
            left = [one for one in acknowledged(output).values() if one.state == "RUNNING"]
            must(not left, f"trials are RUNNING: {left}")
    wait(search(scene, spec, output))
    check_whole(output, _TRIALS, before)
    same(board(output), expected)
    return None if ended is None else "ended before"


@fault(
    "two-signals",
    "a second SIGINT right after the first: it ends at once, and nothing acknowledged is lost",
    quick=1,
    full=20,
)
def two_signals(scene: Scene) -> None:
    generator = random.Random(scene.seed)
    expected, seconds = undisturbed(scene)
    spec, output = prepare(scene.folder), scene.folder / "out"
    driver = search(scene, spec, output)
    begun(output)
    driver.wait(generator.uniform(0, seconds / 2))
    workers = driver.workers()
    driver.signal(signal.SIGINT)
    time.sleep(generator.uniform(0, 0.03))
    driver.signal(signal.SIGINT)
    status = driver.end(3)
    must(status in (0, 130), f"ended with {status}: {driver.text[-2000:]}")
    must("Traceback" not in driver.text, driver.text)
    gone(workers, 2)
    before = acknowledged(output)
    wait(search(scene, spec, output))
    check_whole(output, _TRIALS, before)
    same(board(output), expected)


@fault(
    "stale-lock",
    "the lock file of a killed driver: the next search begins without waiting",
    quick=1,
    full=10,
)
def stale_lock(scene: Scene) -> None:
    spec, output = prepare(scene.folder), scene.folder / "out"
    driver = search(scene, spec, output)
    begun(output)
    driver.signal(signal.SIGKILL)
    wait(driver, -signal.SIGKILL)
    must((output / ".lock").read_text() == str(driver.pid), "the lock is not the dead driver's")
    wait(search(scene, spec, output))
    check_whole(output, _TRIALS, {})


@fault(
    "two-drivers",
    "a second search of a folder in use: refused in one line with status 2, the first undisturbed; "
    "eight workers on one study: every trial once",
    quick=1,
    full=20,
)
def two_drivers(scene: Scene) -> None:
    settings = {"workers": 8, "trials": 32, "block": 2, "epochs": 20}
    spec, output = prepare(scene.folder, **settings), scene.folder / "out"
    first = search(scene, spec, output)
    begun(output)
    second = search(scene, spec, output)
    status = second.wait()
    if first.wait(0) is None:  # else there was nothing to be refused for
        must(status == 2, f"the second ended with {status}: {second.text}")
        must(f"in use by another search (process {first.pid})" in second.text, second.text)
        must(len(problems(second.text)) == 1, second.text)
    wait(first)
    check_whole(output, 32, {})


@fault(
    "suspended",
    "driver or worker stopped for a second and continued, the clock moved by an hour at a random "
    "moment: no trial twice, the leaderboard of a search left alone",
    quick=1,
    full=20,
)
def suspended(scene: Scene) -> None:
    generator = random.Random(scene.seed)
    settings = kind_of(generator)
    expected, seconds = undisturbed(scene, **settings)
    spec, output = prepare(scene.folder, **settings), scene.folder / "out"
    moved = {"setup": "move_clock", "calls": generator.randint(5, 500)}
    moved["seconds"] = generator.choice([-3600, 3600])
    driver = search(scene, spec, output, **moved)
    if driver.wait(generator.uniform(0, seconds / 2)) is None:
        pids = [driver.pid, *driver.workers()]
        stopped = generator.choice(pids)
        with suppress(ProcessLookupError):
            os.kill(stopped, signal.SIGSTOP)
            time.sleep(1)
            os.kill(stopped, signal.SIGCONT)
    wait(driver)
    check_whole(output, _TRIALS, {})
    same(board(output), expected)


@fault(
    "joined",
    "workers from other shells join a search; they, their processes or the driver are killed at random "
    "moments: each says why it ends, every trial once and none FAIL, the ranking that of one worker "
    "where the sampler does not learn",
    quick=1,
    full=100,
)
def joined(scene: Scene) -> str:
    return _joined(scene, "")


@fault(
    "joined-network",
    "the same where workers join by the network, as from other machines",
    quick=1,
    full=40,
)
def joined_network(scene: Scene) -> str:
    return _joined(scene, ", join: network")


def _joined(scene: Scene, run: str) -> str:
    """Have workers join, and kill them, their processes and the driver.

    The search's own worker may be struck each time, in the middle of the same trial.
    """
    generator = random.Random(scene.seed)
    settings = kind_of(generator) | {"epochs": 40, "block": 2, "run": f", retries: 9{run}"}
    plain = settings["sampler"] == "random" and settings["pruner"] == "none"
    expected, seconds = undisturbed(scene, **settings)
    spec, output = prepare(scene.folder, **settings), scene.folder / "out"
    driver, guests, kills, before = search(scene, spec, output), [], 0, {}
    begun(output)
    for _ in range(generator.randint(1, 4)):
        guests.append(scene.zygote.start(["worker", output], scene.folder))
        if driver.wait(generator.uniform(0, seconds / 3)) is not None:
            break
        struck = generator.choice([driver, *guests])
        victim = generator.choice([struck.pid, *struck.workers()])
        with suppress(ProcessLookupError):
            os.kill(victim, generator.choice([signal.SIGKILL, signal.SIGTERM]))
            kills += 1
        if victim == driver.pid:
            driver.end(10)
            gone([pid for guest in guests for pid in guest.workers()])
            before = acknowledged(output)
            driver = search(scene, spec, output)
    status = driver.wait()
    if status != 0:  # its own worker was struck, or a signal came late
        must(status in (130, -signal.SIGTERM), f"ended with {status}: {driver.text[-2000:]}")
        wait(search(scene, spec, output))
    for guest in guests:
        _said_why(guest)
    check_whole(output, _TRIALS, before)
    failed = [one.message for one in acknowledged(output).values() if one.state == "FAIL"]
    must(not failed, f"trials failed: {failed}")
    if plain:
        same(board(output), expected)
    return f"{kills} kills"


def _said_why(guest: Driver) -> None:
    """A worker that joined, or tried to, must end soon and say why in one line."""
    status, said = guest.end(5), guest.text
    must("Traceback" not in said, said)
    last = (said.strip().splitlines() or [""])[-1]
    if status == 0:
        must(last.endswith("has ended"), said)
    elif status == 2:
        why = ("is gone: it was killed", "Received: none; begin it", "goes on without it, and the")
        must(any(one in last for one in why), said)
    else:
        must(status in (130, -signal.SIGKILL, -signal.SIGTERM), f"ended with {status}: {said}")


def begun(output: Path, seconds: float = 60.0) -> None:
    """Wait until a search has its folder's lock and a study."""
    end = time.monotonic() + patiently(seconds)
    while not (output / "study.journal").exists():
        must(time.monotonic() < end, "no study was begun")
        time.sleep(0.002)
