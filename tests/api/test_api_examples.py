"""`example`: every shipped spec can be copied with what it reads, and is then complete."""

import subprocess
import sys
from pathlib import Path

import pytest

import rnnsearch
from rnnsearch.api.examples import copy_example, example_names
from rnnsearch.errors import InvalidInput
from tests.inline import command

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["electricity", "strokes"])
def test_what_is_copied_is_all_that_is_read(name, tmp_path):
    spec, *data = copy_example(name, tmp_path / "try")
    assert spec == tmp_path / "try" / f"{name}.yaml" and all(map(Path.is_file, data))
    assert rnnsearch.check(spec).programs  # reads the data


def test_a_file_that_stands_there_stays(tmp_path):
    (tmp_path / "electricity.yaml").write_text("mine")
    copy_example("electricity", tmp_path)
    assert (tmp_path / "electricity.yaml").read_text() == "mine"


def test_every_spec_is_an_example_and_another_name_is_refused(tmp_path):
    assert example_names() == sorted(p.stem for p in (ROOT / "search_spaces").glob("*.yaml"))
    with pytest.raises(InvalidInput, match="did you mean electricity"):
        copy_example("electricty", tmp_path)


def test_the_command_line_lists_them_and_says_how_a_copy_is_run(tmp_path):
    status, said, _ = command(tmp_path, "example")
    assert (status, said.split()) == (0, example_names())
    status, said, _ = command(tmp_path, "example", "strokes", "-o", "try")
    spec, *data = copy_example("strokes", tmp_path / "again")
    assert status == 0 and f"and {len(data)} of data." in said
    *_, run, copied = said.split()
    assert run == "search" and (tmp_path / copied).read_text() == spec.read_text()


def test_the_command_line_completes_its_commands():
    """As a shell asks for it; `--install-completion` sets this up."""
    environment = {"_RNNSEARCH_COMPLETE": "complete_bash", "COMP_WORDS": "rnnsearch exam",
                   "COMP_CWORD": "1", "PATH": ""}  # fmt: skip
    code = "import sys; sys.argv[0] = 'rnnsearch'; from rnnsearch.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.stdout.split() == ["example"], done.stderr
