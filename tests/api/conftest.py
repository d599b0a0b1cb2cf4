"""A small study on real code paths, trained once for every test that looks at one."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.inline import command

ROOT = Path(__file__).parents[2]

SPEC = """\
task: many_to_one
data:
  source: csv
  path: series.csv
  time: time
  inputs: [load]
  target: load
  window: 8
  season: 24
  base: none
  split: {folds: 1, backtest: {folds: 1}}
space:
  cell: [SimpleRNN, GRU]
  units: 4
  unroll_length: [3, full]
  clip_norm: {min: 0.1, max: 10, log: true}
  learning_rate: {min: 1e-3, max: 3e-2, log: true}
  dropout: {min: 0, max: 0.2}
search:
  {objective: val_rmse, trials: 6, epochs: 4, patience: 10, keep: best, confirm: 0, seed: 1}
"""


class Project:
    """A folder with a spec and its data, and the command line run in it.

    `start` and `run` are what a user does: a process, whose searches have processes as workers.
    `call` takes seconds less and is for what has nothing to do with processes.
    """

    def __init__(self, path):
        self.path = path
        hours = np.arange(360)
        rng = np.random.default_rng(0)
        load = 100 + 20 * np.sin(hours * 2 * np.pi / 24) + rng.normal(0, 2, len(hours))
        stamps = np.datetime64("2024-01-01T00:00") + hours * np.timedelta64(1, "h")
        rows = [f"{str(t).replace('T', ' ')},{v:.3f}" for t, v in zip(stamps, load, strict=True)]
        (path / "series.csv").write_text("time,load\n" + "\n".join(rows) + "\n")
        (path / "spec.yaml").write_text(SPEC)

    def start(self, *arguments):
        """Start a command; output is piped."""
        return subprocess.Popen(
            [sys.executable, str(ROOT / "main.py"), *arguments],
            cwd=self.path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments):
        """Run a command to its end: (status, standard output, standard error)."""
        process = self.start(*arguments)
        output, errors = process.communicate(timeout=240)
        return process.returncode, output, errors

    def call(self, *arguments):
        """The same in this process."""
        return command(self.path, *arguments)


@pytest.fixture(scope="module")
def project(tmp_path_factory, inline):
    return Project(tmp_path_factory.mktemp("project"))
