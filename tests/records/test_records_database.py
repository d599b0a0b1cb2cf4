"""A study in a real PostgreSQL server: shared, held by one, whole after a kill or a server's restart."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import optuna
import pytest

from rnnsearch.api.searches.joining import searched_in
from rnnsearch.api.searches.sharing import announced, shared
from rnnsearch.errors import StudyError
from rnnsearch.outcomes import TrialRecord
from rnnsearch.records import StudyFolder, commit, open_study, records, tell
from rnnsearch.records.database import Database, running_in
from rnnsearch.spec import parse
from tests.records.postgres import binaries, server

pytestmark = pytest.mark.skipif(binaries() is None, reason="the system has no PostgreSQL server")

UNITS = {"units": optuna.distributions.IntDistribution(1, 64)}


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[str, Callable[[str], None]]]:
    with server() as found:
        yield found


@pytest.fixture
def url(running: tuple[str, Callable[[str], None]]) -> str:
    return running[0]


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """Another study for each test."""
    return str(request.node.name)


def made(path: Path) -> StudyFolder:
    folder = StudyFolder(path)
    folder.create()
    return folder


def opened(folder: StudyFolder, database: Database | None, name: str) -> optuna.Study:
    sampler = optuna.samplers.RandomSampler(seed=0)
    return open_study(folder, name, "minimize", sampler, database=database)


def trained(study: optuna.Study, score: float) -> None:
    trial = study.ask(UNITS)
    trial.set_user_attr("params", {"units": 8, "note": "ü\n"})
    tell(study, TrialRecord(trial.number, "COMPLETE", score, {"val_x": score}, 1))
    commit(study)


def begun(database: Database, folder: StudyFolder) -> None:
    """What a search says of its study before it opens it."""
    database.announce("spec", "content", folder.path)


def test_another_machine_goes_on_with_a_study(tmp_path: Path, url: str, name: str) -> None:
    one, other = made(tmp_path / "one"), made(tmp_path / "other")
    with Database.held(url, name) as database:
        begun(database, one)
        study = opened(one, database, name)
        trained(study, 2.0)
        trained(study, 1.0)
    with Database.held(url, name) as database:
        again = opened(other, database, name)
        assert records(again) == records(study)
        assert other.study.read_bytes() == one.study.read_bytes()
        trained(again, 0.5)
    # The folder of the first lacks that trial until it is searched in again; nobody needs a server.
    assert len(records(opened(one, None, name))) == 2
    with Database.held(url, name) as database:
        assert [record.score for record in records(opened(one, database, name))] == [2.0, 1.0, 0.5]
    assert len(records(opened(one, None, name))) == 3


def test_a_study_that_was_begun_without_a_database_is_taken_in(
    tmp_path: Path, url: str, name: str
) -> None:
    folder = made(tmp_path / "one")
    trained(opened(folder, None, name), 2.0)
    backend = optuna.storages.journal.JournalFileBackend(str(folder.study))
    noted = optuna.load_study(study_name=name, storage=optuna.storages.JournalStorage(backend))
    noted.set_user_attr("note", "by the dashboard, which writes to the file alone")
    with Database.held(url, name) as database:
        begun(database, folder)
        trained(opened(folder, database, name), 1.0)
        assert len(records(opened(made(tmp_path / "other"), database, name))) == 2
        assert opened(folder, database, name).user_attrs["note"].startswith("by the dashboard")


def test_another_study_of_that_name_is_refused(tmp_path: Path, url: str, name: str) -> None:
    one, other = made(tmp_path / "one"), made(tmp_path / "other")
    trained(opened(other, None, name), 1.0)
    with Database.held(url, name) as database:
        begun(database, one)
        trained(opened(one, database, name), 2.0)
        with pytest.raises(StudyError, match=r"Received: another one; give another folder"):
            opened(other, database, name)


def test_a_server_that_restarts_loses_nothing(
    tmp_path: Path, running: tuple[str, Callable[[str], None]], name: str
) -> None:
    url, start = running
    with Database.held(url, name) as database:
        begun(database, made(tmp_path / "one"))
        study = opened(made(tmp_path / "one"), database, name)
        trained(study, 2.0)
        start("restart")
        trained(study, 1.0)
        with pytest.raises(StudyError, match="in use by another"), Database.held(url, name):
            pass
        assert records(opened(made(tmp_path / "two"), database, name)) == records(study)


def test_a_disk_that_fails_after_the_database_has_the_trial(
    tmp_path: Path, url: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = made(tmp_path / "one")
    with Database.held(url, name) as database:
        begun(database, folder)
        study = opened(folder, database, name)

        def full(*_: object) -> None:
            raise OSError(28, "no space left on device")

        with monkeypatch.context() as patch:
            patch.setattr("rnnsearch.records.journal.FileIO", full)
            with pytest.raises(OSError, match="no space"):
                trained(study, 2.0)
        trained(study, 1.0)
        assert records(opened(folder, None, name)) == records(study)
        assert records(opened(made(tmp_path / "two"), database, name)) == records(study)


def test_what_a_broken_connection_has_left_is_written_once(
    tmp_path: Path, url: str, name: str
) -> None:
    with Database.held(url, name) as database:
        begun(database, made(tmp_path))
        database.append(0, ["a", "b"])
        database.append(0, ["a", "b", "c"])
        assert database.lines() == ["a", "b", "c"]
        for lines in (["x"], ["c", "d"], []):
            with pytest.raises(StudyError, match="another search has gone on with"):
                database.append(1, lines)
        assert database.lines() == ["a", "b", "c"]


def test_one_search_at_a_time_and_a_killed_one_is_gone_at_once(
    tmp_path: Path, url: str, name: str
) -> None:
    program = (
        "from rnnsearch.records.database import Database; from pathlib import Path; import sys\n"
        f"with Database.held({url!r}, {name!r}) as database:\n"
        f"    database.announce('spec', 'content', Path({str(tmp_path)!r})); print(); input()"
    )
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", program], stdin=pipe, stdout=pipe) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with (
            pytest.raises(StudyError, match=rf"is in use by another search \({tmp_path} on "),
            Database.held(url, name),
        ):
            pass
        assert [one.name for one in running_in(url)] == [name]
        assert searched_in(url) == tmp_path
        other.send_signal(signal.SIGKILL)
        other.wait()
    with Database.held(url, name) as database:
        assert database.known() is not None
        database.announce("spec", "content", tmp_path / "elsewhere")
        with pytest.raises(StudyError, match=r"Expected the results folder .*elsewhere.* mount"):
            searched_in(url)
        with Database.held(url, f"{name} 2") as second:
            second.announce("spec", "content", tmp_path)
            with pytest.raises(StudyError, match=rf"Received: {name} .*; give the folder of one"):
                searched_in(url)
    with pytest.raises(StudyError, match=r"Received: none; begin it first"):
        searched_in(url)


def test_a_folder_without_a_study_is_told_whose_it_is(tmp_path: Path, url: str, name: str) -> None:
    document = {
        "task": "many_to_one",
        "data": {"source": "csv", "path": "x.csv", "inputs": ["y"], "target": "y", "window": 2},
        "space": {"units": 4},
        "run": {"storage": url},
    }
    (tmp_path / "x.csv").write_text("y\n1\n")
    spec = parse(document, name=name, directory=tmp_path)
    one, other = made(tmp_path / "one"), made(tmp_path / "other")
    one.spec.write_text("the spec")
    one.content.write_text("a digest")
    with shared(spec, one, fresh=False) as database:
        announced(database, one)
    with shared(spec, other, fresh=False):
        assert (other.spec.read_text(), other.content.read_text()) == ("the spec", "a digest")
    with shared(spec, made(tmp_path / "new"), fresh=True) as database:
        assert database is not None
        assert database.known() is None and not (tmp_path / "new" / "spec.yaml").exists()
    with Database.held(url, f"{name}.old-1") as database:
        assert database.known() is not None


def test_no_server() -> None:
    url = "postgresql://me@127.0.0.1:9/study?application_name=x"
    match = r"Expected a PostgreSQL server .* Received: .*127\.0\.0\.1:9/study\); start it"
    with pytest.raises(StudyError, match=match), Database.held(url, "x"):
        pass
    with pytest.raises(StudyError, match=match):
        searched_in(url)
