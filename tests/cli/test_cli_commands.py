"""The commands: what they pass on, what they print where, and how they end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

import rnnsearch
from rnnsearch.api import check_writing
from rnnsearch.cli import app, main
from rnnsearch.driver.running.watching import Snapshot
from rnnsearch.errors import InvalidSpec, Location, Problem, StudyError, UnlikeTraining
from rnnsearch.outcomes import BaselineRecord, Summary, TrialRecord
from rnnsearch.records import StudyFolder, leaderboard, leaderboard_csv

ROOT = Path(__file__).parents[2]
TRIALS = [
    TrialRecord(0, "COMPLETE", 2.0, {"val_rmse": 2.0}, 5, 1.0, 99, {"cell": "GRU"}),
    TrialRecord(1, "FAIL", params={"cell": "LSTM"}, message="=NaN"),
]
BASELINES = [BaselineRecord("mean", 3.0, {"val_rmse": 3.0}, test={"test_rmse": 3.0})]
FRAME = leaderboard(TRIALS, BASELINES, "minimize")


def summary(winner: TrialRecord | None) -> dict[str, Any]:
    return Summary(
        name="x",
        task="many_to_one",
        objective="val_rmse",
        direction="minimize",
        device="cpu:0",
        engine="fused",
        backend="jax",
        states={"COMPLETE": 1, "FAIL": 1},
        seconds=3.0,
        winner=winner,
        test={"test_rmse": 2.5},
        baselines=BASELINES,
    ).to_json()


class FakeResults:
    """Stands in for `rnnsearch.api.Results`."""

    folder = StudyFolder(Path("results/x"))
    interrupted = False
    leaderboard = FRAME
    summary: Mapping[str, Any] = summary(TRIALS[0])
    use = ("predict", "results/x", "new.csv", "-o", "out.csv")

    @classmethod
    def open(cls, path: Path, *, alone: bool = False, trial: int | None = None) -> FakeResults:
        assert trial is None
        if path.name == "nothing":
            raise StudyError("Expected a results folder. Received: nothing; give another")
        return cls()

    writes = "nothing"

    def predict(self, path: Path, **how: Any) -> pd.DataFrame:
        assert how == {"beams": None, "temperature": None, "seed": 0}
        return pd.DataFrame({"time": ["2024-01-01"], "demand": [1.5]})

    def evaluate(self, path: Path) -> dict[str, float]:
        return {"rmse": 1.23456789, "loss": float("nan")}


class FakeApi:
    """Stands in for `rnnsearch.api`; notes how it was called."""

    Results = FakeResults
    check_writing = staticmethod(check_writing)

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.results = FakeResults()
        self.error: BaseException | None = None

    def search(self, spec: Path, **arguments: Any) -> FakeResults:
        observer = arguments.pop("observer")
        self.calls.append({"spec": spec, **arguments})
        if self.error is not None:
            raise self.error
        observer.started("cpu:0")
        observer.ended(TRIALS[0], [], [])
        observer.progressed(Snapshot(1, 2, 0, 0, TRIALS[0], "training", [], 5, None))
        return self.results

    def check(self, spec: Path, **arguments: Any) -> Any:
        self.calls.append({"spec": spec, **arguments})
        if self.error is not None:
            raise self.error
        return SimpleNamespace(
            name="x",
            task="many_to_one",
            parameters=[("cell", "GRU, LSTM", "structural", "")],
            programs=2,
            data=[("rows", "100")],
            baselines=["mean"],
            objective="val_rmse",
            loss="mse",
            engine="fused",
            remarks=[],
            budget=[("trials", "60")],
        )


Run = Callable[..., Any]


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> FakeApi:
    fake = FakeApi()
    monkeypatch.setitem(sys.modules, "rnnsearch.api", fake)
    monkeypatch.setattr(rnnsearch, "api", fake, raising=False)
    return fake


@pytest.fixture
def run(api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("COLUMNS", "120")

    def call(*arguments: str) -> Any:
        monkeypatch.setattr(sys, "argv", ["main.py", *arguments])
        return CliRunner().invoke(app, list(arguments))

    return call


def test_search_shows_the_results_and_exits_0(run: Run, api: FakeApi) -> None:
    ended = run("search", "my.yaml")
    assert ended.exit_code == 0
    assert api.calls == [{"spec": Path("my.yaml"), "overrides": {}, "output": None, "fresh": False}]
    assert (
        ended.stderr == "device: cpu:0\n[1/2] trial 0 COMPLETE val_rmse 2 (the best so far) GRU\n"
    )
    assert "Trial 0 beats every baseline on the test part (test_rmse 2.5)." in ended.stdout
    assert ended.stdout.endswith("    python main.py predict results/x new.csv -o out.csv\n")


def test_search_passes_on_only_the_options_given(run: Run, api: FakeApi) -> None:
    run(
        *("search", "my.yaml", "--trials", "20", "--epochs", "5", "--timeout", "10m"),
        *("--workers", "2", "--seed", "0", "--backend", "tensorflow", "--engine", "keras"),
        *("--device", "cpu", "--output", "results/y", "--fresh"),
    )
    assert api.calls == [
        {
            "spec": Path("my.yaml"),
            "overrides": {
                "search.trials": 20,
                "search.epochs": 5,
                "search.timeout": "10m",
                "search.seed": 0,
                "run.workers": 2,
                "run.backend": "tensorflow",
                "run.engine": "keras",
                "run.device": "cpu",
            },
            "output": Path("results/y"),
            "fresh": True,
        }
    ]


def test_workers_may_be_auto(run: Run, api: FakeApi) -> None:
    run("check", "my.yaml", "--workers", "auto", "--learn-from", "results/x")
    asked = {"spec": Path("my.yaml"), "overrides": {"run.workers": "auto"}}
    assert api.calls == [{**asked, "learn_from": Path("results/x")}]


def test_an_interrupted_search_says_how_to_go_on(run: Run, api: FakeApi) -> None:
    api.results.interrupted = True
    ended = run("search", "my spec.yaml", "--fresh", "--trials", "20")
    assert ended.exit_code == 130
    assert ended.stderr.endswith(
        "Interrupted. To go on where it stopped:\n"
        "    python main.py search 'my spec.yaml' --trials 20\n"
    )


def test_a_search_without_a_complete_trial_exits_1_and_says_why(run: Run, api: FakeApi) -> None:
    api.results.summary = summary(None)
    ended = run("search", "my.yaml")
    assert ended.exit_code == 1
    assert "No trial was completed.\n  1 trial: =NaN\n" in ended.stdout


PROBLEMS = InvalidSpec(
    [
        Problem(
            "space.celll", "is unknown", "celll", "did you mean cell", Location("a.yaml", 3, 5)
        ),
        Problem("search.trials", "must be above 0", "[red]0[/red]"),
    ]
)


@pytest.mark.parametrize("command", ["search", "check"])
def test_problems_are_plain_lines_on_stderr(run: Run, api: FakeApi, command: str) -> None:
    api.error = PROBLEMS
    ended = run(command, "a.yaml")
    assert ended.exit_code == 2
    assert ended.stdout == ""
    assert ended.stderr == (
        "a.yaml:3:5: space.celll: is unknown; received celll; did you mean cell\n"
        "search.trials: must be above 0; received [red]0[/red]\n"
    )


def test_an_unexpected_error_is_not_dressed_up(run: Run, api: FakeApi) -> None:
    api.error = ZeroDivisionError("oh")
    assert isinstance(run("check", "a.yaml").exception, ZeroDivisionError)


def test_check_shows_the_report(run: Run, api: FakeApi) -> None:
    ended = run("check", "my.yaml")
    assert (ended.exit_code, ended.stderr) == (0, "")
    assert "programs   2 at most" in ended.stdout
    assert "loss       mse" in ended.stdout


def test_leaderboard_as_a_table(run: Run) -> None:
    ended = run("leaderboard", "results/x", "--top", "1")
    assert ended.stdout.splitlines()[1].split()[:4] == ["1", "0", "COMPLETE", "2"]
    assert ended.stdout.splitlines()[-1] == "… and 2 more"


def test_leaderboard_as_json_is_pure(run: Run) -> None:
    rows = json.loads(run("leaderboard", "results/x", "--json").stdout)
    assert [row["trial"] for row in rows] == ["0", "baseline:mean", "1"]
    assert rows[0]["rank"] == 1
    assert rows[2] == {
        "rank": None,
        "trial": "1",
        "state": "FAIL",
        "score": None,
        "score_std": None,
        "val_rmse": None,
        "runs": 1,
        "epochs": 0,
        "seconds": 0.0,
        "parameters": None,
        "params_cell": "LSTM",
        "message": "=NaN",
    }


def test_leaderboard_as_csv_is_the_file(run: Run) -> None:
    assert run("leaderboard", "results/x", "--csv").stdout == leaderboard_csv(FRAME)
    assert run("leaderboard", "results/x", "--csv", "--top", "1").stdout.count("\n") == 2


def test_leaderboard_is_either_json_or_csv(run: Run) -> None:
    ended = run("leaderboard", "results/x", "--csv", "--json")
    assert ended.exit_code == 2
    assert "give one of --json and --csv, not both" in ended.stderr


@pytest.mark.parametrize(
    "arguments", [("leaderboard",), ("predict", "new.csv"), ("evaluate", "new.csv")]
)
def test_no_results_folder(run: Run, arguments: tuple[str, ...]) -> None:
    ended = run(arguments[0], "nothing", *arguments[1:])
    assert ended.exit_code == 2
    assert ended.stderr == "Expected a results folder. Received: nothing; give another\n"


def test_predict_to_a_file_and_to_the_screen(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    ended = run("predict", "results/x", "new.csv", "-o", str(out))
    assert (ended.exit_code, ended.stdout) == (0, "")
    assert ended.stderr == f"Wrote 1 predictions to {out}\n"
    assert out.read_text() == "time,demand\n2024-01-01,1.5\n"
    assert run("predict", "results/x", "new.csv").stdout == out.read_text()


@pytest.mark.parametrize("command", ["predict", "evaluate"])
def test_data_unlike_that_of_training_is_said(
    command: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = getattr(FakeResults, command)

    def warning(self: FakeResults, path: Path, **how: Any) -> Any:
        warnings.warn("feature 0 lies far outside", UnlikeTraining, stacklevel=2)
        warnings.warn("of no concern", UserWarning, stacklevel=2)
        return real(self, path, **how)

    monkeypatch.setattr(FakeResults, command, warning)
    ended = run(command, "results/x", "new.csv")
    assert "warning: feature 0 lies far outside" in ended.stderr
    assert "no concern" not in ended.stderr


def test_predict_does_not_call_a_text_a_workbook(run: Run) -> None:
    ended = run("predict", "results/x", "new.csv", "-o", "out.xlsx")
    assert (ended.exit_code, ended.stderr) == (
        2,
        "--output: must be a text file, or end in .parquet; received out.xlsx; call it .csv\n",
    )


def test_predict_to_nowhere(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "missing" / "out.csv"
    ended = run("predict", "results/x", "new.csv", "-o", str(out))
    assert ended.exit_code == 2
    assert ended.stderr == (
        f"--output: must be in a folder that exists; received {out}; make it first\n"
    )


@pytest.mark.parametrize(
    ("writes", "options", "message"),
    [
        (
            "nothing",
            ("--beams", "2"),
            "--beams: must not be given: the network writes no text; received 2; remove it\n",
        ),
        (
            "texts",
            ("--tokens", "9"),
            "--tokens: must not be given: the network writes a text for each input; received 9; "
            "remove it\n",
        ),
        (
            "on",
            ("--beams", "2"),
            "--beams: must not be given: the network writes how a text goes on; received 2; "
            "remove it\n",
        ),
        (
            "texts",
            ("--beams", "2", "--temperature", "0.5"),
            "--beams: must not be given beside --temperature, which draws one text; received 2; "
            "remove one of them\n",
        ),
    ],
)
def test_options_of_writing_that_have_no_effect(
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    writes: str,
    options: tuple[str, ...],
    message: str,
) -> None:
    monkeypatch.setattr(FakeResults, "writes", writes)
    ended = run("predict", "results/x", "new.csv", *options)
    assert (ended.exit_code, ended.stderr) == (2, message)


def test_evaluate(run: Run) -> None:
    assert run("evaluate", "results/x", "new.csv").stdout == "rmse  1.23457\nloss  nan\n"
    assert json.loads(run("evaluate", "results/x", "new.csv", "--json").stdout) == {
        "rmse": 1.23456789,
        "loss": None,
    }


COMMANDS = [
    "init",
    "search",
    "check",
    "leaderboard",
    "predict",
    "evaluate",
    "export",
    "serve",
    "doctor",
    "report",
    "dashboard",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_examples(run: Run, command: str) -> None:
    ended = run(command, "--help")
    assert ended.exit_code == 0
    assert f"python main.py {command} " in ended.stdout


def test_help_names_every_command(run: Run) -> None:
    shown = run("--help").stdout
    assert all(command in shown for command in COMMANDS)
    assert run("search").exit_code == 2
    assert run("serach", "x").exit_code == 2


def python(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        **options,
    )


@pytest.mark.parametrize("arguments", [("main.py",), ("-m", "rnnsearch")])
def test_both_ways_to_call_it(arguments: tuple[str, ...]) -> None:
    ended = python(*arguments, "--version")
    assert ended.returncode == 0
    assert ended.stdout.startswith("rnnsearch ")


def test_help_imports_nothing_heavy() -> None:
    ended = python("-X", "importtime", "main.py", "--help")
    loaded = {line.split("|")[-1].strip() for line in ended.stderr.splitlines()}
    assert not {"keras", "jax", "tensorflow", "torch", "optuna", "pandas", "numpy"} & loaded


@pytest.mark.skipif(os.name == "nt", reason="pipes of Unix")
@pytest.mark.parametrize("lines", [1, 100_000])
def test_a_reader_that_goes_away_is_no_error(lines: int) -> None:
    program = (
        "import sys, types\nfrom rnnsearch import cli\n"
        f"@cli.app.command()\ndef talk():\n    for _ in range({lines}): print('a line')\n"
        "sys.argv = ['main.py', 'talk']\ncli.main()"
    )
    read, write = os.pipe()
    os.close(read)
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, stdout=write, stderr=subprocess.PIPE, check=False
    )
    os.close(write)
    assert ended.stderr == b""
    assert ended.returncode == 1


@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
@pytest.mark.parametrize(("when", "status"), [("command", 130), ("exit", 0)])
def test_a_signal_that_comes_at_the_end(when: str, status: int) -> None:
    program = (
        "import atexit, os, signal, sys\nfrom rnnsearch import cli\n"
        "def hit(): os.kill(os.getpid(), signal.SIGTERM); os.kill(os.getpid(), signal.SIGINT)\n"
        f"@cli.app.command()\ndef work():\n    print('done')\n    {when!r} == 'exit' or hit()\n"
        "atexit.register(hit)\nsys.argv = ['main.py', 'work']\ncli.main()"
    )
    ended = python("-c", program)
    assert ended.returncode == status, ended.stderr
    assert ended.stdout == "done\n"
    assert ended.stderr.startswith("Interrupted." if status else "")
    assert "Traceback" not in ended.stderr


def test_a_traceback_shows_no_values_of_variables() -> None:
    program = (
        "import sys\nfrom rnnsearch import cli\n"
        "@cli.app.command()\ndef fail():\n    secret = 'hunter2'; raise ZeroDivisionError\n"
        "sys.argv = ['main.py', 'fail']\ncli.main()"
    )
    ended = python("-c", program)
    assert ended.returncode == 1
    assert ended.stderr.startswith("Traceback (most recent call last):")
    assert "secret" not in ended.stderr.replace("secret = 'hunter2'", "")


def test_an_interrupt_before_the_command_stands_is_told_in_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("typer.main.get_command", interrupted)
    monkeypatch.setattr("rnnsearch.cli.commands.own_signals", lambda: None)
    monkeypatch.setattr(sys, "argv", ["rnnsearch", "check", "a.yaml"])
    with pytest.raises(SystemExit, match=r"^130$"):
        main()
    told = "Interrupted. The same again:\n    rnnsearch check a.yaml\n"
    assert capsys.readouterr() == ("", told)
