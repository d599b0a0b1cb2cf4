"""docs/tuner.md: its snippets are one script, with no __main__ guard, that runs."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "tuner.md"


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    """Every snippet of the page, in order, with fewer trials and epochs."""
    folder = tmp_path_factory.mktemp("docs")
    script = "\n".join(re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL))
    for old, new in (("max_trials=30", "max_trials=1"), ("max_trials=40", "max_trials=2")):
        assert old in script
        script = script.replace(old, new)
    assert script.count("epochs=20") == 6
    script = script.replace("epochs=20", "epochs=2")
    assert "__main__" not in script
    (folder / "script.py").write_text(script, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(PAGE.parents[1]), "KERAS_BACKEND": "jax"}
    return (
        subprocess.run(
            [sys.executable, "script.py"],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
        ),
        folder,
    )


def test_snippets_run_as_a_script_without_a_main_guard(ran):
    process, folder = ran
    assert process.returncode == 0, process.stderr[-4000:]
    assert (folder / "tuning" / "after" / "leaderboard.csv").is_file()
    assert (folder / "tuning" / "scaled" / "best.keras").is_file()


def test_summaries_have_keras_tuners_headlines(ran):
    output = ran[0].stdout
    assert "Search space summary\nDefault search space size: 3\ncell (Choice)\n" in output
    assert "Results summary\nResults in tuning/after\nShowing 10 best trials\n" in output
    assert 'Objective(name="val_loss", direction="min")' in output
    assert re.search(r"Trial \d summary\nHyperparameters:\ncell: (LSTM|GRU)\n", output)
    assert re.search(r"\nScore: \d", output)


def test_progress_is_on_standard_error(ran):
    assert "[1/1] trial" in ran[0].stderr
    assert "[1/1] trial" not in ran[0].stdout


def test_another_day_has_one_trial_left(ran):
    assert re.search(r"^1 \d+\.\d+$", ran[0].stdout, re.MULTILINE)


def test_every_public_name_is_on_the_page():
    from rnnsearch.integrations.keras_tuner.arguments import Settings
    from rnnsearch.integrations.keras_tuner.oracle import Oracle
    from rnnsearch.integrations.keras_tuner.specified import SpecTuner

    text = PAGE.read_text("utf-8")
    names = [*vars(SpecTuner), *vars(Oracle), *Settings.__annotations__]
    missing = [name for name in names if not name.startswith("_") and f"`{name}" not in text]
    assert missing == []
