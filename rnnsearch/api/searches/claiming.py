"""A study's folder is one spec's, on data that stays as it is."""

from __future__ import annotations

from rnnsearch.api.asking.trusting import sign_code
from rnnsearch.errors import StudyError
from rnnsearch.files import write_text
from rnnsearch.records import StudyFolder
from rnnsearch.spec import Spec, difference, dump, load, resolved

__all__ = ["claim"]


def claim(folder: StudyFolder, spec: Spec, content: str) -> None:
    """Write the resolved spec, or refuse a folder that holds another's study.

    Args:
        folder: Locked.
        spec: That is searched.
        content: Digest of the data.

    Raises:
        StudyError: Spec or data are not those of the study that is there.
    """
    document = resolved(spec)
    if folder.spec.exists():
        old = load(folder.spec, allow_arrays=True).spec
        changes = difference(resolved(old), document)
        if folder.content.exists() and folder.content.read_text("utf-8").strip() != content:
            changes.append("data: the content of the file has changed")
        if changes:
            raise StudyError(
                f"{folder.path} holds a study of another spec:\n  "
                + "\n  ".join(changes)
                + "\ngive another folder with --output, or start anew with --fresh, which keeps "
                "the old folder aside"
            )
    write_text(folder.spec, dump(document))
    write_text(folder.content, f"{content}\n")
    sign_code(folder, spec)
