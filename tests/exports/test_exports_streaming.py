"""A stream step by step says what the windowed network says at the end of its window."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from rnnsearch.errors import InvalidInput
from rnnsearch.exports import FORMATS, write_folder

STREAMING = FORMATS["streaming"]
CARRIES = {
    "next value": "window",
    "change since last": "window",
    "each row": "states",
    "sequences": "window",
    "sequences by themselves": "window",
    "sequences less their curve": "window",
    "steps": "states",
    "words": "states",
    "words and their runs": "window",
    "text": "states",
    "forecast by states": "states",
}


@pytest.mark.parametrize("name", CARRIES)
def test_after_a_window_it_is_the_windowed_forecast(study: Any, name: str, tmp_path: Path) -> None:
    one, folder = study(name), tmp_path / "here"
    write_folder(STREAMING, one.network, folder, "", one.examples.inputs, one.expected)
    about = json.loads((folder / "step.json").read_text("utf-8"))
    assert about["carries"] == CARRIES[name], about["because"]
    assert bool(about["because"]) == (about["carries"] == "window")
    used = runpy.run_path(str(folder / "use.py"))
    one.assert_equal(used["predict"](one.examples.inputs), STREAMING)


def test_states_go_back_further_than_a_window_and_keras_steps_alike(
    study: Any, tmp_path: Path
) -> None:
    one, folder = study("forecast by states"), tmp_path / "here"
    write_folder(STREAMING, one.network, folder, "", None, None)
    used = runpy.run_path(str(folder / "use.py"))
    model = keras.saving.load_model(folder / "step.keras")
    last = {key: array[-1:, -1] for key, array in one.examples.inputs.items()}
    state = used["start"](1)
    alike = {}
    for _ in range(2):
        output, after = used["step"](last, state)
        put = model.predict({**last, **state}, verbose=0)
        np.testing.assert_allclose(put["predicted"], output, rtol=1e-5)
        for key, array in after.items():
            np.testing.assert_allclose(put[f"next_{key}"], array, rtol=1e-4, atol=1e-5)
        alike[len(alike)], state = output, after
    assert abs(alike[0] - alike[1]).max() > 1e-3


def test_what_is_no_stream_is_refused(study: Any, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="received streaming of one_to_many; use another"):
        write_folder(STREAMING, study("block").network, tmp_path / "here", "", None, None)
    assert not list(tmp_path.iterdir())
