"""What the doctor knows to go wrong, and what it sees of this machine."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from rnnsearch.api import doctor, examining
from rnnsearch.api.examining import Seen, findings

SOUND = Seen(
    packages={
        "jax": "0.10.2",
        "jaxlib": "0.10.1",
        "tensorflow": "2.21.0",
        "tensorboard": "2.21.0",
    },
    devices={"jax": ["cpu:0 cpu"]},
    variables={},
    limit=5e9,
    free=10**11,
    card=False,
)


def with_packages(**more: str | None) -> dict[str, Any]:
    packages = {name.replace("_", "-"): version for name, version in more.items()}
    return {"packages": {**SOUND.packages, **packages}}


def test_nothing_is_found_where_all_is_well() -> None:
    assert findings(SOUND) == ()
    assert findings(replace(SOUND, card=True, devices={"jax": ["gpu:0 NVIDIA H100"]})) == ()


@pytest.mark.parametrize(
    ("changes", "serious", "found", "advice"),
    [
        (
            with_packages(jaxlib="0.9.2"),
            True,
            "jax 0.10.2 beside jaxlib 0.9.2",
            "--upgrade jax jaxlib",
        ),
        (with_packages(tensorboard=None), False, "need tensorboard", "pip install tensorboard"),
        (with_packages(jax_cuda13_plugin="0.9.0"), True, "beside jax 0.10.2", r"'jax\[cuda13\]'"),
        (
            with_packages(jax_cuda12_plugin="0.10.2", jax_cuda13_plugin="0.10.2"),
            True,
            "CUDA 12 and 13 are both installed",
            "pip uninstall jax-cuda12-plugin",
        ),
        ({"card": True}, False, "JAX computes on the CPU", r"rnnsearch\[cuda\]"),
        (
            {"devices": {"jax": "ImportError: no"}},
            True,
            "jax does not start: ImportError: no",
            "run.backend",
        ),
        (
            {"variables": {"KERAS_BACKEND": "torch"}},
            True,
            "torch, which is not installed",
            "unset it",
        ),
        (
            {"variables": {"KERAS_BACKEND": "tensorflow"}},
            False,
            "results are opened with it",
            "unset it",
        ),
        ({"variables": {"JAX_ENABLE_X64": "1"}}, False, "JAX_ENABLE_X64 is set", "unset it"),
        (
            {"limit": None, "variables": {"RNNSEARCH_CACHE_GB": "much"}},
            True,
            "RNNSEARCH_CACHE_GB is 'much'",
            "set it to a number",
        ),
        ({"free": 5 * 10**8}, False, "0.5 GB are free", "make room"),
        ({"free": 10**7}, True, "0.0 GB are free", "make room"),
        ({"writable": False}, False, "can't be written to", "XDG_CACHE_HOME"),
        ({"unmet": ["rnnsearch needs keras>=9; 3 is installed"]}, True, "keras>=9", "--upgrade"),
    ],
)
def test_known_troubles(changes: dict[str, Any], serious: bool, found: str, advice: str) -> None:
    (one,) = findings(replace(SOUND, **changes))
    assert one.serious == serious
    assert one.found.find(found) >= 0
    assert re.search(advice, one.advice)


def test_the_serious_come_first() -> None:
    many = findings(replace(SOUND, card=True, **with_packages(tensorboard=None, jaxlib="0.1.0")))
    assert [one.serious for one in many] == [True, False, False]


def test_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examining, "_BACKENDS", ("jax",))
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    seen = doctor()
    assert seen.sound
    assert any(":0" in device for device in seen.devices["jax"])
    assert seen.packages["keras"]
    monkeypatch.setitem(examining._DEVICES, "jax", "raise RuntimeError('no driver')")
    broken = doctor()
    assert not broken.sound
    assert broken.findings[0].found == "jax does not start: RuntimeError: no driver"
