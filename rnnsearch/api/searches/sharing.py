"""`run.storage`: a study that a database keeps beside its folder."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rnnsearch.files import write_text
from rnnsearch.records import StudyFolder
from rnnsearch.spec import Spec

if TYPE_CHECKING:
    from rnnsearch.records.database import Database

__all__ = ["announced", "shared"]


@contextlib.contextmanager
def shared(spec: Spec, folder: StudyFolder, *, fresh: bool) -> Iterator[Database | None]:
    """Hold the study that a database keeps, while the block runs.

    A folder that holds no study is told whose it is, so that no other spec goes on with it.

    Args:
        spec: That is searched.
        folder: Of the study, locked.
        fresh: Whether the study starts anew; the old one is kept by another name.

    Yields:
        The database; None where the spec names none.

    Raises:
        StudyError: It can't be reached, or another search holds the study.
        MissingExtra: psycopg is not installed.
    """
    if spec.run.storage is None:
        yield None
        return
    from rnnsearch.records.database import Database

    with Database.held(spec.run.storage, spec.name) as database:
        if fresh:
            database.set_aside()
        known = database.known()
        if known is not None and not folder.exists():
            write_text(folder.spec, known.spec)
            write_text(folder.content, known.content)
        yield database


def announced(database: Database | None, folder: StudyFolder) -> None:
    """Tell the database what is searched from now on, in a folder that is claimed."""
    if database is not None:
        spec, content = folder.spec.read_text("utf-8"), folder.content.read_text("utf-8")
        database.announce(spec, content, folder.path)
