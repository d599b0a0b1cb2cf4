"""Trials that go wrong in a search whose others go well."""

from __future__ import annotations

from tests.faults._base import Scene, fault, must
from tests.faults.studies import acknowledged, check_whole, prepare, search, told, undisturbed, wait

_TRIALS = 12


def _befallen(scene: Scene, kind: str, reason: str, **settings: object) -> None:
    """One trial befallen by its number; the others end as they would have."""
    number = scene.seed % _TRIALS
    folder = scene.folder / "left-alone"
    folder.mkdir()
    # Pairs of trials with one another's results would differ: the sampler takes no notice of any.
    undisturbed(scene)
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
