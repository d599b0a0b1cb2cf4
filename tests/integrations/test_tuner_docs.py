"""docs/tuner.md: its snippets are one script, with no __main__ guard, that runs."""

import contextlib
import io
import re
import runpy
import warnings
from pathlib import Path

import pytest

pytestmark = pytest.mark.usefixtures("without_feed_forward")

PAGE = Path(__file__).parents[2] / "docs" / "tuner.md"


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory, inline: None) -> tuple[str, str, Path]:
    """Standard output and error of every snippet of the page, in order, with fewer trials and epochs.

    That workers do without a guard test_execution_own_modules.py shows.
    """
    folder = tmp_path_factory.mktemp("docs")
    script = "\n".join(re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL))
    for old, new in (("max_trials=30", "max_trials=1"), ("max_trials=40", "max_trials=2")):
        assert old in script
        script = script.replace(old, new)
    assert script.count("epochs=20") == 6
    script = script.replace("epochs=20", "epochs=2")
    assert "__main__" not in script
    (folder / "script.py").write_text(script, encoding="utf-8")
    output, errors = io.StringIO(), io.StringIO()
    with (
        contextlib.chdir(folder),
        contextlib.redirect_stdout(output),
        contextlib.redirect_stderr(errors),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("default")  # Keras warns of an optimizer's variables
        runpy.run_path("script.py", run_name="__main__")
    return output.getvalue(), errors.getvalue(), folder


def test_snippets_run_as_a_script_without_a_main_guard(ran):
    folder = ran[2]
    assert (folder / "tuning" / "after" / "leaderboard.csv").is_file()
    assert (folder / "tuning" / "scaled" / "best.keras").is_file()


def test_summaries_have_keras_tuners_headlines(ran):
    output = ran[0]
    assert "Search space summary\nDefault search space size: 3\ncell (Choice)\n" in output
    assert "Results summary\nResults in tuning/after\nShowing 10 best trials\n" in output
    assert 'Objective(name="val_loss", direction="min")' in output
    assert re.search(r"Trial \d summary\nHyperparameters:\ncell: (LSTM|GRU)\n", output)
    assert re.search(r"\nScore: \d", output)


def test_progress_is_on_standard_error(ran):
    assert "[1/1] trial" in ran[1]
    assert "[1/1] trial" not in ran[0]


def test_another_day_has_one_trial_left(ran):
    assert re.search(r"^1 \d+\.\d+$", ran[0], re.MULTILINE)


def test_every_public_name_is_on_the_page():
    from rnnsearch.integrations.keras_tuner.arguments import Settings
    from rnnsearch.integrations.keras_tuner.oracle import Oracle
    from rnnsearch.integrations.keras_tuner.specified import SpecTuner

    text = PAGE.read_text("utf-8")
    names = [*vars(SpecTuner), *vars(Oracle), *Settings.__annotations__]
    missing = [name for name in names if not name.startswith("_") and f"`{name}" not in text]
    assert missing == []
