"""Ways in which KerasTuner is used, each run with KerasTuner and with rnnsearch in its place.

    python benchmarks/tuner_patterns.py                             # a table of all, on JAX
    KERAS_BACKEND=tensorflow python benchmarks/tuner_patterns.py    # on TensorFlow
    python benchmarks/tuner_patterns.py tokens a_cell               # those of such a name
    python benchmarks/tuner_patterns.py --part 1/3                  # every third, from the first

A row says whether both came to the same: the trials, their values, scores, best epochs and states,
the weights of the best model, and what else the script looks at; and whether trials were lanes of
a program or were trained by `model.fit`, with the reason that was logged.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import tempfile
import traceback
import warnings
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import keras_tuner
import numpy as np

import rnnsearch
from benchmarks.patterns import WAYS, Way

CLOSE = {"rtol": 2e-3, "atol": 1e-5}


@dataclass
class Found:
    """What a script came to with one package.

    Attributes:
        trials: Id → names and values, state, score and best epoch.
        weights: Of the best model.
        further: What else must be the same.
        lines: Logged.
        error: Of a script that failed.
    """

    trials: dict[str, Any]
    weights: list[Any]
    further: Any
    lines: list[str]
    error: str = ""


class _Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the line."""
        self.lines.append(record.getMessage())


def found(package: Any, way: Way) -> Found:
    """Run a script with a package."""
    kept = _Lines()
    logging.getLogger("rnnsearch").addHandler(kept)
    try:
        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = way.run(package, folder)
            tuner, further = result if isinstance(result, tuple) else (result, None)
            if tuner is None:
                return Found({}, [], further, kept.lines)
            trials = {key: _of_trial(trial) for key, trial in tuner.oracle.trials.items()}
            return Found(trials, _best_weights(tuner, result), further, kept.lines)
    except Exception as error:
        if os.environ.get("TRACE"):
            traceback.print_exc()
        what = f"{type(error).__name__}: {' '.join(str(error).split())[-90:]}"
        return Found({}, [], None, kept.lines, what)
    finally:
        logging.getLogger("rnnsearch").removeHandler(kept)


def _of_trial(trial: Any) -> Any:
    return trial.hyperparameters.values, trial.status, trial.score, trial.best_step


def _best_weights(tuner: Any, result: Any) -> list[Any]:
    """Of the best model, unless nobody has saved one."""
    if tuner.hypermodel is None or not isinstance(tuner, keras_tuner.Tuner):
        return []
    if isinstance(result, tuple) and result[1] is None:
        return []
    model = tuner.get_best_models()[0]
    return list(model.get_weights())


def verdict(way: Way, theirs: Found, ours: Found) -> str:
    """``the same``, or what differs."""
    if theirs.error or ours.error:
        if theirs.error and not ours.error:
            return f"KerasTuner fails: {theirs.error}"
        return f"FAILS: {ours.error}" + (" as KerasTuner" if theirs.error else "")
    if theirs.further != ours.further:
        return f"DIFFERS: {theirs.further} {ours.further}"
    if way.random == "order":
        return "the same trials" if len(theirs.trials) == len(ours.trials) else "DIFFERS: trials"
    exact = way.random == "" or keras.backend.backend() == "jax"
    if theirs.trials.keys() != ours.trials.keys():
        return f"DIFFERS: trials {sorted(theirs.trials)} {sorted(ours.trials)}"
    for key, (values, status, score, step) in theirs.trials.items():
        other = ours.trials[key]
        if (values, status) != other[:2]:
            return f"DIFFERS: {values} {status} {other[:2]}"
        if exact and not _close(score, other[2]):
            return f"DIFFERS: scores {score} {other[2]}"
        if exact and step != other[3]:
            return f"DIFFERS: best epochs {step} {other[3]}"
    pairs = zip(theirs.weights, ours.weights, strict=True)
    if exact and not all(_close(one, other) for one, other in pairs):
        return "DIFFERS: weights"
    return "the same" if exact else "the same trials"


def _close(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return one is other
    return bool(np.allclose(one, other, equal_nan=True, **CLOSE))


def main() -> None:
    """Print the table, and what it comes to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--part", default="1/1")
    arguments = parser.parse_args()
    words = [name.replace("_", " ") for name in arguments.names]
    counted: Counter[str] = Counter()
    print("| way of use | beside KerasTuner | trained |\n|---|---|---|")
    here = {n: way for n, way in WAYS.items() if keras.backend.backend() in way.backends}
    part, parts = map(int, arguments.part.split("/"))
    for name, way in list(here.items())[part - 1 :: parts]:
        if words and not any(word in name for word in words):
            continue
        theirs, ours = found(keras_tuner, way), found(rnnsearch, way)
        said = verdict(way, theirs, ours)
        counted[said.split(":")[0]] += 1
        how = "; ".join(" ".join(line.split()) for line in ours.lines) or "as lanes"
        print(f"| {name} | {said} | {how} |", flush=True)
    print(f"\n{sum(counted.values())}: " + ", ".join(f"{n} {what}" for what, n in counted.items()))


if __name__ == "__main__":
    main()
