"""What a report calls a sequence: when its target is, its row, series or file, whoever was divided."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnnsearch.data import Dataset, read
from rnnsearch.spec.sources import AudioSource, SplitSpec

TASKS: dict[str, tuple[str, dict[str, Any]]] = {
    "forecast": ("many_to_one", {"horizon": 2}),
    "steps": ("many_to_many", {"horizon": 1}),
    "steps ahead": ("sequence_to_sequence", {"horizon": 1, "output_steps": 3}),
    "blocks": ("one_to_many", {"output_steps": 4, "window": None, "calendar": ("trend",)}),
}


def rows_of(part: Any) -> np.ndarray:
    """Of targets that are numbers of their rows, unscaled: these rows."""
    return np.asarray(part.y[..., 0])


@pytest.mark.parametrize("kind", TASKS)
@pytest.mark.parametrize("back", [True, False])
@pytest.mark.parametrize("fold", [None, 0, -1])
def test_each_target_has_its_time_and_each_sequence_that_of_its_first(
    kind: str, back: bool, fold: int | None, write_csv: Any, csv_source: Any
) -> None:
    task, changes = TASKS[kind]
    days = np.datetime64("2024-02-20") + np.arange(80)
    path = write_csv({"day": days.astype(str), "y": np.arange(80)})
    split = {"reach_back": back, "folds": 2}
    source = csv_source(path, time="day", scaling="none", split=split, **changes)
    data = read(source, task)
    dataset: Dataset = data.whole() if fold is None else data.dataset(fold=fold)
    for name in ("validation", "test"):
        part = getattr(dataset, name)
        places = data.places(name, None, fold)
        assert places is not None and places.times is not None
        np.testing.assert_array_equal(places.times, days[rows_of(part).astype(int)])
        first = places.times if places.times.ndim == 1 else places.times[:, 0]
        assert places.names.tolist() == first.astype("datetime64[D]").astype(str).tolist()
        assert len(places.names) == len(part)


def test_without_times_it_is_the_row_and_of_a_panel_the_series_too(
    write_csv: Any, csv_source: Any
) -> None:
    plain = read(csv_source(write_csv({"y": np.arange(60)}), scaling="none"), "many_to_one")
    places = plain.places("test", None, -1)
    assert places is not None and places.times is None
    # The header is row 1.
    rows = rows_of(plain.dataset().test).astype(int) + 2
    assert places.names.tolist() == [f"row {row}" for row in rows]

    days = [str(np.datetime64("2024-01-01") + day) for day in range(40)]
    towns = {"day": days * 2, "town": ["oslo"] * 40 + ["rome"] * 40, "y": np.arange(80)}
    panel = read(csv_source(write_csv(towns), time="day", series="town"), "many_to_one")
    found = panel.places("test", None, None)
    assert found is not None
    assert found.names[0].startswith("oslo, 2024-02-") and found.names[-1] == "rome, 2024-02-09"


def test_hours_are_those_of_the_clocks_on_the_wall(write_csv: Any, csv_source: Any) -> None:
    hours = np.datetime64("2024-06-01T00", "h") + np.arange(60)
    texts = [f"{hour}:00+02:00" for hour in hours]
    path = write_csv({"time": texts, "y": np.arange(60)})
    data = read(csv_source(path, time="time", scaling="none"), "many_to_one")
    places = data.places("test", None, -1)
    assert places is not None and places.times is not None
    np.testing.assert_array_equal(places.times, hours[rows_of(data.dataset().test).astype(int)])


@pytest.mark.parametrize("folds", [1, 3])
def test_recordings_are_called_by_their_files(folds: int, tmp_path: Path) -> None:
    import wave

    rng = np.random.default_rng(0)
    for label in ("high", "low"):
        for number in range(8):
            path = tmp_path / label / f"{number}.wav"
            path.parent.mkdir(exist_ok=True)
            with wave.open(str(path), "wb") as sound:
                sound.setparams((1, 2, 8000, 0, "NONE", ""))
                sound.writeframes(rng.integers(-999, 999, 1600, np.int16).tobytes())
    split = SplitSpec(folds=folds, test=0.25)
    source = AudioSource(source="audio", path=tmp_path, rate=8000, split=split)
    data = read(source, "many_to_one")
    for part in ("validation", "test"):
        places = data.places(part, None, -1)  # type: ignore[arg-type]
        assert places is not None
        assert len(places.names) == len(getattr(data.dataset(), part))
        assert all(Path(name).name in {f"{n}.wav" for n in range(8)} for name in places.names)
