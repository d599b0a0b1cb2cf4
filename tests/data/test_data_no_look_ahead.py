"""What is predicted after a row is the same, whatever rows follow in the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnsearch.data import preparation_from_json, read
from rnnsearch.data.inputs import as_array
from rnnsearch.spec.sources import CsvSource

ROWS, WINDOW = 160, 5
TASKS: dict[str, dict[str, Any]] = {
    "many_to_one": {"window": WINDOW},
    "many_to_many": {"window": WINDOW},
    "one_to_one": {},
    "one_to_many": {"output_steps": 3, "horizon": None, "stride": None},
    "sequence_to_sequence": {"window": WINDOW, "output_steps": 3},
}


def table(seed: int, gaps: bool, missing_rows: bool, two: bool) -> pd.DataFrame:
    """Hourly rows of y, z and a flag known ahead; of two series where `two`."""
    generator = np.random.default_rng(seed)
    frames = []
    for name in ("a", "b")[: 1 + two]:
        index = pd.date_range("2024-01-01", periods=ROWS, freq="h")
        y = 50 + 10 * np.sin(np.arange(ROWS) / 24 * 6.28) + generator.normal(size=ROWS)
        frame = pd.DataFrame({"t": index, "name": name, "y": y, "z": generator.normal(size=ROWS)})
        frame["flag"] = (index.hour % 5 == 0).astype(int)
        if gaps:
            for column in ("y", "z"):
                frame.loc[np.flatnonzero(generator.random(ROWS) < 0.2), column] = np.nan
        if missing_rows:
            keep = generator.random(ROWS) < 0.9
            keep[[0, -1]] = True
            frame = frame[keep]
        frames.append(frame)
    return pd.concat(frames)


def until(frame: pd.DataFrame, hour: int, ahead: int) -> pd.DataFrame | None:
    """The file as it was at this hour; with what is known of the next rows, if they are there."""
    end = pd.Timestamp("2024-01-01") + pd.Timedelta(hours=hour)
    begin, stop = end + pd.Timedelta(hours=1), end + pd.Timedelta(hours=ahead)
    later = frame[frame["t"].between(begin, stop)].assign(y=np.nan, z=np.nan)
    if len(later) < ahead * frame["name"].nunique():
        return None
    joined = pd.concat([frame[frame["t"] <= end], later])
    return joined.sort_values(["name", "t"], kind="stable")


def hours_of_all(frame: pd.DataFrame) -> list[int]:
    """Hours of which each series has a value."""
    counts = frame[frame["y"].notna()].groupby("t")["name"].nunique()
    whole = counts.index[counts == frame["name"].nunique()]
    return [int(hour) for hour in (whole - pd.Timestamp("2024-01-01")) // pd.Timedelta(hours=1)]


def predictions(prepared: Any, frame: pd.DataFrame, path: Path) -> dict[tuple[Any, ...], Any]:
    """What identifies a prediction → all that goes into it."""
    frame.to_csv(path, index=False, float_format="%.4f")
    x, found = prepared.inputs(str(path))
    arrays = as_array(x)
    arrays = list(arrays.values()) if isinstance(arrays, dict) else [arrays]
    anchors = prepared.anchors(str(path))
    steps = prepared.output_steps or (WINDOW if prepared.task == "many_to_many" else 1)
    known = {}
    for at, row in zip(found.index, found.to_dict("records"), strict=True):
        window, step = divmod(at, steps)
        parts = [array[window] for array in arrays]
        if prepared.task == "many_to_many":  # the network reads forwards
            parts = [array[: step + 1] for array in parts]
        if anchors is not None:
            parts.append(np.atleast_1d(anchors[window])[step if anchors.ndim > 2 else 0])
        row.pop("sequence", None)
        known[tuple(row.values())] = parts
    return known


@given(
    task=st.sampled_from(sorted(TASKS)),
    base=st.sampled_from(["none", "last", "season"]),
    lags=st.sampled_from([(), (3,)]),
    scaling=st.sampled_from(["standard", "log"]),
    horizon=st.sampled_from([1, 2]),
    known=st.booleans(),
    calendar=st.booleans(),
    gaps=st.booleans(),
    reindex=st.booleans(),
    two=st.booleans(),
    cut=st.integers(60, ROWS - 12),
    seed=st.integers(0, 5),
)
@settings(max_examples=30)
def test_it_never_looks_ahead(
    tmp_path_factory: pytest.TempPathFactory,
    task: str,
    base: str,
    lags: tuple[int, ...],
    scaling: str,
    horizon: int,
    known: bool,
    calendar: bool,
    gaps: bool,
    reindex: bool,
    two: bool,
    cut: int,
    seed: int,
) -> None:
    folder = tmp_path_factory.mktemp("ahead")
    frame = table(seed, gaps, reindex, two)
    frame.to_csv(folder / "all.csv", index=False, float_format="%.4f")
    blocks = task == "one_to_many"
    keys: dict[str, Any] = {"horizon": horizon, "base": base, "lags": lags, **TASKS[task]}
    keys = {key: value for key, value in keys.items() if value is not None}
    inputs = ("flag",) if blocks else ("y", "z")
    source = CsvSource(
        source="csv",
        path=folder / "all.csv",
        time="t",
        series="name" if two else None,
        inputs=inputs,
        known=("flag",) if known and not blocks else (),
        calendar=("hour",) if calendar else (),
        target="y",
        season=24,
        scaling=scaling,  # type: ignore[arg-type]
        missing="interpolate" if gaps or reindex else "error",
        irregular="reindex" if reindex else "rows",
        **keys,
    )
    prepared = preparation_from_json(read(source, task).preparation().to_json())
    ahead = prepared.furthest if prepared.known else int(blocks and (base != "none" or bool(lags)))
    hours = [hour for hour in hours_of_all(frame) if hour <= ROWS - 6]
    # Of blocks that end where the file does, one cut of three has those of the whole.
    apart = prepared.output_steps if prepared.reads_past or not blocks else None
    cut = max(hour for hour in hours if hour <= cut and (hours[-1] - hour) % (apart or 1) == 0)
    found = [until(frame, hour, ahead) for hour in (hours[-1], cut)]
    if any(rows is None for rows in found):  # a row that is known ahead is missing
        return
    whole, short = (predictions(prepared, rows, folder / "new.csv") for rows in found)
    both = [key for key in short if key in whole]
    assert len(both) > 5
    for key in both:
        for one, other in zip(short[key], whole[key], strict=True):
            np.testing.assert_allclose(one, other, atol=1e-5, err_msg=str(key))


def test_a_gap_at_the_end_is_filled_with_what_was_before(tmp_path: Path) -> None:
    """Later rows would draw the line elsewhere."""
    y = [float(n % 7) for n in range(60)]
    (tmp_path / "all.csv").write_text("y\n" + "\n".join(map(str, y)) + "\n")
    source = CsvSource(
        source="csv", path=tmp_path / "all.csv", inputs=("y",), target="y", window=3,
        scaling="none", missing="interpolate",
    )  # fmt: skip
    prepared = read(source, "many_to_one").preparation()
    (tmp_path / "new.csv").write_text("y\n1\n2\n4\nNA\n10\n")
    x, _ = prepared.inputs(str(tmp_path / "new.csv"))
    np.testing.assert_array_equal(np.asarray(x)[..., 0], [[1, 2, 4], [2, 4, 4], [4, 7, 10]])
