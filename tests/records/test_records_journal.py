"""study.journal: Optuna's own format, written at commits, whole after any kill."""

from __future__ import annotations

import errno
import os
from io import FileIO
from pathlib import Path

import optuna
import pytest

from rnnsearch.outcomes import TrialRecord
from rnnsearch.records import StudyFolder, commit, open_study, records, tell

SPACE: dict[str, optuna.distributions.BaseDistribution] = {
    "units": optuna.distributions.IntDistribution(1, 64),
    "cell": optuna.distributions.CategoricalDistribution(["GRU", "LSTM"]),
}


@pytest.fixture
def folder(tmp_path: Path) -> StudyFolder:
    folder = StudyFolder(tmp_path)
    folder.create()
    return folder


def opened(folder: StudyFolder) -> optuna.Study:
    return open_study(folder, "ü", "minimize", optuna.samplers.RandomSampler(seed=0))


def trained(study: optuna.Study, score: float) -> None:
    """A trial, asked, reported and told."""
    trial = study.ask(SPACE)
    trial.set_user_attr("params", {"units": 8, "note": "ü\n"})
    trial.report(score, 1)
    tell(study, TrialRecord(trial.number, "COMPLETE", score, {"val_x": float("nan")}, 1))


def test_optuna_reads_the_file(folder: StudyFolder) -> None:
    study = opened(folder)
    for score in (2.0, 1.0):
        trained(study, score)
        commit(study)
    backend = optuna.storages.journal.JournalFileBackend(str(folder.study))
    read = optuna.load_study(study_name="ü", storage=optuna.storages.JournalStorage(backend))
    assert read.trials == study.trials
    assert read.best_params == study.best_params


def test_a_study_in_memory_is_the_one_on_disk(folder: StudyFolder) -> None:
    study = opened(folder)
    study.set_user_attr("block", (0, 4))
    trained(study, 1.0)
    commit(study)
    assert opened(folder).user_attrs == study.user_attrs == {"block": [0, 4]}
    assert opened(folder).trials == study.trials


def test_cut_anywhere_it_is_the_study_after_some_operation(folder: StudyFolder) -> None:
    study = opened(folder)
    trained(study, 2.0)
    commit(study)
    before = len(folder.study.read_bytes())
    trained(study, 1.0)
    commit(study)
    content = folder.study.read_bytes()
    states = []
    places = range(before, len(content))
    # About each end of a line, within each letter of two bytes, and a few beside.
    lengths = {place + by for place in places if content[place] == ord("\n") for by in (-1, 0, 1)}
    lengths |= {place for place in places if 0x80 <= content[place] < 0xC0}
    for length in sorted(lengths | {*places[::29]}):
        folder.study.write_bytes(content[:length])
        study = opened(folder)
        assert folder.study.read_bytes() == content[:length]  # reading writes nothing
        first, *second = records(study)
        assert first.score == 2.0
        states.append([record.state for record in second])
        if states[-1] == ["RUNNING"]:
            tell(study, TrialRecord(1, "FAIL", message="killed"))
        else:
            trained(study, 3.0)
        commit(study)
        assert records(opened(folder)) == records(study)
        assert (
            folder.study.read_bytes()[: content.rfind(b"\n", 0, length) + 1]
            == (content[: content.rfind(b"\n", 0, length) + 1])
        )
    order: list[list[str]] = [[], ["RUNNING"], ["COMPLETE"]]
    assert states == sorted(states, key=order.index)
    assert [state in states for state in order] == [True] * 3


@pytest.mark.parametrize("written", [0, 1, 40, 100_000])
@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "disk full"), KeyboardInterrupt()])
def test_a_commit_that_fails_is_made_up_for(
    folder: StudyFolder, monkeypatch: pytest.MonkeyPatch, written: int, error: BaseException
) -> None:
    study = opened(folder)
    trained(study, 2.0)
    commit(study)
    before = folder.study.read_bytes()
    trained(study, 1.0)

    class Full(FileIO):
        def write(self, content: bytes) -> int:  # type: ignore[override]
            if written >= len(content):
                return super().write(content)
            super().write(content[:written])
            raise error

    def interrupted(_: int) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr("rnnsearch.records.journal.FileIO", Full)
        patch.setattr(os, "fsync", interrupted)
        with pytest.raises(type(error)):
            commit(study)
    assert folder.study.read_bytes() == before
    commit(study)
    assert records(opened(folder)) == records(study)
    assert [record.score for record in records(study)] == [2.0, 1.0]


def test_short_writes_are_continued(folder: StudyFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow(FileIO):
        def write(self, content: bytes) -> int:  # type: ignore[override]
            return super().write(content[:7])

    monkeypatch.setattr("rnnsearch.records.journal.FileIO", Slow)
    study = opened(folder)
    trained(study, 2.0)
    commit(study)
    assert records(opened(folder)) == records(study)


def test_a_note_by_the_dashboard_stays(folder: StudyFolder) -> None:
    study = opened(folder)
    trained(study, 2.0)
    commit(study)
    backend = optuna.storages.journal.JournalFileBackend(str(folder.study))
    other = optuna.load_study(study_name="ü", storage=optuna.storages.JournalStorage(backend))
    other.set_user_attr("note", "by hand")
    trained(study, 1.0)
    commit(study)
    read = opened(folder)
    assert (read.user_attrs, len(records(read))) == ({"note": "by hand"}, 2)


def test_what_was_read_is_forgotten(folder: StudyFolder) -> None:
    from rnnsearch.records.journal import Journal

    study = opened(folder)
    for score in range(3):
        trained(study, float(score))
    commit(study)
    journal = Journal(folder.study)
    storage = optuna.storages.JournalStorage(journal)
    for _ in range(50):
        storage.set_study_user_attr(0, "key", "value")
    assert len(journal._read()) <= 1
