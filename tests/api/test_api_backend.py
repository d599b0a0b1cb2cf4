"""What importing Keras leaves in a user's process."""

import os

import pytest

from rnnsearch.api.backend import import_keras


@pytest.mark.parametrize(("before", "after"), [(None, "3"), ("0", "0")])
def test_tensorflow_keeps_its_start_up_lines_to_itself_unless_asked(
    before: str | None, after: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whenever Keras imports it, which may be long after this import."""
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "")  # put back at the end
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL")
    if before is not None:
        monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", before)
    import_keras("jax")
    assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == after
