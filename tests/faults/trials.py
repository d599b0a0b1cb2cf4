"""Trials that go wrong in a search whose others go well."""

from __future__ import annotations

import json
import random

from tests.faults._base import Scene, fault, must
from tests.faults.kills import begun
from tests.faults.studies import (
    acknowledged,
    board,
    check_whole,
    prepare,
    problems,
    same,
    search,
    told,
    undisturbed,
    wait,
)
from tests.faults.zygote import patiently

_TRIALS = 12


def _befallen(scene: Scene, kind: str, reason: str, **settings: object) -> None:
    """One trial befallen by its number; the others end as they would have."""
    number = scene.seed % _TRIALS
    spec, output = prepare(scene.folder, **settings), scene.folder / "out"
    wait(search(scene, spec, output, misfortunes={str(number): kind}))
    check_whole(output, _TRIALS, {})
    records = told(output)
    one = records[number]
    must(one.state == "FAIL", f"trial {number} is {one.state}, not FAIL")
    must(reason in one.message, f"{reason!r} is not in the reason: {one.message!r}")
    states = {record.number: record.state for record in records if record.number != number}
    must(set(states.values()) == {"COMPLETE"}, f"other trials suffered: {states}")
    must(len(acknowledged(output)) == _TRIALS, "not every trial has ended")


@fault(
    "nan", "a trial whose loss becomes NaN: it is FAIL with its reason, all others COMPLETE", 1, 25
)
def nan(scene: Scene) -> None:
    _befallen(scene, "nan", "not finite")


@fault(
    "build", "a trial whose network can't be built: FAIL with its reason, others COMPLETE", 1, 25
)
def build(scene: Scene) -> None:
    _befallen(scene, "build", "units must be positive")


@fault("memory", "a trial that runs into RLIMIT_AS: FAIL with its reason, others COMPLETE", 1, 25)
def memory(scene: Scene) -> None:
    _befallen(scene, "memory", "Unable to allocate")


@fault(
    "killer",
    "a trial that kills its worker each time: FAIL with its reason, others COMPLETE",
    1,
    25,
)
def killer(scene: Scene) -> None:
    _befallen(scene, "kill", "killed")


@fault(
    "hang", "a trial whose worker hangs: found after trial_timeout, FAIL, others COMPLETE", 1, 25
)
def hang(scene: Scene) -> None:
    _befallen(scene, "hang", "ended no epoch", run=f", trial_timeout: {patiently(1.5)}")


@fault(
    "lost-once",
    "a trial whose worker is killed once: retried, and COMPLETE as in a search left alone",
    1,
    25,
)
def lost_once(scene: Scene) -> None:
    expected, _ = undisturbed(scene)
    spec, output = prepare(scene.folder), scene.folder / "out"
    number = str(scene.seed % _TRIALS)
    wait(search(scene, spec, output, misfortunes={number: "kill-once"}, setup="keep_often"))
    check_whole(output, _TRIALS, {})
    same(board(output), expected)


@fault(
    "all-fail",
    "every trial fails: the search ends after max_failures in a row and says what they share",
    1,
    10,
)
def all_fail(scene: Scene) -> None:
    spec, output = prepare(scene.folder, run=", max_failures: 6"), scene.folder / "out"
    befalls = {str(number): "build" for number in range(_TRIALS)}
    driver = search(scene, spec, output, misfortunes=befalls)
    wait(driver, 1)
    said = driver.text
    must("6 trials in a row failed; ValueError: units must be positive; received -3" in said, said)
    must("they have in common: " in said and "(run.max_failures)" in said, said)
    must(len(acknowledged(output)) == 6, "it did not end after six")
    wait(search(scene, spec, output))
    check_whole(output, _TRIALS, {})


@fault(
    "delivery",
    "the worker dies, or its device has no memory, whenever it judges what is delivered: status 2 in "
    "one line, the ranking whole, the best predicts; the same command delivers once it works",
    2,
    20,
)
def delivery(scene: Scene) -> None:
    expected, _ = undisturbed(scene)
    spec, output = prepare(scene.folder), scene.folder / "out"
    kind = ("kill", "memory")[scene.seed % 2]
    driver = search(scene, spec, output, misfortunes={"judge": kind})
    wait(driver, 2)
    lines = problems(driver.text)
    must(len(lines) == 1, f"not one line: {lines}")
    must(lines[0].startswith("a worker failed: "), lines[0])
    must(lines[0].endswith("give the same command again to go on"), lines[0])
    rows = board(output)
    trials = rows[rows["state"] == "COMPLETE"]["trial"].tolist()
    must(trials == expected[expected["state"] == "COMPLETE"]["trial"].tolist(), f"{trials}")
    summary = json.loads((output / "summary.json").read_text("utf-8"))
    must(summary["interrupted"] and str(summary["winner"]["number"]) == trials[0], f"{summary}")
    must((output / "preparation.json").exists(), "nothing stands in for best.keras")
    wait(search(scene, spec, output))
    check_whole(output, _TRIALS, {})
    same(board(output), expected)


@fault("stop-file", "a file named stop: the search ends as after Ctrl-C, and goes on later", 1, 20)
def stop_file(scene: Scene) -> None:
    generator = random.Random(scene.seed)
    expected, seconds = undisturbed(scene)
    spec, output = prepare(scene.folder), scene.folder / "out"
    driver = search(scene, spec, output)
    begun(output)
    driver.wait(generator.uniform(0, seconds / 4))
    (output / "stop").touch()
    status = driver.end(5)
    must(status in (0, 130), f"ended with {status}: {driver.text}")
    if status == 130:
        must("To go on where it stopped" in driver.text, driver.text)
        must(not (output / "stop").exists(), "the file is still there")
    wait(search(scene, spec, output))
    check_whole(output, _TRIALS, {})
    same(board(output), expected)
