"""`init` from the command line: what it prints, writes, and refuses."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import rnnsearch
from rnnsearch.cli import app

DATA = Path(__file__).parents[2] / "search_spaces" / "data"
Run = Callable[..., Any]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Calls it in an empty folder that has the shipped data."""
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.chdir(tmp_path)
    for file in DATA.iterdir():
        if file.suffix in (".csv", ".npz", ".txt", ".tsv"):
            shutil.copy(file, tmp_path)

    def call(*arguments: str) -> Any:
        monkeypatch.setattr(sys, "argv", ["main.py", "init", *arguments])
        return CliRunner().invoke(app, ["init", *arguments])

    return call


def test_it_says_what_it_guessed_and_why_and_what_comes_next(run: Run, tmp_path: Path) -> None:
    ended = run("electricity.csv")
    assert (ended.exit_code, ended.stderr) == (0, "")
    lines = [line.rstrip() for line in ended.stdout.splitlines()]
    assert lines[0] == "Wrote electricity.yaml. Guessed, and why:"
    shown = [" ".join(line.split()) for line in lines]
    assert "time timestamp a row every 30 minutes" in shown
    assert "window 48 input steps: a day" in shown
    assert "season 336 a week; autocorrelation 1.00; for the seasonal baseline" in shown
    assert lines[-3:] == [
        "Every choice is explained in the file. Next:",
        "    python main.py check electricity.yaml",
        "    python main.py search electricity.yaml",
    ]
    text = (tmp_path / "electricity.yaml").read_text("utf-8")
    assert text.startswith(
        "# Guessed from electricity.csv: change what you know better, then:\n"
        "#\n"
        "#     python main.py search electricity.yaml\n"
    )
    assert "\n  path: electricity.csv\n" in text
    assert rnnsearch.check(tmp_path / "electricity.yaml").task == "many_to_one"


@pytest.mark.parametrize(
    ("arguments", "task", "objective"),
    [
        (("electricity.csv", "--task", "one_to_many"), "one_to_many", "val_rmse"),
        (("electricity.csv", "--task", "sequence_to_sequence"), "sequence_to_sequence", "val_rmse"),
        (("weather.csv",), "many_to_one", "val_f1_macro"),
        (("weather.csv", "--target", "temp_max"), "many_to_one", "val_rmse"),
        (("weather.csv", "--task", "many_to_many"), "many_to_many", "val_f1_macro"),
        (("japanese_vowels.npz",), "many_to_one", "val_loss"),
        (("digits.npz",), "many_to_one", "val_loss"),
        (("king_james.txt",), "many_to_many", "val_bits"),
        (("verses_en_es.tsv",), "sequence_to_sequence", "val_perplexity"),
        ((str(DATA / "audio"),), "many_to_one", "val_loss"),
    ],
)
def test_the_shipped_data_has_specs_that_pass_check(
    run: Run, tmp_path: Path, arguments: tuple[str, ...], task: str, objective: str
) -> None:
    ended = run(*arguments, "--output", "my.yaml")
    assert ended.exit_code == 0, ended.stderr
    report = rnnsearch.check(tmp_path / "my.yaml")
    assert (report.task, report.objective) == (task, objective)
    assert report.budget[3][0] == "timeout" and report.budget[3][1] != "none"


def test_a_spec_that_is_there_is_kept_unless_forced(run: Run, tmp_path: Path) -> None:
    (tmp_path / "weather.yaml").write_text("mine")
    ended = run("weather.csv")
    assert ended.exit_code == 2
    assert ended.stdout == ""
    assert ended.stderr == (
        "--output: must be a file that does not exist yet; received weather.yaml; "
        "give another, or --force to replace it\n"
    )
    assert (tmp_path / "weather.yaml").read_text() == "mine"
    assert run("weather.csv", "--force").exit_code == 0
    assert (tmp_path / "weather.yaml").read_text() != "mine"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("no.csv",),
            "FILE: must be an existing file or folder; received no.csv (no file); "
            "give the path of your data",
        ),
        (
            (".",),
            "{folder}: must be a file, or a folder with a folder for each class of "
            "recordings (.wav, .mp3, …), pictures (.png, .jpg, …), .fasta or .ts files; received . (a folder with 7 "
            ".csv files); give the path of one table; tables of a series each belong below each "
            "other: pandas.concat(pandas.read_csv(file, dtype=str, keep_default_na=False).assign(series=file.stem) for file in "
            "pathlib.Path('.').rglob('*.csv')).to_csv('data.csv', index=False); of tables with a "
            "folder for each class, save the rows of each as x and the folder's name as y: "
            "numpy.savez('data.npz', x=x, y=y)",
        ),
        (
            ("weather.csv", "--target", "temp_maxx"),
            "--target: must name a column of the file; received 'temp_maxx'; did you mean "
            "'temp_max'? there are: date, precipitation, temp_max, temp_min, wind, weather",
        ),
        (
            ("weather.csv", "-o", "none/x.yaml"),
            "--output: must be in a folder that exists; received none/x.yaml; make it first",
        ),
        (
            ("weather.csv", "-o", "."),
            "--output: must be a file; received .; give a file's name in that folder",
        ),
        (
            ("weather.csv", "-o", "weather.csv", "--force"),
            "--output: must not be the data itself; received weather.csv; give another name",
        ),
    ],
)
def test_what_cannot_be_is_one_clear_message(
    run: Run, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    before = {file: file.read_bytes() for file in tmp_path.iterdir()}
    ended = run(*arguments)
    said = message.replace("{folder}", tmp_path.name)
    assert (ended.exit_code, ended.stdout, ended.stderr) == (2, "", said + "\n")
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_a_spec_elsewhere_finds_its_data(run: Run, tmp_path: Path) -> None:
    (tmp_path / "specs").mkdir()
    assert run("weather.csv", "-o", "specs/w.yaml").exit_code == 0
    assert "\n  path: ../weather.csv\n" in (tmp_path / "specs" / "w.yaml").read_text()
    deep = tmp_path / "a" / "b" / "c"
    deep.mkdir(parents=True)
    assert run("weather.csv", "-o", str(deep / "w.yaml")).exit_code == 0
    assert f"path: {(tmp_path / 'weather.csv').as_posix()}" in (
        deep / "w.yaml"
    ).read_text().replace('"', "")
    rnnsearch.check(deep / "w.yaml")


def test_notes_are_shown_and_written(run: Run, tmp_path: Path) -> None:
    rows = [f"{i},{i * i % 17},x" for i in range(60)]
    (tmp_path / "mine.csv").write_text("\n".join(["nr,value,city", *rows]))
    note = "'nr' is left out: it only counts the rows"
    assert f"Note: {note}\n" in run("mine.csv").stdout
    assert f"# - {note}\n" in (tmp_path / "mine.yaml").read_text()


def test_a_pattern_of_groups_is_shown_as_text(run: Run, tmp_path: Path) -> None:
    """Takes of a speaker stay together; the pattern that says so is no Python."""
    rate = b"\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00"
    head = b"RIFF\x24\x10\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00" + rate
    for word in ("yes", "no"):
        for at in range(30):
            file = tmp_path / "words" / word / f"{at // 3:08x}_nohash_{at % 3}.wav"
            file.parent.mkdir(parents=True, exist_ok=True)
            sound = bytes((at * 7 + n * (3 if word == "yes" else 5)) % 251 for n in range(4096))
            file.write_bytes(head + b"data\x00\x10\x00\x00" + sound)
    ended = run("words")
    assert ended.exit_code == 0, ended.stderr
    assert "group pattern " in " ".join(ended.stdout.split()) and "{" not in ended.stdout
